//! The programs `client` and `server`.

mod client;
pub mod listening;
mod server;

use crate::{arguments::ByHand, task};
use clap::{Args, Parser};
use std::{ffi::OsString, future::Future, io, net::SocketAddr, pin::Pin, process::ExitCode};

pub use client::client;
pub use server::server;

/// It ended as it should.
pub const FINE: u8 = 0;
/// The victim gave up.
pub const GAVE_UP: u8 = 1;
/// The program itself failed.
pub const FAILED: u8 = 3;

/// Which checks a victim switches off or on.
#[derive(Clone, Debug, Args)]
pub struct Switches {
    /// Switches a check off; may be given several times
    #[arg(long = "without", value_name = "CHECK")]
    pub without: Vec<String>,
    /// Switches a check on that the mode leaves off; may be given several times
    #[arg(long = "with", value_name = "CHECK")]
    pub with: Vec<String>,
}

/// Parses the arguments and runs a program on them, with clap's exit codes for usage and help.
pub fn run<A: Parser, F: Future<Output = Result<u8, String>> + 'static>(
    args: Vec<OsString>,
    program: fn(A) -> F,
) -> ExitCode {
    match A::try_parse_from(args) {
        Ok(args) => block_on(Box::pin(program(args))),
        Err(error) => {
            // Where even that cannot be printed there is nobody to read it.
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
        }
    }
}

/// Compiled once for all programs.
fn block_on(program: Pin<Box<dyn Future<Output = Result<u8, String>>>>) -> ExitCode {
    let outcome = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string());
    let outcome = outcome.and_then(|runtime| {
        let outcome = runtime.block_on(program);
        // Standard input may still be read in the background.
        runtime.shutdown_background();
        outcome
    });
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(reason) => {
            let name = std::env::args().next().unwrap_or_default();
            let name = name.rsplit('/').next().unwrap_or_default().to_owned();
            let _ = io::Write::write_all(&mut io::stderr(), format!("{name}: {reason}\n").as_bytes());
            ExitCode::from(FAILED)
        }
    }
}

/// Refuses an address that others can reach unless that was said in words.
fn admit(listen: SocketAddr, exposed: bool) -> Result<SocketAddr, String> {
    if exposed || listen.ip().is_loopback() {
        return Ok(listen);
    }
    Err(format!(
        "--listen: expected a loopback address, got {listen}; everybody in the network could connect there: \
         say --expose-to-network if that is meant"
    ))
}

/// Under the console, Ctrl-C is the console's to handle: it ends its children by closing their input.
fn leave_interrupts_to_the_console() {
    task::spawn(async { while tokio::signal::ctrl_c().await.is_ok() {} });
}

/// What goes wrong before a session begins.
fn text(context: &str) -> impl Fn(io::Error) -> String + '_ {
    move |error| format!("{context}: {error}")
}

/// Where a program's reports go.
fn outlet(by_hand: &ByHand) -> crate::channel::Outlet {
    if by_hand.control {
        crate::channel::Outlet::Console
    } else {
        crate::channel::Outlet::Person { events: by_hand.events.clone() }
    }
}
