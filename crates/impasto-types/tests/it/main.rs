//! Tests of the public surface.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod atlas;
mod capability;
mod fixtures;
mod keeps;
mod wire;
