//! What a request carries: pieces of bytes and files, so that nothing large is ever held whole.

use std::{fmt, fs, path::PathBuf};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{TransportError, TransportErrorKind};

mod form;
mod json;
mod reader;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod upload;

pub use form::{Form, Part, PartContent};
pub use json::JsonBody;
pub use reader::{READ_SIZE, SegmentReader};
#[cfg(any(feature = "hyper", feature = "reqwest"))]
pub(crate) use upload::{Upload, checked};

/// The body of a request, as a value: it can be sent more than once, printed, and compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Body {
    /// None.
    #[default]
    Empty,
    /// JSON text, perhaps with files in it as data URLs.
    Json(JsonBody),
    /// `multipart/form-data`.
    Multipart(Form),
    /// Bytes of a type of their own.
    Bytes {
        /// The `Content-Type`.
        content_type: String,
        /// The bytes.
        bytes: Bytes,
    },
}

impl Body {
    /// The `Content-Type`; none for an empty body. `boundary` matters only to multipart.
    #[must_use]
    pub fn content_type(&self, boundary: &str) -> Option<String> {
        match self {
            Self::Empty => None,
            Self::Json(_) => Some("application/json".to_owned()),
            Self::Multipart(_) => Some(format!("multipart/form-data; boundary={boundary}")),
            Self::Bytes { content_type, .. } => Some(content_type.clone()),
        }
    }

    /// The body in the order in which it is sent. `boundary` matters only to multipart.
    #[must_use]
    pub fn segments(&self, boundary: &str) -> Vec<Segment> {
        match self {
            Self::Empty => Vec::new(),
            Self::Json(json) => json.segments.clone(),
            Self::Multipart(form) => form.segments(boundary),
            Self::Bytes { bytes, .. } => vec![Segment::Bytes(bytes.clone())],
        }
    }

    /// The exact length in bytes. `boundary` matters only to multipart.
    #[must_use]
    pub fn content_length(&self, boundary: &str) -> u64 {
        self.segments(boundary).iter().map(Segment::len).sum()
    }
}

impl From<JsonBody> for Body {
    fn from(json: JsonBody) -> Self {
        Self::Json(json)
    }
}

impl From<Form> for Body {
    fn from(form: Form) -> Self {
        Self::Multipart(form)
    }
}

/// One stretch of a body.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Segment {
    /// Bytes as they are sent.
    Bytes(Bytes),
    /// A file as it is sent, read while it is sent.
    File(FileSource),
    /// Something sent as base64 (standard alphabet, padded), encoded while it is sent.
    Base64(Source),
}

impl Segment {
    /// How many bytes it puts on the wire.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(file) => file.len,
            Self::Base64(source) => source.len().div_ceil(3) * 4,
        }
    }

    /// It puts nothing on the wire.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
            Self::File(file) => f.debug_tuple("File").field(file).finish(),
            Self::Base64(source) => f.debug_tuple("Base64").field(source).finish(),
        }
    }
}

/// Where the content of an upload lies.
#[derive(Clone, PartialEq, Eq)]
pub enum Source {
    /// In memory.
    Bytes(Bytes),
    /// On disk; it is read when it is sent, never whole.
    File(FileSource),
}

impl Source {
    /// Its length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(file) => file.len,
        }
    }

    /// It has no content.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
            Self::File(file) => f.debug_tuple("File").field(file).finish(),
        }
    }
}

impl From<Bytes> for Source {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<FileSource> for Source {
    fn from(file: FileSource) -> Self {
        Self::File(file)
    }
}

/// A file to be sent. Its length is fixed when the request is made; if the file has another one when it is
/// sent, sending fails rather than give the server something else.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileSource {
    /// Where it lies.
    pub path: PathBuf,
    /// Its length in bytes.
    pub len: u64,
}

impl FileSource {
    /// A file known to be `len` bytes long.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, len: u64) -> Self {
        Self { path: path.into(), len }
    }

    /// Asks the file system for the length. Blocks for as long as that takes.
    ///
    /// # Errors
    ///
    /// Of kind [`TransportErrorKind::Io`], not sent, when the path cannot be read or is not a file.
    pub fn stat(path: impl Into<PathBuf>) -> Result<Self, TransportError> {
        let path = path.into();
        let unreadable =
            |why: String| TransportError::new(TransportErrorKind::Io, why).with_sent(crate::Sent::No);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => Ok(Self { len: metadata.len(), path }),
            Ok(_) => Err(unreadable(format!("{} is not a file", path.display()))),
            Err(error) => {
                Err(unreadable(format!("{} cannot be read: {error}", path.display())).with_source(error))
            }
        }
    }
}
