//! From a caller's mask to the region it means, and on to the image a seller reads.

mod transparency;

use std::fs;
use std::path::Path;

use image::RgbaImage;
use impasto_types::{
    ImageFacts, ImageFormat, ImageInput, ImageSource, Mask, MaskReading, Warning, WarningKind,
};

use crate::codec;
use crate::error::{Error, ErrorKind};
use crate::header::facts_of_bytes;
use crate::polarity::MaskPolarity;
use crate::region::EditRegion;

pub use transparency::mask_has_transparency;
pub(crate) use transparency::search as png_has_transparency;

/// No seller takes a larger input (OpenAI image guide: less than 50 MB).
const MAX_FILE: u64 = 50_000_000;

/// A mask as it was understood.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReadMask {
    /// What may change.
    pub region: EditRegion,
    /// How the mask image was read, never `Auto`; `None` for a rectangle.
    pub reading: Option<MaskReading>,
    /// What is odd about it: nothing or everything is edited, or the image is no mask to the eye.
    pub warnings: Vec<Warning>,
}

/// A mask image ready to be sent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PreparedMask {
    /// The PNG.
    pub png: Vec<u8>,
    /// What its header says.
    pub facts: ImageFacts,
    /// As in [`ReadMask::warnings`].
    pub warnings: Vec<Warning>,
}

/// Reads a mask and renders it as the seller of `polarity` wants it.
///
/// `first` is what the header of the first input image says, where it is known. This reads files and decodes
/// pixels: call it where blocking is allowed.
///
/// ```
/// use impasto_pixels::{MaskPolarity, prepare_mask};
/// use impasto_types::{ImageFacts, ImageFormat, Mask};
///
/// let photo = ImageFacts::new(ImageFormat::Jpeg, 640, 480, 90_000);
/// let sky = Mask::Rectangle { x: 0, y: 0, width: 640, height: 200 };
/// let mask = prepare_mask(&sky, Some(&photo), MaskPolarity::Both)?;
/// assert_eq!(mask.facts.dimensions(), (640, 480));
/// assert!(mask.warnings.is_empty());
/// # Ok::<(), impasto_pixels::Error>(())
/// ```
///
/// # Errors
/// As [`read_mask`].
pub fn prepare_mask(
    mask: &Mask,
    first: Option<&ImageFacts>,
    polarity: MaskPolarity,
) -> Result<PreparedMask, Error> {
    let ReadMask { region, warnings, .. } = read_mask(mask, first)?;
    let png = region.render(polarity)?;
    let facts = facts_of_bytes(&png)?;
    Ok(PreparedMask { png, facts, warnings })
}

/// Reads a mask: which pixels of the first image it lets change.
///
/// A mask image must be as large as the first image *as it is shown*, after the EXIF orientation of either:
/// OpenAI says so of `markup` (openai-python 3.52.0), and the same is taken to hold for masks.
///
/// # Errors
/// [`ErrorKind::Mask`] when the mask is of another size, or a rectangle is empty, outside the image, or of an
/// image of unknown size; [`ErrorKind::Unsupported`] for a mask behind a URL or a file id, which can only be
/// handed on as it is; and whatever keeps the mask image from being read.
pub fn read_mask(mask: &Mask, first: Option<&ImageFacts>) -> Result<ReadMask, Error> {
    match mask {
        Mask::Rectangle { x, y, width, height } => {
            let Some(first) = first else {
                let message =
                    "a rectangle needs the size of the first image, which is not known; give a mask image";
                return Err(Error::new(ErrorKind::Mask, message).with_file("mask"));
            };
            let region = EditRegion::rectangle(first.shown_dimensions(), *x, *y, *width, *height)
                .map_err(|error| error.with_file("mask"))?;
            let warnings = extremes(&region);
            Ok(ReadMask { region, reading: None, warnings })
        }
        Mask::Image { image, reading } => read_image(image, *reading, first)
            .map_err(|error| error.with_file(format!("mask {}", image.label()))),
        _ => Err(Error::new(ErrorKind::Unsupported, "a kind of mask this version does not know")),
    }
}

/// Reads the bytes of a mask image.
///
/// `Auto` takes the transparent pixels if there are any, and the white ones otherwise. Alpha counts by how much
/// is missing, white and black by brightness (ITU-R BT.709); in a JPEG or WebP, where compression leaves noise,
/// values next to black and white are taken for black and white.
///
/// ```
/// use impasto_pixels::{EditRegion, MaskPolarity, read_mask_image};
/// use impasto_types::MaskReading;
///
/// let region = EditRegion::rectangle((8, 8), 2, 2, 3, 3)?;
/// let png = region.render(MaskPolarity::WhiteIsEdited)?;
/// let read = read_mask_image(&png, MaskReading::Auto)?;
/// assert_eq!(read.region, region);
/// assert_eq!(read.reading, Some(MaskReading::WhiteIsEdited));
/// # Ok::<(), impasto_pixels::Error>(())
/// ```
///
/// # Errors
/// When the image cannot be decoded.
pub fn read_mask_image(bytes: &[u8], reading: MaskReading) -> Result<ReadMask, Error> {
    let format = facts_of_bytes(bytes)?.format;
    let pixels = codec::decode(bytes)?;
    let reading = match reading {
        MaskReading::Auto if pixels.pixels().any(|pixel| pixel.0[3] < u8::MAX) => {
            MaskReading::TransparentIsEdited
        }
        MaskReading::Auto => MaskReading::WhiteIsEdited,
        told => told,
    };
    let snap = if format == ImageFormat::Png { |value| value } else { snap };
    let value: &dyn Fn([u8; 4]) -> u8 = match reading {
        MaskReading::TransparentIsEdited => &|[_, _, _, alpha]| u8::MAX - alpha,
        MaskReading::WhiteIsEdited => &|pixel| snap(brightness(pixel)),
        MaskReading::BlackIsEdited => &|pixel| u8::MAX - snap(brightness(pixel)),
        _ => return Err(Error::new(ErrorKind::Unsupported, "a reading of masks this version does not know")),
    };
    let (width, height) = pixels.dimensions();
    let coverage = pixels.pixels().map(|pixel| value(pixel.0)).collect();
    let region = EditRegion::from_coverage(width, height, coverage)?;

    let mut warnings = extremes(&region);
    if reading != MaskReading::TransparentIsEdited && is_colourful(&pixels) {
        let message =
            "the mask is in colour and has no transparency; its brightness is taken for what is edited";
        warnings.push(odd(message));
    }
    Ok(ReadMask { region, reading: Some(reading), warnings })
}

fn read_image(
    image: &ImageInput,
    reading: MaskReading,
    first: Option<&ImageFacts>,
) -> Result<ReadMask, Error> {
    let read = match &image.source {
        ImageSource::File(path) => read_mask_image(&load(path)?, reading),
        ImageSource::Bytes(bytes) => read_mask_image(bytes, reading),
        _ => {
            let message = "only a file or bytes can be read; a URL or file id can only be handed on as it is";
            Err(Error::new(ErrorKind::Unsupported, message))
        }
    }?;
    if let Some(first) = first
        && first.shown_dimensions() != read.region.dimensions()
    {
        return Err(wrong_size(read.region.dimensions(), first));
    }
    Ok(read)
}

fn load(path: &Path) -> Result<Vec<u8>, Error> {
    let len = fs::metadata(path).map_err(Error::io)?.len();
    if len > MAX_FILE {
        let message = format!("{len} bytes are too many for a mask; at most {MAX_FILE} are read");
        return Err(Error::new(ErrorKind::TooLarge, message));
    }
    fs::read(path).map_err(Error::io)
}

fn wrong_size((width, height): (u32, u32), first: &ImageFacts) -> Error {
    let (shown_width, shown_height) = first.shown_dimensions();
    let turned = if first.dimensions() == first.shown_dimensions() {
        ""
    } else {
        " as it is shown (its EXIF orientation turns it)"
    };
    let message = format!(
        "{width}x{height} pixels, but the first image has {shown_width}x{shown_height}{turned}; both must be the same"
    );
    Error::new(ErrorKind::Mask, message)
}

fn extremes(region: &EditRegion) -> Vec<Warning> {
    if region.edits_nothing() {
        vec![odd("the mask lets no pixel change; was it read the wrong way round?")]
    } else if region.edits_everything() {
        vec![odd("the mask lets every pixel change, as if there were none")]
    } else {
        Vec::new()
    }
}

fn odd(message: &str) -> Warning {
    Warning::new(WarningKind::Unverified, "mask", message)
}

/// Compression noise beside black and white.
fn snap(value: u8) -> u8 {
    match value {
        0..=15 => 0,
        240..=255 => u8::MAX,
        between => between,
    }
}

/// The brightness of a pixel; of a grey one exactly its value. Alpha is not asked, so that a mask which is white
/// under transparent pixels is read by its white.
fn brightness([red, green, blue, _]: [u8; 4]) -> u8 {
    let sum = 2126 * u32::from(red) + 7152 * u32::from(green) + 722 * u32::from(blue);
    u8::try_from(sum / 10_000).unwrap_or(u8::MAX)
}

/// Whether more than one pixel in a hundred has a clear tint.
fn is_colourful(pixels: &RgbaImage) -> bool {
    let tinted = pixels.pixels().filter(|pixel| {
        let [red, green, blue, _] = pixel.0;
        red.max(green).max(blue) - red.min(green).min(blue) > 32
    });
    tinted.count() * 100 > pixels.as_raw().len() / 4
}
