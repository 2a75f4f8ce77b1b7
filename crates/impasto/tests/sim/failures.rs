//! Every way a reply was seen to fail, one row each: what the caller gets, how often it was sent, what was charged.

mod rows;

use std::fmt::Write as _;

use impasto::transport::ScanLimits;
use impasto::{Client, Error, Generation, ImageCall, ImageInput};
use impasto_emulator::Emulator;

use crate::support::{House, KEY, in_virtual_time, input};

/// One way to fail, and what has to come of it.
struct Row {
    /// What the emulator is asked to do: its modes and faults, as in `/with/…`.
    faults: &'static str,
    /// What the caller gets: images and what is said of them, or the error and whether it was billed.
    outcome: &'static str,
    /// How often a request that costs money was sent, how many images were charged, and how many seconds it took.
    counts: (usize, u64, u64),
}

/// What is called.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Call {
    Generate,
    Two,
    Edit,
    Stream,
}

#[test]
fn openai_replies() {
    check("openai", Call::Generate, rows::OPENAI);
}

#[test]
fn openai_replies_of_two_images() {
    check("openai", Call::Two, rows::OPENAI_TWO);
}

#[test]
fn openai_edits() {
    check("openai", Call::Edit, rows::OPENAI_EDIT);
}

#[test]
fn openai_streams() {
    check("openai", Call::Stream, rows::OPENAI_STREAM);
}

#[test]
fn atlas_tasks() {
    check("atlas", Call::Generate, rows::ATLAS);
}

#[test]
fn modelverse_replies() {
    check("modelverse", Call::Generate, rows::MODELVERSE);
}

#[track_caller]
fn check(seller: &'static str, call: Call, rows: &[Row]) {
    let found = in_virtual_time(async move {
        let mut found = Vec::new();
        for row in rows {
            found.push(run(seller, call, row).await);
        }
        found
    });
    let (mut expected, mut actual) = (String::new(), String::new());
    for (row, (outcome, counts)) in rows.iter().zip(found) {
        writeln!(expected, "{:<40} {} {:?}", row.faults, row.outcome, row.counts).unwrap();
        writeln!(actual, "{:<40} {outcome} {counts:?}", row.faults).unwrap();
        let (sent, charged, _) = counts;
        assert!(charged <= count(call), "{}: charged {charged} images", row.faults);
        assert!(sent <= 1 || outcome.contains("after"), "{}: sent {sent} times", row.faults);
    }
    if expected != actual {
        let changed = |text: &str| format!("\n{text}");
        pretty(&changed(&expected), &changed(&actual));
    }
}

/// Shows the rows that differ.
#[track_caller]
fn pretty(expected: &str, actual: &str) {
    let mut text = String::new();
    for (expected, actual) in expected.lines().zip(actual.lines()).filter(|(one, other)| one != other) {
        writeln!(text, "expected {expected}\n   found {actual}").unwrap();
    }
    panic!("rows differ:\n{text}");
}

fn count(call: Call) -> u64 {
    if matches!(call, Call::Two) { 2 } else { 1 }
}

async fn run(seller: &str, call: Call, row: &Row) -> (String, (usize, u64, u64)) {
    play(seller, call, row.faults).await
}

/// Makes one call at an emulator that fails as it is told: what came of it, and how often it was sent and charged,
/// and how long it took.
pub(crate) async fn play(seller: &str, call: Call, faults: &str) -> (String, (usize, u64, u64)) {
    // A connection that is not made is no fault of the seller.
    let refused = faults == "refused";
    let house = House::of(Emulator::builder().with(if refused { "" } else { faults })).await;
    house.wire.refuse(if refused { u32::MAX } else { 0 });
    let mut limits = ScanLimits::default();
    // Small enough that a body without end is noticed soon.
    limits.blob = 4 << 20;
    let client = house.client(seller).limits(limits).build().unwrap();
    let started = tokio::time::Instant::now();
    let image = input();
    let ordered = order(&client, seller, call, image);
    let outcome = match call {
        Call::Stream => ordered.stream().finish().await,
        _ => ordered.send().await,
    };
    let seconds = started.elapsed().as_secs_f64().round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of a test")]
    let seconds = seconds as u64;
    let paid = house.wire.log().iter().filter(|line| line.sent && is_paid(seller, line)).count();
    let bill = house.emulator.bill().for_key(KEY);
    let told = match &outcome {
        Ok(generation) => delivered(generation),
        Err(error) => {
            assert!(error.job().is_some(), "{error}: has lost its job");
            failed(error)
        }
    };
    // The seller's work may end after the client gave up; it is on the bill all the same.
    (told, (paid, bill.images(), seconds))
}

fn order(client: &Client, seller: &str, call: Call, image: ImageInput) -> ImageCall {
    let prompt = "a fox";
    let ordered = match call {
        Call::Generate => client.generate(prompt),
        Call::Two => client.generate(prompt).n(2_u32),
        Call::Edit => client.edit(image, prompt),
        Call::Stream => client.generate(prompt).partial_images(1),
    };
    let model = if seller == "modelverse" { "gpt-image-1" } else { "gpt-image-2" };
    let ordered = ordered.model(model).size("1024x1024").quality("medium");
    // A small format: what is tried is the way, not the picture. Of two, a PNG can be given a weight.
    if seller == "modelverse" || matches!(call, Call::Two) { ordered } else { ordered.output_format("jpeg") }
}

fn is_paid(seller: &str, line: &crate::wire::Line) -> bool {
    let path = if seller == "atlas" { "/model/generateImage" } else { "/images/" };
    line.method == http::Method::POST && line.path.contains(path)
}

fn delivered(generation: &Generation) -> String {
    let mut text =
        format!("{} of {}", generation.images.len(), generation.images.len() + missing(generation));
    for image in &generation.images {
        assert!(!image.stored.is_empty());
        if image.facts.is_none() {
            text.push_str(", not an image");
        }
    }
    for failure in &generation.failures {
        assert!(failure.job.is_some());
        write!(text, "; {}", failed(&failure.error)).unwrap();
    }
    for warning in &generation.warnings {
        write!(text, "; warns of {}", warning.field.as_deref().unwrap_or("reply")).unwrap();
    }
    if generation.attempts > 1 {
        write!(text, " after {} attempts", generation.attempts).unwrap();
    }
    text
}

fn missing(generation: &Generation) -> usize {
    generation.failures.iter().map(|failure| failure.indexes.len()).sum()
}

fn failed(error: &Error) -> String {
    let mut text = format!("{} {}", error.kind().as_str(), error.billing().as_str());
    if let Some(status) = error.status() {
        write!(text, " {status}").unwrap();
    }
    if !error.salvaged().is_empty() {
        write!(text, ", {} salvaged", error.salvaged().len()).unwrap();
    }
    if error.attempts() > 1 {
        write!(text, " after {} attempts", error.attempts()).unwrap();
    }
    // Whoever reads it can act on it, and finds neither a body nor the key in it.
    let shown = format!("{error} {error:?}");
    assert!(error.to_string().len() < 600 && !shown.contains(KEY), "{error}");
    if error.billing() == impasto::BillingOutcome::Unknown {
        assert!(error.hint().is_some(), "{error}: says nothing of what to do");
    }
    text
}

/// A connection that is not made costs nothing, and is tried again until it is made or the attempts are used.
#[test]
fn refused_connections() {
    for (refusals, sends, outcome) in [
        (1, 1, "1 of 1 after 2 attempts"),
        (2, 1, "1 of 1 after 3 attempts"),
        (9, 0, "connect not_billed after 3 attempts"),
    ] {
        let (told, sent, charged) = in_virtual_time(async move {
            let house = House::of(Emulator::builder()).await;
            house.wire.refuse(refusals);
            let client = house.client("openai").build().unwrap();
            let outcome = order(&client, "openai", Call::Generate, input()).send().await;
            let told = match &outcome {
                Ok(generation) => delivered(generation),
                Err(error) => failed(error),
            };
            let sent = house.wire.log().iter().filter(|line| line.sent).count();
            (told, sent, house.emulator.bill().images())
        });
        assert_eq!((told.as_str(), sent, charged), (outcome, sends, sends as u64));
    }
}
