//! Half blocks: each character is two pixels, one above the other.

use std::fmt::Write as _;

use image::{Rgba, RgbaImage};

/// The image in colours of 24 bits, over whatever is behind it where it is transparent.
pub(super) fn encode(pixels: &RgbaImage) -> String {
    let (width, height) = pixels.dimensions();
    let mut text = String::new();
    for y in (0..height).step_by(2) {
        for x in 0..width {
            let upper = opaque(*pixels.get_pixel(x, y));
            let lower = pixels.get_pixel_checked(x, y + 1).copied().and_then(opaque);
            match (upper, lower) {
                (Some([r, g, b]), Some([r2, g2, b2])) => {
                    let _ = write!(text, "\u{1b}[38;2;{r};{g};{b};48;2;{r2};{g2};{b2}m▀");
                }
                (Some([r, g, b]), None) => drop(write!(text, "\u{1b}[0;38;2;{r};{g};{b}m▀")),
                (None, Some([r, g, b])) => drop(write!(text, "\u{1b}[0;38;2;{r};{g};{b}m▄")),
                (None, None) => text.push_str("\u{1b}[0m "),
            }
        }
        text.push_str("\u{1b}[0m\n");
    }
    text
}

fn opaque(pixel: Rgba<u8>) -> Option<[u8; 3]> {
    let [r, g, b, a] = pixel.0;
    (a >= 128).then_some([r, g, b])
}

#[cfg(test)]
mod tests {
    use super::encode;
    use image::{Rgba, RgbaImage};

    #[test]
    fn two_rows_make_one_line() {
        let mut pixels = RgbaImage::from_pixel(2, 3, Rgba([1, 2, 3, 255]));
        pixels.put_pixel(0, 0, Rgba([9, 9, 9, 0]));
        let text = encode(&pixels);
        assert_eq!(
            text,
            "\u{1b}[0;38;2;1;2;3m▄\u{1b}[38;2;1;2;3;48;2;1;2;3m▀\u{1b}[0m\n\
             \u{1b}[0;38;2;1;2;3m▀\u{1b}[0;38;2;1;2;3m▀\u{1b}[0m\n"
        );
    }
}
