//! Reading what an image is from its header, without decoding a pixel.
//!
//! Written from the formats' specifications: PNG (third edition), JPEG (ITU-T T.81), EXIF 2.32 and TIFF 6.0,
//! the multi-picture format (CIPA DC-007), WebP (RFC 9649), `GIF89a`, HEIF (ISO/IEC 23008-12), SVG 2.

mod bmp;
mod exif;
mod gif;
mod heif;
mod jpeg;
mod png;
pub(crate) mod svg;
mod tiff;
mod webp;

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use impasto_types::{ImageFacts, ImageFormat};

use crate::error::{Error, ErrorKind};
use crate::sniff::{looks_like, sniff};
use crate::source::{Reader, Seeking, Source, Stop};

/// Reads the facts of an image of `bytes` bytes from its header: only the header is read, and the rest skipped.
///
/// Dimensions are those stored; the EXIF orientation stands beside them. Whether there is alpha is what the
/// header declares, not whether a pixel uses it.
///
/// # Errors
/// [`ErrorKind::NotAnImage`] (the message says what it looks like), [`ErrorKind::Truncated`],
/// [`ErrorKind::Malformed`], [`ErrorKind::Unsupported`] and [`ErrorKind::Io`].
pub fn read_facts(reader: &mut (impl Read + Seek), bytes: u64) -> Result<ImageFacts, Error> {
    facts_from(&mut Seeking::new(reader), bytes)
}

/// Reads the facts of an image in memory.
///
/// ```
/// use impasto_pixels::facts_of_bytes;
/// use impasto_types::ImageFormat;
///
/// let facts = facts_of_bytes(b"GIF89a\x40\x00\x30\x00\x00\x00\x00;")?;
/// assert_eq!((facts.format, facts.dimensions()), (ImageFormat::Gif, (64, 48)));
/// # Ok::<(), impasto_pixels::Error>(())
/// ```
///
/// # Errors
/// As [`read_facts`].
pub fn facts_of_bytes(mut bytes: &[u8]) -> Result<ImageFacts, Error> {
    let len = bytes.len() as u64;
    facts_from(&mut bytes, len)
}

/// Reads the facts of the image in the file at `path`. Errors name the path.
///
/// # Errors
/// As [`read_facts`]; also when `path` is a directory.
pub fn facts_of_file(path: impl AsRef<Path>) -> Result<ImageFacts, Error> {
    let path = path.as_ref();
    let read = || {
        let mut file = File::open(path).map_err(Error::io)?;
        let metadata = file.metadata().map_err(Error::io)?;
        if metadata.is_dir() {
            return Err(Error::new(ErrorKind::Io, "is a directory, not an image"));
        }
        read_facts(&mut file, metadata.len())
    };
    read().map_err(|error| error.with_file(path.display().to_string()))
}

fn facts_from(source: &mut dyn Source, bytes: u64) -> Result<ImageFacts, Error> {
    let mut draft = Draft::default();
    let outcome = read(&mut Reader(source), &mut draft);
    settle(&draft, outcome, bytes)
}

/// What has been read of a header so far.
///
/// Once the dimensions are known the draft counts: what comes after can add to it, never spoil it.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) format: Option<ImageFormat>,
    pub(crate) dimensions: Option<(u32, u32)>,
    pub(crate) alpha: Option<bool>,
    pub(crate) orientation: Option<u8>,
}

impl Draft {
    fn set_dimensions(&mut self, width: u32, height: u32) -> Result<(), Stop> {
        if width == 0 || height == 0 {
            return Err(Error::malformed(format!("its header says {width}x{height} pixels")).into());
        }
        self.dimensions = Some((width, height));
        Ok(())
    }
}

/// Turns what was read into facts, or into the reason why there are none.
pub(crate) fn settle(draft: &Draft, outcome: Result<(), Stop>, bytes: u64) -> Result<ImageFacts, Error> {
    match (outcome, draft.format, draft.dimensions) {
        (Err(Stop::Failed(error)), _, _) if error.kind() == ErrorKind::Io => Err(error),
        (_, Some(format), Some((width, height))) => {
            let mut facts = ImageFacts::new(format, width, height, bytes);
            facts.alpha = draft.alpha;
            facts.orientation = draft.orientation;
            Ok(facts)
        }
        (Err(Stop::Failed(error)), _, _) => Err(error),
        (Err(Stop::Need { offset, .. }), _, _) => Err(Error::new(
            ErrorKind::Unsupported,
            format!("its dimensions are too far into the file to be read in passing (byte {offset})"),
        )),
        (Ok(()), _, _) => Err(Error::malformed("its header does not say how large it is")),
    }
}

/// Reads the header of whatever image stands in `source`.
pub(crate) fn read(source: &mut Reader<'_>, draft: &mut Draft) -> Result<(), Stop> {
    let mut head = source.up_to(0, 64)?;
    if head.len() == 64 && sniff(&head).is_none() && svg::could_begin(&head) {
        head = source.up_to(0, svg::PROLOGUE)?;
    }
    let Some(format) = sniff(&head) else {
        let message = format!("not an image; it looks like {}", looks_like(&head));
        return Err(Error::new(ErrorKind::NotAnImage, message).into());
    };
    draft.format = Some(format);
    match format {
        ImageFormat::Png => png::read(source, draft),
        ImageFormat::Jpeg | ImageFormat::Mpo => jpeg::read(source, draft),
        ImageFormat::WebP => webp::read(source, draft),
        ImageFormat::Gif => gif::read(source, draft),
        ImageFormat::Avif | ImageFormat::Heic => heif::read(source, draft),
        ImageFormat::Bmp => bmp::read(source, draft),
        ImageFormat::Tiff => tiff::read(source, draft),
        ImageFormat::Svg => svg::read(source, draft),
        other => {
            let message = format!("a {other} image, which this version cannot read");
            Err(Error::new(ErrorKind::Unsupported, message).into())
        }
    }
}
