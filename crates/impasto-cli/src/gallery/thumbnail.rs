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

/// The copies of all files, in their order, made by as many threads as the machine has.
pub(super) fn all(paths: &[&Path]) -> Vec<Option<Thumbnail>> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let share = paths.len().div_ceil(workers).max(1);
    std::thread::scope(|scope| {
        let make =
            |paths: &[&Path]| -> Vec<Option<Thumbnail>> { paths.iter().map(|path| of(path)).collect() };
        let begun: Vec<_> =
            paths.chunks(share).map(|paths| (paths.len(), scope.spawn(move || make(paths)))).collect();
        let mut thumbnails = Vec::with_capacity(paths.len());
        for (count, worker) in begun {
            // A file that breaks the decoder costs the thumbnails of its share, not the page.
            thumbnails.extend(worker.join().unwrap_or_else(|_| (0..count).map(|_| None).collect()));
        }
        thumbnails
    })
}

/// The copy; none of what this build cannot decode (a gif, an svg), which is then shown itself.
fn of(path: &Path) -> Option<Thumbnail> {
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
