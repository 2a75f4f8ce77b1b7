//! Short ways to say what the tests ask.

use impasto_pricing::{Currency, Error, Estimate, EstimateInput, Money, PriceBook};
use impasto_types::{Date, ImageFacts, ImageFormat, ImageInput, ImageRequest, ModelId, Quality, Size};

/// The day the built-in sheets were read.
pub(crate) fn today() -> Date {
    "2026-11-21".parse().unwrap()
}

pub(crate) fn usd(amount: &str) -> Money {
    Money::parse(amount, Currency::Usd).unwrap()
}

pub(crate) fn generate(quality: &str, width: u32, height: u32) -> ImageRequest {
    ImageRequest::generate("a lighthouse at dusk")
        .with_size(Size::exact(width, height))
        .with_quality(Quality::from(quality))
}

/// An input image of these dimensions.
pub(crate) fn picture(width: u32, height: u32) -> ImageInput {
    ImageInput::file("in.png").with_facts(ImageFacts::new(ImageFormat::Png, width, height, 1_000))
}

pub(crate) fn try_estimate(seller: &str, model: &str, request: &ImageRequest) -> Result<Estimate, Error> {
    PriceBook::builtin().estimate(&EstimateInput::new(request, seller, &ModelId::new(model), today()))
}

#[track_caller]
pub(crate) fn estimate(seller: &str, model: &str, request: &ImageRequest) -> Estimate {
    try_estimate(seller, model, request).unwrap_or_else(|error| panic!("{seller} {model}: {error}"))
}

/// Whether some assumption says this.
#[track_caller]
pub(crate) fn assumes(estimate: &Estimate, says: &str) {
    assert!(
        estimate.assumptions.iter().any(|said| said.contains(says)),
        "{says:?} in {:#?}",
        estimate.assumptions
    );
}
