//! Orders for a scenario, with everything that the registries know of it.

use attacker::attacks::{self, Unknown};
use lab::{
    scenario::Scenario,
    script::Script,
    staging::{self, Orders, Setting},
};

/// Looks a scenario up and stages it.
///
/// # Errors
/// It names something unknown.
///
/// # Panics
/// The lab's own certificates cannot be issued.
pub fn stage(scenario: &Scenario, setting: &Setting) -> Result<Orders, Unknown> {
    let resolved = attacks::resolve(scenario)?;
    Ok(staging::stage(&resolved.played, setting).unwrap_or_else(|error| panic!("{error}")))
}

/// Looks a scenario up and stages all its sessions.
///
/// # Errors
/// It names something unknown.
///
/// # Panics
/// The lab's own certificates cannot be issued.
pub fn campaign(scenario: &Scenario, setting: &Setting) -> Result<Vec<Orders>, Unknown> {
    let resolved = attacks::resolve(scenario)?;
    Ok(staging::campaign(&resolved.played, setting).unwrap_or_else(|error| panic!("{error}")))
}

/// The same for an attacker who does what a script says.
///
/// # Errors
/// It names something unknown, or the script is for another mode.
///
/// # Panics
/// The lab's own certificates cannot be issued.
pub fn stage_script(scenario: &Scenario, script: &Script, setting: &Setting) -> Result<Vec<Orders>, Unknown> {
    let resolved = attacks::scripted(scenario, Some(script))?;
    let mut sessions = staging::campaign(&resolved.played, setting).unwrap_or_else(|error| panic!("{error}"));
    resolved.told(&mut sessions);
    Ok(sessions)
}
