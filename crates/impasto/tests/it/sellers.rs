//! The same calls at every seller, over real HTTP.

use std::sync::Arc;

use impasto::journal::FileJournal;
use impasto::{Client, ClientBuilder, ErrorKind, Event, ImageFormat, ImageInput, PollSchedule};
use impasto_emulator::Emulator;

use crate::support::{KEY, emulator};

fn at(emulator: &Emulator, provider: &str, path: &str) -> ClientBuilder {
    let mut polls = PollSchedule::default();
    polls.first = std::time::Duration::from_millis(5);
    polls.next = std::time::Duration::from_millis(5);
    polls.cap = std::time::Duration::from_millis(20);
    Client::builder()
        .ignore_env()
        .provider(provider)
        .api_key(KEY)
        .base_url(format!("{}{path}", emulator.url()))
        .polls(polls)
}

const SELLERS: &[(&str, &str, &str)] = &[
    ("openai", "/v1", "gpt-image-2"),
    ("azure", "/azure", "gpt-image-2"),
    ("azure", "/azure/openai/v1", "gpt-image-2"),
    ("atlas", "/api/v1", "gpt-image-2"),
    ("modelverse", "/modelverse/v1", "gpt-image-1"),
    ("yescale", "/yescale/v1", "gpt-image-1"),
    ("aimlapi", "/aimlapi/v1", "openai/gpt-image-1"),
    ("cometapi", "/cometapi/v1", "gpt-image-1.5"),
    ("laozhang", "/laozhang/v1", "gpt-image-1.5"),
];

#[tokio::test]
async fn every_seller_generates_and_edits() {
    let emulator = emulator().await;
    for (provider, path, model) in SELLERS {
        let client = at(&emulator, provider, path).model(*model).build().unwrap();
        let made =
            client.generate("a harbour").size("1024x1024").quality("low").output_format("png").send().await;
        let made = made.unwrap_or_else(|error| panic!("{provider} {path}: {error} {:?}", error.hint()));
        let facts = made.first().facts.unwrap();
        assert_eq!(facts.dimensions(), (1024, 1024), "{provider} {path}");
        assert_eq!(facts.format, ImageFormat::Png, "{provider} {path}: {:?}", made.warnings);
        let image = made.first().bytes().await.unwrap();
        let call =
            client.edit(ImageInput::bytes(image.to_vec()), "at night").size("1024x1024").quality("low");
        let edited = call.send().await;
        let edited = edited.unwrap_or_else(|error| panic!("{provider} {path}: {error} {:?}", error.hint()));
        assert_eq!(edited.images.len(), 1, "{provider} {path}");
        assert_ne!(edited.first().bytes().await.unwrap(), image, "{provider} {path}");
    }
    let mut billed: Vec<String> =
        emulator.bill().for_key(KEY).charges.iter().map(|charge| charge.seller.clone()).collect();
    billed.dedup();
    assert_eq!(billed.len(), SELLERS.len() - 1, "{billed:?}");
}

#[cfg(feature = "masks")]
#[tokio::test]
async fn a_rectangle_is_drawn_in_each_sellers_reading() {
    use impasto::Mask;

    let emulator = emulator().await;
    for (provider, path, model) in [("openai", "/v1", "gpt-image-2"), ("atlas", "/api/v1", "gpt-image-1")] {
        let client = at(&emulator, provider, path).model(model).build().unwrap();
        let made =
            client.generate("a harbour").size("1024x1024").quality("low").output_format("png").send().await;
        let before = made.unwrap().first().bytes().await.unwrap();
        let mask = Mask::Rectangle { x: 100, y: 200, width: 300, height: 400 };
        let call =
            client.edit(ImageInput::bytes(before.to_vec()), "a boat").mask(mask.clone()).quality("low");
        let after = call.size("1024x1024").send().await.unwrap().first().bytes().await.unwrap();
        let facts = impasto_pixels::facts_of_bytes(&before).unwrap();
        let region = impasto_pixels::read_mask(&mask, Some(&facts)).unwrap().region;
        let options = impasto_pixels::DriftOptions::default().with_threshold(0);
        let drift = impasto_pixels::drift(&before, &after, &region, options).unwrap();
        assert_eq!(drift.changed_pixels, 0, "{provider}: nothing changed outside");
        assert!(drift.inside_changed_fraction > 0.5, "{provider}: {drift:?}");
    }
}

#[tokio::test]
async fn atlas_tells_of_its_task_and_never_gives_the_key_to_the_image_host() {
    let emulator = emulator().await;
    let client = at(&emulator, "atlas", "/api/v1").build().unwrap();
    let mut stream = client.generate("a fox").model("gpt-image-1.5").quality("low").events();
    let mut words = Vec::new();
    while let Some(event) = stream.next().await {
        match event.unwrap() {
            Event::Accepted { .. } => words.push("accepted".to_owned()),
            Event::Status { status, .. } => words.push(status),
            Event::Image(_) => words.push("image".to_owned()),
            _ => {}
        }
    }
    assert_eq!(words.first().map(String::as_str), Some("accepted"), "{words:?}");
    assert_eq!(words.last().map(String::as_str), Some("image"), "{words:?}");
    assert!(words.iter().any(|word| word == "completed"), "{words:?}");
    let requests = emulator.requests();
    let downloads: Vec<_> = requests.iter().filter(|request| !request.path.starts_with("/api/v1")).collect();
    assert!(!downloads.is_empty());
    assert!(downloads.iter().all(|request| request.header("authorization").is_none()));
}

#[tokio::test]
async fn n_beyond_the_limit_becomes_calls_and_a_sibling_keeps_its_images() {
    let emulator = emulator().await;
    let client = at(&emulator, "modelverse", "/modelverse/v1").model("gpt-image-1").build().unwrap();
    let made = client.generate("a fox").quality("low").size("1024x1024").n(10_u32).send().await.unwrap();
    assert_eq!((made.images.len(), made.calls), (10, 3));
    let asked: Vec<u32> = emulator.bill().for_key(KEY).charges.iter().map(|charge| charge.n).collect();
    assert_eq!(asked.iter().sum::<u32>(), 10);
    assert!(asked.iter().all(|n| *n <= 4), "{asked:?}");

    emulator.reset();
    let prompt = "[[emulator:moderation;times=1]] a fox";
    let made = client.generate(prompt).quality("low").size("1024x1024").n(10_u32).send().await.unwrap();
    assert_eq!(made.failures.len(), 1);
    let failure = &made.failures[0];
    assert_eq!(failure.error.kind(), ErrorKind::Moderation);
    assert_eq!(made.images.len() + failure.indexes.len(), 10);
    assert!(made.images.iter().all(|image| !failure.indexes.contains(&image.index)));
}

#[tokio::test]
async fn a_task_that_was_left_is_taken_up_again_without_a_second_submit() {
    let emulator = emulator().await;
    let directory = tempfile::tempdir().unwrap();
    let journal = Arc::new(FileJournal::new(directory.path().join("jobs")));
    let client = at(&emulator, "atlas", "/api/v1").journal(journal.clone()).build().unwrap();
    let out = directory.path().join("fox.png");
    let files = impasto::sink::Files::at(&out);
    let mut stream = client.generate("a fox").model("gpt-image-2").quality("low").destination(files).events();
    while let Some(event) = stream.next().await {
        if matches!(event.unwrap(), Event::Status { .. }) {
            break;
        }
    }
    drop(stream);
    assert!(!out.exists());
    let record = journal.list().unwrap().records.remove(0);
    assert!(record.is_resumable(), "{:?}", record.state);
    let generation = client.resume(record, None).finish().await.unwrap();
    let path = generation.first().path().unwrap();
    assert!(path.starts_with(directory.path()) && path.exists());
    assert_eq!(emulator.bill().for_key(KEY).len(), 1);
    assert_eq!(journal.list().unwrap().records, []);
}

#[tokio::test]
async fn a_redirected_post_is_not_followed() {
    let emulator = emulator().await;
    let client = at(&emulator, "openai", "/v1").build().unwrap();
    let error = client.generate("[[emulator:redirect]] a fox").quality("low").send().await.unwrap_err();
    assert!(matches!(error.status(), Some(300..400)), "{error:?}");
    assert_eq!(emulator.requests().len(), 1);
}

#[tokio::test]
async fn sellers_list_their_models() {
    let emulator = emulator().await;
    for (provider, path) in [("openai", "/v1"), ("atlas", "/api/v1")] {
        let listed = at(&emulator, provider, path).build().unwrap().list_models().await.unwrap();
        assert!(
            listed.iter().any(|model| model.id.as_str().contains("gpt-image-2")),
            "{provider}: {listed:?}"
        );
    }
}
