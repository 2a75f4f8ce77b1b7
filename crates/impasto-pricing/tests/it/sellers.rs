//! What the sellers besides OpenAI charge, with their doubts.

use impasto_pricing::{Currency, Money, PriceBook, Standing, Unit};
use impasto_types::{ImageRequest, Quality, Size};

use crate::help::{assumes, estimate, generate, picture, today, usd};

#[test]
fn atlas_expects_its_page_and_allows_for_the_rest() {
    let estimate = estimate("atlas", "openai/gpt-image-1/edit", &generate("high", 1024, 1024));
    assert_eq!(estimate.expected, usd("0.167"));
    assert_eq!(estimate.low, usd("0.009"), "the advertised base price");
    assert!(estimate.high >= usd("0.208"), "tokens with the margin: {}", estimate.high);
    assert_eq!(estimate.standing, Standing::Documented);
    assumes(&estimate, "the range also holds for charging by tokens and the advertised base price");
    let difference = estimate.lines.last().unwrap();
    assert_eq!((difference.unit, difference.amount.expected.is_zero()), (Unit::Difference, true));
}

#[test]
fn atlas_charges_that_were_seen_lie_inside() {
    let edit = ImageRequest::edit("make it night")
        .with_image(picture(1024, 1024))
        .with_size(Size::exact(1024, 1024))
        .with_quality(Quality::Medium);
    for (model, charged) in
        [("openai/gpt-image-2/edit", "0.07173"), ("openai/gpt-image-2-developer/edit", "0.03586")]
    {
        let estimate = estimate("atlas", model, &edit);
        assert!(estimate.contains(&usd(charged)), "{model}: {} to {}", estimate.low, estimate.high);
        assert_eq!(estimate.standing, Standing::Unverified);
    }
}

#[test]
fn atlas_mini_edit_is_four_tenths_of_a_cent_a_run() {
    let edit = ImageRequest::edit("as a comic").with_image(picture(512, 512)).with_quality(Quality::Low);
    let estimate =
        estimate("atlas", "openai/gpt-image-1-mini/edit", &edit.with_size(Size::exact(1024, 1024)));
    assert_eq!(estimate.expected, usd("0.004"));
    // A generation of mini has no run price.
    let book = PriceBook::builtin();
    let generation =
        crate::help::estimate("atlas", "openai/gpt-image-1-mini/text-to-image", &generate("low", 1024, 1024));
    assert!(generation.lines.iter().all(|line| line.unit != Unit::Run), "{generation:?}");
    assert_eq!(
        book.models("atlas"),
        ["gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2", "gpt-image-2-developer"]
    );
}

#[test]
fn modelverse_charges_in_yuan() {
    let estimate = estimate("ucloud", "gpt-image-1", &generate("high", 1024, 1024));
    assert_eq!(estimate.seller, "modelverse");
    let cny = |amount: &str| Money::parse(amount, Currency::Cny).unwrap();
    let images = estimate.lines.iter().find(|line| line.unit == Unit::ImageOutputToken).unwrap();
    assert_eq!(images.amount.expected, cny("1.1648"));
    assert_eq!(estimate.expected.currency(), &Currency::Cny);
    let book = PriceBook::builtin();
    let price =
        |unit| book.lookup("modelverse", &"gpt-image-1".into(), unit, today()).unwrap().amount.clone();
    assert_eq!((price(Unit::TextInputToken), price(Unit::ImageOutputToken)), (cny("35"), cny("280")));
}

#[test]
fn flat_routes_are_kept_as_hearsay() {
    let flat = estimate("apiyi", "gpt-image-2-all", &generate("high", 3840, 2160).with_n(3_u32));
    assert_eq!((flat.low, flat.expected, flat.high), (usd("0.025"), usd("0.075"), usd("0.09")));
    assert_eq!(flat.standing, Standing::Unverified);
    let group = estimate("laozhang", "gpt-image-2", &generate("high", 1024, 1024));
    assert_eq!(group.low, usd("0.03"));
    assert!(group.high >= usd("0.2634"), "{}", group.high);
}

#[test]
fn azure_charges_what_openai_does() {
    for model in ["gpt-image-2", "gpt-image-2.5-flare", "gpt-image-1.5", "gpt-image-1-mini", "gpt-image-1"] {
        let request = generate("medium", 1024, 1024);
        let (azure, openai) = (estimate("azure-v1", model, &request), estimate("openai", model, &request));
        assert_eq!(azure.total(), openai.total(), "{model}");
        assert_eq!((azure.standing, openai.standing), (Standing::Observed, Standing::Documented));
    }
}

#[test]
fn every_model_with_a_price_can_be_estimated() {
    let book = PriceBook::builtin();
    let mut estimated = 0;
    for seller in book.sellers() {
        for model in book.models(seller) {
            let estimate = estimate(seller, model, &generate("medium", 1024, 1024));
            assert!(!estimate.low.is_zero() && !estimate.lines.is_empty(), "{seller} {model}");
            estimated += 1;
        }
    }
    assert!(estimated >= 25, "{estimated}");
}
