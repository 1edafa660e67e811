//! `interlock tls`

mod live;
mod read;
mod told;

use super::Failure;
use clap::Subcommand;

/// What can be done with real TLS.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  interlock tls read capture.pcapng
  interlock tls read capture.pcapng --keylog keys.log --json")]
pub(super) enum TlsCommand {
    /// Find what a recording of TLS 1.2 gives away: by weak Diffie–Hellman groups, and by keys that leaked
    Read(read::Read),
}

pub(super) fn run(command: &TlsCommand) -> Result<u8, Failure> {
    match command {
        TlsCommand::Read(read) => read::run(read),
    }
}
