//! Certificates and keys for a session: the victims' own, and what the attacker came by.

use super::{
    CLIENT_NAME, SERVER_NAME, Setting, StagingError, derive,
    genuine::{self, Genuine, genuine},
};
use crate::{
    certificate::{
        self, Authorities, Credential, Draft, FORGERIES, Pki, Purpose,
        forge::{ATTACKER_NAME, Claim, Forgery},
    },
    control::Credentials,
    encryption::{DecryptionKey, USUAL_BITS},
    group::Group,
    loot::{Item, Loot},
    mode::{Mode, Source},
    modes, password,
    role::Role,
    scenario::Scenario,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use std::sync::Arc;

/// The lab's authorities, and the certificates of a server and a client of these names.
///
/// # Errors
/// A name or time that cannot stand in a certificate.
pub fn certify(setting: &Setting, server: &str, client: &str) -> Result<Pki, certificate::issue::Error> {
    Pki::generate_with(setting.keys, server, client, setting.now, &mut generator(setting, AUTHORITIES))
}

/// What the authorities are drawn for.
pub(super) const AUTHORITIES: &str = "authorities";

pub(super) fn generator(setting: &Setting, purpose: &str) -> ChaCha20Rng {
    ChaCha20Rng::from_seed(derive(&setting.authorities, purpose))
}

fn forger(forgery: &Forgery, name: &str, setting: &Setting) -> ChaCha20Rng {
    generator(setting, &format!("{} {name}", forgery.id))
}

/// What a certificate attack makes of the lab's authorities against `name`, whose peer expects `purpose`.
///
/// # Errors
/// A name or time that cannot stand in a certificate.
pub fn forge(
    forgery: &Forgery,
    genuine: &Authorities,
    name: &str,
    purpose: Purpose,
    setting: &Setting,
) -> Result<Credential, certificate::issue::Error> {
    forgery.commit(genuine, name, purpose, setting.now, &mut forger(forgery, name, setting))
}

/// The revocation lists against which the peer of `name` holds its certificate. What was revoked long ago stands on them
/// whether or not somebody is about to show it: the victims are not told.
///
/// # Errors
/// A name or time that cannot stand in a certificate.
pub fn revocation_lists(
    genuine: &Authorities,
    name: &str,
    purpose: Purpose,
    setting: &Setting,
) -> Result<Vec<Vec<u8>>, certificate::issue::Error> {
    let list = issuers_list(genuine, name, purpose, setting)?;
    Ok(vec![genuine.roots_list(setting.now)?, list])
}

/// The second of these lists: the issuing authority's.
pub(super) fn issuers_list(
    genuine: &Authorities,
    name: &str,
    purpose: Purpose,
    setting: &Setting,
) -> Result<Vec<u8>, certificate::issue::Error> {
    let revoked = FORGERIES.iter().filter(|forgery| forgery.claim == Claim::Revoked);
    let revoked = revoked
        .map(|forgery| forgery.draft(genuine, name, purpose, setting.now, &mut forger(forgery, name, setting)))
        .collect::<Result<Vec<_>, _>>()?;
    let serials: Vec<&[u8]> = revoked.iter().map(Draft::serial).collect();
    genuine.issuers_list(&serials, setting.now)
}

/// Who owns what.
#[derive(Default)]
pub(super) struct Issued {
    pub(super) client: Option<Credentials>,
    pub(super) server: Option<Credentials>,
    pub(super) as_server: Option<Credentials>,
    pub(super) as_client: Option<Credentials>,
}

impl Issued {
    /// Gives each victim a lasting key pair and the other's public value, as those have who met before; and the attacker
    /// the pairs that were stolen.
    pub(super) fn meet(&mut self, loot: &Loot, setting: &Setting) {
        for victim in [Role::Client, Role::Server] {
            // Led back to itself, the client reaches a server that has its own pair.
            let owner = if loot.leads_back { Role::Client } else { victim };
            let pair = |credentials: &mut Credentials| {
                credentials.static_key = Some(text(&static_key(setting, owner)));
                credentials.peer_static = Group::X25519.public(&static_key(setting, owner.peer())).map(|it| text(&it));
            };
            let (own, stolen) = match victim {
                Role::Client => (&mut self.client, &mut self.as_client),
                Role::Server => (&mut self.server, &mut self.as_server),
            };
            pair(own.get_or_insert_default());
            if matches!(loot.of(victim), Some(Item::Stolen { .. })) {
                pair(stolen.get_or_insert_default());
            }
        }
    }

    /// Gives the server a key that nobody certifies, and the attacker the same where it was stolen. It outlasts a session, as
    /// certificates do.
    pub(super) fn host(&mut self, loot: &Loot, setting: &Setting) {
        let key = text(&derive(&setting.lasting, "host key"));
        if matches!(loot.of(Role::Server), Some(Item::Stolen { .. })) {
            self.as_server.get_or_insert_default().key = Some(key.clone());
        }
        self.server.get_or_insert_default().key = Some(key);
    }
}

/// The secret of a victim's lasting public value in X25519. It outlasts a session, as certificates do.
pub fn static_key(setting: &Setting, victim: Role) -> [u8; 32] {
    derive(&setting.lasting, &format!("static key of the {victim}"))
}

/// The name that a victim's certificate is for.
pub(super) fn name(victim: Role) -> &'static str {
    match victim {
        Role::Client => CLIENT_NAME,
        Role::Server => SERVER_NAME,
    }
}

/// The key that opens what is encrypted to a victim, its modulus of so many bits. It outlasts a session, as certificates do.
pub fn drawn_key(victim: Role, setting: &Setting, bits: usize) -> Option<DecryptionKey> {
    DecryptionKey::drawn(derive(&setting.authorities, &format!("decryption key of the {victim}")), bits)
}

/// A key pair of the attacker's own.
fn attackers_key(setting: &Setting) -> Option<DecryptionKey> {
    DecryptionKey::drawn(derive(&setting.authorities, "decryption key of the attacker"), USUAL_BITS)
}

/// The names and bare keys of the victims of a mode without certificates, where it gives them any, and what the attacker
/// came by of them.
pub(super) fn names(mode: &Mode, loot: &Loot, setting: &Setting, bits: usize) -> Issued {
    let public_key = |victim: Role| drawn_key(victim, setting, bits).map(|key| text(&key.encryption_key().to_der()));
    let credentials = |victim: Role, own: &str| {
        let given = |source| mode.given.iter().any(|given| given.by.includes(victim) && given.source == source);
        let own_name = given(Source::OwnName).then(|| own.to_owned());
        let peer = if own == CLIENT_NAME { SERVER_NAME } else { CLIENT_NAME };
        let expected = victim == Role::Server && loot.expected;
        let peer_name = given(Source::PeerName).then(|| if expected { ATTACKER_NAME } else { peer }.to_owned());
        let decryption_key = given(Source::DecryptionKey).then(|| drawn_key(victim, setting, bits)).flatten();
        let decryption_key = decryption_key.map(|key| text(&key.to_pkcs8()));
        let peer_key = given(Source::PeerKey).then(|| public_key(victim.peer())).flatten();
        let anything = own_name.is_some() || peer_name.is_some() || decryption_key.is_some() || peer_key.is_some();
        anything.then(|| Credentials { own_name, peer_name, decryption_key, peer_key, ..Credentials::default() })
    };
    // A key pair of the attacker's own, and what anybody knows: the public key of the one whom it faces, and the names.
    let own = |victim: Role| {
        let owned = mode.gives(Source::PeerKey) && loot.of(victim) == Some(Item::Own);
        owned.then(|| Credentials {
            own_name: Some(name(victim).to_owned()),
            decryption_key: attackers_key(setting).map(|key| text(&key.to_pkcs8())),
            peer_key: public_key(victim.peer()),
            ..Credentials::default()
        })
    };
    let stolen = |victim: Role| {
        let key = |own: &Credentials| {
            own.decryption_key.clone().filter(|_| matches!(loot.of(victim), Some(Item::Stolen { .. })))
        };
        let decryption_key = credentials(victim, name(victim)).as_ref().and_then(key);
        decryption_key.map(|key| Credentials { decryption_key: Some(key), ..Credentials::default() })
    };
    let mut client = credentials(Role::Client, CLIENT_NAME);
    if let Some(client) = client.as_mut().filter(|_| loot.called) {
        client.peer_name = Some(ATTACKER_NAME.to_owned());
        let key = attackers_key(setting).filter(|_| client.peer_key.is_some());
        client.peer_key = key.map(|key| text(&key.encryption_key().to_der()));
    }
    // Led back to itself, the client reaches a server of its own, which has its name.
    let server = if loot.leads_back { CLIENT_NAME } else { SERVER_NAME };
    Issued {
        client,
        server: credentials(Role::Server, server),
        as_server: own(Role::Server).or_else(|| stolen(Role::Server)),
        as_client: own(Role::Client).or_else(|| stolen(Role::Client)),
    }
}

/// The secret that the victims share, in base64url: what they were told, 32 random octets, or a word such as people choose; or
/// the one that `with_attacker` shares with the attacker. It outlasts a session, as certificates do.
pub(super) fn shared_secret(scenario: &Scenario, setting: &Setting, with_attacker: Option<Role>) -> String {
    if let Some(secret) = setting.shared_secret.as_ref().filter(|_| with_attacker.is_none()) {
        return text(secret.as_bytes());
    }
    let mode = &scenario.mode;
    let drawn = match with_attacker {
        None => derive(&setting.lasting, &format!("shared secret of {mode}")),
        Some(role) => derive(&setting.lasting, &format!("shared secret of {mode} between the {role} and the attacker")),
    };
    let variant = modes::find(&mode.id).and_then(|it| it.variant(mode.variant.as_deref()));
    match variant {
        Some(variant) if variant.word => text(password::pick(&drawn).as_bytes()),
        _ => text(&drawn),
    }
}

/// Certificates and keys for the victims of a mode that has any, and what the attacker came by.
pub(super) fn issue(mode: &Mode, loot: &Loot, setting: &Setting, bits: usize) -> Result<Issued, StagingError> {
    let stage = Stage { mode, loot, setting, genuine: genuine(mode, setting, bits)? };
    Ok(Issued {
        client: stage.victim(Role::Client)?,
        server: stage.victim(Role::Server)?,
        as_server: stage.attacker(Role::Server)?,
        as_client: stage.attacker(Role::Client)?,
    })
}

/// What certificates are made for.
struct Stage<'s> {
    mode: &'s Mode,
    loot: &'s Loot,
    setting: &'s Setting,
    genuine: Arc<Genuine>,
}

impl Stage<'_> {
    /// What a victim owns, where its role has a certificate, and what it holds its peer's against, where that one has.
    fn victim(&self, victim: Role) -> Result<Option<Credentials>, StagingError> {
        let (own, peer) = (self.genuine.of(victim), victim.peer());
        let mut credentials = own.map(|own| owned(&own.credential)).unwrap_or_default();
        credentials.own_name = own.is_some().then(|| name(victim).to_owned());
        if let Some(genuine) = self.genuine.of(peer) {
            let known = &self.genuine;
            credentials.anchors = vec![text(known.authorities.root.certificate())];
            credentials.revocation_lists = vec![text(&known.roots_list), text(&self.list_about(peer, genuine)?)];
            credentials.pins = vec![text(&genuine.credential.key().spki_sha256())];
        }
        let wants = self.mode.given.iter().any(|given| given.by.includes(victim) && given.source == Source::PeerName);
        let called = self.loot.called && victim == Role::Client;
        credentials.peer_name = wants.then(|| if called { ATTACKER_NAME } else { name(peer) }.to_owned());
        Ok(Some(credentials))
    }

    /// The issuing authority's revocation list that reaches the peer of `owner`.
    fn list_about(&self, owner: Role, genuine: &genuine::Issued) -> Result<Vec<u8>, certificate::issue::Error> {
        let noticed = matches!(self.loot.of(owner), Some(Item::Stolen { noticed: true }));
        if noticed || (owner == Role::Server && self.setting.server_revoked) {
            return self.genuine.authorities.issuers_list(&[genuine.credential.serial()], self.setting.now);
        }
        Ok(genuine.list.clone())
    }

    /// What the attacker stands in for a victim with, where that victim needs a certificate.
    fn attacker(&self, victim: Role) -> Result<Option<Credentials>, StagingError> {
        let Some((item, genuine)) = self.loot.of(victim).zip(self.genuine.of(victim)) else { return Ok(None) };
        let (genuine, authorities) = (&genuine.credential, &self.genuine.authorities);
        Ok(Some(match item {
            Item::Seen => Credentials { key: None, decryption_key: None, ..owned(genuine) },
            Item::Stolen { .. } => owned(genuine),
            Item::Own => {
                let mut rng = generator(self.setting, "own");
                owned(&authorities.leaf(ATTACKER_NAME, Purpose::of(victim), self.setting.now, &mut rng)?)
            }
            Item::Forged(forgery) => {
                owned(&forge(forgery, authorities, name(victim), Purpose::of(victim), self.setting)?)
            }
        }))
    }
}

/// Chain and key.
fn owned(credential: &Credential) -> Credentials {
    Credentials {
        chain: credential.presented().iter().map(|der| text(der)).collect(),
        key: credential.key().seed().map(|seed| text(seed)),
        decryption_key: credential.key().decryption_key().map(|key| text(&key.to_pkcs8())),
        ..Credentials::default()
    }
}

fn text(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}
