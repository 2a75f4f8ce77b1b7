//! Input tokens of one image, by model family and dimensions.

use impasto_types::{InputFidelity, ModelFamily};

use crate::interval::Interval;

/// Tokens of the whole image, before its tiles (OpenAI's vision guide, gpt-image-1).
const TILE_BASE: u64 = 65;

/// Tokens of each 512-pixel tile.
const TILE: u64 = 129;

/// The most tiles an image can come to: the short side fits one, the long side at most four.
const MAX_TILES: u64 = 4;

/// What `input_fidelity: high` adds for a square image, and for any other shape.
const HIGH_FIDELITY: (u64, u64) = (4160, 6240);

/// The most 32-pixel patches an image is cut into.
const MAX_PATCHES: u64 = 1536;

/// The input tokens of one image of `dimensions` (the widest range when unknown) for `family`, or nothing for a
/// family without a known rule.
///
/// gpt-image-1, 1.5 and their kin use [`tile_tokens`]; gpt-image-2 and 2.5 [`patch_tokens`], and gpt-image-2.6 is
/// assumed to do the same. How the mini model counts is not published; the rule of gpt-image-1 is taken. The
/// `fidelity` matters to the former only; absent it is `low`, OpenAI's default.
#[must_use]
pub fn image_tokens(
    family: ModelFamily,
    dimensions: Option<(u32, u32)>,
    fidelity: Option<&InputFidelity>,
) -> Option<Interval<u64>> {
    match family {
        ModelFamily::GptImage1
        | ModelFamily::GptImage1Mini
        | ModelFamily::GptImage15
        | ModelFamily::ChatGptImageLatest => {
            Some(tile_tokens(dimensions).plus(fidelity_tokens(dimensions, fidelity)))
        }
        ModelFamily::GptImage2 | ModelFamily::GptImage25 | ModelFamily::GptImage26 => {
            Some(patch_tokens(dimensions))
        }
        _ => None,
    }
}

/// Tokens by tiles: the image is fitted into 2048 by 2048, its shorter side shrunk to 512, and 65 + 129 for each
/// 512-pixel tile counted.
///
/// Whether the shrunk sides are rounded before the tiles are counted is not said; where it matters the range holds
/// both. Source: OpenAI's vision guide, read 2026-11-21.
///
/// ```
/// use impasto_pricing::{Interval, tokens::input::tile_tokens};
///
/// assert_eq!(tile_tokens(Some((1024, 1024))), Interval::exactly(65 + 129));
/// assert_eq!(tile_tokens(Some((1024, 1536))), Interval::exactly(65 + 2 * 129));
/// ```
#[must_use]
pub fn tile_tokens(dimensions: Option<(u32, u32)>) -> Interval<u64> {
    let tokens = |tiles: u64| TILE_BASE + TILE * tiles;
    let Some((width, height)) = dimensions else {
        return Interval::new(tokens(1), tokens(2), tokens(MAX_TILES));
    };
    let long = u64::from(width.max(height).max(1));
    let short = u64::from(width.min(height).max(1));
    // After fitting into 2048, the shorter side is still over 512 exactly when one of these holds.
    let shrinks = if long > 2048 { short * 4 > long } else { short > 512 };
    if shrinks {
        let rounded_down = (512 * long / short).div_ceil(512);
        let exact = long.div_ceil(short);
        return Interval::new(tokens(rounded_down), tokens(exact), tokens(exact));
    }
    Interval::exactly(tokens(long.min(2048).div_ceil(512)))
}

/// What `input_fidelity` adds to an image: nothing when `low` or absent; when `high` 4160 tokens for a square image
/// and 6240 for any other.
///
/// Source: OpenAI's vision guide, read 2026-11-21.
#[must_use]
pub fn fidelity_tokens(dimensions: Option<(u32, u32)>, fidelity: Option<&InputFidelity>) -> Interval<u64> {
    let (square, other) = HIGH_FIDELITY;
    let high = match dimensions {
        Some((width, height)) if width == height => Interval::exactly(square),
        Some(_) => Interval::exactly(other),
        None => Interval::new(square, other, other),
    };
    match fidelity {
        None | Some(InputFidelity::Low) => Interval::exactly(0),
        Some(InputFidelity::High) => high,
        Some(_) => Interval::new(0, 0, high.high),
    }
}

/// Tokens by 32-pixel patches, at most 1536 of them.
///
/// Not published. The rule was worked out from public measurements in 2026, of which it matches seven: an image
/// whose longer side is under 1024 is scaled up to it, one more than three times as long as wide is brought to 3:1,
/// and one of more than 1536 patches is scaled down. Accounts differ on whether the scaling up stops at twice the
/// size, and on how the shape is brought to 3:1; where that matters the range holds all of them.
///
/// ```
/// use impasto_pricing::{Interval, tokens::input::patch_tokens};
///
/// assert_eq!(patch_tokens(Some((1024, 1024))), Interval::exactly(1024));
/// assert_eq!(patch_tokens(Some((1179, 2556))), Interval::exactly(1482));
/// assert_eq!(patch_tokens(None).high, 1536);
/// ```
#[must_use]
pub fn patch_tokens(dimensions: Option<(u32, u32)>) -> Interval<u64> {
    let Some((width, height)) = dimensions else {
        return Interval::new(1, 1024, MAX_PATCHES);
    };
    let (long, short) = (f64::from(width.max(height).max(1)), f64::from(width.min(height).max(1)));
    let grow = (1024.0 / long).max(1.0);
    let expected = patches(padded((long * grow).round(), (short * grow).round()));
    if grow <= 1.0 && long <= 3.0 * short {
        return Interval::exactly(expected);
    }
    let mut range = Interval::exactly(expected);
    for grow in [grow, grow.min(2.0)] {
        for round in [f64::floor, f64::ceil] {
            let scaled = (round(long * grow), round(short * grow));
            for shape in [padded(scaled.0, scaled.1), cropped(scaled.0, scaled.1)] {
                range = range.widened_by(Interval::exactly(patches(shape)));
            }
        }
    }
    range
}

/// A shape of at most 3:1 by lengthening the shorter side.
fn padded(long: f64, short: f64) -> (f64, f64) {
    (long, short.max(long / 3.0))
}

/// A shape of at most 3:1 by cutting the longer side.
fn cropped(long: f64, short: f64) -> (f64, f64) {
    (long.min(short * 3.0), short)
}

/// The patches of a shape, scaled down where there are too many.
fn patches((long, short): (f64, f64)) -> u64 {
    let whole = started(long) * started(short);
    if whole <= MAX_PATCHES {
        return whole.max(1);
    }
    let factor = (32.0 * 32.0 * 1536.0 / (long * short)).sqrt();
    let (columns, rows) = (long * factor / 32.0, short * factor / 32.0);
    let factor = factor * (columns.floor() / columns).min(rows.floor() / rows);
    (started((long * factor).floor()) * started((short * factor).floor())).clamp(1, MAX_PATCHES)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a side over 32 is a positive number far below 2^53; the rule itself takes a square root"
)]
fn started(side: f64) -> u64 {
    (side / 32.0).ceil() as u64
}

#[cfg(test)]
mod tests {
    use impasto_types::InputFidelity;

    use super::{fidelity_tokens, patch_tokens, tile_tokens};
    use crate::interval::Interval;

    #[track_caller]
    fn check_patches(width: u32, height: u32, expected: u64) {
        assert_eq!(patch_tokens(Some((width, height))).expected, expected, "{width}x{height}");
        assert_eq!(patch_tokens(Some((height, width))).expected, expected, "{height}x{width}");
    }

    #[test]
    fn patches_match_the_public_measurements() {
        check_patches(1024, 1024, 1024);
        check_patches(1536, 1024, 1536);
        check_patches(341, 512, 704);
        check_patches(1179, 2556, 1482);
        // The cheapest reference: 3:1 at 1024 pixels.
        check_patches(1024, 341, 352);
        check_patches(1024, 100, 352);
    }

    #[test]
    fn patches_stay_within_their_bounds_for_any_image() {
        for side in [1, 2, 31, 32, 33, 100, 341, 512, 1000, 1023, 1024, 1025, 3000, 8192, 100_000, u32::MAX] {
            for other in [1, 7, 33, 512, 999, 1024, 2047, 4096, 65_535, u32::MAX] {
                let range = patch_tokens(Some((side, other)));
                assert!(1 <= range.low && range.low <= range.expected, "{side}x{other}: {range:?}");
                assert!(range.expected <= range.high && range.high <= 1536, "{side}x{other}: {range:?}");
                let tiles = tile_tokens(Some((side, other)));
                assert!(194 <= tiles.low && tiles.high <= 581, "{side}x{other}: {tiles:?}");
            }
        }
    }

    #[track_caller]
    fn check_tiles(width: u32, height: u32, tiles: u64) {
        assert_eq!(
            tile_tokens(Some((width, height))),
            Interval::exactly(65 + 129 * tiles),
            "{width}x{height}"
        );
    }

    #[test]
    fn tiles_are_counted_after_both_scalings() {
        check_tiles(512, 512, 1);
        check_tiles(100, 100, 1);
        check_tiles(1024, 1024, 1);
        check_tiles(1024, 1536, 2);
        check_tiles(4096, 4096, 1);
        check_tiles(2048, 512, 4);
        check_tiles(8192, 1024, 4);
        check_tiles(600, 400, 2);
        check_tiles(3000, 1000, 3);
        // 512.3 pixels: one tile if rounded first, two if not.
        assert_eq!(tile_tokens(Some((2001, 2000))), Interval::new(194, 323, 323));
    }

    #[test]
    fn high_fidelity_adds_by_shape() {
        let high = Some(&InputFidelity::High);
        assert_eq!(fidelity_tokens(Some((800, 800)), high), Interval::exactly(4160));
        assert_eq!(fidelity_tokens(Some((800, 600)), high), Interval::exactly(6240));
        assert_eq!(fidelity_tokens(None, high), Interval::new(4160, 6240, 6240));
        assert_eq!(fidelity_tokens(Some((800, 600)), None), Interval::exactly(0));
        let other = InputFidelity::from("ultra");
        assert_eq!(fidelity_tokens(Some((800, 600)), Some(&other)), Interval::new(0, 0, 6240));
    }
}
