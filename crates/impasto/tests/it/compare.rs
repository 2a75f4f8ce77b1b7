//! The same request at every seller.

use impasto::compare::{Offer, compare};
use impasto::{Book, ImageRequest, Mask, PriceBook, Sellers};

fn offers(request: &ImageRequest) -> Vec<Offer> {
    let (sellers, book) = (Sellers::builtin().unwrap(), Book::builtin().unwrap());
    compare(request, &sellers, &book, &PriceBook::builtin(), "2026-11-21".parse().unwrap())
}

fn find<'a>(offers: &'a [Offer], provider: &str, model: &str) -> Option<&'a Offer> {
    offers.iter().find(|offer| offer.provider == provider && offer.model.as_str() == model)
}

#[test]
fn cheapest_first_and_unknown_prices_last() {
    let offers = offers(&ImageRequest::generate("a fox").with_size((1024, 1024)).with_quality("high"));
    let known = offers.iter().take_while(|offer| offer.estimate.is_ok()).count();
    assert!(known > 10 && known < offers.len(), "{known} of {}", offers.len());
    assert!(offers[known..].iter().all(|offer| offer.estimate.is_err()));
    let same = |a: &&Offer, b: &&Offer| {
        let currency = |offer: &Offer| offer.estimate.as_ref().unwrap().expected.currency().clone();
        currency(a) == currency(b)
    };
    for pair in offers[..known].windows(2).filter(|pair| same(&&pair[0], &&pair[1])) {
        let cost = |offer: &Offer| offer.estimate.as_ref().unwrap().expected.clone();
        assert!(cost(&pair[0]) <= cost(&pair[1]), "{} before {}", cost(&pair[0]), cost(&pair[1]));
    }
    // Each (seller, model) stands once, and at a seller whose ids name the task only with this task's.
    let atlas: Vec<&str> =
        offers.iter().filter(|offer| offer.provider == "atlas").map(|offer| offer.model.as_str()).collect();
    assert!(!atlas.is_empty() && atlas.iter().all(|id| id.ends_with("/text-to-image")), "{atlas:?}");
}

#[test]
fn what_would_change_is_said() {
    let request = ImageRequest::generate("a fox")
        .with_size((3840, 2160))
        .with_quality("max")
        .with_output_format("webp")
        .with_n(10_u32);
    let offers = offers(&request);
    let openai = find(&offers, "openai", "gpt-image-2.5-flare").unwrap();
    assert_eq!((openai.changes.as_slice(), openai.calls), (&[] as &[String], 1));
    let older = find(&offers, "openai", "gpt-image-2").unwrap();
    assert_eq!(older.changes, ["quality max becomes high"]);
    let modelverse = find(&offers, "modelverse", "gpt-image-1").unwrap();
    assert_eq!(modelverse.calls, 3);
    for change in
        ["size 3840x2160 becomes 1536x1024", "quality max becomes high", "output_format webp becomes png"]
    {
        assert!(modelverse.changes.iter().any(|said| said == change), "{:?}", modelverse.changes);
    }
}

#[test]
fn a_mask_rules_out_who_takes_none() {
    let facts = impasto::ImageFacts::new(impasto::ImageFormat::Png, 1024, 1024, 1000);
    let image = impasto::ImageInput::file("a.png").with_facts(facts);
    let mask = Mask::Rectangle { x: 0, y: 0, width: 10, height: 10 };
    let offers = offers(&ImageRequest::edit("a fox").with_image(image).with_mask(mask));
    let atlas: Vec<&str> =
        offers.iter().filter(|offer| offer.provider == "atlas").map(|offer| offer.model.as_str()).collect();
    assert_eq!(atlas, ["openai/gpt-image-1/edit"]);
    let drawn = find(&offers, "atlas", "openai/gpt-image-1/edit").unwrap();
    assert_eq!(drawn.changes, ["the mask is drawn anew for this seller (both)"]);
}
