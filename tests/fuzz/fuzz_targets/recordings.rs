//! Recordings of TLS.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::recordings(data));
