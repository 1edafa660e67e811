//! attacker
fn main() {}
