//! What is printed, and what never is.

use http::{HeaderMap, HeaderValue};

use super::*;
use crate::{
    ApiKey, Auth, Body, Deadlines, Form, HttpRequest, JsonBody, Origin, SeededEntropy, Source,
    TransportErrorKind,
};

fn check_url(url: &str, expected: &str) {
    assert_eq!(RedactedUrl::new(url).to_string(), expected);
}

#[test]
fn urls_keep_what_is_no_secret() {
    check_url(
        "https://api.openai.com/v1/images?api-version=preview",
        "https://api.openai.com/v1/images?api-version=preview",
    );
    check_url("https://u:p@host:8080", "https://[redacted]@host:8080");
    check_url(
        "https://cdn/a.png?Expires=1&OSSAccessKeyId=x&Signature=y&w=1",
        "https://cdn/a.png?Expires=[redacted]&OSSAccessKeyId=[redacted]&Signature=[redacted]&w=1",
    );
    check_url("https://cdn/a.png?se=1&sig=a%2Fb=#frag", "https://cdn/a.png?se=1&sig=[redacted]");
    check_url("https://cdn/a?x-amz-credential=c&flag", "https://cdn/a?x-amz-credential=[redacted]&flag");
    check_url("not a url?token=x", "not a url?token=[redacted]");
}

#[test]
fn secret_headers_are_hidden_and_sorted() {
    let mut headers = HeaderMap::new();
    for (name, value) in
        [("x-request-id", "r"), ("cookie", "c"), ("api-key", "k"), ("accept", "a"), ("idempotency-key", "i")]
    {
        headers.append(name, HeaderValue::from_static(value));
    }
    let shown: Vec<String> = RedactedHeaders::new(&headers)
        .sorted()
        .into_iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    assert_eq!(
        shown,
        ["accept: a", "api-key: [redacted]", "cookie: [redacted]", "idempotency-key: i", "x-request-id: r"],
    );
}

fn edit() -> HttpRequest {
    let form = Form::new().with_text("prompt", "a fox\nin \"snow\"").with_file(
        "image[]",
        "a.png",
        "image/png",
        Source::Bytes(vec![1, 2, 3].into()),
    );
    HttpRequest::post("https://api.openai.com/v1/images/edits?sig=abc", form.into())
        .with_header("accept", "application/json")
        .with_auth(Auth::Prefixed { scheme: "Key".to_owned() })
}

#[test]
fn a_form_is_listed_part_by_part() {
    insta::assert_snapshot!(render_request(&edit()), @r#"
    POST /v1/images/edits?sig=[redacted]
    host: api.openai.com
    accept: application/json
    authorization: [redacted]
    content-length: 298
    content-type: multipart/form-data; boundary=[boundary]

    part "prompt"
      a fox
      in "snow"
    part "image[]" file "a.png" image/png
      <3 bytes, sha256 039058c6f2c0cb49>
    "#);
}

#[test]
fn a_prepared_request_is_the_same_text_and_never_shows_the_key() {
    let key = ApiKey::new("sk-secret").unwrap();
    let own = Origin::of("https://api.openai.com").unwrap();
    let json = JsonBody::with_sources(
        &serde_json::json!({"image": "@"}),
        &[("@".to_owned(), Source::Bytes(vec![1, 2, 3].into()), "image/png".to_owned())],
    );
    let posted =
        HttpRequest::post("https://api.openai.com/v1/x", Body::Json(json.unwrap())).with_auth(Auth::Bearer);
    for request in
        [edit(), posted, HttpRequest::get("https://api.openai.com/v1/models").with_auth(Auth::Bearer)]
    {
        let prepared =
            request.prepare(Some(&key), &own, &SeededEntropy::new(1), Deadlines::default()).unwrap();
        assert_eq!(render_prepared(&prepared), render_request(&request));
        let printed = format!("{prepared:?} {request:?} {}", render_prepared(&prepared));
        assert!(!printed.contains("sk-secret"), "{printed}");
        assert!(!printed.contains("sig=abc"), "{printed}");
    }
}

#[test]
fn keys_stay_at_home() {
    let key = ApiKey::new("sk-secret").unwrap();
    let own = Origin::of("https://api.openai.com/v1").unwrap();
    let prepare = |request: HttpRequest, own: &Origin| {
        request.prepare(Some(&key), own, &SeededEntropy::new(1), Deadlines::default())
    };
    for url in [
        "https://evil.example/v1",
        "https://api.openai.com.evil.example/v1",
        "https://api.openai.com:8443/v1",
        "http://api.openai.com/v1",
    ] {
        let error = prepare(HttpRequest::get(url).with_auth(Auth::Bearer), &own).unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Key, "{url}");
        let error = prepare(HttpRequest::get(url).with_header("x-api-key", "k"), &own).unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Key, "{url}");
        // Without a secret, anybody may be asked.
        assert!(prepare(HttpRequest::get(url), &own).is_ok(), "{url}");
    }
    let plain = Origin::of("http://seller.example").unwrap();
    let error =
        prepare(HttpRequest::get("http://seller.example/").with_auth(Auth::Bearer), &plain).unwrap_err();
    assert!(error.to_string().contains("https"), "{error}");
    let local = Origin::of("http://127.0.0.1:4010").unwrap();
    let prepared = prepare(
        HttpRequest::get("http://127.0.0.1:4010/v1").with_auth(Auth::Header("api-key".to_owned())),
        &local,
    );
    assert_eq!(prepared.unwrap().headers["api-key"], "sk-secret");
}

#[test]
fn what_cannot_be_sent_is_refused() {
    let own = Origin::of("https://host").unwrap();
    let prepare =
        |request: HttpRequest| request.prepare(None, &own, &SeededEntropy::new(1), Deadlines::default());
    let error = prepare(HttpRequest::get("https://host/").with_auth(Auth::Bearer)).unwrap_err();
    assert_eq!(error.to_string(), "the request needs a key and none was given");
    let error = prepare(HttpRequest::get("https://host/").with_header("x-note", "a\r\nb: c")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the value of header `x-note` contains a character that a header cannot carry"
    );
    let empty = prepare(HttpRequest::post("https://host/", Body::Empty)).unwrap();
    assert_eq!(empty.content_length, Some(0));
    assert_eq!(prepare(HttpRequest::get("https://host/")).unwrap().content_length, None);
}
