//! Whole flows of the facade against the emulator, over real HTTP on loopback.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod compare;
mod cost;
mod edit;
mod files;
mod fixtures;
mod generate;
#[cfg(feature = "http2")]
mod http2;
mod interval;
mod journal;
mod limits;
mod raw;
#[cfg(feature = "records")]
mod records;
mod refusals;
mod sellers;
mod sinks;
mod spending;
mod streams;
mod support;
mod upload;
