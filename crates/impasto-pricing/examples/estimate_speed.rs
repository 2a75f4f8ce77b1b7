//! Prints how many microseconds an estimate takes, without a tokenizer. Run it with `--release`.
#![expect(clippy::print_stdout, reason = "the printed figures are what the example is for")]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::hint::black_box;
use std::time::Instant;

use impasto_pricing::{Error, EstimateInput, PriceBook};
use impasto_types::{Date, ImageFacts, ImageFormat, ImageInput, ImageRequest, ModelId, Quality, Size};

const ROUNDS: u32 = 20_000;

fn main() -> Result<(), Error> {
    let book = PriceBook::builtin();
    let plain = ImageRequest::generate("a lighthouse at dusk, long exposure, film grain")
        .with_size(Size::exact(1536, 1024))
        .with_quality(Quality::High);
    let open = ImageRequest::generate("a lighthouse at dusk, long exposure, film grain");
    let photo =
        |name: &str| ImageInput::file(name).with_facts(ImageFacts::new(ImageFormat::Jpeg, 3024, 4032, 0));
    let edit = ImageRequest::edit("put the cat from image 2 on the sofa of image 1")
        .with_image(photo("sofa.jpg"))
        .with_image(photo("cat.jpg"))
        .with_size(Size::exact(1024, 1024))
        .with_quality(Quality::Medium)
        .with_partial_images(2);
    for (what, request, seller, model) in [
        ("generate", &plain, "openai", "gpt-image-2"),
        ("generate, all left open", &open, "openai", "gpt-image-2.6-flare"),
        ("edit, two photographs", &edit, "openai", "gpt-image-2.5-sunburst"),
        ("edit, three ways to charge", &edit, "atlas", "openai/gpt-image-1/edit"),
    ] {
        let model = ModelId::new(model);
        let input = EstimateInput::new(request, seller, &model, Date::from_unix(1_795_219_200));
        let estimate = book.estimate(&input)?;
        let start = Instant::now();
        for _ in 0..ROUNDS {
            black_box(book.estimate(black_box(&input))?);
        }
        let each = start.elapsed() / ROUNDS;
        let micros = each.as_nanos() / 1_000;
        let tenths = each.as_nanos() % 1_000 / 100;
        println!("{what:<28} {micros:>3}.{tenths} µs   {:.4} to {:.4}", estimate.low, estimate.high);
    }
    Ok(())
}
