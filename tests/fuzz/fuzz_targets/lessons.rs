//! Lessons.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(fault) = web::lesson::Lesson::read(&String::from_utf8_lossy(data)) {
        assert!(!fault.to_string().is_empty(), "it says what is wrong");
    }
});
