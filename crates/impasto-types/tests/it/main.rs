//! Tests of the public surface.

mod capability;
mod wire;
