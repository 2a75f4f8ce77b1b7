//! The wire types read what sellers really write, and lose nothing.

use impasto_types::wire::openai::{ErrorEnvelope, EventKind, GenerateBody, ImageEvent, ImagesResponse};
use proptest::prelude::*;
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

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<u32>().prop_map(Value::from),
        "[a-zé\" ]{0,8}".prop_map(Value::from)
    ]
}

proptest! {
    #[test]
    fn a_reply_keeps_known_and_unknown_fields(
        created in any::<u32>(),
        quality in "[a-z]{1,8}",
        tokens in any::<u32>(),
        unknown in proptest::collection::btree_map("x_[a-z]{1,6}", scalar(), 0..4),
    ) {
        let mut json = json!({
            "created": created,
            "data": [{"b64_json": "AAAA", "generation_id": "g"}],
            "quality": quality,
            "usage": {"input_tokens": tokens, "input_tokens_details": {"text_tokens": tokens, "cached": 1}},
        });
        for (key, value) in unknown {
            json[key] = value;
        }
        let read: ImagesResponse = serde_json::from_value(json.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(&read).unwrap(), json);
    }

    #[test]
    fn a_body_keeps_known_and_unknown_fields(
        prompt in ".{0,20}",
        n in proptest::option::of(1_u32..11),
        quality in proptest::option::of("[a-z]{1,8}"),
        unknown in proptest::collection::btree_map("x_[a-z]{1,6}", scalar(), 0..4),
    ) {
        let mut json = json!({"prompt": prompt, "svg": {"model": "m", "reasoning": {"effort": "low"}}});
        if let Some(n) = n { json["n"] = n.into(); }
        if let Some(quality) = quality { json["quality"] = quality.into(); }
        for (key, value) in unknown {
            json[key] = value;
        }
        let read: GenerateBody = serde_json::from_value(json.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(&read).unwrap(), json);
    }
}
