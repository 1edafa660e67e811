//! Orders to a victim.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::orders(data));
