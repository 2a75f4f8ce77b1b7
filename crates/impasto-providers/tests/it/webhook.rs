//! Webhooks are believed only when they are genuine and fresh.

use ed25519_compact::{KeyPair, Seed};
use http::HeaderMap;
use impasto_providers::ErrorKind;
use impasto_providers::webhook::{self, BAD_SIGNATURE, KeySet, STALE, UNKNOWN_KEY};
use serde_json::json;

use crate::support::target;

const NOW: u64 = 1_785_480_000;
const BODY: &str = r#"{"session_id":"s-1","event_type":"image.task.terminal","status":"OK","created_at":"2026-07-31",
    "payload":{"model":"openai/gpt-image-1.5/text-to-image","status":"completed","outputs":["https://e.com/a.png"]}}"#;

fn pair() -> KeyPair {
    KeyPair::from_seed(Seed::new([7; 32]))
}

fn keys() -> KeySet {
    let x = base64_simd::URL_SAFE_NO_PAD.encode_to_string(*pair().pk);
    let set = json!({"keys": [
        {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "key-1", "use": "sig"},
        {"kty": "RSA", "n": "AQAB", "kid": "other"}
    ]});
    KeySet::from_json(set.to_string().as_bytes()).unwrap()
}

/// The headers of a genuine webhook of that time.
fn signed(time: u64, body: &str) -> HeaderMap {
    let signature = pair().sk.sign(format!("{time}.{body}"), None);
    let mut headers = HeaderMap::new();
    headers.insert("x-atlascloud-webhook-id", "s-1".parse().unwrap());
    headers.insert("x-atlascloud-webhook-event", "image.task.terminal".parse().unwrap());
    headers.insert("x-atlascloud-webhook-timestamp", time.to_string().parse().unwrap());
    headers.insert("x-atlascloud-webhook-key-id", "key-1".parse().unwrap());
    let text = base64_simd::URL_SAFE_NO_PAD.encode_to_string(*signature);
    headers.insert("x-atlascloud-webhook-signature-ed25519", text.parse().unwrap());
    headers
}

#[test]
fn a_genuine_one_is_read() {
    for time in [NOW, NOW - 300, NOW + 300] {
        let event = webhook::verify(&keys(), &signed(time, BODY), BODY.as_bytes(), NOW).unwrap();
        assert_eq!(event.session_id.as_deref(), Some("s-1"));
        assert_eq!(event.payload.unwrap().outputs.unwrap()[0], "https://e.com/a.png");
    }
    assert_eq!(keys().ids().collect::<Vec<_>>(), ["key-1"]);
}

#[test]
fn anything_else_is_refused_by_header() {
    #[track_caller]
    fn check(headers: &HeaderMap, body: &str, now: u64, field: &str, code: Option<&str>) {
        let error = webhook::verify(&keys(), headers, body.as_bytes(), now).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert_eq!((error.field(), error.code()), (Some(field), code), "{error}");
    }
    let with = |name: &'static str, value: &str| {
        let mut headers = signed(NOW, BODY);
        headers.insert(name, value.parse().unwrap());
        headers
    };
    let without = |name: &'static str| {
        let mut headers = signed(NOW, BODY);
        headers.remove(name);
        headers
    };
    let time = "x-atlascloud-webhook-timestamp";
    let key = "x-atlascloud-webhook-key-id";
    let signature = "x-atlascloud-webhook-signature-ed25519";
    for name in [time, key, signature] {
        check(&without(name), BODY, NOW, name, None);
        let mut twice = signed(NOW, BODY);
        twice.append(name, "1".parse().unwrap());
        check(&twice, BODY, NOW, name, None);
    }
    check(&signed(NOW, BODY), BODY, NOW + 301, time, Some(STALE));
    check(&signed(NOW, BODY), BODY, NOW - 301, time, Some(STALE));
    check(&with(time, "yesterday"), BODY, NOW, time, None);
    check(&with(key, "key-2"), BODY, NOW, key, Some(UNKNOWN_KEY));
    check(&with(signature, "AAAA"), BODY, NOW, signature, Some(BAD_SIGNATURE));
    check(&with(signature, &"A".repeat(86)), BODY, NOW, signature, Some(BAD_SIGNATURE));
    // Another time, or another body, than what was signed.
    check(&with(time, &(NOW + 1).to_string()), BODY, NOW, signature, Some(BAD_SIGNATURE));
    check(&signed(NOW, BODY), &BODY.replace("OK", "KO"), NOW, signature, Some(BAD_SIGNATURE));
}

#[test]
fn keys_that_cannot_be_read_are_refused() {
    #[track_caller]
    fn check(json: &str, words: &str) {
        let error = KeySet::from_json(json.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    check("<html>", "expected value");
    check("{}", "no list");
    check(r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA","kid":"1"}]}"#, "32 bytes");
    check(r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]}"#, "no id");
}

#[test]
fn the_keys_are_asked_for_without_a_key() {
    let request = webhook::keys_request(&target("atlas")).unwrap();
    assert_eq!(request.url, "https://api.atlascloud.ai/api/v1/webhooks/jwks.json");
    assert_eq!(request.auth, impasto_transport::Auth::None);
}
