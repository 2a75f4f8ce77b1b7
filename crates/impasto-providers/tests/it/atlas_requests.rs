//! What the Atlas dialect sends, step by step.

use impasto_providers::{Job, Phase, Step, Target};
use impasto_types::{
    Background, ImageFormat, ImageInput, ImageRequest, InputFidelity, Mask, Moderation, OutputFormat,
    Quality, Size,
};
use serde_json::json;

use crate::support::{Reply, feed, file, image, sent, started, target};

fn png(name: &str) -> ImageInput {
    image(ImageFormat::Png, b"\x89PNG", name)
}

fn edit(model: &str) -> ImageRequest {
    ImageRequest::edit("make it snow").with_model(model)
}

/// Everything a job sends until it waits for its task; uploads are answered with numbered addresses.
#[track_caller]
fn everything_sent(target: &Target, job: &mut Job) -> String {
    let mut text = String::new();
    for step in 0..20 {
        if let Step::Wait { polls } = target.step(job).unwrap() {
            assert_eq!(polls, 0);
            job.waited();
            text.push_str(&sent(target, job));
            return text;
        }
        text.push_str(&sent(target, job));
        text.push('\n');
        let reply = match job.phase {
            Phase::Upload => {
                json!({"code": 200, "data": {"download_url": format!("https://cdn.example/{step}.png")}})
            }
            _ => json!({"code": 200, "data": {"id": "6fca/../9369", "status": "starting"}}),
        };
        let outcome = feed(target, job, &Reply::json(200, &reply.to_string()));
        assert_eq!(outcome.error, None);
        // A job may be written down after each step, and taken up again.
        if let Ok(stored) = serde_json::to_string(job) {
            assert_eq!(serde_json::from_str::<Job>(&stored).unwrap(), *job);
        }
    }
    panic!("the job never waits: {text}");
}

#[track_caller]
fn check(name: &str, target: Target, request: ImageRequest) {
    let (target, mut job) = started(target, request);
    insta::assert_snapshot!(name, everything_sent(&target, &mut job));
}

#[track_caller]
fn refused(target: &Target, request: ImageRequest, field: &str, words: &str) {
    let error = target.start("job-1", request).expect_err("should be refused");
    assert_eq!(error.field(), Some(field), "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn generations() {
    check("atlas_generate_minimal", target("atlas"), ImageRequest::generate("a fox"));
    let every = ImageRequest::generate("a fox")
        .with_model("gpt-image-1")
        .with_n(4_u32)
        .with_size("1024×1536".parse::<Size>().unwrap())
        .with_quality(Quality::High)
        .with_output_format(OutputFormat::Jpeg)
        .with_output_compression(80)
        .with_moderation(Moderation::Low)
        .with_background(Background::Opaque)
        .with_safety_identifier("left out")
        .with_extra("seed", 7);
    check("atlas_generate_every_field", target("atlas"), every);
    let options = target("atlas")
        .with_base_url("http://127.0.0.1:4010/api/v1/")
        .with_option("sync_mode", "true")
        .with_option("base64_output", "false")
        .with_option("webhook_url", "https://example.com/hook")
        .with_option("object_expiration_hours", "24")
        .with_option("request_retention_hours", "0");
    check("atlas_generate_options", options, ImageRequest::generate("a fox").with_model("gpt-image-1.5"));
    let by_name = ImageRequest::generate("a fox")
        .with_extra("enable_sync_mode", true)
        .with_extra("enable_base64_output", true)
        .with_extra("webhook_url", "https://example.com/other");
    check("atlas_generate_by_name", target("atlas").with_option("sync_mode", "false"), by_name);
}

#[test]
fn edits_upload_what_is_local() {
    let one = edit("gpt-image-1").with_image(png("a.png")).with_mask(Mask::image(png("m.png")));
    check("atlas_edit_one_image_and_mask", target("atlas"), one);
    let remote = edit("gpt-image-1")
        .with_image("https://example.com/in.png")
        .with_mask(Mask::image(ImageInput::url("https://example.com/mask.png")));
    check("atlas_edit_nothing_local", target("atlas"), remote);
    let several = edit("gpt-image-1.5")
        .with_image("https://example.com/first.png")
        .with_image(file("photos/second.jpeg", ImageFormat::Jpeg, 70_000))
        .with_image("https://example.com/third.png")
        .with_image("data:image/webp;base64,UklGRg==")
        .with_input_fidelity(InputFidelity::High);
    check("atlas_edit_several_images", target("atlas"), several);
    let unknown = || edit("google/some-model/edit").with_image("https://example.com/a.png");
    check("atlas_edit_unknown_model", target("atlas"), unknown());
    check("atlas_edit_image_field_named", target("atlas").with_option("image_field", "image"), unknown());
}

#[test]
fn model_ids_follow_the_operation() {
    #[track_caller]
    fn check(request: ImageRequest, expected: &str) {
        let (_, job) = started(target("atlas"), request);
        assert_eq!(job.model.as_str(), expected);
    }
    let generate = |model: &str| ImageRequest::generate("a fox").with_model(model);
    let url = "https://example.com/a.png";
    check(ImageRequest::generate("a fox"), "openai/gpt-image-2/text-to-image");
    check(generate("gpt-image-1-mini"), "openai/gpt-image-1-mini/text-to-image");
    check(generate("openai/gpt-image-1.5"), "openai/gpt-image-1.5/text-to-image");
    check(generate("openai/gpt-image-2/text-to-image"), "openai/gpt-image-2/text-to-image");
    check(generate("google/nano-banana/text-to-image"), "google/nano-banana/text-to-image");
    check(edit("gpt-image-1").with_image(url), "openai/gpt-image-1/edit");
    check(edit("openai/gpt-image-2-developer").with_image(url), "openai/gpt-image-2-developer/edit");
}

#[test]
fn what_cannot_be_said_is_refused_before_anything_is_uploaded() {
    let atlas = || target("atlas");
    let two = edit("gpt-image-1").with_image(png("a.png")).with_image(png("b.png"));
    refused(&atlas(), two, "image", "takes one input image");
    let masked = edit("gpt-image-2").with_image(png("a.png")).with_mask(Mask::image(png("m.png")));
    refused(&atlas(), masked, "mask", "takes no mask");
    refused(&atlas(), edit("gpt-image-2").with_image(ImageInput::file_id("file-1")), "image", "no file ids");
    refused(
        &atlas(),
        edit("gpt-image-2").with_image(png("a.png")).with_markup(png("m.png")),
        "markup",
        "no field",
    );
    refused(&atlas(), ImageRequest::generate("a fox").with_stream(true), "stream", "no streams");
    refused(
        &atlas(),
        edit("gpt-image-2").with_image("data:image/png;base64,i*"),
        "image",
        "not valid base64",
    );
    refused(&atlas(), edit("gpt-image-2").with_image("data:image/png,iVBO"), "image", "not base64");
    refused(&atlas(), edit("gpt-image-2").with_image("unread.png"), "image", "header must be read");
    let fox = || ImageRequest::generate("a fox");
    refused(
        &atlas().with_option("object_expiration_hours", "0"),
        fox(),
        "object_expiration_hours",
        "between 1 and 336",
    );
    refused(
        &atlas().with_option("request_retention_hours", "337"),
        fox(),
        "request_retention_hours",
        "between 0 and",
    );
    refused(&atlas().with_option("sync_mode", "maybe"), fox(), "sync_mode", "true or false");
    refused(&atlas().with_option("webhook_url", "example.com"), fox(), "webhook_url", "not an http(s) URL");
    refused(&atlas().with_option("image_field", "pictures"), fox(), "image_field", "image and images");
}
