//! The adapters through the public surface: what they send, and what they make of what comes back.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod atlas_replies;
mod atlas_requests;
mod book;
mod history;
mod laws;
mod openai_errors;
mod openai_replies;
mod openai_requests;
mod openai_streams;
mod sellers;
mod support;
#[cfg(feature = "webhooks")]
mod webhook;
