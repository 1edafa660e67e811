//! Path validation on whatever bytes the fuzzer finds.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::certificates(data));
