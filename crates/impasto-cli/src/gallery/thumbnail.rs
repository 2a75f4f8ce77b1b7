//! Small copies that stand in the page itself.

use std::io::Cursor;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat};

use crate::picture::shrink;

/// The longest side, for a card on a screen with two pixels to a point.
const SIDE: u32 = 640;

/// Enough for a look; the original is one click away.
const QUALITY: u8 = 72;

/// A small copy as the address of itself.
pub(super) struct Thumbnail {
    pub(super) address: String,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Whether something shines through.
    pub(super) clear: bool,
}

/// The copy; none of what this build cannot decode (a gif, an svg), which is then shown itself.
pub(super) fn of(path: &Path) -> Option<Thumbnail> {
    let pixels = image::load_from_memory(&std::fs::read(path).ok()?).ok()?.into_rgba8();
    let small = shrink(&pixels, SIDE);
    let (width, height) = small.dimensions();
    let mut bytes = Vec::new();
    let clear = small.pixels().any(|pixel| pixel.0[3] < u8::MAX);
    let kind = if clear {
        small.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).ok()?;
        "png"
    } else {
        let opaque = DynamicImage::ImageRgba8(small).into_rgb8();
        JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(&opaque).ok()?;
        "jpeg"
    };
    let address = format!("data:image/{kind};base64,{}", base64_simd::STANDARD.encode_to_string(bytes));
    Some(Thumbnail { address, width, height, clear })
}
