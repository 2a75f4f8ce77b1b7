//! What the scanner gives out.

use std::fmt;

/// The number of an image within one reply, from 0 in the order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobId(pub u32);

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One thing found in a reply.
///
/// For each blob there is one start, any number of data, and one end; a document comes after the ends of the
/// blobs in it.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Piece<'a> {
    /// A blob begins.
    BlobStart(BlobStart),
    /// The next bytes of a blob, decoded.
    BlobData {
        /// Which blob.
        id: BlobId,
        /// The bytes; never empty.
        bytes: &'a [u8],
    },
    /// A blob is over, well or not.
    BlobEnd(BlobEnd),
    /// A JSON document (the reply, or one event's data) is over.
    Document(Document),
}

/// A blob begins.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BlobStart {
    /// Its number.
    pub id: BlobId,
    /// Where it stands in the document, such as `data[0].b64_json`.
    pub path: String,
    /// The media type, when the string said one (`data:image/png;base64,…`).
    pub media_type: Option<String>,
    /// The name of the event it belongs to, when that came before the data.
    pub event: Option<String>,
}

/// A blob is over.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BlobEnd {
    /// Its number.
    pub id: BlobId,
    /// How many decoded bytes were given out.
    pub len: u64,
    /// What is wrong with it; `None` when it is whole.
    pub problem: Option<BlobProblem>,
}

/// Why a blob is not whole. The bytes given out before the problem are good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlobProblem {
    /// The string is not base64.
    #[error("{path} is not base64: character {at} is {found}")]
    BadBase64 {
        /// Where it stands in the document.
        path: String,
        /// The position of the offending character in the base64 text.
        at: u64,
        /// The offending character, printable, or `the end`.
        found: String,
    },
    /// The reply ended within the string.
    #[error("the reply ended within {path}")]
    Truncated {
        /// Where it stands in the document.
        path: String,
    },
    /// It is larger than the limit.
    #[error("{path} is larger than the limit of {limit} bytes")]
    TooLarge {
        /// Where it stands in the document.
        path: String,
        /// The limit in bytes.
        limit: u64,
    },
}

/// A blob as its document knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BlobSummary {
    /// Its number; [`placeholder`] of it stands in the JSON.
    pub id: BlobId,
    /// Where it stands in the document.
    pub path: String,
    /// The media type, when the string said one.
    pub media_type: Option<String>,
    /// How many decoded bytes were given out.
    pub len: u64,
    /// What is wrong with it; `None` when it is whole.
    pub problem: Option<BlobProblem>,
}

impl BlobSummary {
    /// What a scanner says of a blob at `path` of `len` bytes; for fakes and fixtures.
    pub fn new(id: BlobId, path: impl Into<String>, len: u64) -> Self {
        Self { id, path: path.into(), media_type: None, len, problem: None }
    }
}

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DocumentKind {
    /// Valid JSON.
    Json,
    /// An event whose data is text, not JSON.
    Text,
    /// The `[DONE]` that ends some event streams.
    Done,
}

/// What is left of a reply, or of one event's data, once its blobs are pulled out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Document {
    /// What it is.
    pub kind: DocumentKind,
    /// The event's name, in an event stream that gives one.
    pub event: Option<String>,
    /// The JSON, with [`placeholder`] in place of each pulled string; for other kinds the text itself.
    pub json: Vec<u8>,
    /// The blobs pulled out of it, in the order in which they stand.
    pub blobs: Vec<BlobSummary>,
}

impl Document {
    /// A JSON document without blobs; for fakes and fixtures.
    pub fn from_json(json: impl Into<Vec<u8>>) -> Self {
        Self { kind: DocumentKind::Json, event: None, json: json.into(), blobs: Vec::new() }
    }

    /// The same document with an event's name.
    #[must_use]
    pub fn with_event(mut self, event: impl Into<String>) -> Self {
        self.event = Some(event.into());
        self
    }

    /// The same document with these blobs.
    #[must_use]
    pub fn with_blobs(mut self, blobs: Vec<BlobSummary>) -> Self {
        self.blobs = blobs;
        self
    }

    /// The `[DONE]` that ends some event streams.
    #[must_use]
    pub fn is_done_marker(&self) -> bool {
        self.kind == DocumentKind::Done
    }

    /// The blob of that number.
    #[must_use]
    pub fn blob(&self, id: BlobId) -> Option<&BlobSummary> {
        self.blobs.iter().find(|blob| blob.id == id)
    }
}

const PLACEHOLDER: &str = "impasto-blob:";

/// The string that stands in a document for a pulled blob.
///
/// A seller's own string of that form is given a leading U+FFFD by the scanner, so that it is not mistaken for
/// one.
///
/// ```
/// use impasto_transport::scan::{BlobId, blob_of, placeholder};
///
/// assert_eq!(blob_of(&placeholder(BlobId(3))), Some(BlobId(3)));
/// assert_eq!(blob_of("https://example.com/a.png"), None);
/// ```
#[must_use]
pub fn placeholder(id: BlobId) -> String {
    format!("{PLACEHOLDER}{id}")
}

/// The blob that a string of a document stands for, if it is a [`placeholder`].
#[must_use]
pub fn blob_of(text: &str) -> Option<BlobId> {
    let digits = text.strip_prefix(PLACEHOLDER)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok().map(BlobId))?
}
