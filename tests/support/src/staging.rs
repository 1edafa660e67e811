//! Orders for a scenario, with everything that the registries know of it.

use attacker::attacks::{self, Unknown};
use lab::{
    scenario::Scenario,
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
