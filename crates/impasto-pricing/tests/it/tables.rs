//! Every figure of the published tables: tokens, prices per million, prices per image, and Atlas's own table.

use impasto_pricing::tokens::output::{calculator_base, calculator_tokens, image_tokens, legacy_tokens};
use impasto_pricing::{Interval, PriceBook, Unit};
use impasto_types::{ModelFamily, ModelId, Quality, Size};
use rust_decimal::Decimal;

use crate::help::{estimate, generate, today, usd};

#[track_caller]
fn check_tokens(model: &str, quality: &str, (width, height): (u32, u32), expected: u64) {
    let (quality, size) = (Quality::from(quality), Size::exact(width, height));
    let tokens = image_tokens(&ModelId::new(model), Some(&quality), Some(&size));
    assert_eq!(tokens, Some(Interval::exactly(expected)), "{model} {quality} {size}");
}

#[test]
fn output_tokens_of_the_older_models() {
    // OpenAI's image generation guide: 1024x1024, 1024x1536, 1536x1024.
    for (quality, row) in
        [("low", [272, 408, 400]), ("medium", [1056, 1584, 1568]), ("high", [4160, 6240, 6208])]
    {
        for (size, tokens) in [(1024, 1024), (1024, 1536), (1536, 1024)].into_iter().zip(row) {
            for model in ["gpt-image-1", "gpt-image-1.5", "chatgpt-image-latest"] {
                check_tokens(model, quality, size, tokens);
            }
        }
    }
    assert_eq!(legacy_tokens(&Quality::Auto, 1024, 1024), None);
}

#[test]
fn output_tokens_of_the_newer_models() {
    // OpenAI's calculator: gpt-image-2 low, medium, high; gpt-image-2.5 low, medium, high, xhigh, max.
    let rows = [
        ((1024, 1024), [196, 1756, 7024], [196, 439, 1756, 3122, 7024]),
        ((1024, 1536), [158, 1372, 5488], [158, 343, 1372, 2459, 5488]),
        ((1536, 1024), [158, 1372, 5488], [158, 343, 1372, 2459, 5488]),
        ((1024, 768), [134, 1204, 4815], [134, 301, 1204, 2140, 4815]),
        ((1536, 864), [120, 1078, 4312], [120, 280, 1078, 1917, 4312]),
        ((2048, 1152), [157, 1413, 5650], [157, 367, 1413, 2511, 5650]),
        ((2560, 1440), [205, 1843, 7370], [205, 478, 1843, 3276, 7370]),
        ((2048, 2048), [397, 3568, 14272], [397, 892, 3568, 6343, 14272]),
        ((2880, 2880), [659, 5930, 23719], [659, 1483, 5930, 10542, 23719]),
        ((3840, 2160), [371, 3336, 13342], [371, 865, 3336, 5930, 13342]),
        ((1440, 480), [54, 517, 2067], [54, 130, 517, 905, 2067]),
        // Turning the image round changes nothing.
        ((2160, 3840), [371, 3336, 13342], [371, 865, 3336, 5930, 13342]),
    ];
    for (size, two, two_five) in rows {
        for (quality, tokens) in ["low", "medium", "high"].into_iter().zip(two) {
            check_tokens("gpt-image-2", quality, size, tokens);
        }
        for (quality, tokens) in ["low", "medium", "high", "xhigh", "max"].into_iter().zip(two_five) {
            check_tokens("gpt-image-2.5-flare", quality, size, tokens);
            check_tokens("gpt-image-2.5-sunburst-2026-09-08", quality, size, tokens);
        }
    }
    // Where exact arithmetic would give 1242.
    check_tokens("gpt-image-2.5-flare", "high", (1536, 944), 1201);
}

/// What exact arithmetic would give.
fn exact_tokens(base: u64, width: u64, height: u64) -> u64 {
    let (long, short) = (width.max(height), width.min(height));
    let (mut units, left) = (base * short / long, base * short % long);
    if 2 * left > long || (2 * left == long && units % 2 == 1) {
        units += 1;
    }
    (base * units * (2_000_000 + width * height)).div_ceil(4_000_000)
}

#[test]
fn the_calculator_is_followed_bit_for_bit() {
    // Over every allowed size and base: rounding halves up would differ in 354 of 145,730 cases, and exact arithmetic
    // in 5 of the 73,190 that are square or landscape.
    let (mut all, mut half_up, mut landscape, mut exact) = (0, 0, 0, 0);
    for width in (16..=3840_u32).step_by(16) {
        for height in (16..=3840_u32).step_by(16) {
            let (w, h) = (u64::from(width), u64::from(height));
            if w.max(h) > 3 * w.min(h) || !(655_360..=8_294_400).contains(&(w * h)) {
                continue;
            }
            for base in [16, 24, 48, 64, 96] {
                let tokens = calculator_tokens(base, width, height);
                all += 1;
                let side = f64::from(base) / (f64::from(width.max(height)) / f64::from(width.min(height)));
                half_up += i32::from((side + 0.5).floor() > side.round_ties_even());
                if w >= h {
                    landscape += 1;
                    exact += i32::from(exact_tokens(u64::from(base), w, h) != tokens);
                }
            }
        }
    }
    assert_eq!((all, half_up, landscape, exact), (145_730, 354, 73_190, 5));
}

#[test]
fn bases_of_the_calculator() {
    for (family, bases) in [
        (ModelFamily::GptImage2, [Some(16), Some(48), Some(96), None, None]),
        (ModelFamily::GptImage25, [Some(16), Some(24), Some(48), Some(64), Some(96)]),
        (ModelFamily::GptImage26, [None; 5]),
    ] {
        let words = ["low", "medium", "high", "xhigh", "max"];
        assert_eq!(words.map(|word| calculator_base(family, &Quality::from(word))), bases, "{family:?}");
    }
}

#[test]
fn prices_per_million_tokens() {
    let units = [
        Unit::TextInputToken,
        Unit::CachedTextInputToken,
        Unit::ImageInputToken,
        Unit::CachedImageInputToken,
        Unit::ImageOutputToken,
    ];
    let book = PriceBook::builtin();
    for (model, row) in [
        ("gpt-image-2.6-flare", ["5", "1.25", "8", "2", "30"]),
        ("gpt-image-2.6-sunburst", ["5", "1.25", "8", "2", "30"]),
        ("gpt-image-2.5-flare", ["5", "1.25", "8", "2", "30"]),
        ("gpt-image-2.5-sunburst", ["5", "1.25", "8", "2", "30"]),
        ("gpt-image-2", ["5", "1.25", "8", "2", "30"]),
        ("gpt-image-1.5", ["5", "1.25", "8", "2", "32"]),
        ("chatgpt-image-latest", ["5", "1.25", "8", "2", "32"]),
        ("gpt-image-1", ["5", "1.25", "10", "2.5", "40"]),
        ("gpt-image-1-mini", ["2", "0.2", "2.5", "0.25", "8"]),
    ] {
        for (unit, amount) in units.into_iter().zip(row) {
            let price = book.lookup("openai", &model.into(), unit, today()).unwrap();
            assert_eq!((price.amount.clone(), price.per), (usd(amount), 1_000_000), "{model} {unit}");
        }
    }
    for model in ["gpt-image-1.5", "chatgpt-image-latest"] {
        assert_eq!(
            book.lookup("openai", &model.into(), Unit::TextOutputToken, today()).unwrap().amount,
            usd("10")
        );
    }
    assert!(book.lookup("openai", &"gpt-image-2".into(), Unit::TextOutputToken, today()).is_err());
}

/// What the images of a request are expected to cost, the prompt aside.
fn image_amount(seller: &str, model: &str, quality: &str, (width, height): (u32, u32)) -> Decimal {
    let estimate = estimate(seller, model, &generate(quality, width, height));
    let line = estimate.lines.iter().find(|line| line.unit == Unit::ImageOutputToken).unwrap();
    line.amount.expected.amount()
}

fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

#[test]
fn published_prices_per_image() {
    // Square; then one figure that OpenAI prints for both portrait and landscape, rounded from one of the two.
    let rows = [
        ("gpt-image-2", "low", ".006", ".005"),
        ("gpt-image-2", "medium", ".053", ".041"),
        ("gpt-image-2", "high", ".211", ".165"),
        ("gpt-image-1.5", "low", ".009", ".013"),
        ("gpt-image-1.5", "medium", ".034", ".05"),
        ("gpt-image-1.5", "high", ".133", ".2"),
        ("gpt-image-1", "low", ".011", ".016"),
        ("gpt-image-1", "medium", ".042", ".063"),
        ("gpt-image-1", "high", ".167", ".25"),
        ("gpt-image-1-mini", "low", ".005", ".006"),
        ("gpt-image-1-mini", "medium", ".011", ".015"),
        ("gpt-image-1-mini", "high", ".036", ".052"),
    ];
    for (model, quality, square, other) in rows {
        let near = |price: Decimal, printed: &str| (price - decimal(printed)).abs() <= decimal("0.0006");
        let price = image_amount("openai", model, quality, (1024, 1024));
        assert!(near(price, square), "{model} {quality} square: {price}, printed {square}");
        let both = [(1024, 1536), (1536, 1024)].map(|size| image_amount("openai", model, quality, size));
        assert!(both.iter().any(|price| near(*price, other)), "{model} {quality}: {both:?}, printed {other}");
        for price in both {
            let off = (price - decimal(other)).abs() / decimal(other);
            assert!(off < decimal("0.06"), "{model} {quality}: {price}, printed {other}");
        }
    }
}

#[test]
fn mini_is_expected_at_its_published_price_and_never_below_the_table() {
    let estimate = estimate("openai", "gpt-image-1-mini", &generate("high", 1024, 1024));
    let line = estimate.lines.iter().find(|line| line.unit == Unit::ImageOutputToken).unwrap();
    assert_eq!(line.amount.expected, usd("0.036"));
    assert_eq!(line.amount.low, usd("0.03328"));
    assert!(line.amount.high >= usd("0.0365"));
}

#[test]
fn computed_prices_of_2_5() {
    for (quality, square, other) in [
        ("low", "0.00588", "0.00474"),
        ("medium", "0.01317", "0.01029"),
        ("high", "0.05268", "0.04116"),
        ("xhigh", "0.09366", "0.07377"),
        ("max", "0.21072", "0.16464"),
    ] {
        for model in ["gpt-image-2.5-flare", "gpt-image-2.5-sunburst"] {
            assert_eq!(image_amount("openai", model, quality, (1024, 1024)), decimal(square));
            assert_eq!(image_amount("openai", model, quality, (1024, 1536)), decimal(other));
            assert_eq!(image_amount("openai", model, quality, (1536, 1024)), decimal(other));
        }
    }
}

#[test]
fn another_sellers_thirty_published_prices_of_2_5_follow_from_the_formula() {
    // fal publishes a price per image for six sizes and five qualities, and bills by OpenAI's tokens (2026-11).
    let sizes = [(1024, 768), (1024, 1024), (1024, 1536), (1920, 1080), (2560, 1440), (3840, 2160)];
    let rows = [
        ("low", ["0.00402", "0.00588", "0.00474", "0.00441", "0.00615", "0.01113"]),
        ("medium", ["0.00903", "0.01317", "0.01029", "0.01029", "0.01434", "0.02595"]),
        ("high", ["0.03612", "0.05268", "0.04116", "0.0396", "0.05529", "0.10008"]),
        ("xhigh", ["0.0642", "0.09366", "0.07377", "0.07041", "0.09828", "0.1779"]),
        ("max", ["0.14445", "0.21072", "0.16464", "0.1584", "0.2211", "0.40026"]),
    ];
    for (quality, row) in rows {
        for (size, price) in sizes.into_iter().zip(row) {
            let ours = image_amount("openai", "gpt-image-2.5-flare", quality, size);
            assert_eq!(ours, decimal(price), "{quality} {size:?}");
        }
    }
    // And of gpt-image-1.5, rounded: square, portrait, landscape.
    for (quality, row) in [("medium", [".034", ".051", ".050"]), ("high", [".133", ".200", ".199"])] {
        for (size, price) in [(1024, 1024), (1024, 1536), (1536, 1024)].into_iter().zip(row) {
            assert_eq!(image_amount("openai", "gpt-image-1.5", quality, size).round_dp(3), decimal(price));
        }
    }
}

#[test]
fn the_table_on_atlas_page() {
    let book = PriceBook::builtin();
    for (quality, square, other) in
        [("low", "0.011", "0.016"), ("medium", "0.042", "0.063"), ("high", "0.167", "0.250")]
    {
        for (size, printed) in [((1024, 1024), square), ((1024, 1536), other), ((1536, 1024), other)] {
            let (asked, size_asked) = (Quality::from(quality), Size::from(size));
            for model in ["openai/gpt-image-1/edit", "gpt-image-1"] {
                let price = book.lookup_image("atlas", &model.into(), &asked, &size_asked, today()).unwrap();
                assert_eq!(price.amount, usd(printed), "{model} {quality} {size_asked}");
            }
            let whole = estimate("atlas", "openai/gpt-image-1/edit", &generate(quality, size.0, size.1));
            assert_eq!(whole.expected, usd(printed), "{quality} {size_asked}");
            // The table is OpenAI's token price, rounded.
            let tokens = image_amount("openai", "gpt-image-1", quality, size);
            let off = (tokens - decimal(printed)).abs() / decimal(printed);
            assert!(off < decimal("0.03"), "{quality} {size_asked}: {tokens}, printed {printed}");
        }
    }
}

#[test]
fn four_thousand_one_hundred_and_sixty_tokens_are_sixteen_point_seven_cents() {
    let book = PriceBook::builtin();
    let price = book.lookup("openai", &"gpt-image-1".into(), Unit::ImageOutputToken, today()).unwrap();
    assert_eq!(price.each().times(4160).unwrap(), usd("0.1664"));
    assert_eq!(format!("{:.3}", usd("0.1664")), "$0.166");
    // OpenAI and Atlas print $0.167 for it: the same to a tenth of a cent, with a prompt.
    let whole = estimate("openai", "gpt-image-1", &generate("high", 1024, 1024));
    assert!(whole.low <= usd("0.1665") && whole.expected >= usd("0.1664"), "{whole:?}");
}
