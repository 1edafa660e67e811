//! attacker
