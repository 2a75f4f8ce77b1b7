//! Spans and events for whoever listens: one span for a call, one for each exchange, events for what happens between.
//!
//! Names are those of OpenTelemetry's semantic conventions for generative AI and for HTTP clients (generative AI is in
//! development; read 2026-11-21); what they have no name for begins with `impasto.`. Neither keys, prompts, URLs nor
//! the words of sellers are recorded: those may repeat any of the three.

#[cfg(feature = "tracing")]
mod on;

#[cfg(not(feature = "tracing"))]
mod off;

#[cfg(feature = "tracing")]
pub(crate) use on::{AttemptSpan, CallSpan, event, settled, waiting};

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{AttemptSpan, CallSpan, event, settled, waiting};
