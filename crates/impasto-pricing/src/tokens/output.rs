//! Output tokens of one image, by model family, quality and size.

use impasto_types::{ModelFamily, ModelId, Quality, Size};

use crate::interval::Interval;

/// The three sizes of the older models, in the order of [`LEGACY`].
const LEGACY_SIZES: [(u32, u32); 3] = [(1024, 1024), (1024, 1536), (1536, 1024)];

/// Output tokens of gpt-image-1 and 1.5: low, medium and high, each for [`LEGACY_SIZES`].
///
/// Source: OpenAI's image generation guide, "Cost and latency", read 2026-11-21.
const LEGACY: [[u64; 3]; 3] = [[272, 408, 400], [1056, 1584, 1568], [4160, 6240, 6208]];

/// Output tokens of gpt-image-1-mini that its published prices per image come to at $8 per million tokens.
///
/// OpenAI prints $0.005/0.006/0.006, 0.011/0.015/0.015 and 0.036/0.052/0.052 on the model page (read 2026-11-21):
/// more than the table of gpt-image-1 would cost at that rate, so mini does not use that table, or not only that.
const MINI: [[u64; 3]; 3] = [[625, 750, 750], [1375, 1875, 1875], [4500, 6500, 6500]];

/// The tokens that half of a tenth of a cent buys at $8 per million: the published prices are rounded to it.
const MINI_ROUNDING: u64 = 63;

/// The size that `auto` is known to have come out as on the models with free sizes; observed in 2026, also noted in
/// Microsoft's documents, and outside the rules for requested sizes.
const AUTO_SIZE: (u32, u32) = (1254, 1254);

/// The size with the most tokens among all allowed ones, for every quality.
const DEAREST_SIZE: (u32, u32) = (2880, 2880);

/// The most pixels an image, or the sheet that all frames of a gif are laid on, can have.
const MAX_PIXELS: u64 = 8_294_400;

/// The frames of a gif when `frame_count` is not set (openai-python 3.52.0).
const DEFAULT_FRAMES: u8 = 9;

/// The output tokens of gpt-image-1 and gpt-image-1.5 (and `chatgpt-image-latest`, which is priced as 1.5), or
/// nothing for a quality or a size that these models do not have.
///
/// ```
/// use impasto_pricing::tokens::output;
/// use impasto_types::Quality;
///
/// assert_eq!(output::legacy_tokens(&Quality::High, 1024, 1024), Some(4160));
/// assert_eq!(output::legacy_tokens(&Quality::High, 2048, 2048), None);
/// ```
#[must_use]
pub fn legacy_tokens(quality: &Quality, width: u32, height: u32) -> Option<u64> {
    cell(&LEGACY, quality, (width, height))
}

/// The output tokens of gpt-image-1-mini, as a range: from the table of gpt-image-1 up to what the published prices
/// per image come to at $8 per million tokens, their rounding included. `expected` is the published price exactly.
#[must_use]
pub fn mini_tokens(quality: &Quality, width: u32, height: u32) -> Option<Interval<u64>> {
    let published = cell(&MINI, quality, (width, height))?;
    let table = cell(&LEGACY, quality, (width, height))?;
    Some(Interval::new(table, published, published + MINI_ROUNDING))
}

fn cell(table: &[[u64; 3]; 3], quality: &Quality, size: (u32, u32)) -> Option<u64> {
    let row = match quality {
        Quality::Low => 0,
        Quality::Medium => 1,
        Quality::High => 2,
        _ => return None,
    };
    let column = LEGACY_SIZES.iter().position(|known| *known == size)?;
    Some(table[row][column])
}

/// The calculator's base for a quality: how many units the long side of the image is cut into.
///
/// gpt-image-2: 16, 48, 96. gpt-image-2.5: 16, 24, 48, 64, 96, so that its `high` is gpt-image-2's `medium` and its
/// `max` gpt-image-2's `high`. For gpt-image-2.6 nothing is published; see [`image_tokens`].
///
/// Source: the token calculator in OpenAI's documentation, read 2026-11-21.
#[must_use]
pub const fn calculator_base(family: ModelFamily, quality: &Quality) -> Option<u32> {
    Some(match (family, quality) {
        (ModelFamily::GptImage2 | ModelFamily::GptImage25, Quality::Low) => 16,
        (ModelFamily::GptImage2, Quality::Medium) | (ModelFamily::GptImage25, Quality::High) => 48,
        (ModelFamily::GptImage2, Quality::High) | (ModelFamily::GptImage25, Quality::Max) => 96,
        (ModelFamily::GptImage25, Quality::Medium) => 24,
        (ModelFamily::GptImage25, Quality::XHigh) => 64,
        _ => return None,
    })
}

/// The output tokens of gpt-image-2 and 2.5 for a calculator base and a size.
///
/// With `s = base / (long / short)` and `u` its nearest integer, halves to even:
/// `ceil(base · u · (2,000,000 + width · height) / 4,000,000)`.
///
/// `s` is computed in double precision and in that order, because the published calculator does and exact
/// arithmetic differs from it for five sizes. Source: the token calculator in OpenAI's documentation, read
/// 2026-11-21; it reproduces the published prices of these models and every public measurement.
///
/// ```
/// use impasto_pricing::tokens::output::calculator_tokens;
///
/// assert_eq!(calculator_tokens(96, 1024, 1024), 7024);
/// // Wide 4K costs less than a 2048 square.
/// assert!(calculator_tokens(96, 3840, 2160) < calculator_tokens(96, 2048, 2048));
/// ```
#[must_use]
pub fn calculator_tokens(base: u32, width: u32, height: u32) -> u64 {
    let (long, short) = (width.max(height).max(1), width.min(height).max(1));
    let units = short_side_units(base, long, short);
    let pixels = u128::from(width) * u128::from(height);
    let tokens = (u128::from(base) * u128::from(units) * (2_000_000 + pixels)).div_ceil(4_000_000);
    u64::try_from(tokens).unwrap_or(u64::MAX)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the only float in the formula, to match the published calculator bit for bit; between 0 and base"
)]
fn short_side_units(base: u32, long: u32, short: u32) -> u64 {
    let side = f64::from(base) / (f64::from(long) / f64::from(short));
    side.round_ties_even() as u64
}

/// The output tokens of one image of `model`, or nothing for a model without a known formula.
///
/// A quality or size that is absent, `auto`, or not one the model has, could come out as any of them: the range then
/// spans all, with an observed value as the expected one where there is one.
///
/// gpt-image-2.6 has no published formula. Measurements of November 2026 by one relay (1536x1024: low 664, high 1353;
/// 3840x2160: high 3337) are three to four times the gpt-image-2.5 figure for low and medium and about the same from
/// high up; the range runs from that figure to eight times it for low and medium, and from three quarters to twice it
/// above. The margins are this crate's own.
///
/// ```
/// use impasto_pricing::tokens::output::image_tokens;
/// use impasto_types::{ModelId, Quality, Size};
///
/// let (model, size) = (ModelId::new("gpt-image-2.6-flare"), Size::exact(1536, 1024));
/// let tokens = image_tokens(&model, Some(&Quality::Low), Some(&size));
/// assert!(tokens.is_some_and(|tokens| tokens.contains(664)));
/// ```
#[must_use]
pub fn image_tokens(
    model: &ModelId,
    quality: Option<&Quality>,
    size: Option<&Size>,
) -> Option<Interval<u64>> {
    let family = model.family();
    let known = qualities(family)?;
    let size = size.and_then(Size::dimensions);
    if let Some(quality) = quality.filter(|quality| known.contains(quality)) {
        return Some(of_quality(family, quality, size));
    }
    let expected = of_quality(family, &expected_quality(model), size);
    Some(known.iter().fold(expected, |range, quality| range.widened_by(of_quality(family, quality, size))))
}

/// The output tokens of one gif: all `frames` (9 when absent) are drawn on one sheet.
///
/// How a gif is billed is not published. The range runs from a single image of that size to the larger of a full
/// sheet of 8,294,400 pixels and as many single images as there are frames; expected is the sheet that the frames
/// fill. Nothing for a family without a known formula.
#[must_use]
pub fn gif_tokens(
    model: &ModelId,
    quality: Option<&Quality>,
    size: Option<&Size>,
    frames: Option<u8>,
) -> Option<Interval<u64>> {
    let frames = frames.unwrap_or(DEFAULT_FRAMES).max(1);
    let (width, height) = size.and_then(Size::dimensions).unwrap_or(AUTO_SIZE);
    let columns = u32::from(frames).isqrt();
    let rows = u32::from(frames).div_ceil(columns);
    let (sheet_width, sheet_height) = (width.saturating_mul(columns), height.saturating_mul(rows));
    let fits = u64::from(sheet_width) * u64::from(sheet_height) <= MAX_PIXELS;
    let filled = if fits { (sheet_width, sheet_height) } else { DEAREST_SIZE };
    let single = image_tokens(model, quality, size)?;
    let sheet = image_tokens(model, quality, Some(&Size::from(filled)))?;
    let full = image_tokens(model, quality, Some(&Size::from(DEAREST_SIZE)))?;
    let high = full.high.max(single.times(u64::from(frames)).high);
    Some(Interval::new(single.low, sheet.expected, high))
}

/// The qualities a family has, cheapest first; nothing for a family without a known formula.
#[must_use]
pub const fn qualities(family: ModelFamily) -> Option<&'static [Quality]> {
    const THREE: &[Quality] = &[Quality::Low, Quality::Medium, Quality::High];
    const FIVE: &[Quality] = &[Quality::Low, Quality::Medium, Quality::High, Quality::XHigh, Quality::Max];
    match family {
        ModelFamily::GptImage1
        | ModelFamily::GptImage1Mini
        | ModelFamily::GptImage15
        | ModelFamily::ChatGptImageLatest
        | ModelFamily::GptImage2 => Some(THREE),
        ModelFamily::GptImage25 | ModelFamily::GptImage26 => Some(FIVE),
        _ => None,
    }
}

/// Whether the formula of `model` knows `size`: the older models have three sizes, the newer ones any.
#[must_use]
pub fn is_priced_size(model: &ModelId, size: &Size) -> bool {
    match model.family() {
        ModelFamily::GptImage2 | ModelFamily::GptImage25 | ModelFamily::GptImage26 => {
            size.dimensions().is_some()
        }
        _ => size.dimensions().is_some_and(|size| LEGACY_SIZES.contains(&size)),
    }
}

/// What quality `auto` is expected to come out as: `low` on gpt-image-2 and `high` on gpt-image-2.6-sunburst (single
/// observations of 2026); elsewhere nothing is known, and `medium` is taken.
#[must_use]
pub fn expected_quality(model: &ModelId) -> Quality {
    match model.base_name() {
        "gpt-image-2" => Quality::Low,
        "gpt-image-2.6-sunburst" => Quality::High,
        _ => Quality::Medium,
    }
}

/// The tokens for a quality that the family has, over all sizes when none is given or it is not one of the family's.
fn of_quality(family: ModelFamily, quality: &Quality, size: Option<(u32, u32)>) -> Interval<u64> {
    match family {
        ModelFamily::GptImage2 | ModelFamily::GptImage25 => calculated(family, quality, size),
        ModelFamily::GptImage26 => measured(quality, calculated(ModelFamily::GptImage25, quality, size)),
        _ => tabled(family, quality, size),
    }
}

fn tabled(family: ModelFamily, quality: &Quality, size: Option<(u32, u32)>) -> Interval<u64> {
    let at = |(width, height): (u32, u32)| match family {
        ModelFamily::GptImage1Mini => mini_tokens(quality, width, height),
        _ => legacy_tokens(quality, width, height).map(Interval::exactly),
    };
    if let Some(tokens) = size.and_then(at) {
        return tokens;
    }
    let all = LEGACY_SIZES.into_iter().filter_map(at);
    all.reduce(Interval::widened_by).unwrap_or(Interval::exactly(0))
}

fn calculated(family: ModelFamily, quality: &Quality, size: Option<(u32, u32)>) -> Interval<u64> {
    let base = calculator_base(family, quality).unwrap_or(0);
    if let Some((width, height)) = size {
        return Interval::exactly(calculator_tokens(base, width, height));
    }
    let at = |(width, height)| calculator_tokens(base, width, height);
    Interval::new(cheapest_tokens(base), at(AUTO_SIZE), at(DEAREST_SIZE))
}

/// The fewest tokens of any allowed size, near 1440x480; found by trying all of them, as a test does again.
const fn cheapest_tokens(base: u32) -> u64 {
    match base {
        16 => 54,
        24 => 128,
        48 => 514,
        64 => 905,
        96 => 2061,
        _ => 0,
    }
}

fn measured(quality: &Quality, of_25: Interval<u64>) -> Interval<u64> {
    match quality {
        Quality::Low => Interval::new(of_25.low, of_25.expected * 4, of_25.high.saturating_mul(8)),
        Quality::Medium => Interval::new(of_25.low, of_25.expected * 7 / 2, of_25.high.saturating_mul(8)),
        _ => Interval::new(of_25.low * 3 / 4, of_25.expected, of_25.high.saturating_mul(2)),
    }
}

#[cfg(test)]
mod tests {
    use impasto_types::{ModelFamily, ModelId, Quality, Size};

    use super::{
        DEAREST_SIZE, calculator_base, calculator_tokens, cheapest_tokens, gif_tokens, image_tokens,
    };

    #[test]
    fn the_ends_of_auto_sizes_are_the_ends_of_all_allowed_sizes() {
        for base in [16, 24, 48, 64, 96] {
            let (mut least, mut most) = (u64::MAX, 0);
            for width in (16..=3840).step_by(16) {
                for height in (16..=width).step_by(16) {
                    let pixels = u64::from(width) * u64::from(height);
                    if width <= 3 * height && (655_360..=8_294_400).contains(&pixels) {
                        let tokens = calculator_tokens(base, width, height);
                        least = least.min(tokens);
                        most = most.max(tokens);
                    }
                }
            }
            assert_eq!(cheapest_tokens(base), least, "base {base}");
            assert_eq!(calculator_tokens(base, DEAREST_SIZE.0, DEAREST_SIZE.1), most, "base {base}");
        }
    }

    #[test]
    fn the_calculator_survives_any_numbers() {
        assert_eq!(calculator_tokens(96, 0, 0), 4608);
        assert_eq!(calculator_tokens(96, 1, u32::MAX), 0);
        assert!(calculator_tokens(u32::MAX, u32::MAX, u32::MAX) > 0);
        assert_eq!(calculator_base(ModelFamily::GptImage2, &Quality::XHigh), None);
    }

    #[test]
    fn measured_points_of_2_6_lie_inside() {
        for (quality, width, height, tokens) in [
            (Quality::Low, 1536, 1024, 664),
            (Quality::High, 1536, 1024, 1353),
            (Quality::High, 3840, 2160, 3337),
        ] {
            let model = ModelId::new("gpt-image-2.6-flare");
            let range = image_tokens(&model, Some(&quality), Some(&Size::exact(width, height))).unwrap();
            assert!(range.contains(tokens), "{quality} {width}x{height}: {tokens} outside {range:?}");
            assert!(range.low < tokens && tokens < range.high, "{quality}: no margin in {range:?}");
        }
    }

    #[test]
    fn what_is_left_open_spans_everything_it_could_be() {
        for model in [
            "gpt-image-1",
            "gpt-image-1-mini",
            "gpt-image-1.5",
            "gpt-image-2",
            "gpt-image-2.5-flare",
            "gpt-image-2.6-sunburst",
        ] {
            let model = ModelId::new(model);
            let open = image_tokens(&model, None, None).unwrap();
            assert_eq!(image_tokens(&model, Some(&Quality::Auto), Some(&Size::Auto)), Some(open), "{model}");
            for quality in super::qualities(model.family()).unwrap() {
                for (width, height) in [(1024, 1024), (1024, 1536), (1536, 1024), (3840, 2160)] {
                    let size = Size::exact(width, height);
                    let one = image_tokens(&model, Some(quality), Some(&size)).unwrap();
                    assert!(open.low <= one.low && one.high <= open.high, "{model} {quality} {size}");
                    let gif = gif_tokens(&model, Some(quality), Some(&size), Some(4)).unwrap();
                    assert!(gif.low <= one.low && gif.high >= 4 * one.high, "{model} {quality} {size}");
                }
            }
        }
        assert_eq!(image_tokens(&ModelId::new("my-model"), None, None), None);
        assert_eq!(image_tokens(&ModelId::new("dall-e-3"), None, None), None);
    }
}
