//! Whole replies of the OpenAI dialect: the documented one, and what resellers make of it.

use impasto_providers::Job;
use impasto_types::ImageRequest;
use serde_json::{Value, json};

use crate::support::{Outcome, PNG, Reply, feed, generation, started, target, told};

/// Feeds a JSON reply of status 200 and compares what came of it, line by line.
#[track_caller]
fn check(reply: &Value, expected: &[&str]) -> Job {
    check_text(&reply.to_string(), expected)
}

#[track_caller]
fn check_text(reply: &str, expected: &[&str]) -> Job {
    let (target, mut job) = generation("openai");
    let outcome = feed(&target, &mut job, &Reply::json(200, reply));
    let told = told(&job, &outcome);
    assert_eq!(told.lines().collect::<Vec<_>>(), expected, "{reply}");
    job
}

#[test]
fn the_documented_reply() {
    let job = check(
        &json!({
            "created": 1_713_833_628, "data": [{"b64_json": PNG}], "background": "transparent",
            "output_format": "png", "size": "1024x1024", "quality": "high", "safety_identifier": "hash",
            "usage": {"total_tokens": 100, "input_tokens": 50, "output_tokens": 50,
                "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
                "output_tokens_details": {"image_tokens": 50, "text_tokens": 0}}
        }),
        &["image 0 = blob of 16 bytes", "then Done"],
    );
    let delivery = &job.delivery;
    assert_eq!(delivery.created, Some(1_713_833_628));
    assert_eq!(delivery.size.as_ref().unwrap().to_string(), "1024x1024");
    assert_eq!(delivery.quality.as_ref().unwrap().as_str(), "high");
    assert_eq!(delivery.background.as_ref().unwrap().as_str(), "transparent");
    assert_eq!(delivery.output_format.as_ref().unwrap().as_str(), "png");
    let usage = delivery.usage.as_ref().unwrap();
    assert_eq!((usage.input_tokens, usage.output_tokens), (Some(50), Some(50)));
    assert_eq!(usage.output_tokens_details.as_ref().unwrap().image_tokens, Some(50));
    // Everything else stays readable, without the image.
    assert_eq!(delivery.raw["safety_identifier"], "hash");
    assert_eq!(delivery.raw["data"][0]["b64_json"], "impasto-blob:0");
}

#[test]
fn an_image_alone_is_enough() {
    let one = &["image 0 = blob of 16 bytes", "then Done"];
    check(&json!({"data": [{"b64_json": PNG}]}), one);
    check(&json!({"created": "soon", "data": [{"b64_json": PNG}], "usage": null}), one);
    check(&json!({"created": 1.0, "data": [{"b64_json": PNG, "url": null, "revised_prompt": null}]}), one);
    check(&json!({"data": [{"b64_json": format!("data:image/png;base64,{PNG}")}]}), one);
    check(&json!({"data": [{"b64_json": PNG, "url": ""}], "error": null}), one);
    check(&json!({"data": [{"b64_json": PNG, "url": "https://example.com/a.png"}]}), one);
    check(&json!({"data": [{"url": format!("data:image/png;base64,{PNG}"), "b64_json": ""}]}), one);
    check(&json!({"data": {"b64_json": PNG}}), one);
    check(&json!({"data": [{"image_base64": PNG}]}), one);
    check(&json!({"images": [PNG], "id": "venice-1"}), one);
    check(&json!({"data": null, "images": [{"b64_json": PNG}]}), one);
    check(&json!({"data": [], "output": [format!("data:image/png;base64,{PNG}")]}), one);
    check(&json!({"data": [{"b64_json": PNG}], "error": ""}), one);
    check(&json!({"images": [PNG], "error": ""}), one);
    check(&json!({"data": [{"b64_json": PNG}], "error": {}}), one);
    check(&json!({"code": 200, "msg": "ok", "data": [{"b64_json": PNG}]}), one);
    check(
        &json!({"data": [{"b64_json": PNG, "mime_type": "image/png"}], "usage": {"cost_in_usd_ticks": 7}}),
        one,
    );
}

#[test]
fn urls_are_fetched_without_being_asked_for() {
    let one = &["image 0 = at https://example.com/a.png", "then Fetch"];
    check(&json!({"data": [{"url": "https://example.com/a.png"}]}), one);
    check(
        &json!({"data": [{"url": "https://example.com/a.png", "b64_json": "", "revised_prompt": ""}]}),
        one,
    );
    check(&json!({"data": ["https://example.com/a.png"]}), one);
    check(&json!({"data": [{"image_url": "https://example.com/a.png"}]}), one);
    check(&json!({"images": [{"url": "https://example.com/a.png", "width": 1024}]}), one);
    let job = check(
        &json!({"data": [{"url": "https://example.com/a.png"}], "image": ["https://example.com/a.png"], "metadata": {"credits": 1}}),
        one,
    );
    let fetches = match target("openai").step(&job).unwrap() {
        impasto_providers::Step::Fetch(fetches) => fetches,
        other => panic!("{other:?}"),
    };
    assert_eq!((fetches.len(), fetches[0].index), (1, 0));
    assert_eq!(fetches[0].request.auth, impasto_transport::Auth::None);
    assert!(fetches[0].request.headers.is_empty());
}

#[test]
fn one_broken_image_does_not_lose_its_sibling() {
    check(
        &json!({"data": [{"b64_json": "iVBO*not base64"}, {"b64_json": PNG}]}),
        &[
            "image 0 = failed: data[0].b64_json is not base64: character 4 is `*`",
            "image 1 = blob of 16 bytes",
            "then Done",
        ],
    );
    check(
        &json!({"data": [{"b64_json": PNG}, {"error": {"code": "moderation_blocked", "message": "no"}}]}),
        &["image 0 = blob of 16 bytes", "image 1 = failed [moderation_blocked]: no", "then Done"],
    );
    check(
        &json!({"data": [{"b64_json": PNG}, {"error": "blocked"}], "error": {"message": "one failed"}}),
        &["image 0 = blob of 16 bytes", "image 1 = failed: blocked", "then Done"],
    );
    check(
        &json!({"data": [{"b64_json": PNG}, {"url": "ftp://example.com/a.png"}]}),
        &[
            "image 0 = blob of 16 bytes",
            "image 1 = failed: the seller gave an address that cannot be fetched: \"ftp://example.com/a.png\"",
            "then Done",
        ],
    );
}

#[test]
fn a_reply_without_an_image_is_a_failure() {
    let none = &["no_image (unknown): the reply holds no image"];
    check(&json!({"created": 1}), none);
    check(&json!({"data": []}), none);
    check(&json!({"data": null}), none);
    check(&json!({"data": [{}]}), none);
    check(&json!({"data": [{"b64_json": "", "url": ""}]}), none);
    check(
        &json!({"data": [{"b64_json": "iVBO*"}]}),
        &[
            "image 0 = failed: data[0].b64_json is not base64: character 4 is `*`",
            "unexpected_reply (unknown): no image arrived whole: data[0].b64_json is not base64: character 4 is `*`",
        ],
    );
    check(
        &json!({"data": [{"error": {"code": "moderation_blocked", "message": "no"}}]}),
        &["image 0 = failed [moderation_blocked]: no", "moderation (unknown) code=moderation_blocked: no"],
    );
    check(&json!([1]), &["unexpected_reply (unknown): the reply is not an object: [1]"]);
    check(&json!("queued"), &["unexpected_reply (unknown): the reply is not an object: \"queued\""]);
}

#[test]
fn an_error_under_a_status_of_success() {
    check(
        &json!({"error": {"message": "Billing hard limit has been reached", "code": "billing_hard_limit_reached"}}),
        &["quota (not_billed) code=billing_hard_limit_reached: Billing hard limit has been reached"],
    );
    check(&json!({"error": "overloaded, sorry"}), &["unexpected_reply (unknown): overloaded, sorry"]);
    check(
        &json!({"created": 1, "data": null, "error": {"message": "bad", "type": "x", "param": "size", "code": 400}}),
        &["invalid_request (unknown) field=size code=400 type=x: bad"],
    );
    check(
        &json!({"created": 1_698_435_368, "error": {"code": "contentFilter", "message": "Your task failed as a result of our safety system."}}),
        &["moderation (unknown) code=contentFilter: Your task failed as a result of our safety system."],
    );
    check(
        &json!({"code": 401, "msg": "unauthorized", "data": null, "request_id": "r-1"}),
        &["authentication (not_billed) code=401 id=r-1: unauthorized"],
    );
    check(
        &json!({"code": "200", "message": "success", "data": null}),
        &["no_image (unknown): the reply holds no image; it says: success"],
    );
}

#[test]
fn a_task_in_place_of_an_image_is_not_lost() {
    let words = "the seller answered with task t-1 instead of an image; it works asynchronously";
    let line = format!("unexpected_reply (unknown) task=t-1: {words}");
    check(&json!({"data": {"task_id": "t-1", "status": "submitted"}}), &[&line]);
    check(&json!({"data": [{"status": "submitted", "task_id": "t-1"}]}), &[&line]);
    check(
        &json!({"id": "t-1", "status": "starting", "urls": {"get": "https://api.replicate.com/x"}}),
        &[&line],
    );
    check(&json!({"output": {"task_id": "t-1"}, "request_id": "r"}), &[&line]);
    check(&json!({"code": 200, "message": "ok", "data": {"task_id": "t-1"}}), &[&line]);
    let words = words.replace("t-1", "42");
    check(&json!({"task_id": 42}), &[&format!("unexpected_reply (unknown) task=42: {words}")]);
}

#[test]
fn usage_in_every_shape() {
    #[track_caller]
    fn check(usage: &Value, expected: Option<(Option<u64>, Option<u64>, Option<u64>)>) {
        let (target, mut job) = generation("openai");
        let body = json!({"data": [{"b64_json": PNG}], "usage": usage}).to_string();
        let outcome = feed(&target, &mut job, &Reply::json(200, &body));
        assert_eq!(outcome.error, None);
        let seen = job.delivery.usage.as_ref().map(|u| (u.input_tokens, u.output_tokens, u.total_tokens));
        assert_eq!(seen, expected, "{usage}");
    }
    check(&Value::Null, None);
    check(&json!({}), Some((None, None, None)));
    check(&json!({"input_tokens_details": {}}), Some((None, None, None)));
    check(
        &json!({"total_tokens": 4169, "input_tokens": 9, "output_tokens": 4160, "input_tokens_details": {"text_tokens": 9}}),
        Some((Some(9), Some(4160), Some(4169))),
    );
    check(&json!({"input_tokens": 9.0, "output_tokens": "4160"}), Some((Some(9), Some(4160), None)));
    check(
        &json!({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 981, "input_tokens": 785,
            "output_tokens": 196, "input_tokens_details": {"image_tokens": 768, "text_tokens": 17,
            "cached_tokens_details": {}}, "claude_cache_creation_5_m_tokens": 0}),
        Some((Some(785), Some(196), Some(981))),
    );
    check(&json!("free"), None);
}

#[test]
fn the_request_id_comes_from_the_headers() {
    #[track_caller]
    fn check(seller: &str, headers: &[(&str, &str)], expected: Option<&str>) {
        let (target, mut job) = generation(seller);
        let body = json!({"data": [{"b64_json": PNG}]}).to_string();
        feed(&target, &mut job, &Reply::json(200, &body).with_headers(headers));
        assert_eq!(job.delivery.request_id.as_deref(), expected);
    }
    check("openai", &[("x-request-id", "req_1"), ("cf-ray", "ray")], Some("req_1"));
    check("openai", &[("X-Oneapi-Request-Id", "2025")], Some("2025"));
    check("azure", &[("apim-request-id", "apim")], Some("apim"));
    check("openai", &[("cf-ray", "ray")], Some("ray"));
    check("openai", &[], None);
}

#[test]
fn other_kinds_of_body() {
    #[track_caller]
    fn check(reply: &Reply<'_>, expected: &[&str]) -> Outcome {
        let (target, mut job) = generation("openai");
        let outcome = feed(&target, &mut job, reply);
        assert_eq!(told(&job, &outcome).lines().collect::<Vec<_>>(), expected);
        outcome
    }
    let html = Reply::text(200, "text/html; charset=UTF-8", "<html><title>Just a moment...</title></html>");
    check(
        &html,
        &[
            "unexpected_reply (unknown): OpenAI answered with status 200 and a web page titled \"Just a moment...\"",
        ],
    );
    let png = check(
        &Reply { body: b"\x89PNG\r\n\x1a\n!", ..Reply::text(200, "image/png", "") },
        &["image 0 = blob of 9 bytes", "then Done"],
    );
    assert_eq!(png.blobs, [b"\x89PNG\r\n\x1a\n!"]);
    let json = json!({"data": [{"b64_json": PNG}]}).to_string();
    let one = &["image 0 = blob of 16 bytes", "then Done"];
    check(&Reply::json(201, &json), one);
    check(&Reply::text(200, "text/plain", &json), one);
    check(&Reply::text(200, "", &json), one);
    check(&Reply::text(200, "application/vnd.api+json", &json), one);
}

#[test]
fn a_finished_job_has_nothing_left_to_send_even_after_a_restart() {
    let (target, mut job) = started(target("openai"), ImageRequest::generate("a cat").with_n(2_u32));
    let stored = serde_json::to_string(&job).unwrap();
    assert_eq!(serde_json::from_str::<Job>(&stored).unwrap(), job);
    let body = json!({"data": [{"b64_json": PNG}, {"url": "https://example.com/b.png"}]}).to_string();
    feed(&target, &mut job, &Reply::json(200, &body));
    let stored = serde_json::to_string(&job).unwrap();
    let job: Job = serde_json::from_str(&stored).unwrap();
    let impasto_providers::Step::Fetch(fetches) = target.step(&job).unwrap() else { panic!() };
    assert_eq!(fetches.iter().map(|fetch| fetch.index).collect::<Vec<_>>(), [1]);
}
