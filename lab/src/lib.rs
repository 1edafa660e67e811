//! Interlock's core: key exchanges as tables, the checks that defend them, and what a session's events prove.
//!
//! Nothing here opens a socket, reads a clock, starts a thread or asks the operating system for randomness: time,
//! randomness and bytes come in, bytes and events go out.

pub mod algebra;
pub mod cause;
pub mod certificate;
pub mod check;
pub mod checks;
pub mod control;
pub mod encryption;
mod erased;
pub mod event;
pub mod evidence;
pub mod finding;
pub mod group;
pub mod hand;
pub mod handshake;
pub mod layout;
pub mod loot;
pub mod loss;
pub mod memory;
pub mod misfit;
pub mod mode;
pub mod modes;
pub mod party;
pub mod password;
pub mod record;
pub mod refusal;
pub mod role;
pub mod scenario;
pub mod script;
pub mod seen;
pub mod shadow;
pub mod staging;
pub mod supply;
pub mod term;
pub mod terminal;
pub mod tls;
pub mod toy;
pub mod verdict;
pub mod victim;
pub mod wire;
pub mod words;
