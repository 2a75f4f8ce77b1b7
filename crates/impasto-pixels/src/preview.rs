//! A small copy of an image, for a chat or a terminal that must not be handed the original.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::imageops::thumbnail;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage, RgbaImage};
use impasto_types::ImageFormat;

use crate::codec::{self, cannot_encode};
use crate::error::{Error, ErrorKind};

/// JPEG qualities tried at each size, best first.
const QUALITIES: [u8; 3] = [85, 70, 55];
/// Previews smaller than this show nothing any more.
const MIN_SIDE: u32 = 16;

/// A small copy of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Preview {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its format: WebP where transparency could be kept, else JPEG.
    pub format: ImageFormat,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// Makes a copy of a PNG, JPEG or WebP with no side longer than `max_side` pixels and of at most `max_bytes` bytes.
///
/// An image with transparent pixels becomes a WebP if that fits at half of `max_side` or more; everything else a
/// JPEG, with what is transparent shown on white. Sizes and qualities are tried downwards until one fits. Images
/// are never enlarged.
///
/// ```
/// use impasto_pixels::{EditRegion, MaskPolarity, preview};
///
/// let png = EditRegion::rectangle((1024, 512), 0, 0, 300, 300)?.render(MaskPolarity::WhiteIsEdited)?;
/// let small = preview(&png, 256, 26_000)?;
/// assert_eq!((small.width, small.height), (256, 128));
/// assert!(small.bytes.len() <= 26_000);
/// # Ok::<(), impasto_pixels::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::TooLarge`] when not even a tiny copy fits into `max_bytes`; and whatever keeps the image from
/// being decoded.
pub fn preview(image: &[u8], max_side: u32, max_bytes: usize) -> Result<Preview, Error> {
    let pixels = codec::decode(image)?;
    let longest = pixels.width().max(pixels.height());
    let start = longest.min(max_side.max(1));
    if pixels.pixels().any(|pixel| pixel.0[3] < u8::MAX) {
        for side in sides(start).take_while(|side| side * 2 >= start) {
            let small = shrink(&pixels, side);
            let bytes = webp(&small)?;
            if bytes.len() <= max_bytes {
                return Ok(Preview::new(bytes, ImageFormat::WebP, small.dimensions()));
            }
        }
    }
    for side in sides(start) {
        let small = on_white(&shrink(&pixels, side));
        for quality in QUALITIES {
            let bytes = jpeg(&small, quality)?;
            if bytes.len() <= max_bytes {
                return Ok(Preview::new(bytes, ImageFormat::Jpeg, small.dimensions()));
            }
        }
    }
    Err(Error::new(ErrorKind::TooLarge, format!("no preview fits into {max_bytes} bytes")))
}

impl Preview {
    fn new(bytes: Vec<u8>, format: ImageFormat, (width, height): (u32, u32)) -> Self {
        Self { bytes, format, width, height }
    }
}

/// The sides to try: each a fifth shorter than the one before.
fn sides(start: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(Some(start), |side| (*side > MIN_SIDE).then(|| (side - side / 5).max(MIN_SIDE)))
}

fn shrink(pixels: &RgbaImage, side: u32) -> RgbaImage {
    let (width, height) = pixels.dimensions();
    let longest = width.max(height);
    if side >= longest {
        return pixels.clone();
    }
    let scaled = |length: u32| {
        let length = (u64::from(length) * u64::from(side) + u64::from(longest) / 2) / u64::from(longest);
        u32::try_from(length).unwrap_or(side).max(1)
    };
    thumbnail(pixels, scaled(width), scaled(height))
}

fn on_white(pixels: &RgbaImage) -> RgbImage {
    RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [colour @ .., alpha] = pixels.get_pixel(x, y).0;
        let alpha = u16::from(alpha);
        Rgb(colour.map(|value| {
            let mixed = (u16::from(value) * alpha + 255 * (255 - alpha) + 127) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        }))
    })
}

fn webp(pixels: &RgbaImage) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    WebPEncoder::new_lossless(&mut out)
        .write_image(pixels, pixels.width(), pixels.height(), ExtendedColorType::Rgba8)
        .map_err(cannot_encode)?;
    Ok(out)
}

fn jpeg(pixels: &RgbImage, quality: u8) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality).encode_image(pixels).map_err(cannot_encode)?;
    Ok(out)
}
