//! Failures of the OpenAI dialect: the kind, whether it was paid, and the seller's own words.

use serde_json::{Value, json};

use crate::support::{Reply, feed, generation, shown_error};

#[track_caller]
fn check_reply(seller: &str, reply: &Reply<'_>, expected: &str) {
    let (target, mut job) = generation(seller);
    let outcome = feed(&target, &mut job, reply);
    let error = outcome.error.expect("a failure");
    assert_eq!(error.status(), Some(reply.status));
    assert_eq!(shown_error(&error), expected, "{seller} {}", reply.status);
}

#[track_caller]
fn check(status: u16, body: &Value, expected: &str) {
    check_reply("openai", &Reply::json(status, &body.to_string()), expected);
}

#[test]
fn codes_of_openai() {
    check(
        400,
        &json!({"error": {"type": "image_generation_user_error", "code": "moderation_blocked",
            "moderation_details": {"moderation_stage": "input", "categories": ["harassment"]}}}),
        "moderation (not_billed) code=moderation_blocked type=image_generation_user_error stage=input: \
         OpenAI answered with the code moderation_blocked and no message",
    );
    check(
        400,
        &json!({"error": {"message": "rejected", "type": "image_generation_user_error", "param": null,
            "code": "moderation_blocked", "moderation_details": {"moderation_stage": "output", "categories": ["other"]}}}),
        "moderation (unknown) code=moderation_blocked type=image_generation_user_error stage=output: rejected",
    );
    check(
        400,
        &json!({"error": {"type": "invalid_request_error", "code": "content_policy_violation", "message": "rejected"}}),
        "moderation (not_billed) code=content_policy_violation type=invalid_request_error: rejected",
    );
    check(
        400,
        &json!({"error": {"type": "image_generation_user_error", "code": "invalid_value", "param": "size", "message": "Width and height must both be divisible by 16."}}),
        "invalid_request (not_billed) field=size code=invalid_value type=image_generation_user_error: Width and height must both be divisible by 16.",
    );
    check(
        400,
        &json!({"error": {"message": "The model 'gpt-image-2' does not support quality 'xhigh'"}}),
        "invalid_request (not_billed): The model 'gpt-image-2' does not support quality 'xhigh'",
    );
    check(
        400,
        &json!({"error": {"message": "Billing hard limit has been reached", "type": "image_generation_user_error", "param": null, "code": "billing_hard_limit_reached"}}),
        "quota (not_billed) code=billing_hard_limit_reached type=image_generation_user_error: Billing hard limit has been reached",
    );
    check(
        429,
        &json!({"error": {"message": "You exceeded your current quota", "type": "insufficient_quota", "code": "insufficient_quota"}}),
        "quota (not_billed) code=insufficient_quota type=insufficient_quota: You exceeded your current quota",
    );
    check(
        429,
        &json!({"error": {"message": "You exceeded your current quota", "type": "insufficient_quota", "code": null}}),
        "quota (not_billed) type=insufficient_quota: You exceeded your current quota",
    );
    check(
        429,
        &json!({"error": {"message": "You exceeded your current quota, please check your plan"}}),
        "quota (not_billed): You exceeded your current quota, please check your plan",
    );
    check(
        429,
        &json!({"error": {"message": "Rate limit reached … Please try again in 467ms."}}),
        "rate_limit (not_billed): Rate limit reached … Please try again in 467ms.",
    );
    check(
        403,
        &json!({"error": {"message": "Your organization must be verified to use the model", "code": "unsupported_model"}}),
        "permission (not_billed) code=unsupported_model: Your organization must be verified to use the model",
    );
    check(
        401,
        &json!({"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}),
        "authentication (not_billed) code=invalid_api_key: Incorrect API key provided",
    );
    check(
        500,
        &json!({"error": {"message": "The server had an error", "type": "server_error", "code": null}}),
        "server (unknown) type=server_error: The server had an error",
    );
    check(
        503,
        &json!({"error": {"message": "busy", "code": "server_is_overloaded"}}),
        "overloaded (not_billed) code=server_is_overloaded: busy",
    );
}

#[test]
fn shapes_of_gateways() {
    check(
        400,
        &json!({"error": {"message": "Setting `response_format` is not supported", "type": "None", "param": "", "code": "400"}}),
        "invalid_request (not_billed) code=400: Setting `response_format` is not supported",
    );
    check(
        400,
        &json!({"error": {"message": "bad", "code": 400}}),
        "invalid_request (not_billed) code=400: bad",
    );
    check(
        500,
        &json!({"error": {"message": "gpt-image-2 does not accept multipart file upload", "type": "packy_api_error", "param": "", "code": "convert_request_failed"}}),
        "invalid_request (not_billed) code=convert_request_failed type=packy_api_error: gpt-image-2 does not accept multipart file upload",
    );
    check(422, &json!({"detail": "prompt too long"}), "invalid_request (not_billed): prompt too long");
    check(
        422,
        &json!({"detail": [{"loc": ["body", "prompt"], "msg": "field required", "type": "value_error.missing"}]}),
        "invalid_request (not_billed) field=prompt: field required",
    );
    check(400, &json!({"error": "no such model"}), "invalid_request (not_billed): no such model");
    check(
        402,
        &json!({"code": 402, "msg": "insufficient balance", "request_id": "r-9"}),
        "quota (not_billed) code=402 id=r-9: insufficient balance",
    );
    check(500, &json!({"message": "oops"}), "server (unknown): oops");
    check(500, &json!({}), "server (unknown): OpenAI answered with status 500 and no reason");
    check(404, &json!([]), "not_found (not_billed): OpenAI answered with status 404 and no reason");
    check(
        400,
        &json!({"error": {"message": "Invalid prompt", "code": "INVALID_PROMPT"}}),
        "invalid_request (not_billed) code=INVALID_PROMPT: Invalid prompt",
    );
}

#[test]
fn bodies_that_are_not_json() {
    let html = "<html><head><TITLE>502 Bad Gateway</TITLE></head></html>";
    check_reply(
        "openai",
        &Reply::text(502, "text/html", html).with_headers(&[("cf-ray", "ray-1")]),
        "server (unknown) id=ray-1: OpenAI answered with status 502 and a web page titled \"502 Bad Gateway\"",
    );
    check_reply(
        "openai",
        &Reply::text(524, "text/html", "<html>A timeout occurred"),
        "timeout (unknown): OpenAI answered with status 524 and a web page",
    );
    check_reply(
        "openai",
        &Reply::text(404, "text/plain", "404 page not found"),
        "not_found (not_billed): OpenAI answered with status 404 and text: \"404 page not found\"",
    );
    check_reply(
        "openai",
        &Reply::text(429, "text/html", "<html>"),
        "rate_limit (not_billed): OpenAI answered with status 429 and a web page",
    );
    check_reply(
        "openai",
        &Reply::text(503, "", ""),
        "overloaded (not_billed): OpenAI answered with status 503 and an empty body",
    );
    check_reply(
        "openai",
        &Reply::text(307, "", "").with_headers(&[("location", "https://elsewhere.example/v1")]),
        "unexpected_reply (unknown): OpenAI answered with status 307 and an empty body",
    );
}

#[test]
fn azure_says_content_filter() {
    let body = json!({"created": 1_698_435_368, "error": {"code": "contentFilter", "message": "Your task failed as a result of our safety system."}});
    check_reply(
        "azure",
        &Reply::json(400, &body.to_string()).with_headers(&[("apim-request-id", "a-1")]),
        "moderation (not_billed) code=contentFilter id=a-1: Your task failed as a result of our safety system.",
    );
    check_reply(
        "azure",
        &Reply::json(
            404,
            r#"{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}"#,
        ),
        "not_found (not_billed) code=DeploymentNotFound: The API deployment for this resource does not exist.",
    );
}
