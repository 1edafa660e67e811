//! From a scenario to what the three processes are told: the registries decide what there is, [`lab::staging`] what each
//! party may know.

use crate::sessions::session::now_ms;
use attacker::{
    attacks::{self, Resolved},
    cost,
};
use lab::{
    modes::Unknown,
    refusal::Refusal,
    scenario::Scenario,
    script::Script,
    staging::{Setting, StagingError, campaign},
};
use serde_json::json;
use std::{sync::OnceLock, time::Duration};

pub use lab::staging::Orders;

/// What holds for every session of a console.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a victim waits for each flight.
    pub patience: Duration,
    /// How long a session may take in all; as long as its victims and its prime are known to need where this is absent.
    pub deadline: Option<Duration>,
    /// What the victims say.
    pub phrases: Phrases,
}

/// What the victims say before their canaries' random parts; the usual words where none are given.
#[derive(Clone, Debug, Default)]
pub struct Phrases {
    /// The client's words.
    pub client: Option<String>,
    /// The server's words.
    pub server: Option<String>,
}

impl Settings {
    /// How long a session may take in all whose computation is known to take so many seconds of one core.
    pub fn time(&self, core_seconds: Option<f64>) -> Duration {
        cost::deadline(self.deadline, self.patience, core_seconds)
    }
}

/// Seconds of one core that the attacker's computation in a scenario is known to take; nothing where it computes none.
///
/// # Errors
/// The scenario cannot be run.
pub fn core_seconds(scenario: &Scenario) -> Result<Option<f64>, ScenarioRefused> {
    Ok(cost::core_seconds(&resolve(scenario)?))
}

/// Why a scenario cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{refusal}")]
pub struct ScenarioRefused {
    /// The part of the scenario at fault: `mode`, `variant`, `parameter`, `attack`, `check` or `seed`.
    pub field: &'static str,
    /// What was expected and what came.
    pub refusal: Refusal,
}

/// Looks a scenario up, which puts it in full too: with the variant where it leaves that out.
///
/// # Errors
/// What it names is unknown, or does not fit together.
pub fn resolve(scenario: &Scenario) -> Result<Resolved, ScenarioRefused> {
    Ok(attacks::resolve(scenario)?)
}

/// The same with what the attacker is told to do.
///
/// # Errors
/// As [`resolve`]; and the script is for another mode.
pub fn scripted(scenario: &Scenario, script: &Script) -> Result<Resolved, ScenarioRefused> {
    Ok(attacks::scripted(scenario, Some(script))?)
}

/// Turns a scenario into the orders of its sessions. The same scenario and seed give the same orders but for the session's
/// id; without a seed, the session's randomness is the operating system's, and its authorities are those of this run.
pub fn orders(
    session: &str,
    resolved: &Resolved,
    seed: Option<u64>,
    settings: &Settings,
) -> Result<Vec<Orders>, ScenarioRefused> {
    let mut setting = match seed {
        Some(seed) => Setting::seeded(session, seed),
        None => {
            let now = i64::try_from(now_ms() / 1000).unwrap_or_default();
            let run = of_this_run()?;
            Setting { authorities: run, lasting: run, ..Setting::new(session, random()?, now) }
        }
    };
    let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    setting.patience = milliseconds(settings.patience);
    setting.deadline = milliseconds(settings.time(cost::core_seconds(resolved)));
    if let Some(phrase) = &settings.phrases.client {
        setting.client_phrase.clone_from(phrase);
    }
    if let Some(phrase) = &settings.phrases.server {
        setting.server_phrase.clone_from(phrase);
    }
    let mut sessions = campaign(&resolved.played, &setting)?;
    resolved.told(&mut sessions);
    Ok(sessions)
}

/// What comes of the operating system's randomness.
fn random() -> Result<[u8; 32], ScenarioRefused> {
    let mut drawn = [0; 32];
    getrandom::fill(&mut drawn).map_err(|error| ScenarioRefused {
        field: "seed",
        refusal: Refusal::new("randomness", json!({ "why": error.to_string() })),
    })?;
    Ok(drawn)
}

/// Where the authorities of this run come from, and whatever else outlasts a session: those without a seed share it.
fn of_this_run() -> Result<[u8; 32], ScenarioRefused> {
    static DRAWN: OnceLock<[u8; 32]> = OnceLock::new();
    if DRAWN.get().is_none() {
        // Whoever comes second is told what the first drew.
        let _ = DRAWN.set(random()?);
    }
    DRAWN.get().copied().map_or_else(random, Ok)
}

impl From<Unknown> for ScenarioRefused {
    fn from(unknown: Unknown) -> Self {
        let field = match unknown {
            Unknown::Mode { .. } => "mode",
            Unknown::Variant { .. } => "variant",
            Unknown::Parameter { .. } => "parameter",
            Unknown::Check { .. } => "check",
        };
        Self { field, refusal: Refusal::from(&unknown) }
    }
}

impl From<attacks::Unknown> for ScenarioRefused {
    fn from(unknown: attacks::Unknown) -> Self {
        let field = match unknown {
            attacks::Unknown::Mode(unknown) => return unknown.into(),
            attacks::Unknown::Attack { .. } | attacks::Unknown::Inapplicable { .. } => "attack",
            attacks::Unknown::Variant { .. } => "variant",
            attacks::Unknown::Script(_) => "script",
        };
        Self { field, refusal: Refusal::from(&unknown) }
    }
}

impl From<StagingError> for ScenarioRefused {
    fn from(error: StagingError) -> Self {
        let StagingError::Certificate(why) = error;
        Self { field: "mode", refusal: Refusal::new("certificates", json!({ "why": why })) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::staging::BLOCK;

    fn staged(scenario: &str, seed: Option<u64>) -> Orders {
        let settings = Settings { patience: Duration::from_secs(5), deadline: None, phrases: Phrases::default() };
        orders("a", &resolve(&scenario.parse().unwrap()).unwrap(), seed, &settings).unwrap().remove(0)
    }

    /// The client's trust anchors, the server's chain and its key.
    fn certified(orders: &Orders) -> impl PartialEq + std::fmt::Debug {
        let (client, server) = (orders.client.credentials.clone().unwrap(), orders.server.credentials.clone().unwrap());
        (client.anchors, server.chain, server.key)
    }

    /// What outlasts a session is the run's; what a session draws is its own.
    #[test]
    fn sessions_without_a_seed_share_authorities_and_nothing_else() {
        let drawn =
            |orders: &Orders| [orders.client.seed.clone(), orders.server.seed.clone(), orders.attack.seed.clone()];
        let [one, another] = [staged("ecdh-cert/relay", None), staged("ecdh-cert/relay", None)];
        assert_eq!(certified(&one), certified(&another));
        let secrets: std::collections::BTreeSet<_> = drawn(&one).into_iter().chain(drawn(&another)).collect();
        assert_eq!(secrets.len(), 6);
    }

    #[test]
    fn seeds_in_a_row_share_authorities_and_no_other_does_and_nothing_else_is_shared() {
        let [first, next, other, none] =
            [Some(1), Some(2), Some(BLOCK), None].map(|seed| staged("ecdh-cert/relay", seed));
        assert_eq!(certified(&first), certified(&next));
        assert_ne!(certified(&first), certified(&other));
        assert_ne!(certified(&first), certified(&none));
        assert_ne!(first.client.seed, next.client.seed);
        let secret = |seed| staged("psk/relay", Some(seed)).client.shared_secret;
        assert_ne!(secret(1), secret(2));
        assert_eq!(secret(1), secret(1));
    }
}
