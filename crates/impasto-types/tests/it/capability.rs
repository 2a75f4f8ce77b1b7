//! What the rules say about requests.

use impasto_types::capability::{Capabilities, Severity};
use impasto_types::{Date, ImageFacts, ImageFormat, ImageInput, ImageRequest};

const TODAY: &str = "2026-11-21";

fn rules() -> Capabilities {
    let rule = |allowed: serde_json::Value| serde_json::json!({"allowed": allowed, "source": "a document", "checked": "2026-11-21"});
    let mut unsure = rule(true.into());
    unsure["allowed"] = false.into();
    unsure["standing"] = "unverified".into();
    serde_json::from_value(serde_json::json!({
        "prompt_chars": rule(10.into()),
        "size": rule(serde_json::json!({"fixed": ["auto", "1024x1024"], "free": {
            "multiple_of": 16, "max_side": 3840, "max_ratio": 3, "min_pixels": 655_360, "max_pixels": 8_294_400}})),
        "quality": rule(serde_json::json!(["low", "medium", "high", "auto"])),
        "output_format": rule(serde_json::json!(["png", "jpeg"])),
        "output_compression": rule(serde_json::json!(["jpeg"])),
        "input_fidelity": rule(serde_json::json!([])),
        "input_images": rule(2.into()),
        "input_formats": rule(serde_json::json!(["png", "jpeg"])),
        "input_bytes": rule(1000.into()),
        "markup": unsure,
        "life_cycle": rule(serde_json::json!({"shutdown": "2026-12-01", "successor": "gpt-image-2"})),
    }))
    .unwrap()
}

/// Every finding but the life cycle's, as `severity field: message` lines.
fn findings(request: &ImageRequest) -> Vec<String> {
    let findings = rules().check(request, TODAY.parse::<Date>().unwrap());
    findings
        .iter()
        .filter(|finding| finding.field != "model")
        .map(|finding| {
            let word = if finding.severity == Severity::Refusal { "refused" } else { "warned" };
            format!("{word} {finding}")
        })
        .collect()
}

#[track_caller]
fn check(request: &ImageRequest, expected: &[&str]) {
    assert_eq!(findings(request), expected);
}

fn cat() -> ImageRequest {
    ImageRequest::generate("a cat")
}

fn png(name: &str, width: u32, height: u32) -> ImageInput {
    ImageInput::file(name).with_facts(ImageFacts::new(ImageFormat::Png, width, height, 500).with_alpha(true))
}

#[test]
fn sizes() {
    let size = |text: &str| cat().with_size(text.parse::<impasto_types::Size>().unwrap());
    check(&size("auto"), &[]);
    check(&size("1536x1024"), &[]);
    check(&size("3840x2160"), &[]);
    check(
        &size("1000x1000"),
        &[
            "refused size: 1000x1000: both sides must be multiples of 16; the nearest allowed size is 1008x1008",
        ],
    );
    check(
        &size("256x256"),
        &[
            "refused size: 256x256: 65536 pixels are fewer than the 655360 needed; the nearest allowed size is 816x816",
        ],
    );
    check(
        &size("3840x3840"),
        &["refused size: 3840x3840: 14745600 pixels are more than the 8294400 allowed; \
           the nearest allowed size is 2880x2880"],
    );
    check(&size("2K"), &["warned size: 2K is not a size this version knows; it is sent as it is"]);
}

#[test]
fn words() {
    check(
        &cat().with_quality("xhigh"),
        &["refused quality: xhigh is not offered by this model; allowed are low, medium, high and auto"],
    );
    check(
        &cat().with_quality("ultra"),
        &["warned quality: ultra is new to this version; known are low, medium, high and auto"],
    );
    check(
        &cat().with_output_format("webp"),
        &["refused output_format: webp is not offered by this model; allowed are png and jpeg"],
    );
    check(
        &cat().with_input_fidelity("high"),
        &["refused input_fidelity: this model does not take the field; leave it out"],
    );
    check(
        &cat().with_output_compression(50),
        &["warned output_compression: means nothing for png; it is read for jpeg"],
    );
    check(
        &ImageRequest::generate("a long prompt"),
        &["refused prompt: 13 characters; at most 10 are allowed"],
    );
}

#[test]
fn images_and_masks() {
    let edit = || ImageRequest::edit("a cat").with_image(png("a.png", 64, 48));
    check(&edit().with_mask(png("m.png", 64, 48)), &[]);
    check(
        &edit().with_mask(png("m.png", 32, 32)),
        &["refused mask: m.png is 32x32, the first image 64x48; both must have the same size"],
    );
    let mpo = ImageInput::file("p.jpg").with_facts(ImageFacts::new(ImageFormat::Mpo, 64, 48, 5_000));
    check(
        &edit().with_image(mpo),
        &[
            "refused image: p.jpg is mpo (a phone's multi-picture JPEG; save it again as a plain JPEG); \
             allowed are png and jpeg",
            "refused image: p.jpg has 5000 bytes; it must have fewer than 1000",
        ],
    );
    check(
        &edit().with_image(png("b.png", 1, 1)).with_image(png("c.png", 1, 1)),
        &["refused image: 3 input images; at most 2 are allowed"],
    );
    check(
        &edit().with_markup(png("m.png", 64, 48)),
        &[
            "warned markup: this model takes no markup; leave it out (nobody has verified this: it is sent all the same)",
        ],
    );
}

#[test]
fn life_cycle_warns_without_forbidding() {
    let say = |today: &str| {
        let findings = rules().check(&cat(), today.parse::<Date>().unwrap());
        findings.iter().map(|finding| (finding.severity, finding.message.clone())).collect::<Vec<_>>()
    };
    assert_eq!(say("2026-08-01"), []);
    let soon = "this model will be shut down on 2026-12-01; its successor is gpt-image-2".to_owned();
    assert_eq!(say(TODAY), [(Severity::Warning, soon)]);
    let gone = "this model was shut down on 2026-12-01; its successor is gpt-image-2".to_owned();
    assert_eq!(say("2026-12-01"), [(Severity::Warning, gone)]);
}

#[test]
fn a_sellers_rule_replaces_the_models() {
    let over: Capabilities = serde_json::from_value(serde_json::json!({
        "quality": {"allowed": ["high"], "source": "another", "checked": "2026-11-20"}
    }))
    .unwrap();
    let both = rules().overlaid_by(&over);
    assert_eq!(both.quality.as_ref().map(|rule| rule.source.as_str()), Some("another"));
    assert_eq!(both.size, rules().size);
}
