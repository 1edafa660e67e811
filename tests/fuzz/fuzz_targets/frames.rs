//! Frames, in whatever pieces they come.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::frames(data));
