//! The mark on every picture: a dark band with legible text.

use font8x8::UnicodeFonts;

use super::canvas::{Area, Canvas, over};

const GLYPH: u32 = 8;

/// Writes the lines into the lower part of `area`; where `allowed` is given, only pixels it allows are touched.
pub(crate) fn stamp(
    canvas: &mut Canvas,
    area: Area,
    lines: &[String; 2],
    allowed: Option<&dyn Fn(u32, u32) -> bool>,
) {
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(1);
    let longest = u32::try_from(longest).unwrap_or(u32::MAX);
    // As large as the width allows, but the band takes at most a fifth of the height.
    let by_width = area.width() / (longest.saturating_mul(GLYPH) + GLYPH);
    let by_height = area.height() / (5 * (2 * GLYPH + 8));
    let scale = by_width.min(by_height).clamp(1, 8);
    let line_height = (GLYPH + 2) * scale;
    let band_height = (line_height * 2 + 4 * scale).min(area.height());
    let band = Area { top: area.bottom - band_height, ..area };
    let touch = |x: u32, y: u32| allowed.is_none_or(|allowed| allowed(x, y));
    for y in band.top..band.bottom {
        for x in band.left..band.right {
            if touch(x, y) {
                blend(canvas.pixel_mut(x, y), [16, 18, 24], 150);
            }
        }
    }
    for (number, line) in (0_u32..).zip(lines) {
        let top = band.top + 3 * scale + number * line_height;
        for (column, character) in (0_u32..).zip(line.chars()) {
            let left = band.left + 4 * scale + column * GLYPH * scale;
            draw_glyph(
                canvas,
                character,
                Area { left, top, right: band.right, bottom: band.bottom },
                scale,
                &touch,
            );
        }
    }
}

fn draw_glyph(
    canvas: &mut Canvas,
    character: char,
    area: Area,
    scale: u32,
    touch: &impl Fn(u32, u32) -> bool,
) {
    let glyph = glyph(character);
    for y in area.top..(area.top + GLYPH * scale).min(area.bottom) {
        for x in area.left..(area.left + GLYPH * scale).min(area.right) {
            let row = glyph[((y - area.top) / scale) as usize];
            let lit = row >> ((x - area.left) / scale) & 1 == 1;
            if lit && touch(x, y) {
                blend(canvas.pixel_mut(x, y), [255, 252, 240], 255);
            }
        }
    }
}

fn glyph(character: char) -> [u8; 8] {
    font8x8::BASIC_FONTS
        .get(character)
        .or_else(|| font8x8::LATIN_FONTS.get(character))
        .unwrap_or([0x7e, 0x42, 0x42, 0x42, 0x42, 0x42, 0x7e, 0])
}

fn blend(pixel: &mut [u8], colour: [u8; 3], alpha: u16) {
    for (byte, value) in pixel.iter_mut().zip(colour) {
        *byte = over(value, *byte, alpha);
    }
    if let Some(opacity) = pixel.get_mut(3) {
        *opacity = over(255, *opacity, alpha);
    }
}
