//! `impasto call` and `impasto upload`: what a seller offers besides images.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Bench, snapshot};
use impasto_emulator::Emulator;
use serde_json::Value;

const BODY: &str = r#"{"model": "gpt-image-2", "prompt": "a fox", "quality": "low", "size": "1024x1024"}"#;

#[test]
fn any_endpoint_is_within_reach() {
    let bench = Bench::with_emulator();
    let models: Value = serde_json::from_str(&bench.run_ok(&["call", "get", "/models"]).stdout).unwrap();
    assert!(!models["data"].as_array().unwrap().is_empty());
    let json = bench.run_ok(&["call", "GET", "/models", "--json"]).json();
    assert_eq!((&json["status"], &json["body"], &json["attempts"]), (&200.into(), &models, &1.into()));
    bench.run_ok(&["call", "POST", "/images/generations", "--body", BODY, "--out", "reply.json"]);
    let reply: Value = serde_json::from_slice(&bench.read("reply.json")).unwrap();
    assert!(reply["data"][0]["b64_json"].is_string());
    assert_eq!(bench.bill().for_key("sk-test-key").len(), 1);
    let taken = bench.run(&["call", "POST", "/images/generations", "--body", BODY, "--out", "reply.json"]);
    assert_eq!((taken.code, bench.bill().for_key("sk-test-key").len()), (2, 1), "{}", taken.stderr);
}

#[test]
fn the_body_comes_from_a_file_or_stdin() {
    let bench = Bench::with_emulator();
    bench.write("body.json", BODY);
    bench.run_ok(&["call", "POST", "/images/generations", "--body", "@body.json", "--out", "a.json"]);
    let mut child = bench
        .command(&["call", "POST", "/images/generations", "--body", "@-", "--out", "b.json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(BODY.as_bytes()).unwrap();
    let ran = bench.finish(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(bench.requests()[0].body, bench.requests()[1].body);
}

#[test]
fn a_dry_run_hides_the_key_and_sends_nothing() {
    let bench = Bench::with_emulator();
    let ran = bench.run_ok(&["call", "POST", "/images/generations", "--body", BODY, "--dry-run"]);
    snapshot("call_dry_run", &ran.shown());
    assert!(bench.requests().is_empty());
}

#[test]
fn what_cannot_be_called_is_refused_before_it_is_sent() {
    let bench = Bench::with_emulator();
    let check = |args: &[&str], expected: &str| {
        let ran = bench.run(&[&["call"], args].concat());
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{args:?}: {}", ran.stderr);
    };
    check(&["GET", "https://example.com/v1/models"], "is not at the origin of OpenAI");
    check(&["GET", "//example.com/models"], "begins neither with /");
    check(&["BREW", "/models"], "method: allowed are GET");
    check(&["GET", "/models", "--body", "{}"], "GET has no body");
    check(&["POST", "/models", "--body", "{"], "body: it is not JSON");
    check(&["POST", "/models", "--body", "@none.json"], "none.json");
    check(&["POST", "/images/generations", "--body", BODY, "--poll"], "OpenAI has no tasks to ask after");
    assert!(bench.requests().is_empty());
}

#[test]
fn what_may_be_billed_is_sent_once_and_what_is_free_again() {
    let broken = Bench::with(Emulator::builder().with("server-error;times=1"));
    let ran = broken.run(&["call", "POST", "/images/generations", "--body", BODY]);
    assert_eq!((ran.code, broken.requests().len()), (5, 1), "{}", ran.stderr);
    let limited = Bench::with(Emulator::builder().with("rate-limit;retry-after-ms=1;times=1"));
    let ran = limited.run(&["call", "POST", "/images/generations", "--body", BODY, "--out", "a.json"]);
    assert_eq!((ran.code, limited.requests().len()), (0, 2), "{}", ran.stderr);
    let bench = Bench::with_emulator();
    let gone = bench.run(&["call", "GET", "/nothing/here", "--json"]);
    assert_eq!(gone.code, 1);
    assert_eq!(gone.json()["error"]["billing"], "not_billed");
}

#[test]
fn a_task_is_asked_after_until_it_is_over() {
    let bench = Bench::with_emulator();
    let base_url = bench.mount("/api/v1");
    let body = r#"{"model": "openai/gpt-image-2/text-to-image", "prompt": "a fox", "quality": "low", "size": "1024x1024"}"#;
    let seller = ["--provider", "atlas", "--base-url", &base_url, "--poll-interval", "0.01"];
    let args = ["call", "POST", "/model/generateImage", "--body", body, "--poll", "--json"];
    let ran = bench.run_ok(&[&args[..], &seller].concat());
    let json = ran.json();
    assert_eq!(json["task"]["status"], "completed", "{json}");
    assert!(json["polls"].as_u64().unwrap() > 0);
    assert!(json["body"]["data"]["outputs"][0].is_string());
    assert!(ran.stderr.contains(": completed"), "{}", ran.stderr);
    assert_eq!(bench.bill().for_key("emulator").len(), 1);
}

#[test]
fn files_are_stored_at_a_seller_that_takes_them() {
    let bench = Bench::with_emulator();
    bench.run_ok(&["generate", "a fox", "-q", "low", "--out", "fox.png", "--no-sidecar"]);
    let base_url = bench.mount("/api/v1");
    let atlas = ["--provider", "atlas", "--base-url", &base_url];
    let ran = bench.run_ok(&[&["upload", "fox.png"], &atlas[..]].concat());
    assert!(ran.stdout.starts_with("http"), "{}", ran.stdout);
    let json = bench.run_ok(&[&["upload", "fox.png", "fox.png", "--json"], &atlas[..]].concat()).json();
    assert_eq!(json["files"].as_array().unwrap().len(), 2, "{json}");
    assert_eq!(json["files"][1]["path"], "fox.png");
    assert_eq!(bench.run(&["upload", "none.png"]).code, 2);
    let refused = bench.run(&["upload", "fox.png"]);
    assert_ne!(refused.code, 0, "OpenAI's images API stores no files");
}
