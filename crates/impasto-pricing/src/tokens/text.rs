//! Text tokens of a prompt.

use impasto_types::Operation;

use crate::interval::Interval;

/// The length in bytes of the longest token of `o200k_base`, a run of blanks. No text has fewer tokens than this
/// allows.
const LONGEST_TOKEN: u64 = 128;

/// What a generation was observed to report on top of the prompt's own tokens, on every model (OpenAI's forum,
/// 2026-06-25), and the most this crate reckons with.
const OVERHEAD: (u64, u64) = (6, 16);

/// The same for an edit and each of its input images: observed were 15 to 37 tokens more than the prompt, growing with
/// the number and shape of the images (same source); the upper end is this crate's own margin.
const OVERHEAD_PER_IMAGE: (u64, u64) = (12, 64);

/// The tokens of `text` without a tokenizer: a range that surely holds the true count.
///
/// A byte-pair encoding never makes more tokens than there are UTF-8 bytes, and no token of `o200k_base` is longer
/// than 128 bytes. Expected are four ASCII characters to a token, and one token for any other character.
///
/// ```
/// use impasto_pricing::{Interval, tokens::text};
///
/// assert_eq!(text::bounds("a lighthouse at dusk"), Interval::new(1, 5, 20));
/// ```
#[must_use]
pub fn bounds(text: &str) -> Interval<u64> {
    let bytes = text.len() as u64;
    let ascii = text.bytes().filter(u8::is_ascii).count() as u64;
    // Every character that is not ASCII starts with one byte that continues none.
    let others = text.bytes().filter(|byte| !byte.is_ascii() && byte & 0xC0 != 0x80).count() as u64;
    Interval::new(bytes.div_ceil(LONGEST_TOKEN), ascii.div_ceil(4) + others, bytes)
}

/// The tokens of `text` by `o200k_base`, the encoding that OpenAI's image models are observed to use.
///
/// The first call builds the tokenizer, which takes a good part of a second.
#[cfg(feature = "tokenizer")]
#[must_use]
pub fn count(text: &str) -> u64 {
    tiktoken_rs::o200k_base_singleton().count_ordinary(text) as u64
}

/// The text tokens that a call with this prompt and `images` input images reports.
///
/// The prompt's own tokens, counted with the `tokenizer` feature and bounded without it, and an overhead that was
/// only ever observed: 6 tokens on a generation, more on an edit.
#[must_use]
pub fn prompt_tokens(prompt: &str, operation: &Operation, images: usize) -> Interval<u64> {
    #[cfg(feature = "tokenizer")]
    let own = Interval::exactly(count(prompt));
    #[cfg(not(feature = "tokenizer"))]
    let own = bounds(prompt);
    let images = match operation {
        Operation::Generate => 0,
        _ => images as u64,
    };
    let expected = OVERHEAD.0 + OVERHEAD_PER_IMAGE.0.saturating_mul(images);
    let high = OVERHEAD.1 + OVERHEAD_PER_IMAGE.1.saturating_mul(images);
    own.plus(Interval::new(0, expected, high))
}

#[cfg(test)]
mod tests {
    use impasto_types::Operation;

    use super::{bounds, prompt_tokens};
    use crate::interval::Interval;

    #[test]
    fn bounds_count_bytes_and_characters() {
        assert_eq!(bounds(""), Interval::exactly(0));
        assert_eq!(bounds("猫"), Interval::new(1, 1, 3));
        assert_eq!(bounds(&" ".repeat(256)), Interval::new(2, 64, 256));
        assert_eq!(bounds("naïve café"), Interval::new(1, 4, 12));
    }

    #[test]
    fn a_call_reports_more_than_its_prompt() {
        let generate = prompt_tokens("a cat", &Operation::Generate, 0);
        let edit = prompt_tokens("a cat", &Operation::Edit, 2);
        assert!(generate.expected >= 7 && generate.high <= 5 + 16, "{generate:?}");
        assert!(edit.high == generate.high + 128, "{edit:?}");
    }

    #[cfg(feature = "tokenizer")]
    #[test]
    fn the_tokenizer_stays_within_the_bounds() {
        use super::count;
        assert_eq!(count("a lighthouse at dusk"), 4);
        for text in
            ["", "a", "猫が好き", "naïve café 🦀", "<|endoftext|>", "    \n\n  x", &" ".repeat(300), "ﷺ"]
        {
            assert!(
                bounds(text).contains(count(text)),
                "{text:?}: {} not in {:?}",
                count(text),
                bounds(text)
            );
        }
    }
}
