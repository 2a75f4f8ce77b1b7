//! The `impasto` binary.

fn main() {}
