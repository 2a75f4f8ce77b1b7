//! Atlas Cloud's JSON in every shape that its documents and clients show.

use impasto_types::wire::atlas::{
    Envelope, ModelEntry, Prediction, UploadedMedia, WebhookEvent, WebhookKeys,
};
use serde_json::{Value, json};

#[track_caller]
fn prediction(json: Value) -> Prediction {
    let envelope: Envelope = serde_json::from_value(json).unwrap();
    Prediction::from_json(envelope.content()).unwrap_or_default()
}

#[test]
fn an_id_is_found_in_and_outside_the_envelope_under_each_name() {
    for reply in [
        json!({"code": 200, "data": {"id": "p", "status": "starting"}}),
        json!({"code": "200", "message": "success", "data": {"prediction_id": "p"}}),
        json!({"id": "p", "status": "processing", "model": "m", "created_at": "2025-01-01T00:00:00Z"}),
        json!({"predictionId": "p"}),
        json!({"data": {"id": "", "predictionId": "p"}}),
        json!({"data": null, "id": "p"}),
    ] {
        assert_eq!(prediction(reply.clone()).id(), Some("p"), "{reply}");
    }
    assert_eq!(prediction(json!({"code": 401, "msg": "unauthorized", "data": null})).id(), None);
}

#[test]
fn outputs_and_errors_of_any_type_are_kept() {
    let full = prediction(json!({"code": 200, "data": {
        "id": "p", "status": "completed", "outputs": ["https://e.com/a.png", {"url": "https://e.com/b.png"}],
        "urls": {"get": "https://e.com/p"}, "error": "", "error_code": 1039, "has_nsfw_contents": [false, true],
        "executionTime": 20.4, "timings": {}, "price": "0.07173"
    }}));
    assert_eq!(full.outputs.as_ref().map(Vec::len), Some(2));
    assert_eq!(full.error_code.as_deref(), Some("1039"));
    assert_eq!(full.has_nsfw_contents.as_deref(), Some(&[false, true][..]));
    assert_eq!(full.extra["executionTime"], 20.4);
    assert_eq!(prediction(json!({"data": {"outputs": null}})).outputs, None);
    assert_eq!(
        prediction(json!({"data": {"output": "https://e.com/a.png"}})).output.map(|all| all.len()),
        Some(1)
    );
    assert_eq!(prediction(json!({"data": {"error": {"message": "no"}}})).error.unwrap()["message"], "no");
}

#[test]
fn prices_are_text_to_the_digit() {
    #[track_caller]
    fn check(price: &Value, expected: Option<&str>) {
        assert_eq!(prediction(json!({"data": {"price": price}})).price().as_deref(), expected);
    }
    check(&json!("0.07173"), Some("0.07173"));
    check(&json!("0.070"), Some("0.070"));
    check(&json!(0.07173), Some("0.07173"));
    check(&json!(0.00001), Some("0.00001"));
    check(&json!(2), Some("2"));
    check(&json!(""), None);
    check(&Value::Null, None);
}

#[test]
fn uploads_models_and_webhooks() {
    for reply in [
        json!({"data": {"download_url": "u", "file_name": "a.png", "content_type": "image/png", "size": 1_024_000}}),
        json!({"code": 200, "message": "success", "data": {"type": "image", "download_url": "u", "filename": "a.jpg"}}),
        json!({"url": "u"}),
        json!({"data": {"download_url": "", "url": "u"}}),
    ] {
        let envelope = Envelope::from_json(reply.clone()).unwrap();
        let media = UploadedMedia::from_json(envelope.content()).unwrap();
        assert_eq!(media.address(), Some("u"), "{reply}");
    }
    let entry: ModelEntry = serde_json::from_value(json!({
        "model": "openai/gpt-image-1.5/text-to-image", "type": "Image", "displayName": "GPT Image 1.5",
        "price": {"discount": "70", "actual": {"base_price": "0.008", "unit": "image"}, "origin": {"base_price": 0.01}},
        "display_console": true, "tags": ["text-to-image"]
    }))
    .unwrap();
    let price = entry.price.unwrap();
    assert_eq!(price.actual.unwrap().base_price.as_deref(), Some("0.008"));
    assert_eq!(price.origin.unwrap().base_price.as_deref(), Some("0.01"));
    let event: WebhookEvent = serde_json::from_value(json!({
        "session_id": "s", "event_type": "image.task.terminal", "status": "OK",
        "payload": {"model": "m", "status": "completed", "outputs": ["https://e.com/a.png"]}
    }))
    .unwrap();
    assert_eq!(event.payload.unwrap().status.as_deref(), Some("completed"));
    let keys: WebhookKeys =
        serde_json::from_value(json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA", "kid": "1"}, 7]}))
            .unwrap();
    assert_eq!(keys.keys.unwrap().len(), 1);
}
