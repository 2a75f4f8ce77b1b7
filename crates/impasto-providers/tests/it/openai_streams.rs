//! Streams of the OpenAI dialect, as OpenAI and as gateways send them.

use impasto_providers::{Job, Target};
use impasto_types::ImageRequest;

use crate::support::{PNG, Reply, feed, started, target, told};

fn stream(n: u32) -> (Target, Job) {
    started(target("openai"), ImageRequest::generate("a cat").with_n(n).with_partial_images(2))
}

/// Feeds an event stream, in which `PNG` stands for a small image in base64.
#[track_caller]
fn check(body: &str, expected: &[&str]) -> Job {
    check_reply(&Reply::events(&body.replace("PNG", PNG)), expected)
}

#[track_caller]
fn check_reply(reply: &Reply<'_>, expected: &[&str]) -> Job {
    let (target, mut job) = stream(1);
    let outcome = feed(&target, &mut job, reply);
    assert_eq!(told(&job, &outcome).lines().collect::<Vec<_>>(), expected);
    job
}

const ONE: &[&str] = &["image 0 = blob of 16 bytes", "then Done"];

#[test]
fn the_documented_stream() {
    let job = check(
        "event: image_generation.partial_image\n\
         data: {\"type\":\"image_generation.partial_image\",\"b64_json\":\"PNG\",\"partial_image_index\":0}\n\n\
         event: image_generation.completed\n\
         data: {\"type\":\"image_generation.completed\",\"b64_json\":\"PNG\",\"created_at\":1620000000,\
         \"size\":\"1024x1024\",\"quality\":\"high\",\"background\":\"auto\",\"output_format\":\"png\",\
         \"usage\":{\"total_tokens\":100,\"input_tokens\":50,\"output_tokens\":50}}\n\n",
        &["partial 0 = blob 0", "image 0 = blob of 16 bytes", "then Done"],
    );
    let delivery = &job.delivery;
    assert_eq!(delivery.created, Some(1_620_000_000));
    assert_eq!(delivery.quality.as_ref().unwrap().as_str(), "high");
    assert_eq!(delivery.usage.as_ref().unwrap().total_tokens, Some(100));
}

#[test]
fn the_stream_of_an_edit() {
    check(
        "event: image_edit.partial_image\n\
         data: {\"type\":\"image_edit.partial_image\",\"b64_json\":\"PNG\",\"partial_image_index\":1}\n\n\
         event: image_edit.completed\ndata: {\"type\":\"image_edit.completed\",\"b64_json\":\"PNG\"}\n\n",
        &["partial 1 = blob 0", "image 0 = blob of 16 bytes", "then Done"],
    );
}

#[test]
fn gateways_leave_out_and_add_things() {
    check(
        ": stream-open\n\ndata: {\"type\":\"image_generation.completed\",\"b64_json\":\"PNG\"}\n\n: PING\n\ndata: [DONE]\n\n",
        ONE,
    );
    check("event: image_generation.completed\ndata: {\"b64_json\":\"PNG\"}\n\n", ONE);
    check("data: data: {\"type\":\"image_generation.completed\",\"b64_json\":\"PNG\"}\n\n", ONE);
    check(
        "data: {\"type\":\"image_generation.completed\",\"created\":1,\"data\":[{\"b64_json\":\"PNG\"}]}\n\n",
        ONE,
    );
    check("data: {\"created\":1,\"data\":[{\"b64_json\":\"PNG\"}]}\n\ndata: [DONE]\n\n", ONE);
    check(
        "event: ping\ndata: {\"type\":\"ping\"}\n\nevent: keepalive\ndata: hi\n\ndata:{\"type\":\"image_generation.completed\",\"b64_json\":\"PNG\"}\n\n",
        ONE,
    );
    check(
        "data: {\"type\":\"image_generation.completed\",\"data\":[{\"url\":\"https://example.com/a.png\"}]}\n\n",
        &["image 0 = at https://example.com/a.png", "then Fetch"],
    );
    // The type is new; nothing says that its image is finished.
    check(
        "data: {\"type\":\"image_generation.sketch\",\"b64_json\":\"PNG\"}\n\ndata: {\"type\":\"image_generation.completed\",\"b64_json\":\"PNG\"}\n\n",
        &["partial 0 = blob 0", "image 0 = blob of 16 bytes", "then Done"],
    );
}

#[test]
fn the_stream_of_volcengine() {
    let job = check(
        "event: image_generation.partial_succeeded\n\
         data: {\"type\":\"image_generation.partial_succeeded\",\"model\":\"m\",\"created\":1757931143,\"image_index\":0,\"url\":\"https://example.com/a.png\",\"size\":\"1024x1024\"}\n\n\
         event: image_generation.partial_failed\n\
         data: {\"type\":\"image_generation.partial_failed\",\"image_index\":1,\"error\":{\"code\":\"OutputImageSensitiveContentDetected\",\"message\":\"blocked\"}}\n\n\
         event: image_generation.completed\n\
         data: {\"type\":\"image_generation.completed\",\"model\":\"m\",\"created\":1757931143,\"usage\":{\"generated_images\":1,\"output_tokens\":100,\"total_tokens\":100}}\n\n\
         data: [DONE]\n\n",
        &[
            "image 0 = at https://example.com/a.png",
            "image 1 = failed [OutputImageSensitiveContentDetected]: blocked",
            "then Fetch",
        ],
    );
    assert_eq!(job.delivery.usage.as_ref().unwrap().extra["generated_images"], 1);
    assert_eq!(job.delivery.size.as_ref().unwrap().to_string(), "1024x1024");
}

#[test]
fn several_images_count_up() {
    let (target, mut job) = stream(2);
    let event = "data: {\"type\":\"image_generation.completed\",\"b64_json\":\"PNG\",\"usage\":{\"output_tokens\":10}}\n\n";
    let body = event.repeat(2).replace("PNG", PNG);
    let outcome = feed(&target, &mut job, &Reply::events(&body));
    assert_eq!(told(&job, &outcome), "image 0 = blob of 16 bytes\nimage 1 = blob of 16 bytes\nthen Done\n");
    assert_eq!(job.delivery.usage.as_ref().unwrap().output_tokens, Some(20));
}

#[test]
fn a_whole_reply_to_a_stream_is_read() {
    let json = format!("{{\"created\":1,\"data\":[{{\"b64_json\":\"{PNG}\"}}]}}");
    check_reply(&Reply::json(200, &json), ONE);
    check_reply(&Reply::events(&json), ONE);
    check_reply(&Reply::text(200, "", &json), ONE);
    let events = format!("data: {{\"type\":\"image_generation.completed\",\"b64_json\":\"{PNG}\"}}\n\n");
    check_reply(&Reply::json(200, &events), ONE);
}

#[test]
fn a_stream_that_breaks_off_is_no_success() {
    let words = "incomplete (unknown): the stream ended before an image was complete";
    check(": PING\n\n", &[words]);
    check("data: [DONE]\n\n", &[words]);
    check(
        "data: {\"type\":\"image_generation.partial_image\",\"b64_json\":\"PNG\",\"partial_image_index\":0}\n\n",
        &["partial 0 = blob 0", words],
    );
}

#[test]
fn both_shapes_of_an_error_in_a_stream() {
    check(
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"image_generation_user_error\",\"code\":\"moderation_blocked\",\"message\":\"Your request was rejected by the safety system.\",\"param\":null}}\n\n",
        &[
            "moderation (unknown) code=moderation_blocked type=image_generation_user_error: Your request was rejected by the safety system.",
        ],
    );
    check(
        "data: {\"type\":\"error\",\"code\":\"ERR_SOMETHING\",\"message\":\"Something went wrong\",\"param\":null,\"sequence_number\":1}\n\n",
        &["unexpected_reply (unknown) code=ERR_SOMETHING: Something went wrong"],
    );
    check(
        "event: error\ndata: {\"error\":{\"message\":\"slow\",\"code\":\"rate_limit_exceeded\"}}\n\n",
        &["rate_limit (not_billed) code=rate_limit_exceeded: slow"],
    );
    check("event: error\ndata: out of memory\n\n", &["unexpected_reply (unknown): out of memory"]);
    check(
        "data: {\"error\":{\"message\":\"down\",\"code\":\"server_error\"}}\n\n",
        &["server (unknown) code=server_error: down"],
    );
    check(
        "event: error\ndata: {\"error\":{\"code\":\"moderation_blocked\",\"message\":\"no\",\"moderation_details\":{\"moderation_stage\":\"input\",\"categories\":null}}}\n\n",
        &["moderation (not_billed) code=moderation_blocked stage=input: no"],
    );
}

#[test]
fn an_error_after_an_image_keeps_the_image() {
    let job = check(
        "data: {\"type\":\"image_generation.completed\",\"b64_json\":\"PNG\"}\n\n\
         event: error\ndata: {\"error\":{\"message\":\"slow\",\"code\":\"rate_limit_exceeded\"}}\n\n",
        &["image 0 = blob of 16 bytes", "rate_limit (billed) code=rate_limit_exceeded: slow"],
    );
    assert_eq!(job.delivery.images.len(), 1);
}
