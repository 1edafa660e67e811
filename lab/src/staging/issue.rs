//! Certificates and keys for a session: the victims' own, and what the attacker came by.

use super::{CLIENT_NAME, SERVER_NAME, Setting, StagingError, derive};
use crate::{
    certificate::{
        self, Credential, FORGERIES, Pki, Purpose,
        forge::{ATTACKER_NAME, Claim, Forged, Forgery},
    },
    control::Credentials,
    loot::{Item, Loot},
    mode::{Mode, Source},
    modes, password,
    role::Role,
    scenario::Scenario,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};

/// The lab's authorities, and the certificates of a server and a client of these names.
///
/// # Errors
/// A name or time that cannot stand in a certificate.
pub fn certify(setting: &Setting, server: &str, client: &str) -> Result<Pki, certificate::issue::Error> {
    let mut rng = ChaCha20Rng::from_seed(derive(&setting.authorities, "authorities"));
    Pki::generate(server, client, setting.now, &mut rng)
}

/// What a certificate attack makes of the lab's authorities against `name`, whose peer expects `purpose`.
///
/// # Errors
/// A name or time that cannot stand in a certificate.
pub fn forge(
    forgery: &Forgery,
    pki: &Pki,
    name: &str,
    purpose: Purpose,
    setting: &Setting,
) -> Result<Forged, certificate::issue::Error> {
    let mut rng = ChaCha20Rng::from_seed(derive(&setting.authorities, &format!("{} {name}", forgery.id)));
    forgery.commit(pki, name, purpose, setting.now, &mut rng)
}

/// The revocation lists against which the peer of `name` holds its certificate. What was revoked long ago stands on them
/// whether or not somebody is about to show it: the victims are not told.
///
/// # Errors
/// A name or time that cannot stand in a certificate.
pub fn revocation_lists(
    pki: &Pki,
    name: &str,
    purpose: Purpose,
    setting: &Setting,
) -> Result<Vec<Vec<u8>>, certificate::issue::Error> {
    let revoked = FORGERIES.iter().filter(|forgery| forgery.claim == Claim::Revoked);
    let revoked = revoked.map(|forgery| Ok(forge(forgery, pki, name, purpose, setting)?.credential));
    let revoked = revoked.collect::<Result<Vec<_>, certificate::issue::Error>>()?;
    pki.revocation_lists(&revoked.iter().collect::<Vec<_>>(), setting.now)
}

/// Who owns what.
#[derive(Default)]
pub(super) struct Issued {
    pub(super) client: Option<Credentials>,
    pub(super) server: Option<Credentials>,
    pub(super) as_server: Option<Credentials>,
    pub(super) as_client: Option<Credentials>,
}

/// The name that a victim's certificate is for.
fn name(victim: Role) -> &'static str {
    match victim {
        Role::Client => CLIENT_NAME,
        Role::Server => SERVER_NAME,
    }
}

/// The names of the victims of a mode without certificates, where it gives them any.
pub(super) fn names(mode: &Mode, loot: &Loot) -> Issued {
    let credentials = |victim: Role, own: &str| {
        let given = |source| mode.given.iter().any(|given| given.by.includes(victim) && given.source == source);
        let own_name = given(Source::OwnName).then(|| own.to_owned());
        let peer_name = given(Source::PeerName).then(|| name(victim.peer()).to_owned());
        let named = own_name.is_some() || peer_name.is_some();
        named.then(|| Credentials { own_name, peer_name, ..Credentials::default() })
    };
    // Led back to itself, the client reaches a server of its own, which has its name.
    let server = if loot.leads_back { CLIENT_NAME } else { SERVER_NAME };
    Issued {
        client: credentials(Role::Client, CLIENT_NAME),
        server: credentials(Role::Server, server),
        ..Issued::default()
    }
}

/// The secret that the victims share, in base64url: what they were told, 32 random octets, or a word such as people choose.
/// It outlasts a session, as certificates do.
pub(super) fn shared_secret(scenario: &Scenario, setting: &Setting) -> String {
    if let Some(secret) = &setting.shared_secret {
        return text(secret.as_bytes());
    }
    let mode = &scenario.mode;
    let drawn = derive(&setting.authorities, &format!("shared secret of {mode}"));
    let variant = modes::find(&mode.id).and_then(|it| it.variant(mode.variant.as_deref()));
    match variant {
        Some(variant) if variant.word => text(password::pick(&drawn).as_bytes()),
        _ => text(&drawn),
    }
}

/// Certificates and keys for the victims of a mode that has any, and what the attacker came by.
pub(super) fn issue(mode: &Mode, loot: &Loot, setting: &Setting) -> Result<Issued, StagingError> {
    let pki = certify(setting, SERVER_NAME, CLIENT_NAME)?;
    let stage = Stage { mode, loot, setting, pki: &pki };
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
    pki: &'s Pki,
}

impl Stage<'_> {
    fn genuine(&self, victim: Role) -> &Credential {
        match victim {
            Role::Client => &self.pki.client,
            Role::Server => &self.pki.server,
        }
    }

    /// What a victim owns, where its role has a certificate, and what it holds its peer's against, where that one has.
    fn victim(&self, victim: Role) -> Result<Option<Credentials>, StagingError> {
        let (own, peer) = (self.mode.certifies(victim), victim.peer());
        let mut credentials = if own { owned(self.genuine(victim)) } else { Credentials::default() };
        credentials.own_name = own.then(|| name(victim).to_owned());
        if self.mode.certifies(peer) {
            let pin = certificate::spki_sha256(self.genuine(peer).certificate());
            credentials.anchors = vec![text(self.pki.root.certificate())];
            credentials.revocation_lists = self.lists_about(peer)?.iter().map(|list| text(list)).collect();
            credentials.pins = vec![text(&pin.map_err(|error| StagingError::Certificate(error.to_string()))?)];
        }
        let wants = self.mode.given.iter().any(|given| given.by.includes(victim) && given.source == Source::PeerName);
        credentials.peer_name = wants.then(|| name(peer).to_owned());
        Ok(Some(credentials))
    }

    /// The revocation lists that reach the peer of `owner`.
    fn lists_about(&self, owner: Role) -> Result<Vec<Vec<u8>>, certificate::issue::Error> {
        let noticed = matches!(self.loot.of(owner), Some(Item::Stolen { noticed: true }));
        if noticed || (owner == Role::Server && self.setting.server_revoked) {
            return self.pki.revocation_lists(&[self.genuine(owner)], self.setting.now);
        }
        revocation_lists(self.pki, name(owner), Purpose::of(owner), self.setting)
    }

    /// What the attacker stands in for a victim with, where that victim needs a certificate.
    fn attacker(&self, victim: Role) -> Result<Option<Credentials>, StagingError> {
        let item = self.loot.of(victim).filter(|_| self.mode.certifies(victim));
        let credential = match item {
            None => return Ok(None),
            Some(Item::Seen) => return Ok(Some(Credentials { key: None, ..owned(self.genuine(victim)) })),
            Some(Item::Stolen { .. }) => self.genuine(victim).clone(),
            Some(Item::Own) => {
                let mut rng = ChaCha20Rng::from_seed(derive(&self.setting.authorities, "own"));
                self.pki.leaf(ATTACKER_NAME, Purpose::of(victim), self.setting.now, &mut rng)?
            }
            Some(Item::Forged(forgery)) => {
                forge(forgery, self.pki, name(victim), Purpose::of(victim), self.setting)?.credential
            }
        };
        Ok(Some(owned(&credential)))
    }
}

/// Chain and key.
fn owned(credential: &Credential) -> Credentials {
    Credentials {
        chain: credential.presented().iter().map(|der| text(der)).collect(),
        key: Some(text(credential.key().seed())),
        ..Credentials::default()
    }
}

fn text(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}
