//! How much a scanner accepts, and why it stops.

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

impl ScanLimits {
    /// The same limits with another for the bytes of one document without its blobs.
    #[must_use]
    pub fn with_document(mut self, bytes: usize) -> Self {
        self.document = bytes;
        self
    }

    /// The same limits with another for the decoded bytes of one blob.
    #[must_use]
    pub fn with_blob(mut self, bytes: u64) -> Self {
        self.blob = bytes;
        self
    }

    /// The same limits with another for the blobs of one reply.
    #[must_use]
    pub fn with_blobs(mut self, count: u32) -> Self {
        self.blobs = count;
        self
    }

    /// The same limits with another for how deep arrays and objects nest.
    #[must_use]
    pub fn with_depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }
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
    /// There is nothing in it.
    #[error("the reply is empty")]
    Empty,
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
        /// At most 300 characters from there, or from shortly before.
        excerpt: String,
    },
    /// Something follows the JSON document.
    #[error("more follows the JSON of the reply (at byte {at}): {excerpt}")]
    TrailingData {
        /// The position of its first byte.
        at: u64,
        /// At most 300 characters of it.
        excerpt: String,
    },
    /// Arrays and objects nest too deep.
    #[error("the JSON of the reply nests deeper than the limit of {limit}")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// The document is too large, even without its blobs.
    #[error("the JSON of the reply is longer than the limit of {limit} bytes, its images not counted")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// There are too many blobs.
    #[error("the reply has more images than the limit of {limit}")]
    TooManyBlobs {
        /// The limit.
        limit: u32,
    },
}
