//! One image that arrived.

use std::fmt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use impasto_types::{ImageFacts, ImageFormat};
use serde_json::{Map, Value};

use crate::aside::aside;
use crate::error::Error;

/// Where the bytes of an image are.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stored {
    /// In memory.
    Memory(Bytes),
    /// In a file, whole.
    File {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        len: u64,
    },
    /// Where the caller's own sink put them; nowhere, for an unfinished image that was only counted.
    Elsewhere {
        /// How many bytes they were.
        len: u64,
    },
}

/// Images are megabytes: logs get their length.
impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(bytes) => write!(f, "Memory({} bytes)", bytes.len()),
            Self::File { path, len } => write!(f, "File({}, {len} bytes)", path.display()),
            Self::Elsewhere { len } => write!(f, "Elsewhere({len} bytes)"),
        }
    }
}

impl Stored {
    /// The length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::File { len, .. } | Self::Elsewhere { len } => *len,
        }
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One image that arrived whole. The bytes are the seller's own, never encoded again.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Image {
    /// Which image of the request it is, from 0.
    pub index: usize,
    /// Where its bytes are.
    pub stored: Stored,
    /// What its header says; absent when the bytes are not an image this version knows.
    pub facts: Option<ImageFacts>,
    /// The prompt the seller used instead, where it says so.
    pub revised_prompt: Option<String>,
    /// Fields the seller sent with it that have no place of their own.
    pub extra: Map<String, Value>,
}

impl Image {
    /// The bytes, read from the file if they are in one.
    ///
    /// # Errors
    /// When the file cannot be read, or the bytes went to the caller's own sink.
    pub async fn bytes(&self) -> Result<Bytes, Error> {
        match &self.stored {
            Stored::Memory(bytes) => Ok(bytes.clone()),
            Stored::File { path, .. } => {
                tokio::fs::read(path).await.map(Bytes::from).map_err(|error| Error::io(path.display(), error))
            }
            Stored::Elsewhere { .. } => {
                Err(Error::invalid("image", "its bytes went to the caller's own sink and are not kept here"))
            }
        }
    }

    /// Saves the bytes under `path`. The extension follows the content: a JPEG asked for as `a.png` is saved as
    /// `a.jpg`. Returns the path that was written; nothing is overwritten.
    ///
    /// # Errors
    /// When the file exists or cannot be written.
    pub async fn save(&self, path: impl AsRef<Path>) -> Result<PathBuf, Error> {
        let path = self.fitting_path(path.as_ref());
        let bytes = self.bytes().await?;
        let shown = path.display().to_string();
        let target = path.clone();
        let written = aside(move || write_new(&target, &bytes)).await.flatten();
        written.map(|()| path).map_err(|error| Error::io(shown, error))
    }

    /// `path` with the extension that fits the content.
    pub(crate) fn fitting_path(&self, path: &Path) -> PathBuf {
        fitting_path(path, self.facts.map(|facts| facts.format))
    }

    /// The file the bytes are in, if they are in one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.stored {
            Stored::File { path, .. } => Some(path),
            _ => None,
        }
    }
}

/// `path` with the extension of `format`, unless it already promises that format.
pub(crate) fn fitting_path(path: &Path, format: Option<ImageFormat>) -> PathBuf {
    let Some(format) = format else { return path.to_owned() };
    let promised =
        path.extension().and_then(|extension| ImageFormat::from_extension(&extension.to_string_lossy()));
    match promised {
        Some(promised) if promised == format => path.to_owned(),
        Some(_) => path.with_extension(format.extension()),
        None => {
            let mut name = path.as_os_str().to_owned();
            name.push(".");
            name.push(format.extension());
            name.into()
        }
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut file = std::fs::File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
