//! What the tests that run across crates share: sessions without sockets, the lab's real programs, and a small client for
//! their HTTP routes.

pub mod browser;
pub mod conversation;
pub mod http;
pub mod outcomes;
pub mod programs;
pub mod serving;
#[cfg(target_os = "linux")]
pub mod watching;
