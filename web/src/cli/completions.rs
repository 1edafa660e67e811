//! `interlock completions`

use super::{FINE, Failure};
use clap::{Args, Command};
use clap_complete::Shell;
use std::io::Write;

/// Arguments of `interlock completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock completions bash > ~/.local/share/bash-completion/completions/interlock")]
pub(super) struct Completions {
    /// For which shell
    shell: Shell,
}

pub(super) fn run(args: &Completions, command: &mut Command) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, "interlock", &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(FINE)
}
