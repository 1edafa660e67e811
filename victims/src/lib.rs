//! The victims: the programs `client` and `server`.

mod client;
mod own;
mod server;
mod switches;

pub use client::client;
pub use server::server;

use clap::{Command, CommandFactory};

/// The command lines of both, with what their help says.
pub fn commands() -> [Command; 2] {
    [client::Arguments::command(), server::Arguments::command()]
}
