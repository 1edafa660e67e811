//! The victims as programs: one socket loop for any party, and what client, server and attacker have in common as
//! processes.

pub mod arguments;
pub mod channel;
pub mod frames;
pub mod line;
pub mod narrate;
pub mod play;
pub mod program;
pub mod task;
pub mod teller;
