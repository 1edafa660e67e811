//! Interlock's core: key exchanges as tables, the checks that defend them, and what a session's events prove.
//!
//! Nothing here opens a socket, reads a clock, starts a thread or asks the operating system for randomness: time,
//! randomness and bytes come in, bytes and events go out.

pub mod certificate;
pub mod control;
pub mod event;
pub mod evidence;
pub mod role;
pub mod scenario;
pub mod verdict;
