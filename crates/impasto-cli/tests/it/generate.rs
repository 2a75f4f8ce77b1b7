//! `impasto generate`, from the words to the files.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Bench, snapshot};

/// Width and height of a PNG, from its header.
#[track_caller]
fn png_size(bytes: &[u8]) -> (u32, u32) {
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "not a PNG");
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn a_fresh_machine_makes_an_image() {
    let bench = Bench::new();
    let ran = bench.run(&["generate", "a lighthouse at dusk", "--out", "lighthouse.png"]);
    snapshot("fresh_machine", &ran.shown());
    assert_eq!(png_size(&bench.read("lighthouse.png")), (1024, 1024));
}

#[test]
fn files_are_named_after_the_prompt_and_never_overwritten() {
    let bench = Bench::with_emulator();
    let fox = |more: &[&str]| {
        let ran = bench.run_ok(&[&["generate", "A fox, running!", "-q", "low"], more].concat());
        ran.lines().join(" ").replace('\\', "/")
    };
    assert_eq!(fox(&[]), "a-fox-running.png");
    assert_eq!(fox(&[]), "a-fox-running-2.png");
    assert_eq!(fox(&["-n", "2"]), "a-fox-running-3-1.png a-fox-running-3-2.png");
    assert_eq!(fox(&["--out-dir", "new/place"]), "new/place/a-fox-running.png");
    assert_eq!(fox(&["--out-dir", "new/place", "--out", "b"]), "new/place/b.png");
    assert_eq!(fox(&["--out", "new/"]), "new/a-fox-running.png");
    // A name that promises another format follows what arrives.
    assert_eq!(fox(&["--out", "c.png", "--output-format", "webp"]), "c.webp");
    let first = bench.read("a-fox-running.png");
    let sized = ["-s", "1536x1024", "--force"];
    assert_eq!(fox(&sized), "a-fox-running.png");
    assert_ne!(bench.read("a-fox-running.png"), first);
    assert_eq!(png_size(&bench.read("a-fox-running.png")), (1536, 1024));
}

#[test]
fn every_flag_arrives_as_its_field() {
    let bench = Bench::with_emulator().env("ANOTHER_KEY", "sk-another");
    bench.run_ok(&[
        "generate",
        "a fox",
        "--model",
        "gpt-image-2.6-flare",
        "--size",
        "1024x1024",
        "--quality",
        "low",
        "-n",
        "1",
        "--background",
        "opaque",
        "--output-format",
        "jpeg",
        "--output-compression",
        "40",
        "--moderation",
        "low",
        "--complexity",
        "low",
        "--safety-identifier",
        "hash",
        "--user",
        "me",
        "--stream",
        "--partial-images",
        "0",
        "--api-key-env",
        "ANOTHER_KEY",
        "--out",
        "fox",
    ]);
    let requests = bench.requests();
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    let body: serde_json::Value = serde_json::from_slice(request.body.as_ref().unwrap()).unwrap();
    insta::with_settings!({sort_maps => true, prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_json_snapshot!("every_flag", body);
    });
    assert_eq!(bench.bill().for_key("sk-another").len(), 1);
    assert_eq!(&bench.read("fox.jpg")[..2], b"\xff\xd8");
}

#[test]
fn the_prompt_comes_from_a_file_or_stdin() {
    let bench = Bench::with_emulator();
    bench.write("prompt.txt", "a fox\nin two lines\n");
    bench.run_ok(&["generate", "--prompt-file", "prompt.txt", "-q", "low"]);
    let mut child = bench
        .command(&["generate", "--prompt-file", "-", "-q", "low"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"an owl\n").unwrap();
    let ran = bench.finish(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "an-owl.png\n"), "{}", ran.stderr);
    let prompts: Vec<String> = bench
        .requests()
        .iter()
        .map(|request| {
            let body: serde_json::Value = serde_json::from_slice(request.body.as_ref().unwrap()).unwrap();
            body["prompt"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(prompts, ["a fox\nin two lines", "an owl"]);
}

#[test]
fn a_dry_run_shows_everything_and_sends_nothing() {
    let bench = Bench::with_emulator();
    let args = ["generate", "a fox", "-n", "2", "-q", "low", "--out", "fox.png", "--dry-run"];
    snapshot("dry_run", &bench.run(&args).shown());
    let json = bench.run_ok(&[&args[..], &["--json"]].concat()).json();
    assert_eq!(json["outputs"], serde_json::json!(["fox-1.png", "fox-2.png"]));
    assert_eq!((json["ok"].as_bool(), json["dry_run"].as_bool()), (Some(true), Some(true)));
    assert!(!json.to_string().contains("sk-test-key"));
    assert!(bench.requests().is_empty());
    assert!(bench.files().is_empty());
    // Neither a key nor a network is needed.
    let fresh = Bench::new();
    snapshot("dry_run_without_key", &fresh.run(&args).shown());
    assert!(fresh.files().is_empty());
}

#[test]
fn sketches_are_counted_and_kept_when_asked() {
    let bench = Bench::with_emulator();
    let args = ["generate", "a fox", "-q", "low", "--partial-images", "2", "--json", "--out", "fox.png"];
    let json = bench.run_ok(&args).json();
    assert_eq!(json["partial_images"], 2);
    assert_eq!(bench.files(), ["fox.png", "fox.png.json"]);
    let json = bench.run_ok(&[&args[..], &["--save-partials", "--force"]].concat()).json();
    assert_eq!(json["partials"][1]["path"], "fox.partial-1.png");
    assert_eq!(bench.files(), ["fox.partial-0.png", "fox.partial-1.png", "fox.png", "fox.png.json"]);
}

#[test]
fn quiet_says_nothing_but_the_paths() {
    let ran = Bench::new().run_ok(&["generate", "a fox", "-q", "low", "--quiet"]);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("a-fox.png\n", ""));
}

#[test]
fn a_key_is_not_needed_on_this_machine() {
    let bench = Bench::with_emulator();
    let base_url = bench.mount("/v1");
    let fresh = Bench::new();
    let ran = fresh.run_ok(&["generate", "a fox", "-q", "low", "--base-url", &base_url]);
    assert!(!ran.stderr.contains("built-in emulator"), "{}", ran.stderr);
    assert_eq!(bench.bill().for_key("emulator").len(), 1);
}
