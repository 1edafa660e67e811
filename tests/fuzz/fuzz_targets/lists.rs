//! Revocation lists that the right authority has signed.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::lists(data));
