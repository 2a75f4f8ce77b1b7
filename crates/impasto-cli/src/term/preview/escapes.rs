//! The two protocols that take a whole file in base64.

use std::fmt::Write as _;
use std::io::Cursor;

use image::{ImageFormat, RgbaImage};

/// kitty takes a file in pieces of this length at most (kitty's terminal graphics protocol, read 2026-11-21).
const PIECE: usize = 4_096;

fn png(pixels: &RgbaImage) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    pixels.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).ok()?;
    Some(bytes)
}

/// kitty's: a PNG over so many columns, asked not to answer.
pub(super) fn kitty(pixels: &RgbaImage, columns: u32) -> Option<String> {
    let encoded = base64_simd::STANDARD.encode_to_string(png(pixels)?);
    let mut text = String::with_capacity(encoded.len() + encoded.len() / PIECE * 16 + 64);
    let pieces = encoded.len().div_ceil(PIECE);
    for (number, piece) in encoded.as_bytes().chunks(PIECE).enumerate() {
        let more = u8::from(number + 1 < pieces);
        let head = if number == 0 { format!("a=T,f=100,q=2,c={columns},") } else { String::new() };
        let _ = write!(text, "\u{1b}_G{head}m={more};{}\u{1b}\\", std::str::from_utf8(piece).ok()?);
    }
    text.push('\n');
    Some(text)
}

/// iTerm2's: a file over so many columns.
pub(super) fn iterm2(pixels: &RgbaImage, columns: u32) -> Option<String> {
    let bytes = png(pixels)?;
    let size = bytes.len();
    let encoded = base64_simd::STANDARD.encode_to_string(bytes);
    Some(format!(
        "\u{1b}]1337;File=inline=1;size={size};width={columns};preserveAspectRatio=1:{encoded}\u{7}\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::{iterm2, kitty};
    use image::{Rgba, RgbaImage};

    fn noise() -> RgbaImage {
        // Hard to compress, so that it takes several pieces.
        RgbaImage::from_fn(64, 64, |x, y| {
            let mixed =
                x.wrapping_mul(2_654_435_761).wrapping_add(y.wrapping_mul(40_503)).rotate_left(x % 31);
            let [r, g, b, _] = mixed.to_le_bytes();
            Rgba([r, g, b, 255])
        })
    }

    #[test]
    fn the_pieces_make_up_the_image() {
        let text = kitty(&noise(), 40).unwrap();
        let pieces: Vec<&str> = text
            .trim_end()
            .split_terminator("\u{1b}\\")
            .map(|piece| piece.strip_prefix("\u{1b}_G").unwrap())
            .collect();
        assert!(pieces.len() > 1);
        assert!(pieces[..pieces.len() - 1].iter().all(|piece| piece.contains("m=1;")));
        assert!(pieces[pieces.len() - 1].contains("m=0;"));
        let encoded: String = pieces.iter().map(|piece| piece.split_once(';').unwrap().1).collect();
        let png = base64_simd::STANDARD.decode_to_vec(encoded).unwrap();
        assert_eq!(image::load_from_memory(&png).unwrap().into_rgba8(), noise());
    }

    #[test]
    fn the_file_is_the_image() {
        let text = iterm2(&noise(), 40).unwrap();
        let (head, encoded) = text.trim_end().split_once(':').unwrap();
        let png = base64_simd::STANDARD.decode_to_vec(encoded.trim_end_matches('\u{7}')).unwrap();
        assert!(head.contains(&format!("size={};width=40;", png.len())), "{head}");
        assert_eq!(image::load_from_memory(&png).unwrap().into_rgba8(), noise());
    }
}
