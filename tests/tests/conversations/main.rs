//! Conversations without sockets: what is exchanged, what is told of it, and what is concluded.

mod clocks;
mod honest;
mod lies;
mod outcomes;
mod questions;
mod relayed;
mod rollback;
mod symbolic;
mod verdicts;
