//! `interlock man`

use super::{FINE, Failure};
use clap::{Args, Command};
use serde_json::json;
use std::{fs, io, path::PathBuf};

/// Arguments of `interlock man`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock man ~/.local/share/man/man1
  interlock man pages && man pages/interlock-run.1")]
pub(super) struct Man {
    /// Where to: a page for the program and one for each of its commands
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

pub(super) fn run(args: &Man, command: Command) -> Result<u8, Failure> {
    let directory = &args.directory;
    let failed = |error: io::Error| {
        Failure::lab("cannot-write-file", &json!({ "file": directory.display().to_string(), "why": error.to_string() }))
    };
    fs::create_dir_all(directory).map_err(failed)?;
    clap_mangen::generate_to(command, directory).map_err(failed)?;
    Ok(FINE)
}
