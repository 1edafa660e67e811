//! The lab's own authorities.

use rand_core::CryptoRng;

use super::issue::{Credential, Draft, Error, Extension, Limits, Template, Validity};
use super::{KeyType, Purpose};

/// The attacker's own domain: what it can honestly be certified for.
pub const ATTACKER_NAME: &str = "mallory.lab";
/// Days for which lab leaves and lists hold.
pub(super) const LEAF_DAYS: i64 = 90;
/// Days for which lab authorities hold.
pub(super) const AUTHORITY_DAYS: i64 = 3650;

/// certificatePolicies with the one policy 2.999.1, an example's (RFC 5280 section 4.2.1.4).
pub(super) const POLICIES: [u8; 9] = [0x30, 0x07, 0x30, 0x05, 0x06, 0x03, 0x88, 0x37, 0x01];

/// The lab's genuine authorities.
#[derive(Debug, Clone)]
pub struct Authorities {
    /// The trust anchor.
    pub root: Credential,
    /// The issuing authority below it: it states a policy, and may issue for the domains of the lab's people only.
    pub intermediate: Credential,
    /// What keys they certify for servers, where those are others than their own: who decrypts with a certified key is one.
    pub servers: Option<KeyType>,
}

impl Authorities {
    /// What keys they have, and give to whom they certify.
    #[must_use]
    pub fn keys(&self) -> KeyType {
        self.root.key().key_type()
    }

    /// An honest leaf for somebody else.
    ///
    /// # Errors
    /// A name or time that cannot stand in a certificate.
    pub fn leaf(&self, name: &str, purpose: Purpose, at: i64, rng: &mut dyn CryptoRng) -> Result<Credential, Error> {
        self.intermediate.sign(leaf(self.certified(purpose), name, purpose, at, rng))
    }

    /// What keys they certify for this purpose, where those are others than their own.
    pub(super) fn certified(&self, purpose: Purpose) -> Option<KeyType> {
        self.servers.filter(|_| purpose == Purpose::Server)
    }

    /// Fresh revocation lists of both authorities; the issuing authority's withdraws the certificates of these serial
    /// numbers.
    ///
    /// # Errors
    /// A time that cannot stand in a list.
    pub fn revocation_lists(&self, revoked: &[&[u8]], at: i64) -> Result<Vec<Vec<u8>>, Error> {
        Ok(vec![self.roots_list(at)?, self.issuers_list(revoked, at)?])
    }

    /// The first of these lists.
    ///
    /// # Errors
    /// A time that cannot stand in a list.
    pub fn roots_list(&self, at: i64) -> Result<Vec<u8>, Error> {
        self.root.revocation_list(&[], at, LEAF_DAYS)
    }

    /// The second of these lists.
    ///
    /// # Errors
    /// A time that cannot stand in a list.
    pub fn issuers_list(&self, revoked: &[&[u8]], at: i64) -> Result<Vec<u8>, Error> {
        self.intermediate.revocation_list(revoked, at, LEAF_DAYS)
    }
}

/// What keys everybody has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keys {
    /// The authorities.
    pub authorities: KeyType,
    /// The servers that they certify, where those have others.
    pub servers: Option<KeyType>,
}

/// The lab's genuine authorities, and what they are to issue to a server and a client: most sessions need one of them.
#[derive(Debug)]
pub struct Drawn {
    /// The authorities.
    pub authorities: Authorities,
    server: Draft,
    client: Draft,
}

impl Drawn {
    /// Draws root, intermediate, server and client, in this order.
    ///
    /// # Errors
    /// A name or time that cannot stand in an authority's certificate.
    pub fn draw(keys: Keys, server: &str, client: &str, at: i64, rng: &mut dyn CryptoRng) -> Result<Self, Error> {
        let years = Validity::around(at, AUTHORITY_DAYS);
        let root = Template { key: Some(keys.authorities), ..Template::authority("Interlock lab root", years) };
        let root = Credential::self_signed(&root, rng)?;
        let intermediate = root.issue(&issuing_authority([server, client, ATTACKER_NAME], years), rng)?;
        let authorities = Authorities { root, intermediate, servers: keys.servers };
        let server = leaf(keys.servers, server, Purpose::Server, at, rng);
        let client = leaf(None, client, Purpose::Client, at, rng);
        Ok(Self { authorities, server, client })
    }

    /// The leaf of the server, or of the client.
    ///
    /// # Errors
    /// A name or time that cannot stand in a certificate.
    pub fn leaf(&self, purpose: Purpose) -> Result<Credential, Error> {
        let draft = match purpose {
            Purpose::Server => &self.server,
            Purpose::Client => &self.client,
        };
        self.authorities.intermediate.sign(draft.clone())
    }
}

/// The lab's genuine authorities and the certificates that they issued.
#[derive(Debug, Clone)]
pub struct Pki {
    /// The authorities.
    pub authorities: Authorities,
    /// The server's leaf.
    pub server: Credential,
    /// The client's leaf.
    pub client: Credential,
}

impl Pki {
    /// Issues everything that is [`Drawn`] from `rng`, with Ed25519 keys.
    ///
    /// # Errors
    /// A name or time that cannot stand in a certificate.
    pub fn generate(server: &str, client: &str, at: i64, rng: &mut dyn CryptoRng) -> Result<Self, Error> {
        Self::generate_with(KeyType::Ed25519, server, client, at, rng)
    }

    /// The same with keys of this type.
    ///
    /// # Errors
    /// A name or time that cannot stand in a certificate.
    pub fn generate_with(
        keys: KeyType,
        server: &str,
        client: &str,
        at: i64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, Error> {
        let keys = Keys { authorities: keys, servers: None };
        let drawn = Drawn::draw(keys, server, client, at, rng)?;
        let [server, client] = [drawn.leaf(Purpose::Server)?, drawn.leaf(Purpose::Client)?];
        Ok(Self { authorities: drawn.authorities, server, client })
    }
}

/// An authority for the domains in which these names are: whoever has another one is none of its customers.
fn issuing_authority(names: [&str; 3], validity: Validity) -> Template {
    let mut permitted: Vec<String> =
        names.map(|name| name.split_once('.').map_or(name, |(_, domain)| domain).to_owned()).into();
    permitted.sort();
    permitted.dedup();
    Template {
        authority: Some(Limits { permitted, path_length: None }),
        extensions: vec![Extension { oid: &[2, 5, 29, 32], critical: false, value: POLICIES.to_vec() }],
        ..Template::authority("Interlock lab issuing authority", validity)
    }
}

fn leaf(key: Option<KeyType>, name: &str, purpose: Purpose, at: i64, rng: &mut dyn CryptoRng) -> Draft {
    Draft::draw(&Template { key, ..Template::leaf(name, purpose, Validity::around(at, LEAF_DAYS)) }, rng)
}
