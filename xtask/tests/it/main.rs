//! The fast checks run as tests, so that a green `cargo test` means a green CI; the rules themselves are tried too.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod data;
mod docs;
mod faults;
mod fixtures;
mod fuzz;
mod laws;
mod layers;
mod package;
mod tidy;
mod weigh;
