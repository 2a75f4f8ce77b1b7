//! The capability book: what OpenAI's models can do, rule by rule, and the book on paper.

use impasto_providers::{Book, Sellers};
use impasto_types::capability::Severity;
use impasto_types::{
    Background, Complexity, ImageFormat, ImageRequest, InputFidelity, ModelId, OutputFormat, Quality, Size,
};

use crate::support::{file, image};

/// What the book says to a request at OpenAI, as `field` for a refusal and `field?` for a warning.
#[track_caller]
fn check(request: &ImageRequest, expected: &[&str]) {
    let book = Book::builtin().unwrap();
    let sellers = Sellers::builtin().unwrap();
    let model = request.model.clone().unwrap();
    let rules = book.rules(sellers.find("openai").unwrap(), &model);
    let findings = rules.check(request, "2026-11-21".parse().unwrap());
    let told: Vec<String> = findings
        .iter()
        .map(|finding| match finding.severity {
            Severity::Refusal => finding.field.to_owned(),
            Severity::Warning => format!("{}?", finding.field),
        })
        .collect();
    assert_eq!(told, expected, "{request:?}: {findings:?}");
}

fn cat(model: &str) -> ImageRequest {
    ImageRequest::generate("a cat").with_model(model)
}

#[test]
fn every_model_is_known_by_each_of_its_names() {
    let book = Book::builtin().unwrap();
    let ids: Vec<&str> = book.iter().map(|entry| entry.id.as_str()).collect();
    let expected = [
        "gpt-image-2.6-sunburst",
        "gpt-image-2.6-flare",
        "gpt-image-2.5-sunburst",
        "gpt-image-2.5-flare",
        "gpt-image-2",
        "gpt-image-1.5",
        "chatgpt-image-latest",
        "gpt-image-1-mini",
        "gpt-image-1",
        "dall-e-3",
        "dall-e-2",
    ];
    assert_eq!(ids, expected);
    for (name, id) in [
        ("gpt-image-2-2026-04-21", "gpt-image-2"),
        ("gpt-image-1.5-2025-12-16", "gpt-image-1.5"),
        ("gpt-image-2.5-flare-2026-09-08", "gpt-image-2.5-flare"),
        ("openai/gpt-image-1/edit", "gpt-image-1"),
        ("gpt-image-2.5-flare:official", "gpt-image-2.5-flare"),
    ] {
        assert_eq!(book.entry(&ModelId::new(name)).map(|entry| entry.id.as_str()), Some(id), "{name}");
    }
    assert_eq!(book.entry(&ModelId::new("gpt-image-2-all")), None);
}

#[test]
fn sizes() {
    let size = |model: &str, text: &str| cat(model).with_size(text.parse::<Size>().unwrap());
    check(&size("gpt-image-2", "auto"), &[]);
    check(&size("gpt-image-2", "3840x2160"), &[]);
    check(&size("gpt-image-2", "1440x480"), &[]);
    check(&size("gpt-image-2", "1000x1000"), &["size"]);
    check(&size("gpt-image-2", "512x512"), &["size"]);
    check(&size("gpt-image-2", "4096x1024"), &["size"]);
    check(&size("gpt-image-2.6-flare", "2048x1152"), &[]);
    check(&size("gpt-image-1.5", "2048x1152"), &["size", "model?"]);
    check(&size("gpt-image-2", "2K"), &["size?"]);
    check(&size("dall-e-3", "1792x1024"), &["model?"]);
}

#[test]
fn words_each_model_knows() {
    check(&cat("gpt-image-2").with_quality(Quality::XHigh), &["quality"]);
    check(&cat("gpt-image-2.5-flare").with_quality(Quality::Max), &[]);
    check(&cat("gpt-image-2.6-sunburst").with_quality(Quality::Hd), &["quality"]);
    check(&cat("gpt-image-2").with_quality("ultra"), &["quality?"]);
    check(&cat("gpt-image-2").with_background(Background::Transparent), &[]);
    check(&cat("gpt-image-2.5-flare").with_output_format(OutputFormat::Gif), &["output_format"]);
    check(&cat("gpt-image-2.6-flare").with_output_format(OutputFormat::Gif), &[]);
    check(&cat("gpt-image-2.6-flare").with_complexity(Complexity::Low), &[]);
    check(&cat("gpt-image-2.5-flare").with_complexity(Complexity::Low), &["complexity"]);
    check(&cat("gpt-image-2").with_output_compression(50), &["output_compression?"]);
    check(&cat("gpt-image-2").with_output_format(OutputFormat::Jpeg).with_output_compression(50), &[]);
    check(&cat("my-own-model").with_quality("ultra"), &[]);
}

#[test]
fn edits() {
    let edit = |model: &str| {
        let first = image(ImageFormat::Png, b"\x89PNG", "a.png");
        ImageRequest::edit("snow").with_model(model).with_image(first)
    };
    let fidelity = |model: &str, value| edit(model).with_input_fidelity(value);
    check(&fidelity("gpt-image-2", InputFidelity::High), &["input_fidelity"]);
    check(&fidelity("gpt-image-2.6-flare", InputFidelity::High), &["input_fidelity?"]);
    check(&fidelity("gpt-image-1", InputFidelity::High), &["model?"]);
    check(&fidelity("gpt-image-1-mini", InputFidelity::High), &["input_fidelity", "model?"]);
    check(&edit("dall-e-3"), &["model", "model?"]);
    let many = (0..16).fold(edit("gpt-image-2"), |request, _| {
        request.with_image(image(ImageFormat::Jpeg, b"\xff", "b.jpg"))
    });
    check(&many, &["image"]);
    check(&edit("gpt-image-2").with_image(file("phone.jpg", ImageFormat::Mpo, 9)), &["image"]);
    check(&edit("gpt-image-2").with_image(file("huge.png", ImageFormat::Png, 52_428_800)), &["image"]);
    check(&edit("gpt-image-2").with_markup(file("m.png", ImageFormat::Png, 9)), &["markup?"]);
}

#[test]
fn life_cycles_warn_and_forbid_nothing() {
    for model in ["gpt-image-1", "gpt-image-1.5", "gpt-image-1-mini", "chatgpt-image-latest", "dall-e-2"] {
        check(&cat(model), &["model?"]);
    }
    for model in ["gpt-image-2", "gpt-image-2.5-sunburst", "gpt-image-2.6-flare"] {
        check(&cat(model), &[]);
    }
}

#[test]
fn the_book_on_paper() {
    let book = Book::builtin().unwrap();
    let sellers = Sellers::builtin().unwrap();
    let page = book.to_markdown(&sellers);
    for (seller, _) in sellers.iter() {
        assert!(page.contains(&format!("(`{}`)", seller.id)), "{}", seller.id);
    }
    for entry in book.iter() {
        assert!(page.contains(&format!("### `{}`", entry.id)), "{}", entry.id);
    }
    // Every row of a table has as many cells as its head: nothing in the data breaks out of it.
    let mut width = 0;
    for line in page.lines() {
        let cells = line.replace("\\|", "").matches('|').count();
        if line.starts_with('|') {
            width = if width == 0 { cells } else { width };
            assert_eq!(cells, width, "{line}");
        } else {
            width = 0;
        }
    }
    for row in [
        "| `n` | 4 | documented | UCloud Modelverse, gpt-image-1 API page | 2026-11-21 |",
        "| `life_cycle` | shut down 2027-10-21 | documented | LiteLLM 1.109.1 model map, azure entries | 2026-11-21 |",
        "* Masks: `both`.",
        "* The key from `ATLASCLOUD_API_KEY` or `ATLAS_CLOUD_API_KEY`, as `Authorization: Bearer`.",
    ] {
        assert!(page.contains(row), "{row}");
    }
    assert!(!page.contains("\n\n\n") && page.ends_with('\n'));
}

#[test]
fn the_book_for_programs() {
    let json = Book::builtin().unwrap().to_json(&Sellers::builtin().unwrap());
    let rule = |provider: &str, model: &str, rule: &str| {
        let providers = json["providers"].as_array().unwrap();
        let provider = providers.iter().find(|it| it["id"] == provider).unwrap();
        let models = provider["models"].as_array().unwrap();
        models.iter().find(|it| it["id"] == model).unwrap_or_else(|| panic!("{model} in {models:?}"))["rules"]
            [rule]
            .clone()
    };
    let n = rule("modelverse", "gpt-image-1", "n");
    assert_eq!((n["allowed"].as_u64(), n["checked"].as_str()), (Some(4), Some("2026-11-21")));
    assert!(n["source"].as_str().unwrap().contains("Modelverse"));
    assert_eq!(rule("atlas", "openai/gpt-image-1/edit", "mask")["allowed"], true);
    assert_eq!(rule("aimlapi", "openai/gpt-image-2", "n")["allowed"], 10);
    assert_eq!(
        rule("openai", "gpt-image-2", "n")["source"],
        "openai-python 3.52.0, images_generate_params and images_edit_params"
    );
    assert_eq!(json["models"][0]["id"], "gpt-image-2.6-sunburst");
}
