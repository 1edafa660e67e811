//! The victims: the programs `client` and `server`.

mod client;
mod own;
mod server;
mod switches;

pub use client::client;
pub use server::server;
