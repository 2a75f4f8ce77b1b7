//! The mark on every picture: a dark band with legible text.

use font8x8::UnicodeFonts;

use super::canvas::{Area, Canvas, over};
use super::region::Region;

const GLYPH: u32 = 8;

/// Margins of a line of text, in pixels of a glyph.
const LEADING: u32 = 2;
const MARGIN: u32 = 4;
/// A label of this scale is read without effort.
const EASY: u32 = 2;
const LARGEST: u32 = 8;

/// Writes the lines into the lower part of `area`.
pub(crate) fn stamp(canvas: &mut Canvas, area: Area, lines: &[String; 2]) {
    let (width, height) = extent(lines);
    // As large as the width allows, but the band takes at most a fifth of the height.
    let scale = (area.width() / width).min(area.height() / (5 * height)).clamp(1, LARGEST);
    let band = Area { top: area.bottom - (height * scale).min(area.height()), ..area };
    write(canvas, band, lines, scale, &|_, _| true);
}

/// Writes one of the layouts, given from the wordiest to the shortest, where it fits into `region` as a whole; if none
/// fits, as much of the shortest as there is room for. `bounds` is the rectangle around the region.
pub(crate) fn stamp_inside(canvas: &mut Canvas, region: &Region, bounds: Area, layouts: &[Vec<String>]) {
    let Some(place) = place(region, bounds, layouts) else { return };
    write(canvas, place.band, &layouts[place.layout], place.scale, &|x, y| region.allows(x, y));
}

/// Where a label goes.
#[derive(Debug, Clone, Copy)]
struct Place {
    band: Area,
    layout: usize,
    scale: u32,
}

fn place(region: &Region, bounds: Area, layouts: &[Vec<String>]) -> Option<Place> {
    // Half a thousand cells along the longer side are fine enough.
    let step = (bounds.width().max(bounds.height()) / 512).max(1);
    let extents: Vec<(u32, u32)> = layouts.iter().map(|lines| extent(lines)).collect();
    // For each layout the largest scale, and the largest rectangle that holds it.
    let mut best: Vec<Option<(u32, Area)>> = vec![None; layouts.len()];
    region.free_rectangles(step, |free| {
        for (best, (width, height)) in best.iter_mut().zip(&extents) {
            let most = (bounds.height() / (3 * height)).clamp(1, LARGEST);
            let scale = (free.width() / width).min(free.height() / height).min(most);
            if best.is_none_or(|(other, held)| (other, held.size()) < (scale, free.size())) {
                *best = Some((scale, free));
            }
        }
    });
    let scale_of = |layout: usize| best[layout].map_or(0, |(scale, _)| scale);
    let largest = (0..layouts.len()).map(scale_of).max()?;
    let enough = largest.min(EASY);
    let layout = match enough {
        0 => layouts.len() - 1,
        _ => (0..layouts.len()).find(|layout| scale_of(*layout) >= enough)?,
    };
    let (scale, free) = best[layout]?;
    let (width, height) = extents[layout];
    if scale == 0 {
        // Nothing fits: around the middle of the largest rectangle.
        let left = u32::midpoint(free.left, free.right).saturating_sub(width / 2).max(bounds.left);
        let top = u32::midpoint(free.top, free.bottom).saturating_sub(height / 2).max(bounds.top);
        let band = Area {
            left,
            top,
            right: (left + width).min(bounds.right),
            bottom: (top + height).min(bounds.bottom),
        };
        return Some(Place { band, layout, scale: 1 });
    }
    let left = free.left + (free.width() - width * scale) / 2;
    let band =
        Area { left, top: free.bottom - height * scale, right: left + width * scale, bottom: free.bottom };
    Some(Place { band, layout, scale })
}

/// Width and height of lines at scale 1.
fn extent(lines: &[String]) -> (u32, u32) {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX / 64).min(u32::MAX / 64);
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(1);
    (count(longest) * GLYPH + 2 * MARGIN, count(lines.len()) * (GLYPH + LEADING) + MARGIN)
}

/// Darkens the band and writes the lines onto it, touching only what `touch` allows.
fn write(canvas: &mut Canvas, band: Area, lines: &[String], scale: u32, touch: &impl Fn(u32, u32) -> bool) {
    for y in band.top..band.bottom {
        for x in band.left..band.right {
            if touch(x, y) {
                blend(canvas.pixel_mut(x, y), [16, 18, 24], 150);
            }
        }
    }
    for (number, line) in (0_u32..).zip(lines) {
        let top = band.top + (3 + number * (GLYPH + LEADING)) * scale;
        for (column, character) in (0_u32..).zip(line.chars()) {
            let left = band.left + (MARGIN + column * GLYPH) * scale;
            draw_glyph(canvas, character, Area { left, top, ..band }, scale, touch);
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

#[cfg(test)]
mod tests {
    use super::{Region, place};

    /// The scale and the first line of what is written, after checking that it lies in the region as a whole.
    fn check(width: u32, height: u32, inside: impl Fn(i64, i64) -> bool) -> Option<(u32, usize)> {
        let flags = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .map(|(x, y)| u8::from(inside(i64::from(x), i64::from(y))))
            .collect();
        let region = Region::new(width, height, flags);
        let layouts = [
            vec!["EMULATED, a test".to_owned(), "gpt-image-2 1024x1024 medium #1".to_owned()],
            vec!["EMULATED".into(), "gpt-image-2".into(), "#1".into()],
            vec!["EMULATED".into()],
        ];
        let place = place(&region, region.bounds()?, &layouts)?;
        let band = place.band;
        let whole = (band.top..band.bottom).all(|y| (band.left..band.right).all(|x| region.allows(x, y)));
        whole.then_some((place.scale, place.layout))
    }

    #[test]
    fn labels_lie_in_the_mask_as_a_whole() {
        let ellipse = |x: i64, y: i64| (x - 450).pow(2) + (y - 550).pow(2) < 250 * 250;
        assert_eq!(check(1024, 1024, ellipse), Some((4, 1)));
        assert_eq!(check(1024, 1024, |_, _| true), Some((4, 0)));
        assert_eq!(check(1024, 1024, |x, y| x > y), Some((3, 0)));
        assert_eq!(check(300, 200, |x, y| (10..110).contains(&x) && y < 40), Some((1, 1)));
        assert_eq!(check(300, 200, |x, y| (10..90).contains(&x) && y < 20), Some((1, 2)));
        assert_eq!(check(300, 200, |x, y| (10..20).contains(&x) && y < 20), Some((1, 2)), "cut off");
        assert_eq!(check(300, 200, |_, _| false), None);
    }
}
