//! An assistant's sessions with the server, against the emulator over real HTTP.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod cancel;
mod files;
mod http;
mod jobs;
mod keys;
mod money;
mod session;
mod support;
mod tools;
