//! Sheets laid over one another, dated prices, and what validation finds.

use impasto_pricing::{EstimateInput, FindingKind, PriceBook, Receipt, Unit};
use impasto_types::{Date, ModelId, Usage};

use crate::help::{estimate, generate, today, usd};

const HEAD: &str =
    "seller = \"openai\"\ncurrency = \"USD\"\nread_on = \"2026-11-21\"\nsource = \"contract\"\n";

fn image_price(rest: &str) -> String {
    format!("[[price]]\nmodels = [\"gpt-image-2\"]\namounts = {{ image = \"0.04\" }}\n{rest}\n")
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn a_sheet_laid_over_is_asked_first_and_hides_nothing_else() {
    let over =
        "[[price]]\nmodels = [\"gpt-image-2\"]\nper = 1_000_000\namounts = { image_output_token = \"24\" }\n";
    let book = PriceBook::builtin().with_sheet(&format!("{HEAD}{over}")).unwrap();
    let look =
        |model: &str, unit| book.lookup("openai", &model.into(), unit, today()).unwrap().amount.clone();
    assert_eq!(look("gpt-image-2", Unit::ImageOutputToken), usd("24"));
    assert_eq!(look("gpt-image-2-2026-04-21", Unit::ImageOutputToken), usd("24"));
    assert_eq!(look("gpt-image-2", Unit::TextInputToken), usd("5"));
    assert_eq!(look("gpt-image-1.5", Unit::ImageOutputToken), usd("32"));
}

#[test]
fn a_way_to_charge_laid_over_replaces_the_ones_below() {
    let book = PriceBook::builtin().with_sheet(&format!("{HEAD}{}", image_price(""))).unwrap();
    let (request, model) = (generate("high", 3840, 2160).with_n(2_u32), ModelId::new("gpt-image-2"));
    let estimate = book.estimate(&EstimateInput::new(&request, "openai", &model, today())).unwrap();
    assert_eq!((estimate.low, estimate.high), (usd("0.08"), usd("0.08")));
    // Tokens on top of a flat price change nothing.
    let estimate = book.estimate(&EstimateInput::new(&request, "openai", &model, today())).unwrap();
    let usage = Usage::new(11, 26_684);
    assert_eq!(book.settle(&estimate, &Receipt::usage(&usage)).unwrap().amount, usd("0.08"));
}

#[test]
fn a_price_holds_on_its_days_and_no_others() {
    let dated = image_price("effective_from = \"2026-01-01\"\neffective_until = \"2026-06-30\"")
        + "[[price]]\nmodels = [\"gpt-image-2\"]\namounts = { image = \"0.05\" }\neffective_from = \"2026-07-01\"\n";
    let book = PriceBook::empty().with_sheet(&format!("{HEAD}{dated}")).unwrap();
    let look = |text: &str| book.lookup("openai", &ModelId::new("gpt-image-2"), Unit::Image, day(text));
    assert!(look("2025-12-31").is_err());
    assert_eq!(look("2026-01-01").unwrap().amount, usd("0.04"));
    assert_eq!(look("2026-06-30").unwrap().amount, usd("0.04"));
    assert_eq!(look("2026-07-01").unwrap().amount, usd("0.05"));
    assert_eq!(book.validate(today()), []);
}

#[test]
fn an_exact_id_goes_before_a_bare_name() {
    let sheet = "[[price]]\nmodels = [\"gpt-image-2\"]\namounts = { image = \"0.04\" }\n\
                 [[price]]\nmodels = [\"vip/gpt-image-2\"]\namounts = { image = \"0.09\" }\n";
    let book = PriceBook::empty().with_sheet(&format!("{HEAD}{sheet}")).unwrap();
    let look =
        |model: &str| book.lookup("openai", &model.into(), Unit::Image, today()).unwrap().amount.clone();
    assert_eq!(look("vip/gpt-image-2"), usd("0.09"));
    assert_eq!(look("other/gpt-image-2"), usd("0.04"));
}

#[test]
fn what_is_read_later_is_told_apart_by_day() {
    let estimate = estimate("openai", "gpt-image-2", &generate("low", 1024, 1024));
    assert_eq!(estimate.sheet_date, today());
    assert_eq!(estimate.day, today());
}

#[track_caller]
fn finds(rest: &str, kinds: &[FindingKind]) {
    let book = PriceBook::empty().with_sheet(&format!("{HEAD}{rest}")).unwrap();
    let mut found: Vec<FindingKind> = book.validate(today()).iter().map(|finding| finding.kind).collect();
    found.dedup();
    assert_eq!(found, kinds, "{rest}");
}

#[test]
fn validation_finds_what_is_wrong() {
    assert_eq!(PriceBook::builtin().validate(today()), []);
    finds(&image_price(""), &[]);
    finds(
        &image_price("effective_from = \"2026-02-01\"\neffective_until = \"2026-01-01\""),
        &[FindingKind::Dates],
    );
    finds(&image_price("read_on = \"2026-11-22\""), &[FindingKind::Dates]);
    finds(&image_price("read_on = \"2026-01-01\""), &[FindingKind::Stale]);
    finds(&(image_price("") + &image_price("")), &[FindingKind::Overlap]);
    finds(&(image_price("") + &image_price("quality = \"low\"")), &[]);
    finds(&(image_price("operation = \"edit\"") + &image_price("operation = \"generate\"")), &[]);
    finds(
        &(image_price("sizes = [\"1024x1024\"]") + &image_price("sizes = [\"1024x1536\", \"1024x1024\"]")),
        &[FindingKind::Overlap],
    );
    let until = |end: &str| image_price(&format!("effective_until = \"{end}\""));
    let from = |start: &str| image_price(&format!("effective_from = \"{start}\""));
    finds(&(until("2026-06-30") + &from("2026-07-02")), &[FindingKind::Gap]);
    finds(&(until("2026-06-30") + &from("2026-07-01")), &[]);
    finds(&(until("2026-06-30") + &from("2026-06-30")), &[FindingKind::Overlap]);
    finds(
        "[[price]]\nmodels = [\"m\"]\nper = 1_000_000\namounts = { image_output_token = \"30\", text_input_token = \"5\" }\n",
        &[FindingKind::Incomplete],
    );
    finds("[[unknown]]\nreason = \"r\"\nsource = \" \"\n", &[FindingKind::Source]);
    let twice = "seller = \"x\"\naliases = [\"AZURE\"]\ncurrency = \"USD\"\nread_on = \"2026-11-21\"\n";
    let found = PriceBook::builtin().with_sheet(twice).unwrap().validate(today());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].kind, FindingKind::Seller);
}
