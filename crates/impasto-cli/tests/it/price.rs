//! `impasto estimate` and `impasto compare`: what it costs, before anything is sent.

use impasto_emulator::Emulator;

use crate::support::Bench;

/// The amount in a JSON field, in billionths.
#[track_caller]
fn nano(json: &serde_json::Value, field: &str) -> u64 {
    let text = json[field].as_str().unwrap_or_else(|| panic!("{field}: {json}"));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<9.9}").parse().unwrap()
}

#[test]
fn an_estimate_takes_the_flags_of_generate() {
    let bench = Bench::new();
    let args = [
        "estimate",
        "a fox",
        "-m",
        "gpt-image-2",
        "-n",
        "4",
        "-s",
        "3840x2160",
        "-q",
        "high",
        "--out",
        "a.png",
    ];
    let json = bench.run_ok(&[&args[..], &["--json"]].concat()).json();
    assert_eq!(
        (&json["provider"], &json["n"], &json["currency"]),
        (&"openai".into(), &4.into(), &"USD".into())
    );
    let (low, expected, high) = (nano(&json, "low"), nano(&json, "expected"), nano(&json, "high"));
    assert!(low <= expected && expected <= high, "{json}");
    assert!((1_590_000_000..1_610_000_000).contains(&expected), "{json}");
    assert!(!json["lines"].as_array().unwrap().is_empty() && json["sheet_date"].is_string(), "{json}");
    let text = bench.run_ok(&args).stdout;
    assert!(text.starts_with("4 images by gpt-image-2 at openai: $1.60"), "{text}");
    assert!(text.contains("image output tokens"), "{text}");
    assert!(bench.files().is_empty());
}

#[test]
fn an_estimate_reads_the_input_images() {
    let bench = Bench::new();
    bench.run_ok(&["generate", "a harbour", "-q", "low", "--out", "a.png"]);
    let args = ["estimate", "at night", "-m", "gpt-image-2", "-q", "low", "-s", "1024x1024", "--json"];
    let made = bench.run_ok(&args).json();
    let edited = bench.run_ok(&[&args[..], &["--image", "a.png"]].concat()).json();
    assert!(nano(&edited, "expected") > nano(&made, "expected"), "{edited}");
}

#[test]
fn an_estimate_holds_the_actual_cost() {
    let bench = Bench::with_emulator();
    let words = ["a fox", "-m", "gpt-image-2", "-q", "low", "-s", "1024x1024", "--json"];
    let estimate = bench.run_ok(&[&["estimate"], &words[..]].concat()).json();
    let made = bench.run_ok(&[&["generate"], &words[..]].concat()).json();
    let actual = nano(&made["cost"], "amount");
    assert!(nano(&estimate, "low") <= actual && actual <= nano(&estimate, "high"), "{actual}: {estimate}");
    assert_eq!(bench.requests().len(), 1, "only one of them was sent");
}

#[test]
fn limits_and_unknown_prices_have_an_exit_code() {
    let bench = Bench::new();
    let ran = bench.run(&["estimate", "a fox", "-q", "high", "--max-cost", "0.001"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    let ran = bench.run(&["estimate", "a fox", "-p", "yescale", "-m", "gpt-image-1"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (4, ""));
    assert!(ran.stderr.contains("is unknown"), "{}", ran.stderr);
    // Whoever generates is told before anything is sent, and a limit cannot be held.
    let words = ["generate", "a fox", "-p", "yescale", "-m", "gpt-image-1", "--dry-run"];
    let ran = bench.run_ok(&words);
    assert!(
        ran.stderr.contains("estimate: the price of gpt-image-1 at yescale is unknown"),
        "{}",
        ran.stderr
    );
    let ran = bench.run(&[&words[..], &["--max-cost", "1", "--json"]].concat());
    assert_eq!((ran.code, &ran.json()["estimate"]), (4, &serde_json::Value::Null), "{}", ran.stderr);
    assert!(ran.json()["estimate_unknown"].as_str().unwrap().contains("yescale"), "{}", ran.stdout);
    let ran = bench.run_ok(&["generate", "a fox", "-p", "yescale", "-m", "gpt-image-1", "--json"]);
    assert!(
        ran.stderr.contains("estimate: the price of gpt-image-1 at yescale is unknown"),
        "{}",
        ran.stderr
    );
    assert!(ran.json()["estimate_unknown"].as_str().unwrap().contains("yescale"), "{}", ran.stdout);
    // A sheet of one's own makes it known.
    bench.write_home(
        ".config/impasto/prices/yescale.toml",
        "seller = \"yescale\"\ncurrency = \"USD\"\nread_on = \"2026-11-21\"\nsource = \"my contract\"\n\
         [[price]]\nmodels = [\"gpt-image-1\"]\namounts = { image = \"0.03\" }\n",
    );
    let args = ["estimate", "a fox", "-p", "yescale", "-m", "gpt-image-1", "-n", "2", "--json"];
    let json = bench.run_ok(&args).json();
    assert_eq!(nano(&json, "expected"), 60_000_000, "{json}");
}

#[test]
fn offers_are_compared_cheapest_first() {
    let bench = Bench::new();
    let json = bench.run_ok(&["compare", "a fox", "-q", "low", "-s", "1024x1024", "--json"]).json();
    let offers = json["offers"].as_array().unwrap();
    let dollars: Vec<u64> = offers
        .iter()
        .map(|offer| &offer["estimate"])
        .filter(|estimate| estimate["currency"] == "USD")
        .map(|estimate| nano(estimate, "expected"))
        .collect();
    assert!(dollars.len() > 3 && dollars.is_sorted(), "{dollars:?}");
    let first_unknown = offers.iter().position(|offer| offer["estimate"].is_null());
    assert!(first_unknown.is_none_or(|at| offers[at..].iter().all(|offer| offer["estimate"].is_null())));
    let args = ["compare", "a fox", "-m", "gpt-image-2", "-p", "openai", "-q", "max"];
    let one = bench.run_ok(&[&args[..], &["--json"]].concat()).json();
    let offers = one["offers"].as_array().unwrap();
    assert_eq!(offers.len(), 1, "{one}");
    assert_eq!(offers[0]["changes"], serde_json::json!(["quality max becomes high"]));
    let text = bench.run_ok(&args).stdout;
    assert!(text.contains("  ! quality max becomes high\n"), "{text}");
}

#[test]
fn comparing_tells_what_is_shut_down_and_what_is_in_another_currency() {
    let bench = Bench::new();
    let text =
        bench.run_ok(&["compare", "a fox", "-m", "gpt-image-1", "-q", "low", "-s", "1024x1024"]).stdout;
    assert!(text.contains("  - was shut down at OpenAI on 2026-10-23"), "{text}");
    let (dollars, yuan) = text.split_once("in CNY, which is not compared with USD:\n").unwrap();
    assert!(!dollars.contains('¥') && yuan.contains('¥'), "{text}");
    let soon = bench.run_ok(&["compare", "a fox", "-m", "gpt-image-1.5", "-p", "openai"]).stdout;
    assert!(soon.contains("  - will be shut down at OpenAI on "), "{soon}");
}

#[test]
fn a_price_that_comes_late_is_waited_for_when_asked() {
    let bench = Bench::with(Emulator::builder().with("late-price;2"));
    let base_url = bench.mount("/api/v1");
    let seller = ["--provider", "atlas", "--base-url", &base_url, "--poll-interval", "0.01"];
    let args = ["generate", "a fox", "-q", "low", "-s", "1024x1024", "--json"];
    let hasty = bench.run_ok(&[&args[..], &seller].concat()).json();
    assert_eq!(hasty["cost"]["sources"][0], "estimate_upper_bound", "{hasty}");
    let patient = bench.run_ok(&[&args[..], &seller, &["--price-wait", "60"]].concat()).json();
    assert_eq!(patient["cost"]["sources"][0], "seller_price", "{patient}");
}
