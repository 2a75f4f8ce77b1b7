//! Any other endpoint of a seller.

use impasto::{BillingOutcome, ErrorKind};
use serde_json::json;

use crate::support::{KEY, builder, client, emulator};

#[tokio::test]
async fn an_endpoint_is_called_with_the_key_and_its_reply_comes_as_it_is() {
    let emulator = emulator().await;
    let client = client(&emulator);
    let reply = client.call("get", "/models").send().await.unwrap();
    assert_eq!((reply.status, reply.media_type.as_str(), reply.attempts), (200, "application/json", 1));
    assert!(reply.json().unwrap()["data"].is_array());
    assert!(reply.request_id.is_some());
    let body = json!({"model": "gpt-image-2", "prompt": "a fox", "quality": "low", "size": "1024x1024"});
    let call = client.call("POST", "/images/generations").json(body);
    assert!(!call.preview().unwrap().contains(KEY));
    call.send().await.unwrap();
    assert_eq!(emulator.bill().for_key(KEY).len(), 1);
}

#[tokio::test]
async fn the_key_stays_at_home_and_nothing_is_paid_twice() {
    let emulator = emulator().await;
    let client = client(&emulator);
    let error = client.call("GET", "https://example.com/v1/models").send().await.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidRequest, Some("path")));
    let fault = format!("{}/with/server-error/v1", emulator.url());
    let broken = builder(&emulator).base_url(fault).build().unwrap();
    let body = json!({"model": "gpt-image-2", "prompt": "a fox"});
    let error = broken.call("POST", "/images/generations").json(body).send().await.unwrap_err();
    assert_eq!((error.billing(), error.attempts()), (BillingOutcome::Unknown, 1));
    assert_eq!(emulator.requests().len(), 1);
}
