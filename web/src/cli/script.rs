//! Scripts on the command line.

use super::Failure;
use ::lab::{
    misfit::{Given, Misfit, Need},
    modes,
    scenario::Scenario,
    script::{
        self,
        kept::{Kept, Written},
    },
};
use attacker::attacks;
use process::files;
use std::path::Path;

/// Reads a script from a file.
pub(super) fn read(path: &Path) -> Result<Written, Failure> {
    let octets = files::octets(path, script::LONGEST)
        .map_err(|error| Failure::Usage(format!("--script {}: {error}", path.display())))?;
    Written::read(&octets).map_err(|misfit| Failure::Usage(format!("--script {}: {misfit}", path.display())))
}

/// What is played by hand where `asked` is the mode with its switches: the script's scenario, and its switches where none are
/// asked for.
///
/// # Errors
/// The script is for another mode.
pub(super) fn by_hand(asked: Scenario, kept: &Kept) -> Result<Scenario, Failure> {
    let full = |mode| modes::play(mode, &[], &[]).map(|played| played.selection).ok();
    if full(&asked.mode) != full(&kept.scenario.mode) {
        let need = Need::OneOf { names: vec![kept.scenario.mode.to_string()] };
        let misfit = Misfit::new("mode", need, Given::text(&asked.mode.to_string()));
        return Err(Failure::Usage(format!("--script: {misfit}")));
    }
    if asked.without.is_empty() && asked.with.is_empty() {
        return Ok(kept.scenario.clone());
    }
    Ok(Scenario { attack: kept.scenario.attack.clone(), ..asked })
}

/// A scenario as it is written, or a mode with its switches, in which the attacker does what a script says.
pub(super) fn scenario(text: &str) -> Result<Scenario, String> {
    if text.contains('/') {
        return super::lab::scenario(text);
    }
    let (mode, switches) = text.split_at(text.find(['~', '+']).unwrap_or(text.len()));
    let named = attacks::by_script(::lab::scenario::Selection::plain(mode), Vec::new(), Vec::new());
    super::lab::scenario(&format!("{named}{switches}"))
}
