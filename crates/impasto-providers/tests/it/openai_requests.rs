//! What the OpenAI dialect sends, pinned: address, headers, fields and their order.

use impasto_providers::{Error, Target};
use impasto_types::{
    Background, Complexity, ImageFormat, ImageInput, ImageRequest, InputFidelity, Mask, Moderation,
    OutputFormat, Quality, ReasoningEffort, Size, SvgOptions,
};

use crate::support::{file, image, sent, started, target};

#[track_caller]
fn check(name: &str, target: Target, request: ImageRequest) {
    let (target, job) = started(target, request);
    insta::assert_snapshot!(name, sent(&target, &job));
}

#[track_caller]
fn refused(target: &Target, request: ImageRequest, field: &str, words: &str) {
    let error: Error = target.start("job-1", request).expect_err("should be refused");
    assert_eq!(error.field(), Some(field), "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

fn cat() -> ImageRequest {
    ImageRequest::generate("a cat, \"sitting\"\nin snow ☃")
}

fn edit() -> ImageRequest {
    ImageRequest::edit("make it snow").with_model("gpt-image-2")
}

fn png(name: &str) -> ImageInput {
    image(ImageFormat::Png, b"\x89PNG", name)
}

fn every_common_field(request: ImageRequest) -> ImageRequest {
    request
        .with_model("gpt-image-2.6-sunburst")
        .with_n(2_u32)
        .with_size(Size::exact(1536, 1024))
        .with_quality(Quality::XHigh)
        .with_background(Background::Opaque)
        .with_output_format(OutputFormat::WebP)
        .with_output_compression(80)
        .with_moderation(Moderation::Low)
        .with_complexity(Complexity::Medium)
        .with_partial_images(3)
        .with_safety_identifier("hash-1")
        .with_user("user-1")
        .with_extra("seed", 7)
        .with_extra("brand_new", "yes")
}

#[test]
fn generations() {
    check("generate_minimal", target("openai"), cat());
    check("generate_every_field", target("openai"), every_common_field(cat()));
    let gif = cat()
        .with_model("gpt-image-2.6-flare")
        .with_output_format(OutputFormat::Gif)
        .with_frame_count(9)
        .with_frame_duration_ms(200_u32);
    check("generate_gif", target("openai"), gif);
    let svg = SvgOptions::new("gpt-5.6-terra").with_reasoning_effort(ReasoningEffort::Low);
    check("generate_svg", target("openai"), cat().with_output_format(OutputFormat::Svg).with_svg(svg));
    check("generate_stream_only", target("openai"), cat().with_stream(true));
    let new_words =
        cat().with_quality("ultra").with_size("2K".parse::<Size>().unwrap()).with_background("gradient");
    check("generate_unknown_words_pass", target("openai"), new_words);
}

#[test]
fn headers_name_the_organisation_only_when_it_is_set() {
    let target = target("openai").with_option("organization", "org-1").with_option("project", "proj-1");
    check("generate_organisation", target, cat());
}

#[test]
fn edits_as_forms() {
    check("edit_one_image", target("openai"), edit().with_image(png("a.png")));
    let several = edit()
        .with_image(png("a.png"))
        .with_image(image(ImageFormat::WebP, b"RIFF", "b.jpeg"))
        .with_image(file("photos/Über \"c\".jpg", ImageFormat::Jpeg, 70_000));
    check("edit_several_images", target("openai"), several);
    check(
        "edit_mask",
        target("openai"),
        edit().with_image(png("a.png")).with_mask(Mask::image(png("m.png"))),
    );
    check("edit_markup", target("openai"), edit().with_image(png("a.png")).with_markup(png("marks.png")));
    let every = every_common_field(edit()).with_input_fidelity(InputFidelity::High).with_image(png("a.png"));
    check("edit_every_field", target("openai"), every);
    let svg = SvgOptions::new("gpt-5.6-terra").with_reasoning_effort(ReasoningEffort::High);
    let request = edit().with_image(png("a.png")).with_output_format(OutputFormat::Svg).with_svg(svg);
    check("edit_svg", target("openai"), request);
}

#[test]
fn edits_as_json() {
    let url = edit().with_image("https://example.com/a.png").with_quality(Quality::High);
    check("edit_json_url", target("openai"), url);
    let ids = edit()
        .with_image(ImageInput::file_id("file-abc123"))
        .with_mask(Mask::image(ImageInput::file_id("file-mask123")))
        .with_input_fidelity(InputFidelity::Low);
    check("edit_json_file_id", target("openai"), ids);
    let mixed = edit()
        .with_image("data:image/png;base64,iVBORw0KGgo=")
        .with_image(file("photos/b.jpg", ImageFormat::Jpeg, 70_000))
        .with_mask(Mask::image(png("m.png")));
    check("edit_json_mixed", target("openai"), mixed);
}

#[test]
fn azure_on_both_surfaces() {
    let azure = || target("azure").with_base_url("https://res.openai.azure.com/");
    check("azure_generate", azure(), cat().with_model("my deployment"));
    check("azure_edit", azure(), edit().with_model("my deployment").with_image(png("a.png")));
    let suffixed = target("azure").with_base_url("https://res.openai.azure.com/openai/");
    check(
        "azure_base_with_openai",
        suffixed.with_option("api_version", "2026-01-01"),
        cat().with_model("dep"),
    );
    let v1 = || target("azure-v1").with_base_url("https://res.openai.azure.com/openai/v1/");
    check("azure_v1_generate", v1(), cat().with_model("my deployment"));
    check("azure_v1_edit", v1(), edit().with_model("my deployment").with_image(png("a.png")));
}

#[test]
fn what_cannot_be_said_is_refused_before_it_is_sent() {
    refused(&target("azure"), cat(), "model", "name one");
    refused(&target("azure"), edit().with_image("https://example.com/a.png"), "image", "only files");
    refused(
        &target("openai"),
        edit().with_image("https://e.com/a.png").with_image(file("b.png", ImageFormat::Png, 16_000_000)),
        "image",
        "send it as a file",
    );
    refused(&target("openai"), edit().with_image("unread.png"), "image", "header must be read");
    let rectangle = Mask::Rectangle { x: 0, y: 0, width: 8, height: 8 };
    refused(&target("openai"), edit().with_image(png("a.png")).with_mask(rectangle), "mask", "drawn");
    refused(
        &target("openai").with_base_url("https://h/v1"),
        ImageRequest::edit("x"),
        "image",
        "at least one",
    );
}
