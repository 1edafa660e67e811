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
