//! The fast checks run as tests, so that a green `cargo test` means a green CI; the rules themselves are tried too.

mod layers;
mod package;
mod tidy;
