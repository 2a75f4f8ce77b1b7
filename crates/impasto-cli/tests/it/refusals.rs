//! Bad input: a clear message, an exit code of its own, and nothing sent.

use crate::support::{Bench, snapshot};

/// What is refused before anything is sent: shown as a snapshot, proven by the emulator's record.
#[track_caller]
fn check(bench: &Bench, name: &str, args: &[&str]) {
    let before = bench.files();
    let ran = bench.run(args);
    snapshot(&format!("refused_{name}"), &ran.shown());
    assert_ne!(ran.code, 0);
    assert!(bench.requests().is_empty(), "{name}: something was sent");
    assert!(bench.bill().is_empty(), "{name}: something was billed");
    assert_eq!(bench.files(), before, "{name}: files were left behind");
}

/// A bench with two pictures of different sizes.
fn with_pictures() -> Bench {
    let bench = Bench::with_emulator();
    let maker = Bench::new();
    maker.run_ok(&["generate", "square", "-q", "low", "--out", "square.png"]);
    maker.run_ok(&["generate", "wide", "-q", "low", "-s", "1536x1024", "--out", "wide.png"]);
    bench.write("square.png", maker.read("square.png"));
    bench.write("wide.png", maker.read("wide.png"));
    bench.write("note.png", "this is a text file, whatever its name says\n");
    bench
}

#[test]
fn values_the_model_does_not_take() {
    let bench = Bench::with_emulator();
    check(&bench, "size", &["generate", "a fox", "-m", "gpt-image-2", "--size", "1000x1000"]);
    check(&bench, "size_word", &["generate", "a fox", "--size", "0x10"]);
    check(&bench, "quality", &["generate", "a fox", "-m", "gpt-image-2", "--quality", "xhigh"]);
    let transparent = ["generate", "a fox", "--background", "transparent", "--output-format", "jpeg"];
    check(&bench, "transparent_jpeg", &transparent);
    check(&bench, "n_0", &["generate", "a fox", "-n", "0"]);
    check(&bench, "n_word", &["generate", "a fox", "-n", "abc"]);
    check(&bench, "n_negative", &["generate", "a fox", "-n", "-1", "--json"]);
    check(&bench, "empty_prompt", &["generate", "  "]);
    check(&bench, "partial_images_4", &["generate", "a fox", "--partial-images", "4"]);
    check(&bench, "extra_own_name", &["generate", "a fox", "--extra", "size=\"1x1\""]);
    check(&bench, "extra_not_json", &["generate", "a fox", "--extra", "seed=seven"]);
    check(
        &bench,
        "svg_twice",
        &["generate", "a fox", "-m", "gpt-image-2.6-flare", "--output-format", "svg", "-n", "2"],
    );
}

#[test]
fn inputs_that_cannot_be_edited() {
    let bench = with_pictures();
    check(&bench, "mask_size", &["edit", "at night", "--image", "square.png", "--mask", "wide.png"]);
    check(
        &bench,
        "mask_outside",
        &["edit", "at night", "--image", "square.png", "--mask", "rect:1000,0,100,100"],
    );
    check(&bench, "mask_rectangle", &["edit", "at night", "--image", "square.png", "--mask", "rect:1,2,3"]);
    check(&bench, "text_as_image", &["edit", "at night", "--image", "note.png"]);
    check(&bench, "image_missing", &["edit", "at night", "--image", "nowhere.png"]);
    check(&bench, "no_image", &["edit", "at night"]);
    let both =
        ["edit", "at night", "--image", "square.png", "--mask", "square.png", "--markup", "square.png"];
    check(&bench, "mask_and_markup", &both);
    let seventeen = [&["edit", "at night"][..], &["--image", "square.png"].repeat(17)].concat();
    check(&bench, "too_many_images", &seventeen);
}

#[test]
fn places_where_nothing_can_be_saved() {
    let bench = Bench::with_emulator();
    bench.write("taken.png", "precious");
    bench.write("many-2.png", "precious");
    check(&bench, "existing_file", &["generate", "a fox", "--out", "taken.png"]);
    check(&bench, "existing_extension", &["generate", "a fox", "--out", "taken"]);
    check(&bench, "existing_one_of_many", &["generate", "a fox", "-n", "3", "--out", "many.png"]);
    check(&bench, "folder_below_a_file", &["generate", "a fox", "--out-dir", "taken.png/below"]);
    check(&bench, "folder_is_a_file", &["generate", "a fox", "--out-dir", "taken.png"]);
    assert_eq!(bench.read("taken.png"), b"precious");
}

#[test]
fn keys_and_sellers_that_cannot_be() {
    let bench = Bench::with_emulator().env("WRONG", "$OPENAI_API_KEY").env("EMPTY", "");
    check(&bench, "key_dollar", &["generate", "a fox", "--api-key-env", "WRONG"]);
    let unexpanded = Bench::with_emulator().env("OPENAI_API_KEY", "$OPENAI_API_KEY");
    check(&unexpanded, "key_dollar_in_its_place", &["generate", "a fox"]);
    let quoted = Bench::with_emulator().env("OPENAI_API_KEY", "\"sk-a\"");
    check(&quoted, "key_in_quotes", &["generate", "a fox"]);
    check(&bench, "key_empty", &["generate", "a fox", "--api-key-env", "EMPTY"]);
    check(&bench, "key_unset", &["generate", "a fox", "--api-key-env", "NOT_THERE"]);
    let elsewhere = ["generate", "a fox", "-p", "modelverse", "--base-url", "https://proxy.invalid/v1"];
    check(&bench, "no_key_for_another_host", &elsewhere);
    check(&bench, "base_url", &["generate", "a fox", "--base-url", "nonsense"]);
    check(&bench, "option", &["generate", "a fox", "--option", "colour=blue"]);
    check(&bench, "option_without_value", &["generate", "a fox", "--option", "project"]);
    let ran = bench.run(&["generate", "a fox", "-p", "nobody"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.starts_with("error: provider: \"nobody\" is not known; known are "), "{}", ran.stderr);
}

#[test]
fn prices_over_the_limit() {
    let bench = Bench::with_emulator();
    check(
        &bench,
        "over_budget",
        &["generate", "a fox", "-m", "gpt-image-2", "-q", "high", "--max-cost", "0.0001"],
    );
    let dry = ["generate", "a fox", "-m", "gpt-image-2", "-q", "high", "--max-cost", "0.0001", "--dry-run"];
    check(&bench, "over_budget_dry_run", &dry);
    check(&bench, "max_cost", &["generate", "a fox", "--max-cost", "cheap"]);
}

#[test]
fn arguments_nobody_knows() {
    let bench = Bench::with_emulator();
    check(&bench, "unknown_flag", &["generate", "a fox", "--colour"]);
    check(&bench, "unknown_flag_json", &["generate", "a fox", "--colour", "--json"]);
    check(&bench, "no_prompt", &["generate"]);
    bench.write("prompt.txt", "a fox");
    check(&bench, "two_prompts", &["generate", "a fox", "--prompt-file", "prompt.txt"]);
    check(&bench, "prompt_file_missing", &["generate", "--prompt-file", "nowhere.txt"]);
    check(&bench, "json", &["generate", "a fox", "-n", "0", "--json"]);
}
