//! What a victim hears, in every mode.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::messages(data));
