//! What the three processes are told about one session.

use lab::{
    control::{AttackOrder, PlayOrder},
    scenario::Scenario,
};
use std::time::Duration;

/// What holds for every session of a console.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a victim waits for each flight.
    pub patience: Duration,
    /// Unix seconds that the victims of an unseeded session take for the present.
    pub now: i64,
}

/// The orders of one session, one for each process.
#[derive(Clone, Debug)]
pub struct Orders {
    /// To the client; the console adds where to connect.
    pub client: PlayOrder,
    /// To the server.
    pub server: PlayOrder,
    /// To the attacker.
    pub attack: AttackOrder,
}

/// Why a scenario cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct ScenarioRefused {
    /// The part of the scenario at fault: `mode`, `attack`, `check` or `seed`.
    pub field: &'static str,
    /// What was expected and what came.
    pub message: String,
}

/// Turns a scenario into orders. The same scenario, seed and session id give the same orders.
pub fn orders(
    session: &str,
    scenario: &Scenario,
    seed: Option<u64>,
    settings: &Settings,
) -> Result<Orders, ScenarioRefused> {
    let patience = u64::try_from(settings.patience.as_millis()).unwrap_or(u64::MAX);
    let seed = seed.map_or_else(|| session.to_owned(), |seed| format!("{seed:016x}"));
    let play = PlayOrder {
        session: session.to_owned(),
        mode: scenario.mode.clone(),
        without: scenario.without.clone(),
        with: scenario.with.clone(),
        seed: seed.clone(),
        now: settings.now,
        phrase: "canary".to_owned(),
        patience,
        connect: None,
        credentials: None,
    };
    Ok(Orders {
        client: play.clone(),
        server: play,
        attack: AttackOrder {
            session: session.to_owned(),
            attack: scenario.attack.clone(),
            mode: scenario.mode.clone(),
            seed,
            patience,
            loot: None,
        },
    })
}
