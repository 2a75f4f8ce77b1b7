//! The one error of this crate: a kind for code, a sentence for people.

use std::error::Error as StdError;
use std::fmt;
use std::io;

/// What kind of thing is wrong with an image or a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes are no image; the message says what they look like.
    NotAnImage,
    /// The file ends before it should.
    Truncated,
    /// The file begins like an image, but its header or its pixels make no sense.
    Malformed,
    /// Too many pixels, or too much memory to decode them.
    TooLarge,
    /// An image of a kind that this crate (or this build of it) cannot work with.
    Unsupported,
    /// A mask that cannot be meant: outside the image, or of another size.
    Mask,
    /// Two images that should have the same size do not.
    SizeMismatch,
    /// The file could not be read.
    Io,
}

/// Why an image or a mask cannot be used.
///
/// Prints as one sentence that begins with the file's name where it is known.
///
/// ```
/// use impasto_pixels::{ErrorKind, facts_of_bytes};
///
/// let error = facts_of_bytes(b"%PDF-1.7 ...").unwrap_err().with_file("cat.png");
/// assert_eq!(error.kind(), ErrorKind::NotAnImage);
/// assert_eq!(error.to_string(), "cat.png: not an image; it looks like a PDF document");
/// ```
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    file: Option<String>,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// What kind of thing is wrong.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The file or input the sentence is about, where it is known.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// The sentence without the file's name.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Names the file or input the sentence is about, unless it already has a name.
    #[must_use]
    pub fn with_file(mut self, file: impl Into<String>) -> Self {
        self.file.get_or_insert_with(|| file.into());
        self
    }

    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, file: None, message: message.into(), source: None }
    }

    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Malformed, message)
    }

    pub(crate) fn io(source: io::Error) -> Self {
        let message = match source.kind() {
            io::ErrorKind::NotFound => "no such file".to_owned(),
            io::ErrorKind::IsADirectory => "is a directory, not an image".to_owned(),
            _ => "cannot be read".to_owned(),
        };
        Self { kind: ErrorKind::Io, file: None, message, source: Some(Box::new(source)) }
    }

    #[cfg(feature = "codecs")]
    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
