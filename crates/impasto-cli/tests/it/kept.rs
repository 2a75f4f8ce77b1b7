//! What is left of a run: sidecars, history, ledger; and the commands that look back at them.

use crate::support::{Bench, snapshot};
use serde_json::Value;

fn fox(bench: &Bench, more: &[&str]) -> crate::support::Ran {
    let base = ["generate", "a fox", "-m", "gpt-image-2", "-q", "low", "-s", "1024x1024"];
    bench.run_ok(&[&base[..], more].concat())
}

#[test]
fn a_sidecar_lies_beside_each_image_and_tells_how_it_was_made() {
    let bench = Bench::with_emulator();
    fox(&bench, &["-n", "2", "--out", "fox.png"]);
    assert_eq!(bench.files(), ["fox-1.png", "fox-1.png.json", "fox-2.png", "fox-2.png.json"]);
    let sidecar: Value = serde_json::from_slice(&bench.read("fox-2.png.json")).unwrap();
    assert_eq!(sidecar["image"]["index"], 1);
    assert_eq!(sidecar["run"]["request"]["prompt"], "a fox");
    assert_eq!(sidecar["run"]["emulated"], true, "the emulator's replies say so");
    assert!(!sidecar.to_string().contains("sk-test-key"));
    snapshot("show", &bench.run_ok(&["show", "fox-2.png"]).shown());
    let shown = bench.run_ok(&["show", "fox-1.png.json", "fox-2.png", "--json"]).json();
    assert_eq!(shown["images"][0]["hash"], "same");
    bench.write("fox-2.png", "other bytes");
    let changed = bench.run(&["show", "fox-2.png"]);
    assert_eq!(changed.code, 1);
    assert!(changed.stdout.contains("was changed"), "{}", changed.stdout);
}

#[test]
fn without_a_sidecar_the_image_itself_is_asked() {
    let bench = Bench::with_emulator();
    fox(&bench, &["--out", "fox.png", "--no-sidecar", "--no-history"]);
    assert_eq!(bench.files(), ["fox.png"]);
    snapshot("show_bare", &bench.run_ok(&["show", "fox.png"]).shown());
    assert_eq!(bench.run_ok(&["history"]).stdout, "no run is in the history\n");
    let gone = bench.run(&["show", "owl.png"]);
    assert_eq!((gone.code, gone.stdout.as_str()), (2, ""));
    bench.write("text.png", "no image");
    assert_eq!(bench.run(&["show", "text.png"]).code, 2);
}

#[test]
fn a_file_that_is_no_sidecar_is_left_alone() {
    let bench = Bench::with_emulator();
    bench.write("fox.png.json", "{\"mine\": 1}");
    let ran = fox(&bench, &["--out", "fox.png"]);
    assert!(ran.stderr.contains("no sidecar was written"), "{}", ran.stderr);
    assert_eq!(bench.read("fox.png.json"), b"{\"mine\": 1}");
}

#[test]
fn runs_are_listed_and_found() {
    let bench = Bench::with_emulator();
    assert_eq!(bench.run_ok(&["history"]).stdout, "no run is in the history\n");
    fox(&bench, &[]);
    bench.run_ok(&["generate", "an owl", "-m", "gpt-image-1.5", "-q", "low"]);
    snapshot("history", &bench.run_ok(&["ls"]).shown());
    let all = bench.run_ok(&["history", "--json"]).json();
    let prompts = |json: &Value| -> Vec<String> {
        let runs = json["runs"].as_array().unwrap();
        runs.iter().map(|run| run["prompt"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(prompts(&all), ["an owl", "a fox"]);
    let check = |args: &[&str], expected: &[&str]| {
        let json = bench.run_ok(&[&["history", "--json"], args].concat()).json();
        assert_eq!(prompts(&json), expected, "{args:?}");
    };
    check(&["owl"], &["an owl"]);
    check(&["--limit", "1"], &["an owl"]);
    check(&["--model", "gpt-image-2"], &["a fox"]);
    check(&["--seller", "atlas"], &[]);
    check(&["--since", "1d"], &["an owl", "a fox"]);
    assert_eq!(bench.run(&["history", "--since", "tomorrow"]).code, 2);
}

#[test]
fn a_run_that_failed_is_in_the_history_and_one_that_was_never_sent_is_not() {
    let bench = Bench::with(impasto_emulator::Emulator::builder().with("moderation"));
    bench.run(&["generate", "a fox", "-q", "low"]);
    bench.run(&["generate", "a fox", "-q", "low", "--max-cost", "0"]);
    let runs = bench.run_ok(&["history", "--json"]).json();
    assert_eq!(runs["runs"].as_array().unwrap().len(), 1, "{runs}");
    assert_eq!(runs["runs"][0]["failures"][0]["kind"], "moderation");
    assert_eq!(runs["runs"][0]["failures"][0]["billing"], "not_billed");
}

#[test]
fn a_run_is_made_once_more() {
    let bench = Bench::with_emulator();
    fox(&bench, &["--out", "fox.png"]);
    let first = bench.run_ok(&["history", "--json"]).json()["runs"][0].clone();
    let id = first["id"].as_str().unwrap();
    let again = bench.run_ok(&["regenerate", &id[id.len() - 4..], "-s", "1536x1024"]);
    assert!(again.stderr.contains("this is a new charge"), "{}", again.stderr);
    assert!(again.stderr.contains("estimate: $"), "{}", again.stderr);
    bench.run_ok(&["regenerate", "fox.png", "--prompt", "an owl", "--out", "owl.png"]);
    let bodies: Vec<Value> = bench
        .requests()
        .iter()
        .map(|request| serde_json::from_slice(request.body.as_ref().unwrap()).unwrap())
        .collect();
    assert_eq!(bodies.len(), 3);
    assert_eq!((&bodies[1]["prompt"], &bodies[1]["size"]), (&"a fox".into(), &"1536x1024".into()));
    assert_eq!((&bodies[2]["prompt"], &bodies[2]["size"]), (&"an owl".into(), &"1024x1024".into()));
    assert_eq!(bodies[2]["model"], "gpt-image-2");
    // The command in the history is one that can be typed.
    assert_eq!(
        first["command"],
        "impasto generate 'a fox' --provider openai --model gpt-image-2 --size 1024x1024 --quality low"
    );
    let dry = bench.run_ok(&["regenerate", "fox.png", "--dry-run", "--out", "new.png"]);
    assert!(dry.stderr.contains("nothing was sent"), "{}", dry.stderr);
    assert_eq!(bench.requests().len(), 3);
    for (wrong, code) in [("nothing", 2), ("", 2)] {
        assert_eq!(bench.run(&["regenerate", wrong]).code, code, "{wrong}");
    }
}

#[test]
fn an_edit_finds_its_inputs_again_from_elsewhere() {
    let bench = Bench::with_emulator();
    fox(&bench, &["--out", "fox.png"]);
    let edit =
        ["edit", "a hat", "--image", "fox.png", "--mask", "rect:0,0,64,64", "-q", "low", "--out", "hat.png"];
    bench.run_ok(&[&edit[..], &["-m", "gpt-image-2"]].concat());
    std::fs::create_dir(bench.path("below")).unwrap();
    let mut command = bench.command(&["regenerate", "../hat.png", "--out", "again.png"]);
    let ran = bench.finish(command.current_dir(bench.path("below")).output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let requests = bench.requests();
    assert_eq!(requests[1].path, requests[2].path);
}

#[test]
fn spending_is_added_up_and_emulators_are_told_apart() {
    let bench = Bench::with_emulator();
    fox(&bench, &[]);
    fox(&bench, &[]);
    assert!(bench.run_ok(&["usage"]).stdout.starts_with("nothing was spent since "));
    let usage = bench.run_ok(&["usage", "--emulated", "--json"]).json();
    assert_eq!((&usage["total"]["jobs"], &usage["total"]["images"]), (&2.into(), &2.into()));
    assert_eq!(usage["total"]["amounts"][0]["actual"], bench.bill().total_usd());
    assert_eq!(usage["total"]["amounts"][0]["currency"], "USD");
    snapshot("usage", &bench.run_ok(&["usage", "--emulated"]).shown());
    let by_model = bench.run_ok(&["usage", "--emulated", "--by", "model"]).stdout;
    assert!(!by_model.contains("by day") && by_model.contains("gpt-image-2 at openai"), "{by_model}");
}

/// A ledger as a process elsewhere would have left it.
fn ledger(lines: &[Value]) -> String {
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    lines.join("\n") + "\n"
}

/// An entry of the first of a month.
fn entry(id: &str, at: u64, provider: &str, billing: &str, money: Option<(&str, &str, &str)>) -> Value {
    let mut entry = serde_json::json!({
        "is": "job", "at": at, "job": id, "provider": provider, "model": "gpt-image-2", "operation": "generate",
        "asked": 1, "delivered": u8::from(billing == "billed"), "attempts": 1, "billing": billing,
        "estimate": null, "actual": null, "request_id": null, "task_id": null, "failure": null,
    });
    if let Some((amount, currency, source)) = money {
        let amount = serde_json::json!({"amount": amount, "currency": currency});
        entry["actual"] = serde_json::json!({"amount": amount, "source": source, "lines": [], "notes": []});
    }
    entry
}

#[test]
fn currencies_and_doubts_are_never_mixed() {
    let bench = Bench::new();
    let day = 1_704_103_200; // 2024-01-01, 10:00 UTC
    let lines = [
        entry("a", day, "openai", "billed", Some(("1.5", "USD", "usage"))),
        entry("b", day + 86_400, "openai", "billed", Some(("0.25", "USD", "estimate_upper_bound"))),
        entry("c", day + 86_400, "modelverse", "billed", Some(("3", "CNY", "seller_price"))),
        entry("d", day + 2 * 86_400, "openai", "billed", None),
        entry("e", day + 2 * 86_400, "openai", "not_billed", None),
    ];
    bench.write_home(".local/state/impasto/ledger/ledger-2024-01.jsonl", &(ledger(&lines) + "{\"torn"));
    let ran = bench.run(&["usage", "--since", "2024-01-01"]);
    snapshot("usage_of_two_currencies", &ran.shown());
    let usage = bench.run_ok(&["usage", "--since", "2024-01-02", "--json"]).json();
    assert_eq!(usage["total"]["amounts"].as_array().unwrap().len(), 2, "{usage}");
    assert_eq!((&usage["total"]["unpriced"], &usage["total"]["free"]), (&1.into(), &1.into()));
}

#[test]
fn a_budget_holds_from_one_run_to_the_next() {
    let bench = Bench::with_emulator().env("IMPASTO_BUDGET", "0.001 USD/day");
    let ran = bench.run(&["generate", "a fox", "-m", "gpt-image-2", "-q", "low", "-s", "1024x1024"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains("of 0.001 USD/day is left"), "{}", ran.stderr);
    assert!(bench.requests().is_empty());
    let usage = bench.run_ok(&["usage"]).stdout;
    assert!(usage.contains("budget 0.001 USD/day: spent 0, set aside 0, left 0.001 USD"), "{usage}");
    let enough = Bench::with_emulator().env("IMPASTO_BUDGET", "1 USD/day");
    fox(&enough, &[]);
    // What an emulator answered was not spent.
    let usage = enough.run_ok(&["usage"]).stdout;
    assert!(usage.contains("spent 0, set aside 0, left 1 USD"), "{usage}");
    let wrong = Bench::with_emulator().env("IMPASTO_BUDGET", "lots");
    let ran = wrong.run(&["generate", "a fox", "-q", "low"]);
    assert_eq!((ran.code, wrong.requests().len()), (3, 0), "{}", ran.stderr);
}
