//! The emulator from outside, over real HTTP.

#![expect(clippy::expect_used, reason = "a helper that cannot go on fails its test")]

mod atlas;
mod bill;
mod edits;
mod faults;
mod generations;
mod protocol;
mod sellers;
mod streams;
mod support;
