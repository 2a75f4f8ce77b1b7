//! Token counts by the published and measured rules.
//!
//! Output tokens: the legacy table of OpenAI's image generation guide for gpt-image-1, -1-mini and -1.5; the formula of
//! OpenAI's own calculator for gpt-image-2 and 2.5. For 2.6 no formula is published: relays measured three to four
//! times the 2.5 figure for low and medium and about the same from high up (November 2026); the emulator takes four
//! times for low, three times for medium and the 2.5 figure above.
//!
//! Input tokens: the tile rule of OpenAI's vision guide for the legacy models, the patch rule that matches public
//! measurements for the newer ones. Text tokens are an approximation, see [`text_tokens`].

use serde_json::{Value, json};

use crate::models::{Family, Quality};

/// Image output tokens that one partial image adds (OpenAI image generation guide).
pub(crate) const PARTIAL_IMAGE_TOKENS: u64 = 100;

/// The tokens of one request, all its images together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Prompt tokens.
    pub input_text: u64,
    /// Tokens of the input images.
    pub input_image: u64,
    /// Tokens of the images made, partial images included.
    pub output_image: u64,
}

impl Usage {
    /// All input tokens.
    pub const fn input(&self) -> u64 {
        self.input_text + self.input_image
    }

    /// Input and output together.
    pub const fn total(&self) -> u64 {
        self.input() + self.output_image
    }

    /// The `usage` object of the Images API.
    pub(crate) fn to_json(self) -> Value {
        json!({
            "input_tokens": self.input(),
            "input_tokens_details": { "image_tokens": self.input_image, "text_tokens": self.input_text },
            "output_tokens": self.output_image,
            "output_tokens_details": { "image_tokens": self.output_image, "text_tokens": 0 },
            "total_tokens": self.total(),
        })
    }

    /// The `usage` object of a streamed event, which has no output details.
    pub(crate) fn to_event_json(self) -> Value {
        json!({
            "input_tokens": self.input(),
            "input_tokens_details": { "image_tokens": self.input_image, "text_tokens": self.input_text },
            "output_tokens": self.output_image,
            "total_tokens": self.total(),
        })
    }
}

/// An approximation of the prompt's tokens plus the six that every generation was observed to add.
///
/// The real tokenizer is `o200k_base`. Here a run of ASCII letters counts one token per started seven letters, a run of
/// digits one per started three, any other visible character one, and white space nothing.
pub(crate) fn text_tokens(prompt: &str) -> u64 {
    let mut tokens: u64 = 6;
    let (mut letters, mut digits) = (0_u64, 0_u64);
    for character in prompt.chars().chain([' ']) {
        if character.is_ascii_alphabetic() {
            letters += 1;
        } else {
            tokens += letters.div_ceil(7);
            letters = 0;
        }
        if character.is_ascii_digit() {
            digits += 1;
        } else {
            tokens += digits.div_ceil(3);
            digits = 0;
        }
        if !character.is_ascii_alphanumeric() && !character.is_whitespace() {
            tokens += 1;
        }
    }
    tokens
}

/// Output tokens of one image.
pub(crate) fn output_tokens(family: Family, quality: Quality, width: u32, height: u32) -> u64 {
    match family {
        Family::One | Family::OneMini | Family::OneFive => legacy_output_tokens(quality, width, height),
        Family::Two => formula_tokens(two_base(quality), width, height),
        Family::TwoFive => formula_tokens(two_five_base(quality), width, height),
        Family::TwoSixSunburst | Family::TwoSixFlare => {
            let tokens = formula_tokens(two_five_base(quality), width, height);
            match quality {
                Quality::Low => tokens * 4,
                Quality::Medium => tokens * 3,
                Quality::High | Quality::XHigh | Quality::Max => tokens,
            }
        }
    }
}

const fn legacy_output_tokens(quality: Quality, width: u32, height: u32) -> u64 {
    let shape = if width == height {
        0
    } else if width < height {
        1
    } else {
        2
    };
    match quality {
        Quality::Low => [272, 408, 400][shape],
        Quality::Medium => [1056, 1584, 1568][shape],
        Quality::High | Quality::XHigh | Quality::Max => [4160, 6240, 6208][shape],
    }
}

const fn two_base(quality: Quality) -> u32 {
    match quality {
        Quality::Low => 16,
        Quality::Medium => 48,
        Quality::High | Quality::XHigh | Quality::Max => 96,
    }
}

const fn two_five_base(quality: Quality) -> u32 {
    match quality {
        Quality::Low => 16,
        Quality::Medium => 24,
        Quality::High => 48,
        Quality::XHigh => 64,
        Quality::Max => 96,
    }
}

/// OpenAI's calculator: the short side in units of `base`, rounded half to even, in the same floating-point steps.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the rounded side is between 0 and 96"
)]
fn formula_tokens(base: u32, width: u32, height: u32) -> u64 {
    let (long, short) = (width.max(height), width.min(height).max(1));
    let side = f64::from(base) / (f64::from(long) / f64::from(short));
    let units = side.round_ties_even() as u64;
    let pixels = u64::from(width) * u64::from(height);
    (u64::from(base) * units * (2_000_000 + pixels)).div_ceil(4_000_000)
}

/// Input tokens of one reference image.
pub(crate) fn input_image_tokens(family: Family, high_fidelity: bool, width: u32, height: u32) -> u64 {
    if family.is_legacy() { tile_tokens(high_fidelity, width, height) } else { patch_tokens(width, height) }
}

/// OpenAI's vision guide: fit into 2048 square, shrink the short side to 512, then 65 + 129 per started 512 px tile;
/// high fidelity adds 4160 for a square and 6240 otherwise.
fn tile_tokens(high_fidelity: bool, width: u32, height: u32) -> u64 {
    let (mut w, mut h) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let fit = (2048.0 / w.max(h)).min(1.0);
    (w, h) = (w * fit, h * fit);
    let shrink = (512.0 / w.min(h)).min(1.0);
    (w, h) = ((w * shrink).round(), (h * shrink).round());
    let tiles = started(w, 512.0) * started(h, 512.0);
    let extra = match (high_fidelity, width == height) {
        (false, _) => 0,
        (true, true) => 4160,
        (true, false) => 6240,
    };
    65 + 129 * tiles + extra
}

/// The patch rule that fits the public measurements of gpt-image-2 and 2.5: 32 px patches, at most 1536 of them.
fn patch_tokens(width: u32, height: u32) -> u64 {
    let (mut w, mut h) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let long = w.max(h);
    if long < 1024.0 {
        let grow = 1024.0 / long;
        (w, h) = ((w * grow).round(), (h * grow).round());
    }
    if w > 3.0 * h {
        w = 3.0 * h;
    }
    if h > 3.0 * w {
        h = 3.0 * w;
    }
    let patches = started(w, 32.0) * started(h, 32.0);
    if patches <= 1536 {
        return patches;
    }
    let factor = (32.0 * 32.0 * 1536.0 / (w * h)).sqrt();
    let (wide, high) = (w * factor / 32.0, h * factor / 32.0);
    let factor = factor * (wide.floor() / wide).min(high.floor() / high);
    started((w * factor).floor(), 32.0) * started((h * factor).floor(), 32.0)
}

/// How many units of `unit` are started by `length`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "image sides are small and positive"
)]
fn started(length: f64, unit: f64) -> u64 {
    (length / unit).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::{input_image_tokens, output_tokens, text_tokens};
    use crate::models::{Family, Quality};

    #[test]
    fn output_tokens_match_the_published_table() {
        let two = [
            ((1024, 1024), [196, 1756, 7024]),
            ((1024, 1536), [158, 1372, 5488]),
            ((1536, 1024), [158, 1372, 5488]),
            ((1024, 768), [134, 1204, 4815]),
            ((1536, 864), [120, 1078, 4312]),
            ((2048, 1152), [157, 1413, 5650]),
            ((2560, 1440), [205, 1843, 7370]),
            ((2048, 2048), [397, 3568, 14272]),
            ((2880, 2880), [659, 5930, 23719]),
            ((3840, 2160), [371, 3336, 13342]),
            ((1440, 480), [54, 517, 2067]),
        ];
        for ((w, h), expected) in two {
            let got =
                [Quality::Low, Quality::Medium, Quality::High].map(|q| output_tokens(Family::Two, q, w, h));
            assert_eq!(got, expected, "{w}x{h}");
        }
        let two_five = [
            ((1024, 1024), [196, 439, 1756, 3122, 7024]),
            ((1024, 1536), [158, 343, 1372, 2459, 5488]),
            ((1024, 768), [134, 301, 1204, 2140, 4815]),
            ((1536, 864), [120, 280, 1078, 1917, 4312]),
            ((2560, 1440), [205, 478, 1843, 3276, 7370]),
            ((3840, 2160), [371, 865, 3336, 5930, 13342]),
            ((1440, 480), [54, 130, 517, 905, 2067]),
        ];
        for ((w, h), expected) in two_five {
            let got = Family::TwoFive.qualities().iter().map(|q| output_tokens(Family::TwoFive, *q, w, h));
            assert_eq!(got.collect::<Vec<_>>(), expected, "{w}x{h}");
        }
        // Bit for bit with the published calculator, where exact rational arithmetic would differ.
        assert_eq!(output_tokens(Family::TwoFive, Quality::High, 1536, 944), 1201);
        assert_eq!(output_tokens(Family::One, Quality::High, 1024, 1536), 6240);
        assert_eq!(output_tokens(Family::TwoSixSunburst, Quality::High, 3840, 2160), 3336);
    }

    #[test]
    fn input_image_tokens_match_the_measurements() {
        for ((w, h), tokens) in
            [((1024, 1024), 1024), ((1536, 1024), 1536), ((341, 512), 704), ((1179, 2556), 1482)]
        {
            assert_eq!(input_image_tokens(Family::Two, false, w, h), tokens, "{w}x{h}");
        }
        assert_eq!(input_image_tokens(Family::One, false, 1024, 1024), 65 + 129);
        assert_eq!(input_image_tokens(Family::OneFive, true, 1024, 1536), 65 + 129 * 2 + 6240);
    }

    #[test]
    fn text_tokens_grow_with_the_text() {
        assert_eq!(text_tokens(""), 6);
        assert_eq!(text_tokens("a lighthouse at dusk"), 6 + 1 + 2 + 1 + 1);
        assert_eq!(text_tokens("2048 cats!"), 6 + 2 + 1 + 1);
        assert_eq!(text_tokens("猫"), 7);
    }
}
