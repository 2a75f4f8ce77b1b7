//! Fuzzes `impasto_fuzz::mask`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| impasto_fuzz::mask(data));
