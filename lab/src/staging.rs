//! Staging: from a scenario and a seed to what each of the three processes is told.
//!
//! Everything that one party may not know of another is separated here: each gets a seed of its own, from which neither
//! the scenario's seed nor another party's can be computed, and the attacker gets nothing but what it came by.

mod afterwards;
mod genuine;
mod issue;
mod recording;

pub use issue::{certify, drawn_key, forge, revocation_lists, static_key};

use crate::{
    certificate::{self, KeyType},
    control::{AttackOrder, Place, PlayOrder},
    encryption::USUAL_BITS,
    evidence::hex,
    group::Group,
    loot::Presence,
    mode::{Mode, Source},
    modes::{self, Resolved},
    role::Role,
    scenario::{Scenario, Selection},
};
use issue::issue;
use sha2::{Digest, Sha256};

/// The server's name.
pub const SERVER_NAME: &str = "bob.lab";
/// The client's name.
pub const CLIENT_NAME: &str = "alice.lab";
/// How many seeds in a row share authorities.
pub const BLOCK: u64 = 4096;
/// The present of every seeded session, so that certificates too are the same each time: 2026-01-01 00:00 UTC.
pub const SEEDED_NOW: i64 = 1_767_225_600;

/// What a session runs on, besides its scenario.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The session's id in events.
    pub session: String,
    /// Where all randomness of the session comes from, together with its mode and its attack: no secret of one session is
    /// another's.
    pub seed: [u8; 32],
    /// Where the certificate authorities come from and the keys that decrypt, which sessions may share.
    pub authorities: [u8; 32],
    /// Where all else comes from that outlasts a session, which sessions may share: host keys, lasting public values, a secret
    /// that both victims know.
    pub lasting: [u8; 32],
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
    /// The secret that both share, where it is not to follow from `authorities`.
    pub shared_secret: Option<String>,
    /// What keys the authorities have, and everybody whom they certify.
    pub keys: KeyType,
    /// The theft of the server's key was noticed: its certificate stands on the lists that reached the client.
    pub server_revoked: bool,
}

impl Setting {
    /// The usual phrases and patience, and authorities of the session's own.
    pub fn new(session: impl Into<String>, seed: [u8; 32], now: i64) -> Self {
        Self {
            session: session.into(),
            authorities: seed,
            lasting: seed,
            seed,
            now,
            client_phrase: "Pay 100 to Carol".to_owned(),
            server_phrase: "Your balance is 4711".to_owned(),
            patience: 10_000,
            deadline: 60_000,
            shared_secret: None,
            keys: KeyType::default(),
            server_revoked: false,
        }
    }

    /// A setting that follows from a seed alone. Seeds of one block of [`BLOCK`] share authorities: whoever plays many sessions
    /// takes seeds in a row, and to draw an RSA key costs more than to play a session.
    pub fn seeded(session: impl Into<String>, seed: u64) -> Self {
        let drawn =
            |label: &[u8], seed: u64| Sha256::new_with_prefix(label).chain_update(seed.to_be_bytes()).finalize();
        let authorities = drawn(b"interlock v1 authorities of seeds\0", seed / BLOCK).into();
        Self { authorities, ..Self::new(session, drawn(b"interlock v1 scenario seed\0", seed).into(), SEEDED_NOW) }
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
    /// A certificate could not be issued.
    #[error("certificates: {0}")]
    Certificate(String),
}

impl From<certificate::issue::Error> for StagingError {
    fn from(error: certificate::issue::Error) -> Self {
        Self::Certificate(error.to_string())
    }
}

/// Stages all sessions of a scenario, in the order in which they are played: one, or those of a campaign.
///
/// # Errors
/// A certificate cannot be issued.
pub fn campaign(resolved: &Resolved, setting: &Setting) -> Result<Vec<Orders>, StagingError> {
    let sessions = resolved.sessions();
    if sessions.len() == 1 {
        return Ok(vec![stage(&resolved.in_session(1), setting)?]);
    }
    let of = u32::try_from(sessions.len()).unwrap_or(u32::MAX);
    (1..=of).zip(sessions).map(|(number, presence)| one_of(resolved, setting, presence, number, of)).collect()
}

/// One session of a campaign. What outlasts a session is the same in all of them; what is drawn in one is its own.
fn one_of(
    resolved: &Resolved,
    setting: &Setting,
    presence: Presence,
    number: u32,
    of: u32,
) -> Result<Orders, StagingError> {
    let campaign = setting.session.clone();
    let session = format!("{campaign}.{number}");
    let seed = derive(&setting.seed, &format!("session {number}"));
    let mut orders = stage(&resolved.in_session(number), &Setting { session, seed, ..setting.clone() })?;
    let place = Some(Place { campaign, number, of, at_once: false });
    for place_of in [&mut orders.client.place, &mut orders.server.place, &mut orders.attack.place] {
        place_of.clone_from(&place);
    }
    if presence == Presence::Absent {
        let attack = resolved.absent.clone();
        orders.attack =
            AttackOrder { attack, as_server: None, as_client: None, recording: Vec::new(), ..orders.attack };
    }
    Ok(orders)
}

/// Stages a scenario's one session.
///
/// # Errors
/// A certificate cannot be issued.
pub fn stage(resolved: &Resolved, setting: &Setting) -> Result<Orders, StagingError> {
    let Resolved { mode, scenario: full, loot, .. } = resolved;
    // The first flight carries it, and the same seed is to give the same bytes: so it cannot be the session's id.
    let correlation = hex(&setting.derive(full, "correlation")[..8]);
    let modulus = modulus(mode, &full.mode);
    let certified = mode.certifies(Role::Client) || mode.certifies(Role::Server);
    let mut issued =
        if certified { issue(mode, loot, setting, modulus)? } else { issue::names(mode, loot, setting, modulus) };
    if mode.gives(Source::StaticKey) {
        issued.meet(loot, setting);
    }
    if mode.gives(Source::HostKey) {
        issued.host(loot, setting);
    }
    // Whoever means to face the attacker shares another secret with it than with its peer.
    let secret = |role: Role| {
        let strange = match role {
            Role::Client => loot.called,
            Role::Server => loot.expected,
        };
        mode.gives(Source::SharedSecret).then(|| issue::shared_secret(full, setting, strange.then_some(role)))
    };
    let play = |role: Role, phrase: &str, credentials| PlayOrder {
        session: setting.session.clone(),
        correlation: correlation.clone(),
        mode: full.mode.clone(),
        without: full.without.clone(),
        with: full.with.clone(),
        seed: hex(&setting.derive(full, role.as_str())),
        now: setting.now,
        phrase: phrase.to_owned(),
        patience: setting.patience,
        place: None,
        connect: None,
        shared_secret: secret(role),
        credentials,
        calls: 0,
    };
    let client = play(Role::Client, &setting.client_phrase, issued.client);
    let server = PlayOrder { calls: loot.calls, ..play(Role::Server, &setting.server_phrase, issued.server) };
    let recording =
        if loot.recording { recording::of(mode, &client, &server, setting).unwrap_or_default() } else { Vec::new() };
    let afterwards = loot.afterwards.map(|leak| afterwards::of(leak, mode, &client, &server));
    Ok(Orders {
        client,
        server,
        attack: AttackOrder {
            session: setting.session.clone(),
            correlation: correlation.clone(),
            attack: full.attack.clone(),
            mode: full.mode.clone(),
            seed: hex(&setting.derive(full, "attacker")),
            now: setting.now,
            patience: setting.patience,
            deadline: setting.deadline,
            as_server: issued.as_server,
            as_client: issued.as_client,
            afterwards,
            place: None,
            recording,
            script: None,
            hand: None,
        },
    })
}

/// Bits of the modulus of those who decrypt: the variant's, or the usual ones.
fn modulus(mode: &Mode, selection: &Selection) -> usize {
    let variant = mode.variant(selection.variant.as_deref());
    let bits = variant.and_then(|variant| variant.size(&selection.parameters));
    bits.and_then(|bits| usize::try_from(bits).ok()).unwrap_or(USUAL_BITS)
}

/// The server's own group, in the modes that send one.
pub fn own_group(mode: &Selection) -> Option<Group> {
    modes::find(&mode.id)?.variant(mode.variant.as_deref())?.own_group(&mode.parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn staged(scenario: &str) -> Orders {
        stage(&modes::resolve(&scenario.parse().unwrap()).unwrap(), &Setting::seeded("s", 7)).unwrap()
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
