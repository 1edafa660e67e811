//! The attacker: a relay between two victims, and one recipe for each attack.
//!
//! A recipe sees the wire and what it computes itself. It is never told a victim's secret, seed or canary.

pub mod attack;
pub mod attacks;
pub mod block_search;
pub mod call;
pub mod cost;
pub mod editor;
mod hand;
pub mod impostor;
pub mod leg;
pub mod listener;
pub mod middle;
pub mod passive;
pub mod program;
pub mod reading;
pub mod relay;
pub mod session;
pub mod small_secret;
pub mod wire_keys;
pub mod work;
