//! `interlock tls`

mod live;
mod read;
mod told;
mod weak_group;

use super::Failure;
use clap::Subcommand;

/// What can be done with real TLS.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  interlock tls read capture.pcapng
  interlock tls read capture.pcapng --keylog keys.log --json
  interlock tls weak-group")]
pub(super) enum TlsCommand {
    /// Find what a recording of TLS 1.2 gives away: by weak Diffie–Hellman groups, and by keys that leaked
    Read(read::Read),
    /// Let openssl and curl agree on a weak group, record it, and read the recording
    WeakGroup(weak_group::WeakGroup),
}

pub(super) fn run(command: &TlsCommand) -> Result<u8, Failure> {
    match command {
        TlsCommand::Read(read) => read::run(read),
        TlsCommand::WeakGroup(weak_group) => weak_group::run(weak_group),
    }
}
