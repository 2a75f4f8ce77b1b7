//! Decoding within limits and encoding, by the `image` crate.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::metadata::Orientation;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageError, ImageReader, Limits, RgbaImage,
};
use impasto_types::{ImageFacts, ImageFormat};

use crate::error::{Error, ErrorKind};
use crate::header::facts_of_bytes;

/// The longest side that is decoded. Phones reach 16,320 pixels.
pub(crate) const MAX_SIDE: u32 = 32_768;
/// The most pixels that are decoded: 256 MB at four bytes each. Phone photos of 50 million fit.
pub(crate) const MAX_PIXELS: u64 = 64_000_000;
/// The most memory a decoder may take.
const MAX_ALLOC: u64 = 1 << 30;

/// Decodes a PNG, JPEG (of an MPO, the first picture) or WebP as it is shown, at eight bits a channel.
///
/// The EXIF orientation is applied. Colour profiles are not: comparisons look at numbers.
pub(crate) fn decode(bytes: &[u8]) -> Result<RgbaImage, Error> {
    let facts = facts_of_bytes(bytes)?;
    let codec = match facts.format {
        ImageFormat::Png => image::ImageFormat::Png,
        ImageFormat::Jpeg | ImageFormat::Mpo => image::ImageFormat::Jpeg,
        ImageFormat::WebP => image::ImageFormat::WebP,
        other => {
            let message = format!("a {other} image cannot be decoded here; use png, jpeg or webp");
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
    };
    check_size(facts.dimensions())?;
    let picture = decode_as(bytes, codec, &facts).map_err(explain)?;
    Ok(picture.into_rgba8())
}

/// Refuses what would take too much memory, before any is taken.
pub(crate) fn check_size((width, height): (u32, u32)) -> Result<(), Error> {
    if width.max(height) > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        let message = format!(
            "{width}x{height} pixels are too many; at most {MAX_PIXELS} and {MAX_SIDE} a side can be worked on"
        );
        return Err(Error::new(ErrorKind::TooLarge, message));
    }
    Ok(())
}

fn decode_as(
    bytes: &[u8],
    codec: image::ImageFormat,
    facts: &ImageFacts,
) -> Result<DynamicImage, ImageError> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), codec);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    // `into_decoder` checks the size only; this is what bounds the memory of the decoder itself.
    decoder.set_limits(limits)?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    if let Some(orientation) = facts.orientation.and_then(Orientation::from_exif) {
        picture.apply_orientation(orientation);
    }
    Ok(picture)
}

fn explain(error: ImageError) -> Error {
    let (kind, message) = match &error {
        ImageError::Limits(_) => (ErrorKind::TooLarge, "takes too much memory to decode"),
        ImageError::Unsupported(_) => (ErrorKind::Unsupported, "uses a feature that cannot be decoded"),
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            (ErrorKind::Truncated, "cut short: its pixels are not all there")
        }
        _ => (ErrorKind::Malformed, "its pixels cannot be decoded"),
    };
    Error::new(kind, message).with_source(error)
}

/// Encodes pixels as PNG, colours under transparent pixels included: masks carry meaning there.
pub(crate) fn png(
    pixels: &[u8],
    (width, height): (u32, u32),
    colour: ExtendedColorType,
) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    PngEncoder::new_with_quality(&mut out, CompressionType::Default, FilterType::Adaptive)
        .write_image(pixels, width, height, colour)
        .map_err(cannot_encode)?;
    Ok(out)
}

pub(crate) fn cannot_encode(error: ImageError) -> Error {
    Error::new(ErrorKind::Unsupported, "the result cannot be encoded").with_source(error)
}
