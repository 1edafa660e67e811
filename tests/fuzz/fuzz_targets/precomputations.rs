//! Files of what was computed before.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::precomputations(data));
