//! What a call cost, from whatever the seller said.

use impasto_pricing::{
    Actual, ActualSource, ErrorKind, Estimate, EstimateInput, PriceBook, Receipt, Verdict, reconcile,
};
use impasto_types::{
    ImageRequest, ModelId, OutputFormat, Quality, Size, SvgOptions, SvgUsage, TokenDetails, Usage,
};

use crate::help::{estimate, generate, picture, today, usd};

fn edit(model: &str) -> Estimate {
    let request = ImageRequest::edit("make it night")
        .with_image(picture(1024, 1024))
        .with_size(Size::exact(1024, 1024))
        .with_quality(Quality::Medium);
    estimate("openai", model, &request)
}

#[track_caller]
fn settle(estimate: &Estimate, receipt: &Receipt<'_>) -> Actual {
    let actual = PriceBook::builtin().settle(estimate, receipt).unwrap();
    assert!(!actual.amount.is_zero(), "{actual:?}");
    if actual.source != ActualSource::SellerPrice {
        let mut sum = usd("0");
        for line in &actual.lines {
            sum = sum.plus(&line.amount.expected).unwrap();
        }
        assert_eq!(sum, actual.amount, "the lines add up");
    }
    actual
}

fn usage(json: &str) -> Usage {
    serde_json::from_str(json).unwrap()
}

#[track_caller]
fn check(estimate: &Estimate, json: &str, amount: &str) {
    let actual = settle(estimate, &Receipt::usage(&usage(json)));
    assert_eq!((actual.source, actual.amount), (ActualSource::Usage, usd(amount)), "{json}");
}

#[test]
fn usage_is_priced_by_kind() {
    let generation = estimate("openai", "gpt-image-2", &generate("medium", 1024, 1024));
    check(
        &generation,
        r#"{"input_tokens":11,"input_tokens_details":{"text_tokens":11,"image_tokens":0},"output_tokens":1756,"total_tokens":1767}"#,
        "0.052735",
    );
    check(
        &edit("gpt-image-2"),
        r#"{"input_tokens":1044,"input_tokens_details":{"text_tokens":20,"image_tokens":1024},"output_tokens":1756,"total_tokens":2800}"#,
        "0.060972",
    );
    // Written text has a price of its own on 1.5 only, and counts as image elsewhere.
    let details = r#"{"input_tokens":11,"output_tokens":1156,"output_tokens_details":{"text_tokens":100,"image_tokens":1056}}"#;
    check(&estimate("openai", "gpt-image-1.5", &generate("medium", 1024, 1024)), details, "0.034847");
    check(&generation, details, "0.034735");
}

#[test]
fn missing_details_are_never_free() {
    let generation = estimate("openai", "gpt-image-2", &generate("medium", 1024, 1024));
    // No split on a generation: it has no input images, so all is text.
    check(&generation, r#"{"input_tokens":11,"output_tokens":1756}"#, "0.052735");
    // No split on an edit: all at the dearer price.
    check(&edit("gpt-image-2"), r#"{"input_tokens":1044,"output_tokens":1756}"#, "0.061032");
    // A split that says an edit had no image, as some gateways print, is not believed.
    for details in [r#"{"text_tokens":1044}"#, r#"{"text_tokens":1044,"image_tokens":0}"#, "{}"] {
        let json =
            format!(r#"{{"input_tokens":1044,"input_tokens_details":{details},"output_tokens":1756}}"#);
        check(&edit("gpt-image-2"), &json, "0.061032");
    }
    // Tokens the split leaves out.
    let json = r#"{"input_tokens":1044,"input_tokens_details":{"text_tokens":10,"image_tokens":1000},"output_tokens":1756}"#;
    check(&edit("gpt-image-2"), json, "0.061002");
    // Only details, or only totals.
    check(&generation, r#"{"output_tokens_details":{"image_tokens":1756},"input_tokens":11}"#, "0.052735");
    check(&generation, r#"{"total_tokens":1767,"input_tokens":11}"#, "0.052735");
    check(&generation, r#"{"total_tokens":1767,"output_tokens":1756}"#, "0.052735");
}

#[test]
fn missing_input_counts_as_the_most_the_estimate_had() {
    let estimate = edit("gpt-image-2");
    for json in
        [r#"{"output_tokens":1756}"#, r#"{"input_tokens":0,"output_tokens":1756,"total_tokens":1756}"#]
    {
        let actual = settle(&estimate, &Receipt::usage(&usage(json)));
        assert_eq!((actual.source, &actual.amount), (ActualSource::Usage, &estimate.high), "{json}");
        assert!(actual.notes.iter().any(|note| note.contains("no input tokens")), "{:?}", actual.notes);
    }
}

#[test]
fn nothing_said_is_a_marked_upper_bound() {
    let estimate = estimate("openai", "gpt-image-2", &generate("high", 3840, 2160).with_n(4_u32));
    let empty = usage("{}");
    let no_output = usage(r#"{"input_tokens":11}"#);
    let zeros = usage(r#"{"input_tokens":0,"output_tokens":0,"total_tokens":0}"#);
    let streamed = usage(r#"{"input_tokens":11,"output_tokens":0,"output_tokens_details":{}}"#);
    for receipt in [
        Receipt::nothing(),
        Receipt::usage(&empty),
        Receipt::usage(&no_output),
        Receipt::usage(&zeros),
        Receipt::usage(&streamed),
        Receipt::price(""),
        Receipt::price("0"),
        Receipt::price("0.000"),
    ] {
        let actual = settle(&estimate, &receipt);
        assert_eq!(actual.source, ActualSource::EstimateUpperBound, "{receipt:?}");
        assert_eq!(actual.amount, estimate.high, "{receipt:?}");
        assert!(!actual.notes.is_empty());
    }
}

#[test]
fn the_sellers_price_goes_before_everything() {
    let estimate = estimate("atlas", "openai/gpt-image-2/edit", &generate("medium", 1024, 1024));
    let used = usage(r#"{"input_tokens":11,"output_tokens":1756}"#);
    for (text, amount) in [("0.07173", "0.07173"), (" 0.0717 ", "0.0717"), ("7.173e-2", "0.07173")] {
        let mut receipt = Receipt::price(text);
        receipt.usage = Some(&used);
        let actual = settle(&estimate, &receipt);
        assert_eq!((actual.source, actual.amount), (ActualSource::SellerPrice, usd(amount)));
    }
    for text in ["free", "-0.01", "$0.07"] {
        let error = PriceBook::builtin().settle(&estimate, &Receipt::price(text)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MalformedAmount, "{text}: {error}");
    }
}

#[test]
fn a_flat_price_is_not_settled_by_tokens() {
    let estimate = estimate("apiyi", "gpt-image-2-all", &generate("high", 1024, 1024));
    let used = usage(r#"{"input_tokens":11,"output_tokens":7024}"#);
    let actual = settle(&estimate, &Receipt::usage(&used));
    assert_eq!((actual.source, actual.amount), (ActualSource::EstimateUpperBound, usd("0.03")));
}

#[test]
fn a_batch_is_settled_at_half() {
    let (request, model) = (generate("medium", 1024, 1024), ModelId::new("gpt-image-2"));
    let input = EstimateInput::new(&request, "openai", &model, today()).with_batch(true);
    let estimate = PriceBook::builtin().estimate(&input).unwrap();
    check(&estimate, r#"{"input_tokens":11,"output_tokens":1756}"#, "0.0263675");
}

#[test]
fn an_svg_has_a_second_bill() {
    let book = PriceBook::builtin().with_sheet(crate::traps::SVG_SHEET).unwrap();
    let request = ImageRequest::generate("a logo")
        .with_output_format(OutputFormat::Svg)
        .with_svg(SvgOptions::new("some-llm"));
    let model = ModelId::new("gpt-image-2.6-flare");
    let estimate = book.estimate(&EstimateInput::new(&request, "openai", &model, today())).unwrap();
    let used = usage(r#"{"input_tokens":10,"input_tokens_details":{"text_tokens":10},"output_tokens":1000}"#);
    let svg: SvgUsage =
        serde_json::from_str(r#"{"model":"some-llm","input_tokens":100,"output_tokens":2000}"#).unwrap();
    let actual = book.settle(&estimate, &Receipt::usage(&used).with_svg_usage(&svg)).unwrap();
    assert_eq!(actual.amount, usd("0.05025"));
    // Left out, the svg counts as estimated.
    let actual = book.settle(&estimate, &Receipt::usage(&used)).unwrap();
    assert_eq!(actual.amount, usd("0.28005"));
}

#[test]
fn reconciliation_says_how_far_off() {
    let estimate = estimate("openai", "gpt-image-2", &generate("medium", 1024, 1024));
    let book = PriceBook::builtin();
    let verdict = |price: &str| {
        let actual = book.settle(&estimate, &Receipt::price(price)).unwrap();
        reconcile(&estimate, &actual).unwrap()
    };
    let within = verdict("0.05272");
    assert_eq!((within.verdict, within.outside.is_zero()), (Verdict::Within, true));
    let over = verdict("1");
    assert_eq!((over.verdict, over.outside), (Verdict::Over, usd("1").minus(&estimate.high).unwrap()));
    let under = verdict("0.01");
    assert_eq!((under.verdict, under.outside), (Verdict::Under, usd("0.01").minus(&estimate.low).unwrap()));
    assert_eq!(under.from_expected, usd("0.01").minus(&estimate.expected).unwrap());
    let yuan = crate::help::estimate("modelverse", "gpt-image-1", &generate("medium", 1024, 1024));
    let actual = book.settle(&estimate, &Receipt::price("1")).unwrap();
    assert_eq!(reconcile(&yuan, &actual).unwrap_err().kind(), ErrorKind::MixedCurrencies);
}

#[test]
fn estimates_and_bills_survive_json() {
    let estimate = edit("gpt-image-2");
    let json = serde_json::to_string(&estimate).unwrap();
    assert_eq!(serde_json::from_str::<Estimate>(&json).unwrap(), estimate);
    let used = Usage::new(1044, 1756).with_input_details(TokenDetails::new(20, 1024));
    let actual = settle(&estimate, &Receipt::usage(&used));
    let json = serde_json::to_string(&actual).unwrap();
    assert_eq!(serde_json::from_str::<Actual>(&json).unwrap(), actual);
    assert!(
        json.contains(r#""source":"usage""#) && json.contains(r#""unit":"image_output_token""#),
        "{json}"
    );
}
