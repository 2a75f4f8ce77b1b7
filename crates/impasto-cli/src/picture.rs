//! Small copies of images, for a terminal and for a page.

use image::RgbaImage;
use image::imageops::thumbnail;

/// A copy with no side longer than `side`; an image that is small already is not enlarged.
pub(crate) fn shrink(pixels: &RgbaImage, side: u32) -> RgbaImage {
    let (width, height) = pixels.dimensions();
    let longest = width.max(height).max(1);
    if longest <= side {
        return pixels.clone();
    }
    let scaled = |length: u32| {
        let length = u64::from(length) * u64::from(side) / u64::from(longest);
        u32::try_from(length).unwrap_or(side).max(1)
    };
    thumbnail(pixels, scaled(width), scaled(height))
}

#[cfg(test)]
mod tests {
    use super::shrink;
    use image::RgbaImage;

    #[test]
    fn shapes_are_kept_and_nothing_is_enlarged() {
        for ((width, height), expected) in
            [((1536, 1024), (60, 40)), ((20, 30), (20, 30)), ((3840, 1280), (60, 20)), ((9000, 1), (60, 1))]
        {
            assert_eq!(shrink(&RgbaImage::new(width, height), 60).dimensions(), expected);
        }
    }
}
