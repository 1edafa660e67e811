//! How a program begins and ends: its arguments, its runtime, its exit status.

use crate::{arguments::ByHand, channel::complain, help};
use clap::{CommandFactory, Parser};
use lab::{refusal::Refusal, staging::StagingError};
use serde_json::json;
use std::{ffi::OsString, future::Future, io, net::SocketAddr, process::ExitCode};

/// It ended as it should.
pub const FINE: u8 = 0;
/// The victim gave up.
pub const GAVE_UP: u8 = 1;
/// The flags ask for something that is not there.
pub const USAGE: u8 = 2;
/// The program itself failed.
pub const FAILED: u8 = 3;

/// Why a program does not run.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The flags ask for something that is not there; exit status 2.
    #[error("{0}")]
    Usage(String),
    /// It cannot do what they ask for; exit status 3.
    #[error("{0}")]
    Failed(String),
}

impl From<StagingError> for Failure {
    fn from(error: StagingError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Where to connect, as `HOST:PORT`; whether there is such a host is seen when it is connected to.
///
/// # Errors
/// It has no host, or no port from 1 to 65535.
pub fn host_and_port(text: &str) -> Result<String, String> {
    let port = match text.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() => port.parse::<u16>().ok(),
        _ => None,
    };
    match port {
        Some(1..) => Ok(text.to_owned()),
        _ => Err(Refusal::new("host-and-port", json!({})).to_string()),
    }
}

/// Parses the arguments and runs a program on them, with clap's exit codes for usage and help.
pub fn run<A: Parser + CommandFactory, F: Future<Output = Result<u8, Failure>>>(
    args: Vec<OsString>,
    program: fn(A) -> F,
) -> ExitCode {
    match help::parse::<A>(args) {
        Ok(args) => block_on(program(args)),
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(USAGE);
            // Where even that cannot be printed there is nobody to read it.
            let _ = help::print::<A>(error);
            ExitCode::from(code)
        }
    }
}

fn block_on(program: impl Future<Output = Result<u8, Failure>>) -> ExitCode {
    let outcome = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed("runtime"));
    let outcome = outcome.and_then(|runtime| {
        let outcome = runtime.block_on(program);
        // Standard input may still be read in the background.
        runtime.shutdown_background();
        outcome
    });
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            complain(&failure.to_string());
            ExitCode::from(if matches!(failure, Failure::Usage(_)) { USAGE } else { FAILED })
        }
    }
}

/// Refuses an address that others can reach unless that was said in words.
///
/// # Errors
/// The address is not loopback, and not meant to be exposed.
pub fn admit(listen: SocketAddr, exposed: bool) -> Result<SocketAddr, Failure> {
    if exposed || listen.ip().is_loopback() {
        return Ok(listen);
    }
    let members = json!({ "got": listen.to_string() });
    Err(Failure::Usage(Refusal::new("exposed", members).to_string()))
}

/// Under the console, Ctrl-C is the console's to handle: it ends its children by closing their input.
pub fn leave_interrupts_to_the_console() {
    tokio::spawn(async { while tokio::signal::ctrl_c().await.is_ok() {} });
}

/// What goes wrong before a session begins.
pub fn failed(context: &str) -> impl Fn(io::Error) -> Failure + '_ {
    move |error| Failure::Failed(format!("{context}: {error}"))
}

/// Where a program's reports go.
pub fn outlet(by_hand: &ByHand) -> crate::channel::Outlet {
    if by_hand.control {
        crate::channel::Outlet::Console
    } else {
        crate::channel::Outlet::Person { events: by_hand.events.clone() }
    }
}
