//! `impasto emulate`, started and stopped as a test suite would.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};

use crate::support::Bench;

/// Starts the emulator and reads its first line.
fn start(bench: &Bench, args: &[&str]) -> (Child, String) {
    let all = [&["emulate", "--listen", "127.0.0.1:0", "--json"], args].concat();
    let mut child = bench.command(&all).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (child, line)
}

#[test]
fn serves_until_it_is_stopped() {
    let bench = Bench::new();
    let (mut child, line) = start(&bench, &["--seed", "7"]);
    let json: serde_json::Value = serde_json::from_str(&line).unwrap();
    let base_url = json["base_urls"]["openai"].as_str().unwrap();
    assert_eq!(base_url, format!("{}/v1", json["url"].as_str().unwrap()));
    let made = bench.run(&["generate", "a fox", "-q", "low", "--base-url", base_url, "--out", "fox.png"]);
    child.kill().unwrap();
    let _ = child.wait();
    assert_eq!(made.code, 0, "{}", made.stderr);
}

#[cfg(unix)]
#[test]
fn ends_in_order_when_asked_to() {
    let bench = Bench::new();
    let (mut child, _) = start(&bench, &[]);
    let asked = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(asked.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(stderr.ends_with("stopped; 0 requests and 0 images would have been charged\n"), "{stderr}");
}

#[test]
fn faults_by_plan() {
    let bench = Bench::new();
    bench.write("plan.toml", "[[fault]]\nname = \"quota\"\ntimes = 1\n");
    let (mut child, line) = start(&bench, &["--fault-plan", "plan.toml"]);
    let json: serde_json::Value = serde_json::from_str(&line).unwrap();
    let args =
        ["generate", "a fox", "-q", "low", "--base-url", json["base_urls"]["openai"].as_str().unwrap()];
    let (first, second) = (bench.run(&args), bench.run(&args));
    child.kill().unwrap();
    let _ = child.wait();
    assert_eq!((first.code, second.code), (1, 0), "{}{}", first.stderr, second.stderr);
    assert!(first.stderr.contains("hint: waiting does not help"), "{}", first.stderr);
    let wrong = bench.run(&["emulate", "--listen", "127.0.0.1:0", "--with", "nonsense"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("nonsense"), "{}", wrong.stderr);
}

#[test]
fn an_address_that_is_taken_is_named() {
    let bench = Bench::with_emulator();
    let taken = bench.mount("").replace("http://", "");
    let ran = bench.run(&["emulate", "--listen", &taken]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.starts_with("error: listen: ") && ran.stderr.contains(&taken), "{}", ran.stderr);
}
