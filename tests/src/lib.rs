//! What the tests that run across crates share: sessions without sockets, and the way to test data.

pub mod conversation;
pub mod data;
pub mod fuzz;
pub mod mutation;
pub mod outcomes;
pub mod vectors;
