//! `impasto models` and `impasto providers`.

use crate::support::Bench;

#[test]
fn models_with_their_sources() {
    let bench = Bench::new();
    let json = bench.run_ok(&["models", "--json"]).json();
    assert_eq!(json["provider"], "openai");
    let models = json["models"].as_array().unwrap();
    let two = models.iter().find(|model| model["id"] == "gpt-image-2").unwrap();
    let quality = &two["rules"]["quality"];
    assert!(quality["allowed"].as_array().unwrap().contains(&"high".into()));
    assert!(!quality["source"].as_str().unwrap().is_empty());
    assert_eq!(quality["checked"].as_str().unwrap().len(), "2026-11-21".len());
    let text = bench.run_ok(&["models"]).stdout;
    let (_, block) = text.split_once("\ngpt-image-2  ").unwrap();
    let words: Vec<&str> =
        block.lines().skip(1).take(4).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(words, ["sizes", "qualities", "formats", "life"], "{text}");
    assert!(block.contains("(the default)"), "{text}");
}

#[test]
fn one_model_with_every_rule() {
    let bench = Bench::new();
    let ran = bench.run_ok(&["models", "gpt-image-1", "-p", "azure"]);
    assert!(ran.stdout.starts_with("gpt-image-1 at azure: "), "{}", ran.stdout);
    assert!(ran.stdout.contains("  output_format      png, jpeg\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Microsoft Learn"), "{}", ran.stdout);
    let ran = bench.run(&["models", "dall-e-9"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("is in no book"), "{}", ran.stderr);
}

#[test]
fn providers_and_their_keys() {
    let bench = Bench::new().env("OPENAI_API_KEY", "sk-secret");
    let ran = bench.run_ok(&["providers"]);
    assert!(ran.stdout.contains("OPENAI_API_KEY (set)"), "{}", ran.stdout);
    assert!(ran.stdout.contains("AZURE_OPENAI_API_KEY (not set)"), "{}", ran.stdout);
    assert!(ran.stdout.contains("[HOME]/.config/impasto/sellers"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("sk-secret"));
    let json = bench.run_ok(&["providers", "--json"]).json();
    let openai =
        json["providers"].as_array().unwrap().iter().find(|seller| seller["id"] == "openai").unwrap();
    assert_eq!(openai["base_url"], "https://api.openai.com/v1");
    assert_eq!((&openai["origin"], &openai["key_set"]), (&"built_in".into(), &true.into()));
    assert_eq!(openai["key_env"], serde_json::json!(["OPENAI_API_KEY"]));
}
