//! Staging: from a scenario and a seed to what each of the three processes is told.
//!
//! Everything that one party may not know of another is separated here: each gets a seed of its own, from which neither
//! the scenario's seed nor another party's can be computed, and the attacker gets nothing but what it came by.

use crate::{
    certificate::{
        self, Credential, Pki, Purpose,
        forge::{self, ATTACKER_NAME, Forged, Forgery},
    },
    control::{AttackOrder, Credentials, PlayOrder},
    evidence::hex,
    group::{Group, Modp, named, weak},
    mode::Mode,
    modes::{self, Unknown},
    role::Role,
    scenario::{Scenario, Selection},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The server's name.
pub const SERVER_NAME: &str = "bob.lab";
/// The client's name.
pub const CLIENT_NAME: &str = "alice.lab";
/// The present of every seeded session, so that certificates too are the same each time: 2026-01-01 00:00 UTC.
pub const SEEDED_NOW: i64 = 1_767_225_600;
/// The forgery whose certificate was withdrawn before the session.
const REVOKED: &str = "forge-revoked";

/// What a session runs on, besides its scenario.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The session's id in events.
    pub session: String,
    /// Where all randomness of the session comes from, together with its mode and its attack: no secret of one session is
    /// another's.
    pub seed: [u8; 32],
    /// Where the certificate authorities come from, which sessions may share.
    pub authorities: [u8; 32],
    /// Unix seconds that the victims take for the present.
    pub now: i64,
    /// What the client says before its canary's random part.
    pub client_phrase: String,
    /// What the server says before its canary's random part.
    pub server_phrase: String,
    /// How long the victims wait for each flight, in milliseconds.
    pub patience: u64,
    /// How long the session may take in all, in milliseconds.
    pub deadline: u64,
    /// The theft of the server's key was noticed: its certificate stands on the lists that reached the client.
    pub server_revoked: bool,
}

impl Setting {
    /// The usual phrases and patience, and authorities of the session's own.
    pub fn new(session: impl Into<String>, seed: [u8; 32], now: i64) -> Self {
        Self {
            session: session.into(),
            authorities: seed,
            seed,
            now,
            client_phrase: "Pay 100 to Carol".to_owned(),
            server_phrase: "Your balance is 4711".to_owned(),
            patience: 10_000,
            deadline: 60_000,
            server_revoked: false,
        }
    }

    /// A setting that follows from a seed alone.
    pub fn seeded(session: impl Into<String>, seed: u64) -> Self {
        let seed = Sha256::new_with_prefix(b"interlock v1 scenario seed\0").chain_update(seed.to_be_bytes()).finalize();
        Self::new(session, seed.into(), SEEDED_NOW)
    }

    /// What a session of this mode and attack draws for one purpose. Switches have no part in it: without one of its
    /// checks, a session is the same up to where the check decides.
    fn derive(&self, scenario: &Scenario, purpose: &str) -> [u8; 32] {
        derive(&self.seed, &format!("{purpose} of {}/{}", scenario.mode, scenario.attack))
    }
}

fn derive(seed: &[u8; 32], purpose: &str) -> [u8; 32] {
    Sha256::new_with_prefix(b"interlock v1 staging\0").chain_update(seed).chain_update(purpose).finalize().into()
}

/// What the three processes are told.
#[derive(Clone, Debug)]
pub struct Orders {
    /// To the client; the console adds where to connect.
    pub client: PlayOrder,
    /// To the server.
    pub server: PlayOrder,
    /// To the attacker.
    pub attack: AttackOrder,
}

/// Why a scenario cannot be staged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StagingError {
    /// It names something unknown.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// A certificate could not be issued.
    #[error("certificates: {0}")]
    Certificate(String),
}

/// Stages a scenario.
///
/// # Errors
/// The scenario names something unknown.
pub fn stage(scenario: &Scenario, setting: &Setting) -> Result<Orders, StagingError> {
    let (mode, full) = modes::resolve(scenario)?;
    // The first flight carries it, and the same seed is to give the same bytes: so it cannot be the session's id.
    let correlation = hex(&setting.derive(&full, "correlation")[..8]);
    let issued = if mode.certifies(Role::Server) { issue(mode, &full.attack, setting)? } else { Issued::default() };
    let play = |role: Role, phrase: &str, credentials| PlayOrder {
        session: setting.session.clone(),
        correlation: correlation.clone(),
        mode: full.mode.clone(),
        without: full.without.clone(),
        with: full.with.clone(),
        seed: hex(&setting.derive(&full, role.as_str())),
        now: setting.now,
        phrase: phrase.to_owned(),
        patience: setting.patience,
        connect: None,
        credentials,
    };
    Ok(Orders {
        client: play(Role::Client, &setting.client_phrase, issued.client),
        server: play(Role::Server, &setting.server_phrase, issued.server),
        attack: AttackOrder {
            session: setting.session.clone(),
            correlation: correlation.clone(),
            attack: full.attack.clone(),
            mode: full.mode.clone(),
            seed: hex(&setting.derive(&full, "attacker")),
            patience: setting.patience,
            deadline: setting.deadline,
            as_server: issued.as_server,
            as_client: issued.as_client,
        },
    })
}

/// The server's own group, in the modes that send one.
pub fn own_group(mode: &Selection) -> Option<Group> {
    let parameter = |name: &str, default| mode.parameters.get(name).copied().unwrap_or(default);
    let variant = modes::find(&mode.id).filter(|it| it.sends_group())?.variant(mode.variant.as_deref())?;
    if variant.id == "published" {
        return named::find("ffdhe2048");
    }
    let default = variant.parameters.iter().find(|parameter| parameter.name == "bits").map_or(48, |bits| bits.default);
    let make: fn(u64) -> Modp = if variant.id == "smooth" { weak::smooth } else { weak::short };
    Some(Group::Modp(Arc::new(make(parameter("bits", default)))))
}

/// Who owns what.
#[derive(Default)]
struct Issued {
    client: Option<Credentials>,
    server: Option<Credentials>,
    as_server: Option<Credentials>,
    as_client: Option<Credentials>,
}

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
    match forge::find(REVOKED) {
        Some(forgery) => Ok(forge(forgery, pki, name, purpose, setting)?.crls),
        None => pki.revocation_lists(&[], setting.now),
    }
}

fn issue(mode: &Mode, attack: &Selection, setting: &Setting) -> Result<Issued, StagingError> {
    let failed = |error: certificate::issue::Error| StagingError::Certificate(error.to_string());
    let pki = certify(setting, SERVER_NAME, CLIENT_NAME).map_err(failed)?;
    let forged = |name, purpose| {
        let forged = forge::find(&attack.id).map(|forgery| forge(forgery, &pki, name, purpose, setting));
        forged.transpose().map(|it| it.map(|it| owned(&it.credential))).map_err(failed)
    };
    let certified = mode.certifies(Role::Client);
    let mut as_server = forged(SERVER_NAME, Purpose::Server)?;
    let mut as_client = if certified { forged(CLIENT_NAME, Purpose::Client)? } else { None };
    let lists = |name, purpose| revocation_lists(&pki, name, purpose, setting).map_err(failed);
    let mut clients_lists = lists(SERVER_NAME, Purpose::Server)?;
    let servers_lists = if certified { lists(CLIENT_NAME, Purpose::Client)? } else { Vec::new() };
    match attack.id.as_str() {
        "stolen-key" => {
            as_server = Some(owned(&pki.server));
        }
        // What the two keys sign for others is all that the recipe uses of them.
        "cross-protocol" => {
            as_server = Some(owned(&pki.server));
            as_client = certified.then(|| owned(&pki.client));
        }
        // A certificate is public: this one was seen in an earlier session.
        "replay-cert" => {
            as_client = certified.then(|| Credentials { key: None, ..owned(&pki.client) });
        }
        // Whoever pays for it gets a genuine certificate for a name of its own.
        "misbind" => {
            let mut rng = ChaCha20Rng::from_seed(derive(&setting.authorities, "own"));
            let own = pki.leaf(ATTACKER_NAME, Purpose::Client, setting.now, &mut rng).map_err(failed)?;
            as_client = Some(owned(&own));
        }
        _ => {}
    }
    if setting.server_revoked || (attack.id == "stolen-key" && attack.variant.as_deref() == Some("revoked")) {
        clients_lists = pki.revocation_lists(&[&pki.server], setting.now).map_err(failed)?;
    }
    let server = Credentials { own_name: Some(SERVER_NAME.to_owned()), ..owned(&pki.server) };
    let client = Credentials { peer_name: Some(SERVER_NAME.to_owned()), ..Credentials::default() };
    let (client, server) = if certified {
        let client =
            Credentials { own_name: Some(CLIENT_NAME.to_owned()), peer_name: client.peer_name, ..owned(&pki.client) };
        (client, trusting(server, &pki, &pki.client, &servers_lists)?)
    } else {
        (client, server)
    };
    let client = trusting(client, &pki, &pki.server, &clients_lists)?;
    Ok(Issued { client: Some(client), server: Some(server), as_server, as_client })
}

/// What it holds its peer's certificate against, besides what it owns.
fn trusting(own: Credentials, pki: &Pki, peer: &Credential, lists: &[Vec<u8>]) -> Result<Credentials, StagingError> {
    let pin = certificate::spki_sha256(peer.certificate());
    Ok(Credentials {
        anchors: vec![text(pki.root.certificate())],
        revocation_lists: lists.iter().map(|list| text(list)).collect(),
        pins: vec![text(&pin.map_err(|error| StagingError::Certificate(error.to_string()))?)],
        ..own
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn staged(scenario: &str) -> Orders {
        stage(&scenario.parse().unwrap(), &Setting::seeded("s", 7)).unwrap()
    }

    #[test]
    fn one_seed_gives_no_two_scenarios_the_same_secrets() {
        let scenarios = [
            "dh/relay",
            "dh/substitute",
            "dh/inject-public:one",
            "dh/inject-public:zero",
            "ecdh/relay",
            "ecdh-cert/relay",
            "dh-weak:short,bits=48/crack",
            "dh-weak:short,bits=49/crack",
            "dh-weak:smooth/crack",
        ];
        let mut drawn = BTreeSet::new();
        for scenario in scenarios {
            let orders = staged(scenario);
            for it in [orders.client.seed, orders.server.seed, orders.attack.seed, orders.client.correlation] {
                assert!(drawn.insert(it), "{scenario}");
            }
        }
    }

    #[test]
    fn a_switch_leaves_every_secret_as_it_is() {
        let drawn = |scenario| {
            let orders = staged(scenario);
            [orders.client.seed, orders.server.seed, orders.attack.seed, orders.attack.correlation]
        };
        assert_eq!(drawn("ecdh-cert/substitute"), drawn("ecdh-cert/substitute~transcript-signature"));
    }
}
