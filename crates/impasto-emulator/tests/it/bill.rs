//! The meter and the record of requests.

use serde_json::json;

use crate::support::{get, post, send, start};

#[tokio::test]
async fn charges_are_listed_by_key() {
    let emulator = start().await;
    let url = format!("{}/images/generations", emulator.openai_base_url());
    let body = json!({ "model": "gpt-image-2", "prompt": "a fox", "quality": "high", "n": 2 });
    let answer = post(&url, &body).await;
    let other = [("authorization", "Bearer sk-other"), ("content-type", "application/json")];
    send(hyper::Method::POST, &url, &other, body.to_string()).await;
    let bill = emulator.bill();
    assert_eq!((bill.len(), bill.images()), (2, 4));
    let mine = bill.for_key("sk-test");
    assert_eq!(mine.len(), 1);
    let charge = &mine.charges[0];
    // Two images of 7024 tokens at 30 USD per million, and twice eight prompt tokens at 5.
    assert_eq!(charge.amount(), "0.42152");
    assert_eq!((charge.usage.output_image, charge.usage.input_text), (14_048, 16));
    assert_eq!((charge.seller.as_str(), charge.operation.as_str(), charge.n), ("openai", "generate", 2));
    assert_eq!(charge.request_id, answer.header("x-request-id"));
    assert!(charge.delivered);
    let shown = get(&format!("{}/_emulator/bill?key=sk-test", emulator.url())).await.json();
    assert_eq!(
        (&shown["requests"], &shown["images"], &shown["total"]["USD"]),
        (&json!(1), &json!(2), &json!("0.42152"))
    );
    send(hyper::Method::POST, &format!("{}/_emulator/reset", emulator.url()), &[], "").await;
    assert!(emulator.bill().is_empty() && emulator.requests().is_empty());
}

#[tokio::test]
async fn keys_are_never_kept() {
    let emulator = start().await;
    let url = format!("{}/images/generations", emulator.openai_base_url());
    post(&url, &json!({ "model": "gpt-image-2", "prompt": "a fox", "size": "1024x640" })).await;
    let requests = emulator.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(
        (request.method.as_str(), request.path.as_str(), request.status),
        ("POST", "/v1/images/generations", 200)
    );
    assert!(request.body.as_ref().is_some_and(|body| body.starts_with(b"{")) && request.body_length > 10);
    assert!(request.header("authorization").is_some_and(|value| value.starts_with("Bearer key-")));
    let shown = get(&format!("{}/_emulator/requests", emulator.url())).await.text();
    assert!(
        !shown.contains("sk-test") && !format!("{:?} {:?}", emulator.bill(), requests).contains("sk-test")
    );
}
