//! What a request costs: per-token rates in billionths of the currency, so that every sum is exact.
//!
//! Source: OpenAI's pricing page, standard tier, November 2026; cached rates do not apply to the Images API.
//! Modelverse: its own price list (35 and 280 CNY per million tokens for gpt-image-1).

use crate::models::Family;
use crate::usage::Usage;

/// Rates per token, in billionths.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rates {
    text_in: u64,
    image_in: u64,
    image_out: u64,
    pub(crate) currency: &'static str,
}

/// The rates of OpenAI, which the emulated resellers charge too.
pub(crate) const fn openai(family: Family) -> Rates {
    let (text_in, image_in, image_out) = match family {
        Family::One => (5_000, 10_000, 40_000),
        Family::OneMini => (2_000, 2_500, 8_000),
        Family::OneFive => (5_000, 8_000, 32_000),
        Family::Two | Family::TwoFive | Family::TwoSixSunburst | Family::TwoSixFlare => {
            (5_000, 8_000, 30_000)
        }
    };
    Rates { text_in, image_in, image_out, currency: "USD" }
}

/// The rates of Modelverse.
pub(crate) const MODELVERSE: Rates =
    Rates { text_in: 35_000, image_in: 35_000, image_out: 280_000, currency: "CNY" };

/// A flat call on `LaoZhang`'s reverse route.
pub(crate) const REVERSE_ROUTE: u64 = 30_000_000;

impl Rates {
    /// The amount for `usage`, in billionths of the currency.
    pub(crate) const fn amount(self, usage: Usage) -> u64 {
        usage.input_text * self.text_in
            + usage.input_image * self.image_in
            + usage.output_image * self.image_out
    }
}

#[cfg(test)]
mod tests {
    use super::openai;
    use crate::bill::decimal;
    use crate::models::Family;
    use crate::usage::Usage;

    #[test]
    fn output_prices_match_the_published_tables() {
        for (family, tokens, price) in [
            (Family::Two, 7024, "0.21072"),
            (Family::OneFive, 272, "0.008704"),
            (Family::One, 4160, "0.1664"),
            (Family::TwoFive, 196, "0.00588"),
        ] {
            let usage = Usage { output_image: tokens, ..Usage::default() };
            assert_eq!(decimal(openai(family).amount(usage)), price);
        }
    }
}
