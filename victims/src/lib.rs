//! The victims: the programs `client` and `server`.

mod client;
mod server;
mod switches;

pub use client::client;
pub use server::server;
