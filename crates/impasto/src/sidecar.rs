//! A small JSON file beside each image that says how it was made: `fox.png` has `fox.png.json`.
//!
//! It holds the request, what the seller said, the estimate and the cost, the image's hash, and never a key.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use impasto_types::ImageFacts;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::Error;
use crate::history::{ImageRecord, RunRecord, VERSION};

/// A file that is larger than this was not written by this program.
const LARGEST: u64 = 16 << 20;

/// How one image was made.
///
/// ```
/// use impasto::sidecar::Sidecar;
///
/// assert_eq!(Sidecar::path_of("out/fox.png".as_ref()), std::path::Path::new("out/fox.png.json"));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sidecar {
    /// The version of this form, 1. A file without it is none of ours.
    pub impasto_sidecar: u32,
    /// The image; its file lies beside this one.
    pub image: ImageRecord,
    /// The run it came from, without its images.
    pub run: RunRecord,
}

/// Whether an image is the one that its sidecar tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It is, byte by byte.
    Same,
    /// It was changed since.
    Changed,
    /// The sidecar has no hash, or the image cannot be read.
    Unknown,
}

impl Verdict {
    /// The word used in JSON: `same`, `changed` or `unknown`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::Unknown => "unknown",
        }
    }
}

impl Sidecar {
    /// The sidecar of one image of a run.
    #[must_use]
    pub fn new(run: &RunRecord, image: &ImageRecord) -> Self {
        let mut image = image.clone();
        if let Some(name) = image.file.file_name() {
            image.file = PathBuf::from(name);
        }
        let mut run = run.clone();
        run.images.clear();
        Self { impasto_sidecar: VERSION, image, run }
    }

    /// Where the sidecar of the image at `path` is: the same name with `.json` behind it.
    #[must_use]
    pub fn path_of(path: &Path) -> PathBuf {
        let mut name = path.as_os_str().to_owned();
        name.push(".json");
        name.into()
    }

    /// Reads a sidecar, by its own path or by that of its image.
    ///
    /// # Errors
    /// When there is none, it cannot be read, or the file is something else.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let own = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let path = if own { path.to_owned() } else { Self::path_of(path) };
        let failed = |error| Error::io(path.display(), error);
        let mut text = Vec::new();
        File::open(&path).map_err(failed)?.take(LARGEST).read_to_end(&mut text).map_err(failed)?;
        serde_json::from_slice(&text).map_err(|error| {
            Error::invalid("sidecar", format!("{} is no sidecar of an image: {error}", path.display()))
        })
    }

    /// Writes the sidecars of every image of a run, each beside its image, and returns their paths. A sidecar of an
    /// earlier image of that name is replaced; a file that is something else is left alone and is an error.
    ///
    /// # Errors
    /// The first that could not be written, after the others were.
    pub fn write_all(run: &RunRecord) -> io::Result<Vec<PathBuf>> {
        let (mut written, mut first) = (Vec::new(), None);
        for image in &run.images {
            match Self::new(run, image).write(&image.file) {
                Ok(path) => written.push(path),
                Err(error) => first = first.or(Some(error)),
            }
        }
        first.map_or(Ok(written), Err)
    }

    /// Writes it beside the image at `image`.
    ///
    /// # Errors
    /// When it cannot be written, or its name is taken by something else.
    pub fn write(&self, image: &Path) -> io::Result<PathBuf> {
        let path = Self::path_of(image);
        if path.exists() && Self::read(&path).is_err() {
            let message = format!("{} exists and is no sidecar of an image", path.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        let mut temporary = path.clone().into_os_string();
        temporary.push(format!(".{}.part", std::process::id()));
        let mut file = File::create(&temporary)?;
        let placed = file.write_all(&text).and_then(|()| fs::rename(&temporary, &path));
        if placed.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        placed.map(|()| path)
    }

    /// Whether the image at `path` is the one this tells of.
    #[must_use]
    pub fn verify(&self, path: &Path) -> Verdict {
        match (&self.image.sha256, sha256_of_file(path)) {
            (Some(known), Ok(found)) if *known == found => Verdict::Same,
            (Some(_), Ok(_)) => Verdict::Changed,
            _ => Verdict::Unknown,
        }
    }
}

/// What the header of an image file says, for an image without a sidecar.
///
/// # Errors
/// When it cannot be read, or is no image that this version knows.
pub fn facts_of_file(path: &Path) -> Result<ImageFacts, Error> {
    impasto_pixels::facts_of_file(path)
        .map_err(|error| Error::invalid("image", format!("{}: {error}", path.display())))
}

/// The SHA-256 of a file's bytes in lower-case hexadecimal digits. The file is read in pieces.
///
/// # Errors
/// When it cannot be read.
pub fn sha256_of_file(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(hex(&hasher.finalize())),
            Ok(length) => hasher.update(piece.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The SHA-256 of bytes in lower-case hexadecimal digits.
#[must_use]
pub fn sha256_of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}
