//! A law of every wire type: what was read is written again, known fields and unknown ones, at every depth.

use std::fmt::Debug;

use impasto_types::wire::atlas::{
    Envelope, History, ModelEntry, Prediction, SubmitBody, UploadedMedia, WebhookEvent, WebhookKeys,
};
use impasto_types::wire::openai::{EditBody, ErrorEnvelope, GenerateBody, ImageEvent, ImagesResponse};
use proptest::prelude::*;
use proptest::strategy::Union;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// What a type is asked to keep: any part of `full` but what `needed` names, with other words and numbers in it, and
/// unknown fields in every object.
#[track_caller]
fn check<T: DeserializeOwned + Serialize + Debug>(full: &Value, needed: &'static [&'static str]) {
    let law = |json: Value| {
        let read: T = serde_json::from_value(json.clone())
            .map_err(|error| TestCaseError::fail(format!("{error} in {json}")))?;
        prop_assert_eq!(serde_json::to_value(&read).unwrap(), json);
        Ok(())
    };
    law(full.clone()).unwrap();
    let config = ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner.run(&varied(full, needed), law).unwrap_or_else(|error| panic!("{error}"));
}

/// A value of the same shape as `full`.
fn varied(full: &Value, needed: &'static [&'static str]) -> BoxedStrategy<Value> {
    match full {
        Value::Null => Just(Value::Null).boxed(),
        Value::Bool(_) => any::<bool>().prop_map(Value::from).boxed(),
        // Percentages are bytes.
        Value::Number(_) => (0_u32..=100).prop_map(Value::from).boxed(),
        Value::String(_) => "[a-zé\" ]{1,8}".prop_map(Value::from).boxed(),
        Value::Array(items) => {
            let item = Union::new(items.iter().map(|item| varied(item, needed)));
            prop::collection::vec(item, 1..4).prop_map(Value::from).boxed()
        }
        Value::Object(fields) => object(fields, needed),
    }
}

fn object(fields: &Map<String, Value>, needed: &'static [&'static str]) -> BoxedStrategy<Value> {
    let known: Vec<_> = fields
        .iter()
        .map(|(name, value)| {
            let value = varied(value, needed);
            let kept = if needed.contains(&name.as_str()) {
                value.prop_map(Some).boxed()
            } else {
                prop::option::weighted(0.7, value).boxed()
            };
            (Just(name.clone()), kept)
        })
        .collect();
    let unknown = prop::collection::vec(("x_[a-z]{1,6}", any::<u32>().prop_map(Value::from)), 0..3);
    (known, unknown)
        .prop_map(|(known, unknown)| {
            let known = known.into_iter().filter_map(|(name, value)| Some((name, value?)));
            Value::Object(known.chain(unknown).collect())
        })
        .boxed()
}

/// Every field of the usage of a reply.
fn usage() -> Value {
    let details = json!({"text_tokens": 1, "image_tokens": 2});
    json!({
        "input_tokens": 3, "input_tokens_details": details, "output_tokens": 4, "output_tokens_details": details,
        "total_tokens": 7,
    })
}

/// Every field of the second bill of an SVG.
fn svg_usage() -> Value {
    json!({"model": "m", "input_tokens": 1, "output_tokens": 2, "reasoning_tokens": 3, "total_tokens": 4})
}

/// Every field of the body of a generation.
fn generation() -> Value {
    json!({
        "model": "m", "prompt": "p", "n": 2, "size": "s", "quality": "q", "background": "b", "output_format": "f",
        "output_compression": 50, "moderation": "m", "complexity": "c", "stream": true, "partial_images": 2,
        "frame_count": 3, "frame_duration_ms": 40, "svg": {"model": "m", "reasoning": {"effort": "low"}},
        "safety_identifier": "s", "user": "u",
    })
}

#[test]
fn bodies_for_openai() {
    check::<GenerateBody>(&generation(), &["prompt"]);
    let mut edit = generation();
    edit["images"] = json!([{"image_url": "u"}, {"file_id": "f"}]);
    edit["mask"] = json!({"image_url": "u"});
    edit["markup"] = json!({"file_id": "f"});
    edit["input_fidelity"] = json!("high");
    check::<EditBody>(&edit, &["prompt", "images"]);
}

#[test]
fn replies_of_openai() {
    let image = json!({"b64_json": "AA==", "url": "u", "revised_prompt": "p"});
    check::<ImagesResponse>(
        &json!({
            "created": 1, "data": [image], "background": "b", "output_format": "f", "quality": "q", "size": "s",
            "usage": usage(), "svg_usage": svg_usage(), "safety_identifier": "s",
        }),
        &[],
    );
    check::<ImageEvent>(
        &json!({
            "type": "image_edit.completed", "b64_json": "AA==", "url": "u", "created_at": 1, "size": "s", "quality": "q",
            "background": "b", "output_format": "f", "partial_image_index": 1, "usage": usage(),
            "svg_usage": svg_usage(),
        }),
        &[],
    );
    let details = json!({"moderation_stage": "input", "categories": ["c"]});
    let body = json!({"message": "m", "type": "t", "param": "p", "code": "c", "moderation_details": details});
    check::<ErrorEnvelope>(&json!({"error": body}), &[]);
}

#[test]
fn bodies_for_atlas() {
    check::<SubmitBody>(
        &json!({
            "model": "m", "prompt": "p", "image": "i", "images": ["i"], "mask_image": "m", "quality": "q", "size": "s",
            "n": 2, "output_format": "f", "output_compression": 50, "moderation": "m", "input_fidelity": "i",
            "enable_sync_mode": true, "enable_base64_output": false, "webhook_url": "w",
        }),
        &["model", "prompt"],
    );
}

#[test]
fn replies_of_atlas() {
    let prediction = json!({
        "id": "i", "prediction_id": "i", "predictionId": "i", "model": "m", "status": "s", "outputs": ["u"],
        "output": ["u"], "urls": {"get": "u"}, "error": "e", "error_code": "1039", "price": "0.1",
        "has_nsfw_contents": [true], "created_at": "c", "completed_at": "c",
    });
    check::<Envelope>(
        &json!({"code": 200, "message": "m", "msg": "m", "request_id": "r", "data": prediction}),
        &[],
    );
    check::<Prediction>(&prediction, &[]);
    check::<UploadedMedia>(
        &json!({
            "download_url": "u", "url": "u", "filename": "f", "file_name": "f", "type": "t", "content_type": "c",
            "size": 9,
        }),
        &[],
    );
    let tag = json!({"base_price": "0.1", "unit": "image", "input_price": "1", "output_price": "2"});
    check::<ModelEntry>(
        &json!({
            "model": "m", "type": "Image", "displayName": "d", "organization": "o", "schema": "s",
            "display_console": true, "price": {"discount": "70", "actual": tag, "origin": tag},
        }),
        &[],
    );
    let task = json!({
        "ID": "i", "createdAt": 1, "model": "m", "requestBody": "r", "result": {"status": "s"}, "status": "s",
    });
    check::<History>(&json!({"items": [task], "pageNo": 1, "pageSize": 20, "total": 1}), &[]);
}

#[test]
fn webhooks_of_atlas() {
    check::<WebhookEvent>(
        &json!({
            "session_id": "s", "event_type": "e", "status": "OK", "created_at": "c",
            "payload": {"model": "m", "status": "completed", "outputs": ["u"]}, "error": "e",
        }),
        &[],
    );
    check::<WebhookKeys>(&json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "x", "kid": "k"}]}), &[]);
}
