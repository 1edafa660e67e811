//! The command line.

mod audit;
mod beliefs;
pub mod cert;
mod check;
mod compare;
mod completions;
mod crack;
mod dissector;
mod explore;
mod export;
mod further;
mod glob;
mod group;
mod import;
mod lab;
mod list;
mod man;
mod numbers;
mod outcomes;
mod parameters;
mod repeatable;
mod reports;
mod run;
mod script;
mod serve;
mod step;
mod story;
mod style;
mod tls;

use crate::{
    ci::report::Standing,
    sessions::store::{AddressRefused, Server, data_directory},
};
use ::lab::words;
use clap::{Args, CommandFactory, Parser, Subcommand};
use process::{help, usage::what_is_wrong};
use serde_json::{Value, json};
use std::{
    ffi::OsString,
    io::{self, IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

/// Everything is as it should be.
pub const FINE: u8 = 0;
/// A finding: an outcome is not the expected one.
pub const FINDING: u8 = 1;
/// The command line cannot be understood.
pub const USAGE: u8 = 2;
/// The lab itself failed.
pub const FAILED: u8 = 3;

/// Which version this is, and from which commit it was built, where that is known.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), env!("INTERLOCK_BUILT_FROM"));

/// A man-in-the-middle attack and defence lab for key exchange.
#[derive(Debug, Parser)]
#[command(
    name = "interlock",
    version = VERSION,
    after_help = "\
Examples:
  interlock                                         start the lab and its dashboard
  interlock run ecdh-cert/substitute                run one scenario and tell its story
  interlock compare ecdh-cert/substitute transcript-signature
  interlock check --junit report.xml                every expected outcome, for CI

Exit status: 0 as it should be, 1 a finding, 2 usage, 3 the lab itself failed."
)]
struct Cli {
    /// The language of what is told [default: that of LANG on a terminal, or English]
    #[arg(long = "lang", global = true, value_name = "CODE", value_parser = ["en", "de"])]
    _lang: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Serve,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the lab and its dashboard (what happens without a command)
    Serve(serve::Serve),
    /// Run a scenario, tell its story and give the verdict with its evidence
    Run(run::Run),
    /// Run a scenario with and without one check, and show where the two part
    Compare(compare::Compare),
    /// Run every scenario with an expected outcome, for CI
    Check(check::Check),
    /// Attack real software over real TLS, and grade what it does
    Audit(audit::Audit),
    /// List what there is
    List(list::List),
    /// Compute a discrete logarithm, with the method, the progress and the cost
    Crack(crack::Crack),
    /// Ask about Diffie–Hellman groups
    #[command(subcommand)]
    Group(group::GroupCommand),
    /// Look for an attack over terms, within a bound
    Explore(explore::Explore),
    /// Validate a certificate chain and tell every step, judge test suites, issue the lab's certificates
    #[command(subcommand)]
    Cert(cert::Cert),
    /// Read recordings of real TLS, and record some
    #[command(subcommand)]
    Tls(tls::TlsCommand),
    /// Let a computation go on that was cut off, from the recording of its session
    Continue(further::Further),
    /// Write a stored session for others
    Export(export::Export),
    /// Take in what an export has written as JSON
    Import(import::Import),
    /// Print what lets Wireshark read the lab's frames
    Dissector(dissector::Dissector),
    /// Print a completion script for a shell
    Completions(completions::Completions),
    /// Write the manual pages
    Man(man::Man),
    /// Play the client's part by hand
    Client(Part),
    /// Play the server's part by hand
    Server(Part),
    /// Play the attacker's part by hand
    Attacker(Part),
}

/// All commands, with what their help says.
pub fn command() -> clap::Command {
    Cli::command()
}

/// The language that a command line asks for, by its code. It is looked for beforehand, so that what is wrong with the rest of
/// the line can be told in it.
fn asked_for(args: impl Iterator<Item = OsString>) -> Option<String> {
    let mut args = args.skip(1).map_while(|arg| arg.into_string().ok()).take_while(|arg| arg != "--");
    let mut code = None;
    while code.is_none()
        && let Some(arg) = args.next()
    {
        code = if arg == "--lang" { args.next() } else { arg.strip_prefix("--lang=").map(str::to_owned) };
    }
    code.filter(|code| words::TONGUES.iter().any(|tongue| tongue.code == code))
}

/// The language of a person at a terminal, by its code, as the surroundings have it (POSIX.1 section 8.2). What a program
/// reads is English.
fn surroundings() -> Option<String> {
    let mut told = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    let told = told.find(|value| !value.is_empty())?;
    io::stdout().is_terminal().then(|| told.chars().take_while(char::is_ascii_alphabetic).collect())
}

/// The arguments of a part, which its own program reads.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
struct Part {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    args: Vec<OsString>,
}

/// Where the store is.
#[derive(Clone, Debug, Args)]
struct Data {
    /// Keep sessions in this directory [default: $XDG_DATA_HOME/interlock or ~/.local/share/interlock, on Windows %LOCALAPPDATA%\interlock]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Keep sessions in a PostgreSQL database instead, which other consoles may share: each shows what happens at all of them.
    /// postgres:///DATABASE is on this machine, postgres://[USER@]HOST[:PORT]/DATABASE anywhere
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    store: Option<String>,
    /// Reach a PostgreSQL server on another machine, although nothing is encrypted on the way: who can read or change the
    /// network's traffic can read and change what is kept
    #[arg(long, requires = "store")]
    unencrypted_store: bool,
}

impl Data {
    fn directory(&self) -> Option<PathBuf> {
        self.data.clone().or_else(data_directory)
    }

    /// The database that is asked for, where one is.
    fn server(&self) -> Result<Option<Server>, Failure> {
        let read = |address: &String| Server::read(address, self.unencrypted_store);
        self.store.as_ref().map(read).transpose().map_err(|refused| match refused {
            AddressRefused::Scheme => Failure::usage("store-scheme", &json!({})),
            AddressRefused::Part { field, known } => {
                Failure::usage("store-part", &json!({ "field": field, "known": known }))
            }
            AddressRefused::Encrypted => Failure::usage("store-encrypted", &json!({})),
            AddressRefused::Remote(host) => Failure::usage("store-remote", &json!({ "host": host })),
        })
    }
}

/// What ends a command early.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The command line asks for something that is not there.
    #[error("{0}")]
    Usage(String),
    /// The lab itself failed.
    #[error("{0}")]
    Lab(String),
    /// Standard output or a file cannot be written.
    #[error("{}", unwritten(.0))]
    Write(#[from] io::Error),
}

fn unwritten(error: &io::Error) -> String {
    said("cannot-write", &json!({ "why": error.to_string() }))
}

impl Failure {
    /// What is wrong with a command line, in the language's words of this name.
    fn usage(name: &str, members: &Value) -> Self {
        Self::Usage(said(name, members))
    }

    /// How the lab failed, in the language's words of this name.
    fn lab(name: &str, members: &Value) -> Self {
        Self::Lab(said(name, members))
    }
}

/// What the command line says by itself.
fn said(name: &str, members: &Value) -> String {
    words::say("cli", name, members)
}

impl From<cert::Failure> for Failure {
    fn from(failure: cert::Failure) -> Self {
        match failure {
            cert::Failure::Write(error) => Self::Write(error),
            other => Self::Usage(other.to_string()),
        }
    }
}

/// Whoever reads may have read enough, as `head -1` has: what was found is told by the exit status all the same.
fn unless_read_enough(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// The exit status of what was played: [`FAILED`] where the lab could not tell of something, [`FINDING`] where something is not as
/// it should be. Every command that holds outcomes against expected ones ends with it.
fn status(standings: impl IntoIterator<Item = Standing>) -> u8 {
    let of = |standing| match standing {
        Standing::Fine | Standing::Accepted => FINE,
        Standing::Finding => FINDING,
        Standing::Unclear => FAILED,
    };
    standings.into_iter().map(of).max().unwrap_or(FINE)
}

/// Runs the command of this process's arguments.
pub fn main() -> ExitCode {
    if let Some(code) = asked_for(std::env::args_os()).or_else(surroundings) {
        words::speak(&code);
    }
    let cli = match help::parse::<Cli>(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => return misunderstood(error),
    };
    let done = match cli.command {
        None => serve::run(&cli.serve),
        Some(Command::Serve(serve)) => serve::run(&serve),
        Some(Command::Run(run)) => run::run(&run),
        Some(Command::Compare(compare)) => compare::run(&compare),
        Some(Command::Check(check)) => check::run(&check),
        Some(Command::Audit(audit)) => audit::run(&audit),
        Some(Command::List(list)) => list::run(&list),
        Some(Command::Crack(crack)) => crack::run(&crack),
        Some(Command::Group(group)) => group::run(&group),
        Some(Command::Explore(explore)) => explore::run(&explore),
        Some(Command::Cert(cert)) => cert::run(&cert, &mut anstream::stdout().lock()).map_err(Failure::from),
        Some(Command::Tls(command)) => tls::run(&command),
        Some(Command::Continue(further)) => further::run(&further),
        Some(Command::Export(export)) => export::run(&export),
        Some(Command::Import(import)) => import::run(&import),
        Some(Command::Dissector(dissector)) => dissector::run(&dissector),
        Some(Command::Completions(completions)) => completions::run(&completions, &mut help::told(command())),
        Some(Command::Man(man)) => man::run(&man, command()),
        Some(Command::Client(part)) => return part.play("client", victims::client),
        Some(Command::Server(part)) => return part.play("server", victims::server),
        Some(Command::Attacker(part)) => return part.play("attacker", attacker::program::attacker),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        // Whoever reads has read enough: `interlock list modes | head -1`.
        Err(Failure::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(FINE),
        Err(failure) => {
            crate::log::line("interlock", &failure);
            ExitCode::from(if matches!(failure, Failure::Usage(_)) { USAGE } else { FAILED })
        }
    }
}

/// A command line that cannot be understood, or a question about it. Commands whose every answer is an object answer
/// with one here too.
fn misunderstood(error: clap::Error) -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let answers_in_objects = args.next().is_some_and(|command| command == "crack" || command == "group");
    if error.use_stderr() && answers_in_objects && args.any(|arg| arg == "--json") {
        let object = crack::fault("bad-input", &what_is_wrong(&error));
        return match anstream::stdout().lock().write_all(format!("{object}\n").as_bytes()) {
            Ok(()) => ExitCode::from(USAGE),
            Err(_) => ExitCode::from(FAILED),
        };
    }
    let code = u8::try_from(error.exit_code()).unwrap_or(USAGE);
    // Where even that cannot be printed there is nobody to read it.
    let _ = help::print::<Cli>(error);
    ExitCode::from(code)
}

impl Part {
    /// Plays a part as its own program would.
    fn play(self, name: &str, program: fn(Vec<OsString>) -> ExitCode) -> ExitCode {
        program(std::iter::once(OsString::from(name)).chain(self.args).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
