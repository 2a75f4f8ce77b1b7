//! The cost of what the emulator charges lies within what was estimated, over a few thousand random requests.
//!
//! The emulator computes its bill by its own code; both sides read only the same published figures.

use impasto::{
    BillingOutcome, Client, Entropy, ImageFacts, ImageFormat, ImageInput, ImageRequest, Quality, Size,
};
use impasto_emulator::Emulator;

use crate::support::KEY;

/// How many requests are tried; each is one exchange over HTTP with a tiny image in the reply.
const RUNS: u64 = 2_000;

const MODELS: &[&str] = &[
    "gpt-image-1",
    "gpt-image-1-mini",
    "gpt-image-1.5",
    "chatgpt-image-latest",
    "gpt-image-2",
    "gpt-image-2.5-flare",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.6-flare",
    "gpt-image-2.6-sunburst",
];

struct Dice(impasto::SeededEntropy);

impl Dice {
    fn below(&self, limit: u64) -> u64 {
        self.0.u64() % limit
    }

    fn one<'a, T>(&self, from: &'a [T]) -> &'a T {
        &from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }
}

fn request(dice: &Dice, image: &[u8]) -> ImageRequest {
    let model = *dice.one(MODELS);
    let words = usize::try_from(dice.below(40)).unwrap() + 1;
    let prompt: Vec<&str> =
        (0..words).map(|_| *dice.one(&["a", "lighthouse", "дом", "夕暮れ", "at", "dusk,", "🦊"])).collect();
    let mut request = match dice.below(4) {
        0 => {
            let mut edit = ImageRequest::edit(prompt.join(" "));
            for _ in 0..=dice.below(3) {
                edit = edit.with_image(ImageInput::bytes(image.to_vec()));
            }
            edit
        }
        _ => ImageRequest::generate(prompt.join(" ")),
    };
    request = request.with_model(model);
    let free = model.starts_with("gpt-image-2");
    request.size = match dice.below(5) {
        0 => None,
        1 => Some(Size::Auto),
        2 | 3 if free => {
            let side = || u32::try_from(dice.below(120) + 40).unwrap() * 16;
            Some(Size::exact(side(), side()))
        }
        _ => Some(
            dice.one(&[Size::exact(1024, 1024), Size::exact(1536, 1024), Size::exact(1024, 1536)]).clone(),
        ),
    };
    let mut qualities = vec![Quality::Low, Quality::Medium, Quality::High, Quality::Auto];
    if model.starts_with("gpt-image-2.") {
        qualities.extend([Quality::XHigh, Quality::Max]);
    }
    request.quality = (dice.below(5) > 0).then(|| dice.one(&qualities).clone());
    request.n = (dice.below(2) == 0).then(|| u32::try_from(dice.below(4)).unwrap() + 1);
    if dice.below(4) == 0 {
        request = request.with_partial_images(u8::try_from(dice.below(4)).unwrap());
    }
    request
}

#[tokio::test]
async fn every_cost_lies_in_its_estimate() {
    let emulator = Emulator::builder().with("downgrade;to=16x16").start().await.unwrap();
    let client =
        Client::builder().ignore_env().provider("openai").api_key(KEY).base_url(emulator.openai_base_url());
    let client = client.build().unwrap();
    let image = client.generate("a fox").send().await.unwrap().first().bytes().await.unwrap();
    let facts: ImageFacts = impasto_pixels::facts_of_bytes(&image).unwrap();
    assert_eq!((facts.format, facts.dimensions()), (ImageFormat::Png, (16, 16)));
    let dice = Dice(impasto::SeededEntropy::new(20_261_121));
    let (mut sent, mut refused) = (0, 0);
    for run in 0..RUNS {
        let request = request(&dice, &image);
        emulator.reset_bill();
        let generation = match client.request(request.clone()).send().await {
            Ok(generation) => generation,
            Err(error) => {
                // What is refused is refused by us, before it is sent: the rules agree.
                assert_eq!(
                    (error.billing(), error.status()),
                    (BillingOutcome::NotBilled, None),
                    "{run}: {error}"
                );
                refused += 1;
                continue;
            }
        };
        sent += 1;
        let (estimate, actual) = (&generation.estimates[0], &generation.costs[0]);
        assert!(
            estimate.contains(&actual.amount),
            "run {run}: {} is not in {}..{} for {request:?} {:?}",
            actual.amount,
            estimate.low,
            estimate.high,
            generation.usage
        );
        assert_eq!(actual.amount.amount_text(), emulator.bill().total_usd(), "run {run}: {request:?}");
    }
    assert!(sent > RUNS / 2 && refused > 0, "{sent} sent, {refused} refused");
}
