//! The shape of `--json`, as docs/cli-json.md promises it.

use crate::support::{Bench, snapshot};
use impasto_emulator::Emulator;

#[test]
fn an_image_as_json() {
    let bench = Bench::with_emulator();
    let ran = bench.run(&[
        "generate",
        "a fox",
        "-m",
        "gpt-image-2",
        "-q",
        "low",
        "-s",
        "1024x1024",
        "--json",
        "--out",
        "fox.png",
    ]);
    snapshot("json_image", &ran.shown());
}

#[test]
fn ten_images_with_sketches_as_json() {
    let bench = Bench::with_emulator();
    let args = [
        "generate",
        "a fox",
        "-m",
        "gpt-image-2",
        "-q",
        "low",
        "-n",
        "10",
        "--stream",
        "--partial-images",
        "3",
        "--json",
    ];
    let json = bench.run_ok(&args).json();
    assert_eq!(json["ok"], true);
    assert_eq!(json["emulated"], true, "an emulator's replies say so, whatever base URL it has");
    let images = json["images"].as_array().unwrap();
    assert_eq!(images.len(), 10);
    for (index, image) in images.iter().enumerate() {
        let path = format!("a-fox-{}.png", index + 1);
        assert_eq!(image["index"], index);
        assert_eq!(image["path"], path.as_str());
        assert_eq!((&image["width"], &image["height"]), (&1024.into(), &1024.into()));
        assert_eq!(image["bytes"], bench.read(&path).len());
    }
    assert_eq!(json["partial_images"], 30);
    assert!(json["usage"]["output_tokens"].as_u64().unwrap() > 0);
    assert_eq!(json["cost"]["amount"], bench.bill().total_usd(), "the emulator's bill agrees");
    assert_eq!(json["request_ids"].as_array().unwrap().len(), 1);
    assert_eq!(bench.bill().images(), 10);
}

#[test]
fn a_sellers_refusal_as_json() {
    let bench = Bench::with(Emulator::builder().with("moderation"));
    let ran = bench.run(&["generate", "a fox", "-q", "low", "--json"]);
    snapshot("json_moderation", &ran.shown());
    assert_eq!(ran.code, 1);
}

#[test]
fn an_unknown_outcome_has_an_exit_code_of_its_own() {
    let bench = Bench::with(Emulator::builder().with("reset-after"));
    let ran = bench.run(&["generate", "a fox", "-q", "low", "--json"]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert_eq!(ran.json()["error"]["billing"], "unknown");
    assert!(ran.stderr.contains("billing: it is not known whether this was billed"), "{}", ran.stderr);
    assert_eq!(bench.requests().len(), 1, "it was sent once and not again");
}

#[test]
fn what_was_surely_not_billed_is_tried_again() {
    let bench = Bench::with(Emulator::builder().with("rate-limit;retry-after-ms=1;times=2"));
    let ran = bench.run(&["generate", "a fox", "-q", "low", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.json()["attempts"], 3);
    assert!(ran.stderr.contains("not billed: "), "{}", ran.stderr);
    let never = Bench::with(Emulator::builder().with("rate-limit;retry-after-ms=1"));
    let ran = never.run(&["generate", "a fox", "-q", "low", "--retries", "0"]);
    assert_eq!((ran.code, never.requests().len()), (1, 1), "{}", ran.stderr);
}

/// The names of the fields of an object, sorted.
fn names(json: &serde_json::Value) -> Vec<&str> {
    let mut names: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// Lists whose first member is looked at as well.
const LISTS: &[&str] =
    &["offers", "models", "providers", "lines", "runs", "images", "settings", "checks", "days"];

#[test]
fn the_page_shows_the_fields_there_are() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cli-json.md");
    let page = std::fs::read_to_string(path).unwrap();
    let examples: Vec<serde_json::Value> = page
        .split("```json\n")
        .skip(1)
        .map(|rest| serde_json::from_str(rest.split("```").next().unwrap()).unwrap())
        .collect();
    let bench = Bench::with_emulator();
    let made = bench.run(&["generate", "a fox", "-q", "low", "--json"]).json();
    assert_eq!(names(&made), names(&examples[0]));
    assert_eq!(names(&made["images"][0]), names(&examples[0]["images"][0]));
    let refused = bench.run(&["generate", "a fox", "-m", "gpt-image-2", "-q", "xhigh", "--json"]).json();
    assert_eq!(names(&refused), names(&examples[1]));
    assert_eq!(names(&refused["error"]), names(&examples[1]["error"]));
    // Every field of the other objects is named on the page.
    let lists: [&[&str]; 10] = [
        &["gallery", ".", "--json"],
        &["history", "--json"],
        &["show", "a-fox.png", "--json"],
        &["usage", "--emulated", "--json"],
        &["config", "--json"],
        &["doctor", "--json"],
        &["estimate", "a fox", "--json"],
        &["compare", "a fox", "-m", "gpt-image-2", "--json"],
        &["models", "gpt-image-2", "--json"],
        &["providers", "--json"],
    ];
    for args in lists {
        let json = bench.run_ok(args).json();
        let inner = LISTS.iter().filter_map(|list| json.get(list)?.get(0));
        for name in std::iter::once(&json).chain(inner).flat_map(names) {
            assert!(page.contains(&format!("`{name}`")), "{args:?}: {name} is not described");
        }
    }
}
