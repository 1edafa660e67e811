//! `interlock cert`: validating, judging and issuing certificates.

mod issue;
mod limbo;
mod report;
mod verify;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use lab::refusal::Refusal;
use process::files::{self, Unread};

/// Longest file that is read: the whole x509-limbo suite has some forty megabytes.
const LONGEST: usize = 256 << 20;

/// The commands.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  interlock cert issue --out pki --attack forge-name
  interlock cert verify --ca pki/root.pem --crl pki/crl.pem --name dns:server.lab pki/attacker.pem
  interlock cert limbo limbo.json")]
pub enum Cert {
    /// Validate a chain and tell every step
    Verify(verify::Verify),
    /// Run a file of x509-limbo test cases
    Limbo(limbo::Limbo),
    /// Write the lab's certificates, or an attacker's, as PEM files
    Issue(issue::Issue),
}

/// Why a command could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// A file cannot be read or written.
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file has other content than the command needs.
    Content {
        /// Which.
        file: PathBuf,
        /// What was expected and what came.
        why: Refusal,
    },
    /// An argument that cannot be followed.
    Usage(Refusal),
    /// Output cannot be written.
    Write(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { file, error } => write!(f, "{}: {error}", file.display()),
            Self::Content { file, why } => write!(f, "{}: {why}", file.display()),
            Self::Usage(why) => why.fmt(f),
            Self::Write(error) => f.write_str(&super::unwritten(error)),
        }
    }
}

impl std::error::Error for Failure {}

/// Runs a command; its exit status is 0 (as it should be), 1 (a finding) or 3 (not decided).
///
/// # Errors
/// What is wrong with the command line or the files: exit status 2, except for [`Failure::Write`].
pub fn run(command: &Cert, out: &mut dyn io::Write) -> Result<u8, Failure> {
    match command {
        Cert::Verify(verify) => verify.run(out),
        Cert::Limbo(limbo) => limbo.run(out),
        Cert::Issue(issue) => issue.run(out),
    }
}

/// A whole file, unless it is absurdly long; a device or pipe tells its length only by its end.
fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    files::octets(file, LONGEST).map_err(unread(file))
}

fn failed(file: &Path) -> impl Fn(io::Error) -> Failure {
    move |error| Failure::File { file: file.to_owned(), error }
}

/// Why a file was not read, by its name.
fn unread(file: &Path) -> impl Fn(Unread) -> Failure {
    move |unread| match unread {
        Unread::System(error) => failed(file)(error),
        Unread::Refused(why) => content(file, why),
    }
}

fn content(file: &Path, why: impl Into<Refusal>) -> Failure {
    Failure::Content { file: file.to_owned(), why: why.into() }
}

/// Seconds since 1970, from the clock.
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
