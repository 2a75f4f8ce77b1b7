//! What is refused, by us before it is sent and by the seller after.

use impasto::{BillingOutcome, Client, ErrorKind, ImageCall, ImageInput};

use crate::support::{builder, client, emulator};

#[track_caller]
fn expect(error: &impasto::Error, kind: ErrorKind, field: Option<&str>, message: &str) {
    assert_eq!((error.kind(), error.field()), (kind, field), "{error}");
    assert!(error.message().contains(message), "{error}");
}

#[tokio::test]
async fn bad_input_is_refused_before_it_is_sent() {
    let emulator = emulator().await;
    let client = client(&emulator);
    let directory = tempfile::tempdir().unwrap();
    let text = directory.path().join("notes.png");
    std::fs::write(&text, "just words").unwrap();
    let missing = directory.path().join("missing.png");
    let fox = || client.generate("a fox");
    let cases: Vec<(ImageCall, ErrorKind, &str, &str)> = vec![
        (fox().size("1000x1000"), ErrorKind::InvalidRequest, "size", "multiples of 16"),
        (fox().size(""), ErrorKind::InvalidRequest, "size", "is empty"),
        (fox().quality("xhigh"), ErrorKind::InvalidRequest, "quality", "xhigh is not offered"),
        (
            fox().background("transparent").output_format("jpeg"),
            ErrorKind::InvalidRequest,
            "background",
            "jpeg",
        ),
        (fox().n(0_u32), ErrorKind::InvalidRequest, "n", "at least 1"),
        (client.generate(""), ErrorKind::InvalidRequest, "prompt", "is empty"),
        (client.edit(text.as_path(), "x"), ErrorKind::InvalidRequest, "image", "not an image"),
        (client.edit(missing.as_path(), "x"), ErrorKind::Io, "image", "no such file"),
        (
            client.edit(ImageInput::file_id("f"), "x").input_fidelity("high"),
            ErrorKind::InvalidRequest,
            "input_fidelity",
            "leave it out",
        ),
    ];
    for (call, kind, field, message) in cases {
        let error = call.send().await.unwrap_err();
        expect(&error, kind, Some(field), message);
        assert_eq!(error.billing(), BillingOutcome::NotBilled);
    }
    assert_eq!(emulator.requests().len(), 0);
}

#[tokio::test]
async fn the_sellers_refusal_is_kept() {
    let emulator = emulator().await;
    let client = builder(&emulator).unchecked(true).build().unwrap();
    let error = client.generate("a fox").quality("xhigh").send().await.unwrap_err();
    expect(&error, ErrorKind::InvalidRequest, Some("quality"), "xhigh");
    assert_eq!(
        (error.status(), error.billing(), error.attempts()),
        (Some(400), BillingOutcome::NotBilled, 1)
    );
    assert!(error.request_id().is_some());
    assert_eq!(error.provider(), Some("openai"));
    assert!(emulator.bill().is_empty());
}

#[tokio::test]
async fn an_unknown_model_is_the_sellers_to_refuse() {
    let emulator = emulator().await;
    let error = client(&emulator).generate("a fox").model("gpt-image-99").send().await.unwrap_err();
    assert_eq!(error.status(), Some(400));
    assert!(error.message().contains("gpt-image-99"), "{error}");
}

#[tokio::test]
async fn keys_that_cannot_be_keys_are_refused_when_the_client_is_built() {
    let build =
        |key: &str| Client::builder().ignore_env().provider("openai").api_key(key).build().unwrap_err();
    for key in ["", "$OPENAI_API_KEY", "sk-1\n"] {
        let error = build(key);
        expect(&error, ErrorKind::Configuration, Some("api_key"), "");
    }
    let error = Client::builder().ignore_env().build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingKey);
    assert!(error.hint().unwrap().contains("OPENAI_API_KEY"));
    let error = Client::builder().ignore_env().provider("opnai").api_key("k").build().unwrap_err();
    expect(&error, ErrorKind::Configuration, Some("provider"), "known are");
}

#[tokio::test]
async fn nobody_listening_is_a_connection_that_was_not_made() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let client = Client::builder()
        .ignore_env()
        .api_key("k")
        .base_url(format!("http://127.0.0.1:{port}/v1"))
        .retry(impasto::RetryPolicy::never())
        .build()
        .unwrap();
    let error = client.generate("a fox").send().await.unwrap_err();
    assert_eq!((error.kind(), error.billing()), (ErrorKind::Connect, BillingOutcome::NotBilled));
}
