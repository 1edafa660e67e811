//! Scripts for the attacker.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::scripts(data));
