//! Laws that hold for every request.

use impasto_pricing::tokens::{PARTIAL_IMAGE_TOKENS, input, output, text};
use impasto_pricing::{
    Currency, Estimate, EstimateInput, Interval, Money, PriceBook, Receipt, Verdict, reconcile,
};
use impasto_types::{
    ImageInput, ImageRequest, InputFidelity, Mask, ModelId, OutputFormat, Quality, Size, TokenDetails, Usage,
};
use proptest::prelude::*;

use crate::help::{picture, today};

fn models() -> impl Strategy<Value = (String, String)> {
    let book = PriceBook::builtin();
    let mut all = Vec::new();
    for seller in book.sellers() {
        all.extend(book.models(seller).into_iter().map(|model| (seller.to_owned(), model.to_owned())));
    }
    prop::sample::select(all)
}

fn openai_models() -> impl Strategy<Value = String> {
    let models = PriceBook::builtin().models("openai").into_iter().map(str::to_owned).collect::<Vec<_>>();
    prop::sample::select(models)
}

fn sizes() -> impl Strategy<Value = Option<Size>> {
    prop_oneof![
        Just(None),
        Just(Some(Size::Auto)),
        Just(Some(Size::Other("2k".to_owned()))),
        prop::sample::select(vec![(1024, 1024), (1024, 1536), (1536, 1024), (3840, 2160), (1440, 480)])
            .prop_map(|size| Some(Size::from(size))),
        (1_u32..=240, 1_u32..=240).prop_map(|(w, h)| Some(Size::exact(w * 16, h * 16))),
    ]
}

fn qualities() -> impl Strategy<Value = Option<Quality>> {
    let words = ["auto", "low", "medium", "high", "xhigh", "max", "hd", "ultra"];
    prop::option::of(prop::sample::select(words.map(Quality::from).to_vec()))
}

fn images() -> impl Strategy<Value = Vec<ImageInput>> {
    let known = (1_u32..6000, 1_u32..6000).prop_map(|(w, h)| picture(w, h));
    let unknown = Just(ImageInput::url("https://example.com/a.png"));
    prop::collection::vec(prop_oneof![3 => known, 1 => unknown], 0..4)
}

prop_compose! {
    fn requests()(
        prompt in "\\PC{1,200}",
        n in prop::option::of(1_u32..=10),
        size in sizes(),
        quality in qualities(),
        partial in prop::option::of(0_u8..=3),
        images in images(),
        fidelity in prop::option::of(prop::sample::select(vec![InputFidelity::Low, InputFidelity::High])),
        gif in prop::option::of(2_u8..=16),
        mask in any::<bool>(),
    ) -> ImageRequest {
        let editing = !images.is_empty();
        let mut request = if editing { ImageRequest::edit(prompt) } else { ImageRequest::generate(prompt) };
        request.n = n;
        request.size = size;
        request.quality = quality;
        request.images = images;
        match gif {
            Some(frames) if frames % 4 == 0 => {
                request.output_format = Some(OutputFormat::Gif);
                request.frame_count = Some(frames);
            }
            _ => {
                request.stream = partial.is_some();
                request.partial_images = partial;
            }
        }
        if editing {
            request.input_fidelity = fidelity;
            request.mask = mask.then_some(Mask::Rectangle { x: 0, y: 0, width: 1, height: 1 });
        }
        request
    }
}

fn estimated(seller: &str, model: &str, request: &ImageRequest) -> Estimate {
    PriceBook::builtin()
        .estimate(&EstimateInput::new(request, seller, &ModelId::new(model), today()))
        .unwrap_or_else(|error| panic!("{seller} {model}: {error}"))
}

fn ordered(range: &Interval<Money>) -> bool {
    range.low <= range.expected && range.expected <= range.high
}

/// Somewhere in the range, by a number between 0 and 255.
fn pick(range: Interval<u64>, at: u8) -> u64 {
    range.low + (range.high - range.low) * u64::from(at) / 255
}

/// A usage that the seller could report for the request.
fn possible_usage(model: &ModelId, request: &ImageRequest, at: [u8; 4], once: bool) -> Usage {
    let n = u64::from(request.count());
    let each = if once { 1 } else { n };
    let prompt = text::prompt_tokens(&request.prompt, &request.operation, request.images.len());
    let words = pick(prompt, at[0]) * each;
    let mut seen = 0;
    for image in &request.images {
        let dimensions = image.facts.map(|facts| facts.dimensions());
        let tokens =
            input::image_tokens(model.family(), dimensions, request.input_fidelity.as_ref()).unwrap();
        seen += pick(tokens, at[1]) * each;
    }
    let (quality, size) = (request.quality.as_ref(), request.size.as_ref());
    let made = match request.output_format {
        Some(OutputFormat::Gif) => output::gif_tokens(model, quality, size, request.frame_count),
        _ => output::image_tokens(model, quality, size),
    };
    let partial = u64::from(request.partial_images.unwrap_or(0)) * PARTIAL_IMAGE_TOKENS;
    let made = (pick(made.unwrap(), at[2]) + pick(Interval::new(0, 0, partial), at[3])) * n;
    Usage::new(words + seen, made).with_input_details(TokenDetails::new(words, seen))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_estimate_is_ordered_and_adds_up((seller, model) in models(), request in requests()) {
        let estimate = estimated(&seller, &model, &request);
        prop_assert!(ordered(&estimate.total()), "{estimate:?}");
        prop_assert!(!estimate.low.is_zero() && !estimate.low.is_negative(), "{estimate:?}");
        let mut sums = Interval::exactly(Money::zero(estimate.low.currency().clone()));
        for line in &estimate.lines {
            prop_assert!(ordered(&line.amount), "{line:?}");
            prop_assert!(line.quantity.low <= line.quantity.expected && line.quantity.expected <= line.quantity.high);
            sums.low = sums.low.plus(&line.amount.low).unwrap();
            sums.expected = sums.expected.plus(&line.amount.expected).unwrap();
            sums.high = sums.high.plus(&line.amount.high).unwrap();
        }
        prop_assert_eq!(sums, estimate.total());
    }

    #[test]
    fn more_images_never_cost_less((seller, model) in models(), request in requests()) {
        let more = request.clone().with_n(request.count() + 1);
        let (fewer, more) = (estimated(&seller, &model, &request), estimated(&seller, &model, &more));
        prop_assert!(fewer.low <= more.low && fewer.expected < more.expected && fewer.high < more.high);
    }

    #[test]
    fn more_partial_images_never_cost_less((seller, model) in models(), request in requests()) {
        let mut request = request;
        request.output_format = None;
        let totals: Vec<_> = (0..=3)
            .map(|count| estimated(&seller, &model, &request.clone().with_partial_images(count)).total())
            .collect();
        for pair in totals.windows(2) {
            prop_assert!(pair[0].low <= pair[1].low, "{pair:?}");
            prop_assert!(pair[0].expected <= pair[1].expected && pair[0].high <= pair[1].high, "{pair:?}");
        }
    }

    #[test]
    fn whatever_the_seller_may_report_lies_inside(
        model in openai_models(),
        request in requests(),
        at in any::<[u8; 4]>(),
        once in any::<bool>(),
    ) {
        let mut request = request;
        request.mask = None;
        let estimate = estimated("openai", &model, &request);
        let usage = possible_usage(&ModelId::new(model.as_str()), &request, at, once);
        let actual = PriceBook::builtin().settle(&estimate, &Receipt::usage(&usage)).unwrap();
        let outcome = reconcile(&estimate, &actual).unwrap();
        prop_assert_eq!(outcome.verdict, Verdict::Within, "{:?} {:?}", actual, estimate);
    }

    #[test]
    fn a_usage_without_details_never_costs_less_than_one_with_them(
        model in openai_models(),
        request in requests(),
        at in any::<[u8; 4]>(),
    ) {
        let estimate = estimated("openai", &model, &request);
        let full = possible_usage(&ModelId::new(model.as_str()), &request, at, false);
        let bare = Usage::new(full.input_tokens.unwrap(), full.output_tokens.unwrap());
        let amount = |usage| PriceBook::builtin().settle(&estimate, &Receipt::usage(usage)).unwrap().amount;
        prop_assert!(amount(&bare) >= amount(&full));
    }

    #[test]
    fn money_text_survives(mantissa in -999_999_999_999_i64..=999_999_999_999, scale in 0_u32..=15) {
        let money = Money::new(rust_decimal::Decimal::new(mantissa, scale), Currency::Usd).unwrap();
        prop_assert_eq!(&Money::parse(&money.amount_text(), Currency::Usd).unwrap(), &money);
        let json = serde_json::to_string(&money).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
    }

    #[test]
    fn sums_never_depend_on_the_order(amounts in prop::collection::vec((-9_999_999_i64..9_999_999, 0_u32..=12), 1..20)) {
        let amounts: Vec<Money> = amounts
            .into_iter()
            .map(|(mantissa, scale)| Money::new(rust_decimal::Decimal::new(mantissa, scale), Currency::Usd).unwrap())
            .collect();
        let sum = |amounts: &mut dyn Iterator<Item = &Money>| {
            amounts.fold(Money::zero(Currency::Usd), |sum, amount| sum.plus(amount).unwrap())
        };
        prop_assert_eq!(sum(&mut amounts.iter()), sum(&mut amounts.iter().rev()));
    }
}
