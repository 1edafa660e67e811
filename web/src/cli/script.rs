//! Scripts on the command line.

use super::Failure;
use ::lab::{scenario::Scenario, script::Script};
use attacker::attacks;
use std::{fs, path::Path};

/// Reads a script from a file.
pub(super) fn read(path: &Path) -> Result<Script, Failure> {
    let octets = fs::read(path).map_err(|error| Failure::Usage(format!("--script {}: {error}", path.display())))?;
    Script::read(&octets).map_err(|misfit| Failure::Usage(format!("--script {}: {misfit}", path.display())))
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
