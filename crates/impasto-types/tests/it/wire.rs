//! The wire types read what sellers really write, and lose nothing.

use impasto_types::wire::openai::{ErrorEnvelope, EventKind, ImageEvent, ImagesResponse};
use serde_json::{Value, json};

#[track_caller]
fn reply(json: Value) -> ImagesResponse {
    serde_json::from_value(json).unwrap()
}

#[test]
fn any_field_may_be_missing_or_odd() {
    assert_eq!(reply(json!({})), ImagesResponse::default());
    assert_eq!(reply(json!({"created": "1713833628"})).created, Some(1_713_833_628));
    assert_eq!(reply(json!({"created": 1_713_833_628.0})).created, Some(1_713_833_628));
    assert_eq!(reply(json!({"created": [], "data": null})).data, None);
    assert_eq!(reply(json!({"data": {"b64_json": "AA=="}})).data.unwrap().len(), 1);
    assert_eq!(reply(json!({"quality": "ultra"})).quality.unwrap().to_string(), "ultra");
    let usage =
        reply(json!({"usage": {"input_tokens": "9", "output_tokens": 1.0, "cost_in_usd_ticks": 7}})).usage;
    let usage = usage.unwrap();
    assert_eq!((usage.input_tokens, usage.output_tokens), (Some(9), Some(1)));
    assert_eq!(usage.extra["cost_in_usd_ticks"], 7);
}

#[test]
fn errors_keep_what_the_seller_said() {
    let envelope: ErrorEnvelope = serde_json::from_value(json!({
        "error": {"message": "no", "type": null, "param": "", "code": 400, "trace": "abc"}, "created": 1
    }))
    .unwrap();
    let body = envelope.error.unwrap();
    assert_eq!(body.code.as_deref(), Some("400"));
    assert_eq!((body.kind, body.extra["trace"].clone()), (None, json!("abc")));
    assert_eq!(envelope.extra["created"], 1);
}

#[test]
fn events_have_an_open_type() {
    let event: ImageEvent = serde_json::from_value(json!({"type": "image_edit.partial_image"})).unwrap();
    assert_eq!(event.kind, Some(EventKind::EditPartial));
    let event: ImageEvent = serde_json::from_value(json!({"type": "image_edit.sketched"})).unwrap();
    assert_eq!(event.kind.unwrap().as_str(), "image_edit.sketched");
}
