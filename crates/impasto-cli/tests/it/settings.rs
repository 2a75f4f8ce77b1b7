//! Settings, and the machine they hold on.

use crate::support::{Bench, snapshot};

#[test]
fn settings_are_written_shown_and_taken_away() {
    let bench = Bench::new().env("IMPASTO_QUALITY", "high");
    snapshot("config_fresh", &bench.run_ok(&["config"]).shown());
    assert_eq!(bench.run_ok(&["config", "set", "budget", "5 USD/day"]).stdout, "budget = 5 USD/day\n");
    bench.run_ok(&["config", "set", "retries", "0"]);
    bench.run_ok(&["config", "set", "sidecar", "no"]);
    let over = bench.run_ok(&["config", "set", "quality", "low"]);
    assert!(over.stderr.contains("IMPASTO_QUALITY is set and goes before"), "{}", over.stderr);
    snapshot("config_set", &bench.run_ok(&["config", "show"]).shown());
    assert_eq!(bench.run_ok(&["config", "get", "budget"]).stdout, "5 USD/day\n");
    let path = bench.run_ok(&["config", "path"]).stdout;
    assert_eq!(path.replace('\\', "/"), "[HOME]/.config/impasto/config.toml\n");
    bench.run_ok(&["config", "unset", "budget"]);
    assert_eq!(bench.run_ok(&["config", "get", "budget"]).stdout, "\n");
    let json = bench.run_ok(&["config", "--json"]).json();
    assert_eq!(json["present"], true);
    let quality = json["settings"].as_array().unwrap().iter().find(|one| one["key"] == "quality").unwrap();
    assert_eq!((&quality["value"], &quality["origin"]), (&"high".into(), &"environment".into()));
}

#[test]
fn what_cannot_be_a_setting_is_refused() {
    let bench = Bench::new();
    let check = |args: &[&str], code: i32, expected: &str| {
        let ran = bench.run(&[&["config"], args].concat());
        assert_eq!(ran.code, code, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{args:?}: {}", ran.stderr);
    };
    check(&["set", "qality", "low"], 2, "qality is no setting; there are provider, model");
    check(&["set", "api_key", "sk-1"], 2, "keys are never written into a file");
    check(&["set", "budget", "much"], 2, "is not a limit such as 5 USD/day");
    check(&["set", "timeout", "0"], 2, "whole number from 1");
    check(&["set", "size", "1024"], 2, "size");
    bench.write_home(".config/impasto/config.toml", "sise = \"1024x1024\"\n");
    check(&["show"], 3, "sise is no setting");
    let ran = bench.run(&["generate", "a fox"]);
    assert_eq!((ran.code, bench.files().len()), (3, 0), "{}", ran.stderr);
    assert_eq!(bench.run(&["doctor"]).code, 3);
}

#[test]
fn comments_of_the_file_stay() {
    let bench = Bench::new();
    let before = "# my own\nquality = \"low\" # cheap\n\n# once a month\nmax_cost = \"1\"\n";
    bench.write_home(".config/impasto/config.toml", before);
    bench.run_ok(&["config", "set", "quality", "medium"]);
    bench.run_ok(&["config", "set", "retries", "1"]);
    bench.run_ok(&["config", "unset", "max_cost"]);
    let path = bench.run_ok(&["config", "path"]).stdout.replace("[HOME]", bench.home().to_str().unwrap());
    let after = std::fs::read_to_string(path.trim_end()).unwrap();
    assert_eq!(after, "# my own\nquality = \"medium\" # cheap\nretries = 1\n");
}

#[test]
fn a_flag_goes_before_a_variable_and_a_variable_before_the_file() {
    let quality = |bench: &Bench, args: &[&str]| {
        bench.run_ok(&[&["generate", "a fox", "-m", "gpt-image-2"], args].concat());
        let body = bench.requests().last().unwrap().body.clone().unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        body["quality"].as_str().unwrap_or("none").to_owned()
    };
    let file = "quality = \"low\"\nsize = \"1024x1024\"\nsidecar = false\nout_dir = \"made\"\n";
    let bench = Bench::with_emulator();
    bench.write_home(".config/impasto/config.toml", file);
    assert_eq!(quality(&bench, &[]), "low");
    assert_eq!(bench.files(), ["made"]);
    assert_eq!(quality(&bench, &["-q", "medium"]), "medium");
    let bench = bench.env("IMPASTO_QUALITY", "high");
    assert_eq!(quality(&bench, &[]), "high");
    // A usual model does not keep others from being compared.
    bench.run_ok(&["config", "set", "model", "gpt-image-2"]);
    let offers = bench.run_ok(&["compare", "a fox", "--json"]).json()["offers"].as_array().unwrap().len();
    assert!(offers > 10, "{offers}");
    // The file can lie elsewhere.
    bench.write("other.toml", "quality = \"auto\"\n");
    let elsewhere = Bench::with_emulator().env("IMPASTO_CONFIG", bench.path("other.toml").to_str().unwrap());
    assert_eq!(quality(&elsewhere, &[]), "auto");
}

#[test]
fn the_doctor_looks_at_everything_and_prints_no_key() {
    let bench = Bench::new().env("OPENAI_API_KEY", "sk-secret-of-mine").env("TERM", "xterm-kitty");
    let ran = bench.run(&["doctor"]);
    snapshot("doctor", &ran.shown());
    let broken = Bench::new().env("ATLASCLOUD_API_KEY", "\"quoted-secret\"");
    let ran = broken.run(&["doctor", "--provider", "atlas"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stdout.contains("wrong  key") && !ran.stdout.contains("quoted-secret"), "{}", ran.stdout);
    let online = Bench::with_emulator();
    let json = online.run_ok(&["doctor", "--online", "--json"]).json();
    let checks = json["checks"].as_array().unwrap();
    assert!(checks.iter().any(|check| check["name"] == "online" && check["state"] == "fine"), "{json}");
    assert_eq!(online.requests().len(), 1);
}

#[test]
fn shells_and_readers_are_served() {
    let bench = Bench::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let text = bench.run_ok(&["completions", shell]).stdout;
        assert!(text.contains("regenerate") && text.contains("max-cost"), "{shell}");
    }
    let page = bench.run_ok(&["man"]).stdout;
    assert!(page.starts_with(".ie") && page.contains("Exit codes:"), "{page}");
    let pages = bench.run_ok(&["man", "--out-dir", "pages"]);
    assert!(pages.lines().contains(&"pages/impasto-jobs-resume.1"), "{}", pages.stdout);
    assert!(bench.read("pages/impasto-generate.1").starts_with(b".ie"));
}
