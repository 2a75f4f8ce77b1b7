//! Tests of the public surface.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod foreign;
mod help;
mod laws;
mod refusals;
mod sellers;
mod settlement;
mod sheets;
mod tables;
mod traps;
