//! What has no price is an error that says what to do, and never nothing.

use impasto_pricing::{ErrorKind, EstimateInput, PriceBook, Staleness, Unit};
use impasto_types::{ImageRequest, ModelId};

use crate::help::{assumes, generate, today, try_estimate};

#[track_caller]
fn refused(seller: &str, model: &str, kind: ErrorKind, says: &str) {
    let error = try_estimate(seller, model, &generate("high", 1024, 1024)).expect_err(model);
    assert_eq!(error.kind(), kind, "{seller} {model}: {error}");
    assert!(error.to_string().contains(says), "{seller} {model}: {error}");
}

#[test]
fn unknown_things_are_told_apart() {
    refused("nobody", "gpt-image-2", ErrorKind::UnknownSeller, "known are aimlapi, apiyi, atlas, azure");
    refused("openai", "gpt-image-9", ErrorKind::UnknownModel, "it names gpt-image-2.6-sunburst");
    refused("openai", "gpt-image-2.5", ErrorKind::UnknownModel, "gpt-image-2.5");
    refused("openai", "", ErrorKind::UnknownModel, "does not name");
    refused("azure", "my-deployment", ErrorKind::UnknownModel, "my-deployment");
    refused("azure", "gpt-image-2.6-flare", ErrorKind::UnknownModel, "gpt-image-2.6-flare");
    refused("openai", "dall-e-3", ErrorKind::UnknownPrice, "retired");
    refused("yescale", "gpt-image-1", ErrorKind::UnknownPrice, "name no price");
    refused("modelverse", "gpt-image-2", ErrorKind::UnknownPrice, "gpt-image-1 alone");
    for seller in ["aimlapi", "cometapi", "together"] {
        refused(seller, "gpt-image-2", ErrorKind::UnknownPrice, "add a price sheet");
    }
    refused("apiyi", "gpt-image-2", ErrorKind::UnknownPrice, "group of the key");
}

#[test]
fn no_images_have_no_price() {
    let error =
        try_estimate("openai", "gpt-image-2", &generate("low", 1024, 1024).with_n(0_u32)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[test]
fn too_many_images_are_an_error_and_no_wrapped_sum() {
    let many = generate("high", 3840, 2160).with_n(u32::MAX);
    let estimate = try_estimate("openai", "gpt-image-2", &many).unwrap();
    assert!(estimate.high > crate::help::usd("1000000000"));
}

#[test]
fn a_price_from_before_its_time_is_unknown() {
    let (request, model) = (generate("high", 1024, 1024), ModelId::new("gpt-image-2"));
    let early = EstimateInput::new(&request, "openai", &model, "2026-04-20".parse().unwrap());
    let error = PriceBook::builtin().estimate(&early).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownPrice);
    assert!(error.to_string().contains("2026-04-20"), "{error}");
}

#[test]
fn old_prices_are_marked_or_refused() {
    let (request, model) = (generate("high", 1024, 1024), ModelId::new("gpt-image-2"));
    let at = |day: &str| EstimateInput::new(&request, "openai", &model, day.parse().unwrap());
    let book = PriceBook::builtin();
    assert!(!book.estimate(&at("2027-05-20")).unwrap().stale, "180 days old");
    let old = book.estimate(&at("2027-05-21")).unwrap();
    assert!(old.stale, "181 days old");
    assert_eq!(old.sheet_date, today());
    assumes(&old, "more than 180 days ago");

    let strict = book.with_staleness(Staleness::refuse_after(180));
    assert!(strict.estimate(&at("2027-05-20")).is_ok());
    let error = strict.estimate(&at("2027-05-21")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StaleSheet);
    assert!(error.to_string().contains("2026-11-21"), "{error}");
    let error = strict.lookup("openai", &model, Unit::ImageOutputToken, "2028-01-01".parse().unwrap());
    assert_eq!(error.unwrap_err().kind(), ErrorKind::StaleSheet);
}

#[test]
fn a_model_without_a_formula_is_unknown_until_a_sheet_says_whose_it_uses() {
    let sheet = |formulas: &str| {
        format!(
            "seller = \"relay\"\ncurrency = \"USD\"\nread_on = \"2026-11-21\"\nsource = \"x\"\n[[price]]\n\
             models = [\"super-image\"]\nper = 1_000_000\n{formulas}\n[price.amounts]\ntext_input_token = \"5\"\n\
             image_input_token = \"8\"\nimage_output_token = \"30\"\n"
        )
    };
    let (request, model) = (ImageRequest::generate("a cat"), ModelId::new("super-image"));
    let input = EstimateInput::new(&request, "relay", &model, today());
    let error = PriceBook::empty().with_sheet(&sheet("")).unwrap().estimate(&input).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownModel);
    assert!(error.to_string().contains("formulas_of"), "{error}");
    let book = PriceBook::empty().with_sheet(&sheet("formulas_of = \"gpt-image-2\"")).unwrap();
    assert!(book.estimate(&input).is_ok());
}

#[test]
fn a_missing_part_is_no_free_part() {
    let sheet = "seller = \"relay\"\ncurrency = \"USD\"\nread_on = \"2026-11-21\"\nsource = \"x\"\n[[price]]\n\
                 models = [\"gpt-image-2\"]\nper = 1_000_000\namounts = { image_output_token = \"30\" }\n";
    let (request, model) = (ImageRequest::generate("a cat"), ModelId::new("gpt-image-2"));
    let book = PriceBook::empty().with_sheet(sheet).unwrap();
    let error = book.estimate(&EstimateInput::new(&request, "relay", &model, today())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownPrice);
    assert!(error.to_string().contains("text_input_token"), "{error}");
    // A base price alone is nothing to rely on.
    let base = "seller = \"relay\"\ncurrency = \"USD\"\nread_on = \"2026-11-21\"\nsource = \"x\"\n[[price]]\n\
                models = [\"gpt-image-2\"]\namounts = { base_run = \"0.01\" }\n";
    let book = PriceBook::empty().with_sheet(base).unwrap();
    let error = book.estimate(&EstimateInput::new(&request, "relay", &model, today())).unwrap_err();
    assert!(error.to_string().contains("may charge more"), "{error}");
}
