//! The scanner of one reply: framing, JSON and blobs put together.

use bytes::Bytes;

use super::{Piece, PullRules};

/// How a reply is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReplyKind {
    /// One JSON document (`application/json`).
    Json,
    /// Server-sent events (`text/event-stream`), each with one JSON document.
    EventStream,
}

/// How much a scanner accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScanLimits {
    /// The bytes of one document without its blobs: 16 MiB.
    pub document: usize,
    /// The decoded bytes of one blob: 256 MiB.
    pub blob: u64,
    /// The blobs of one reply: 4096.
    pub blobs: u32,
    /// How deep arrays and objects nest: 100.
    pub depth: usize,
}

impl Default for ScanLimits {
    fn default() -> Self {
        Self { document: 16 << 20, blob: 256 << 20, blobs: 4096, depth: 100 }
    }
}

/// Why a reply cannot be read further. What was given out before stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// The reply ended before its end.
    #[error("the reply ended within {open}")]
    Truncated {
        /// What was open, such as `data[0].b64_json`.
        open: String,
    },
    /// It is not JSON.
    #[error("the reply is not JSON (at byte {at}): {excerpt}")]
    NotJson {
        /// The position of the first byte that does not fit.
        at: u64,
        /// At most 300 characters of it.
        excerpt: String,
    },
}

/// Reads one reply as it arrives.
#[derive(Debug)]
pub struct ReplyScanner {
    _kind: ReplyKind,
}

impl ReplyScanner {
    /// A scanner for a reply framed as `kind`.
    #[must_use]
    pub fn new(kind: ReplyKind, _rules: PullRules, _limits: ScanLimits) -> Self {
        Self { _kind: kind }
    }

    /// Takes the next bytes of the body.
    pub fn push(&mut self, _chunk: Bytes) {}

    /// Says that the body is over.
    pub fn end(&mut self) {}

    /// The next thing found; `None` means: push more, or, after [`end`](Self::end), that all was given.
    ///
    /// # Errors
    ///
    /// When the reply cannot be read further.
    #[expect(clippy::should_implement_trait, reason = "the pieces borrow from the scanner; no Iterator can")]
    pub fn next(&mut self) -> Result<Option<Piece<'_>>, ScanError> {
        Ok(None)
    }
}
