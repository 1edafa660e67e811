//! A file of events, and the verdict on them.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::events(data));
