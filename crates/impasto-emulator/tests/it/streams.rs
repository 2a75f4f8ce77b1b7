//! Server-sent events of generations and edits.

use image::ImageFormat;
use serde_json::{Value, json};

use crate::support::{Form, decode_image, encode, pattern, post, post_form, start};

/// The events of a stream: the name and the data.
pub(crate) fn events(text: &str) -> Vec<(String, Value)> {
    text.split("\n\n")
        .filter(|block| !block.is_empty())
        .map(|block| {
            let field = |name: &str| {
                block
                    .lines()
                    .find_map(|line| line.strip_prefix(name))
                    .map(str::trim_start)
                    .unwrap_or_default()
                    .to_owned()
            };
            let data = field("data:");
            (field("event:"), serde_json::from_str(&data).unwrap_or(Value::String(data)))
        })
        .collect()
}

#[tokio::test]
async fn partial_images_come_before_each_finished_one() {
    let emulator = start().await;
    let url = format!("{}/images/generations", emulator.openai_base_url());
    let request = json!({ "model": "gpt-image-2", "prompt": "waves", "stream": true, "partial_images": 2, "n": 2, "size": "1024x640" });
    let answer = post(&url, &request).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (200, "text/event-stream; charset=utf-8")
    );
    assert!(answer.header("x-request-id").starts_with("req_"));
    let events = events(&answer.text());
    let shape: Vec<(&str, Option<u64>)> =
        events.iter().map(|(name, data)| (name.as_str(), data["partial_image_index"].as_u64())).collect();
    let (partial, completed) = ("image_generation.partial_image", "image_generation.completed");
    let one = [(partial, Some(0)), (partial, Some(1)), (completed, None)];
    assert_eq!(shape, [one, one].concat());
    let mut total = 0;
    for (name, data) in &events {
        assert_eq!(data["type"], *name);
        assert_eq!((decode_image(&data["b64_json"]).width(), &data["size"]), (1024, &json!("1024x640")));
        assert!(data["created_at"].is_u64() && data["quality"] != "auto");
        if name == completed {
            assert!(data["usage"].get("output_tokens_details").is_none());
            total += data["usage"]["total_tokens"].as_u64().expect("tokens");
        }
    }
    let bill = emulator.bill();
    assert_eq!((bill.len(), bill.images(), bill.charges[0].usage.total()), (1, 2, total));
    let plain = json!({ "model": "gpt-image-2", "prompt": "waves", "n": 2, "size": "1024x640" });
    let whole = post(&url.replace("/v1/", "/with/fixed/v1/"), &plain).await.json();
    assert_eq!(events[2].1["b64_json"], whole["data"][0]["b64_json"], "the finished image is the same");
    let tokens = |usage: &Value| usage["output_tokens"].as_u64().expect("tokens");
    assert_eq!(
        tokens(&events[2].1["usage"]),
        tokens(&whole["usage"]) / 2 + 200,
        "100 tokens for each partial image"
    );
}

#[tokio::test]
async fn edits_stream_too_and_done_is_a_mode() {
    let emulator = start().await;
    let form = Form::default()
        .text("model", "gpt-image-1.5")
        .text("prompt", "snow")
        .text("stream", "true")
        .png("image", &encode(&pattern(512, 512), ImageFormat::Png));
    for (base, last) in [("/v1", "image_edit.completed"), ("/with/done/v1", "")] {
        let answer = post_form(&format!("{}{base}/images/edits", emulator.url()), &form).await;
        let events = events(&answer.text());
        assert_eq!(events[0].0, "image_edit.completed");
        assert_eq!(events.last().expect("an event").0, last);
        assert_eq!(events.len() == 2, last.is_empty());
    }
}
