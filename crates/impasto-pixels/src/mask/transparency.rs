//! Whether a PNG lets anything through, told without decoding more of it than needed.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Seek};

use impasto_types::{ImageInput, ImageSource};
use png::{ColorType, Decoder, Transformations};

use crate::codec;
use crate::error::{Error, ErrorKind};

/// Whether a mask that is a PNG has a pixel that is not quite opaque; else no pixel is edited by its alpha.
///
/// Reads row by row and stops at the first such pixel: a mask of any size costs one row of memory.
///
/// ```
/// use impasto_pixels::{EditRegion, MaskPolarity, mask_has_transparency};
/// use impasto_types::ImageInput;
///
/// let region = EditRegion::rectangle((8, 8), 2, 2, 3, 3)?;
/// let mask = ImageInput::bytes(region.render(MaskPolarity::TransparentIsEdited)?);
/// assert!(mask_has_transparency(&mask)?);
/// # Ok::<(), impasto_pixels::Error>(())
/// ```
///
/// # Errors
/// When it is no PNG, damaged before any such pixel, too large to be worked on, or neither a file nor bytes.
pub fn mask_has_transparency(image: &ImageInput) -> Result<bool, Error> {
    match &image.source {
        ImageSource::File(path) => search(BufReader::new(File::open(path).map_err(Error::io)?)),
        ImageSource::Bytes(bytes) => search(Cursor::new(bytes)),
        _ => Err(Error::new(ErrorKind::Unsupported, "only a file or bytes can be looked at")),
    }
}

/// The search itself.
pub(crate) fn search(png: impl BufRead + Seek) -> Result<bool, Error> {
    let mut decoder = Decoder::new(png);
    // Palettes and transparent colours become an alpha channel, so that there is one place to look.
    decoder.set_transformations(Transformations::ALPHA | Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(|error| malformed(&error))?;
    codec::check_size(reader.info().size())?;
    let channels = match reader.output_color_type().0 {
        ColorType::Rgba => 4,
        ColorType::GrayscaleAlpha => 2,
        _ => return Ok(false),
    };
    while let Some(row) = reader.next_row().map_err(|error| malformed(&error))? {
        if row.data().iter().skip(channels - 1).step_by(channels).any(|alpha| *alpha < u8::MAX) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn malformed(error: &png::DecodingError) -> Error {
    Error::malformed(format!("the PNG cannot be decoded: {error}"))
}
