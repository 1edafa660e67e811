//! attacker
pub mod cryptanalysis;
