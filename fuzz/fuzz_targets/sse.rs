//! Fuzzes `impasto_fuzz::sse`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| impasto_fuzz::sse(data));
