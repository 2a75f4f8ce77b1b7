//! The cases that other projects' estimates fall into.

use impasto_pricing::tokens::output::image_tokens;
use impasto_pricing::{EstimateInput, PriceBook, Unit};
use impasto_types::{ImageRequest, InputFidelity, Mask, ModelId, OutputFormat, Quality, Size, SvgOptions};

use crate::help::{assumes, estimate, generate, picture, today, try_estimate, usd};

#[test]
fn the_same_word_costs_four_times_less_on_2_5() {
    let tokens = |model: &str, quality: &str, size: (u32, u32)| {
        image_tokens(&ModelId::new(model), Some(&Quality::from(quality)), Some(&Size::from(size))).unwrap()
    };
    for size in [(1024, 1024), (1536, 1024), (3840, 2160), (1440, 480), (1536, 944)] {
        assert_eq!(tokens("gpt-image-2.5-flare", "high", size), tokens("gpt-image-2", "medium", size));
        assert_eq!(tokens("gpt-image-2.5-flare", "max", size), tokens("gpt-image-2", "high", size));
    }
}

#[test]
fn wide_4k_is_cheaper_than_a_2048_square() {
    for (model, quality) in
        [("gpt-image-2", "high"), ("gpt-image-2", "low"), ("gpt-image-2.5-sunburst", "max")]
    {
        let wide = estimate("openai", model, &generate(quality, 3840, 2160));
        let square = estimate("openai", model, &generate(quality, 2048, 2048));
        assert!(wide.high < square.low, "{model} {quality}: {} {}", wide.high, square.low);
    }
}

#[test]
fn four_4k_images_reserve_a_dollar_sixty() {
    let request = generate("high", 3840, 2160).with_n(4_u32);
    let estimate = estimate("openai", "gpt-image-2", &request);
    assert!(
        estimate.low >= usd("1.60") && estimate.high <= usd("1.61"),
        "{} {}",
        estimate.low,
        estimate.high
    );
    assert_eq!(estimate.images, 4);
}

#[test]
fn n_counts_once_and_for_the_input_too() {
    let one = generate("high", 1024, 1024);
    let five = estimate("openai", "gpt-image-2", &one.clone().with_n(5_u32));
    let one = estimate("openai", "gpt-image-2", &one);
    assert_eq!(five.expected, one.expected.times(5).unwrap());
    assert_eq!(five.high, one.high.times(5).unwrap());
    assert!(five.low < one.low.times(5).unwrap(), "the input may be charged only once");
}

#[test]
fn every_input_image_is_priced() {
    let edit = |count: usize| {
        let request =
            (0..count).fold(ImageRequest::edit("join them"), |edit, _| edit.with_image(picture(1024, 1024)));
        let request = request.with_size(Size::exact(1024, 1024)).with_quality(Quality::Low);
        estimate("openai", "gpt-image-2", &request)
    };
    let (one, sixteen) = (edit(1), edit(16));
    let lines = |estimate: &impasto_pricing::Estimate| {
        estimate.lines.iter().filter(|line| line.unit == Unit::ImageInputToken).count()
    };
    assert_eq!((lines(&one), lines(&sixteen)), (1, 16));
    assert!(sixteen.low.minus(&one.low).unwrap() >= usd("0.1228"), "15 images of 1024 tokens");
}

#[test]
fn high_fidelity_on_an_older_model_doubles_a_low_edit_and_more() {
    let edit = ImageRequest::edit("make it night")
        .with_image(picture(1024, 1536))
        .with_size(Size::exact(1024, 1536))
        .with_quality(Quality::Low);
    let low = estimate("openai", "gpt-image-1.5", &edit);
    let high = estimate("openai", "gpt-image-1.5", &edit.clone().with_input_fidelity(InputFidelity::High));
    assert_eq!(high.expected.minus(&low.expected).unwrap(), usd("0.04992"));
    // Atlas takes high where nothing is said.
    let atlas = estimate("atlas", "openai/gpt-image-1.5/edit", &edit);
    assumes(&atlas, "input_fidelity is not set; atlas takes high");
    assert!(atlas.expected > low.expected.plus(&usd("0.0499")).unwrap());
}

#[test]
fn images_of_unknown_dimensions_cost_anything_an_image_can() {
    let edit = |image| {
        let edit = ImageRequest::edit("make it night").with_image(image);
        edit.with_size(Size::exact(1024, 1024)).with_quality(Quality::High)
    };
    for model in ["gpt-image-1.5", "gpt-image-2"] {
        let unknown = estimate("openai", model, &edit("https://example.com/a.png".into()));
        assumes(&unknown, "dimensions of input image 1 are unknown");
        for (width, height) in [(1, 1), (100, 4000), (341, 512), (1024, 1024), (9000, 9000)] {
            let known = estimate("openai", model, &edit(picture(width, height)));
            assert!(unknown.low <= known.low && known.high <= unknown.high, "{model} {width}x{height}");
        }
    }
}

#[test]
fn a_mask_costs_nothing_to_an_image() {
    let edit = ImageRequest::edit("make it night")
        .with_image(picture(1024, 1024))
        .with_size(Size::exact(1024, 1024))
        .with_quality(Quality::Low);
    let plain = estimate("openai", "gpt-image-2", &edit);
    let masked = estimate("openai", "gpt-image-2", &edit.clone().with_mask(Mask::image(picture(1024, 1024))));
    assert_eq!((&masked.low, &masked.expected), (&plain.low, &plain.expected));
    assert_eq!(masked.high.minus(&plain.high).unwrap(), usd("0.008192"));
    let with_markup =
        estimate("openai", "gpt-image-2.5-flare", &edit.clone().with_markup(picture(1024, 1024)));
    assert!(with_markup.expected > with_markup.low);
}

#[test]
fn partial_images_are_a_hundred_tokens_each_for_each_image() {
    let request = generate("low", 1024, 1024).with_n(2_u32);
    let plain = estimate("openai", "gpt-image-2", &request);
    let streamed = estimate("openai", "gpt-image-2", &request.with_partial_images(3));
    assert_eq!(streamed.low, plain.low, "fewer may arrive");
    assert_eq!(streamed.high.minus(&plain.high).unwrap(), usd("0.018"));
    assert_eq!(streamed.expected.minus(&plain.expected).unwrap(), usd("0.018"));
}

#[test]
fn what_is_left_to_the_model_spans_what_it_could_choose() {
    let open = estimate("openai", "gpt-image-2", &ImageRequest::generate("a cat"));
    assert!(open.low < usd("0.0017") && open.high > usd("0.71"), "{} {}", open.low, open.high);
    assumes(&open, "quality is not set");
    assumes(&open, "size is left to the model");
    let auto = ImageRequest::generate("a cat").with_quality(Quality::Auto).with_size(Size::Auto);
    assert_eq!(estimate("openai", "gpt-image-2", &auto).total(), open.total());
    // A documented default is no open question.
    let azure = estimate(
        "azure",
        "gpt-image-1.5",
        &ImageRequest::generate("a cat").with_size(Size::exact(1024, 1024)),
    );
    assumes(&azure, "azure takes high");
    assert!(azure.low >= usd("0.133"), "{}", azure.low);
}

#[test]
fn a_batch_costs_half_and_only_where_that_is_known() {
    let (request, model) = (generate("high", 1024, 1024).with_n(3_u32), ModelId::new("gpt-image-2"));
    let book = PriceBook::builtin();
    let whole = book.estimate(&EstimateInput::new(&request, "openai", &model, today())).unwrap();
    let batch =
        book.estimate(&EstimateInput::new(&request, "openai", &model, today()).with_batch(true)).unwrap();
    assert_eq!(batch.high.times(2).unwrap(), whole.high);
    assert_eq!(batch.low.times(2).unwrap(), whole.low);
    assert_eq!(batch.lines[1].unit_price, Some(usd("15")));
    let azure = book.estimate(&EstimateInput::new(&request, "azure", &model, today()).with_batch(true));
    assert_eq!(azure.unwrap_err().kind(), impasto_pricing::ErrorKind::UnknownPrice);
}

#[test]
fn a_gif_is_at_least_an_image_and_at_most_its_frames() {
    let image = estimate("openai", "gpt-image-2.6-flare", &generate("high", 816, 816));
    let gif = generate("high", 816, 816).with_output_format(OutputFormat::Gif).with_frame_count(12);
    let gif = estimate("openai", "gpt-image-2.6-flare", &gif);
    assumes(&gif, "how a gif is charged is not published");
    assert!(gif.low <= image.low && gif.expected > image.expected);
    let one = image.lines.last().unwrap().amount.high.clone();
    assert!(gif.high >= one.times(12).unwrap());
}

#[test]
fn an_svg_needs_a_price_for_its_author() {
    let request = ImageRequest::generate("a logo").with_output_format(OutputFormat::Svg);
    let error = try_estimate("openai", "gpt-image-2.6-flare", &request).unwrap_err();
    assert!(error.to_string().contains("svg.model"), "{error}");
    let request = request.with_svg(SvgOptions::new("some-llm"));
    let error = try_estimate("openai", "gpt-image-2.6-flare", &request).unwrap_err();
    assert_eq!(error.kind(), impasto_pricing::ErrorKind::UnknownPrice);
    assert!(error.to_string().contains("some-llm"), "{error}");

    let book = PriceBook::builtin().with_sheet(SVG_SHEET).unwrap();
    let model = ModelId::new("gpt-image-2.6-flare");
    let estimate = book.estimate(&EstimateInput::new(&request, "openai", &model, today())).unwrap();
    let author = estimate.lines.iter().find(|line| line.unit == Unit::Svg).unwrap();
    assert_eq!(author.amount.high, usd("0.25"));
}

/// What a caller reckons with for one svg, and what the language model costs.
pub(crate) const SVG_SHEET: &str = r#"
seller = "openai"
currency = "USD"
read_on = "2026-11-21"
source = "our own measurements"

[[price]]
models = ["some-llm"]
amounts = { svg = "0.10" }
amounts_high = { svg = "0.25" }

[[price]]
models = ["some-llm"]
per = 1_000_000
amounts = { text_input_token = "2", text_output_token = "10" }
"#;
