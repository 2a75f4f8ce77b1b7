//! Images from text.

use impasto::{ImageFormat, ImageRequest};

use crate::support::{KEY, builder, client, emulator};

#[tokio::test]
async fn one_image_in_memory() {
    let emulator = emulator().await;
    let generation = client(&emulator).generate("a lighthouse at dusk").quality("low").send().await.unwrap();
    assert_eq!(generation.images.len(), 1);
    let facts = generation.first().facts.unwrap();
    assert_eq!((facts.format, facts.dimensions()), (ImageFormat::Png, (1024, 1024)));
    assert_eq!(generation.first().bytes().await.unwrap().len() as u64, facts.bytes);
    let usage = generation.usage.unwrap();
    assert_eq!(usage.output_tokens, Some(196));
    assert_eq!(usage.total_tokens, Some(usage.input_tokens.unwrap() + 196));
    assert_eq!(generation.request_ids.len(), 1);
    assert_eq!(generation.warnings, []);
    assert_eq!(generation.attempts, 1);
    assert_eq!(emulator.bill().for_key(KEY).images(), 1);
}

#[tokio::test]
async fn the_reply_is_kept_without_its_pixels() {
    let emulator = emulator().await;
    let generation = client(&emulator).generate("a fox").quality("low").n(2_u32).send().await.unwrap();
    let raw = &generation.raw[0];
    assert_eq!(raw["output_format"], "png");
    let placeholders: Vec<&str> =
        raw["data"].as_array().unwrap().iter().map(|item| item["b64_json"].as_str().unwrap()).collect();
    assert_eq!(placeholders, ["impasto-blob:0", "impasto-blob:1"]);
}

#[tokio::test]
async fn more_images_than_one_call_makes_are_split() {
    let emulator = emulator().await;
    let generation = client(&emulator)
        .generate("a fox")
        .quality("low")
        .n(12_u32)
        .output_format("webp")
        .send()
        .await
        .unwrap();
    let indexes: Vec<usize> = generation.images.iter().map(|image| image.index).collect();
    assert_eq!(indexes, (0..12).collect::<Vec<_>>());
    assert_eq!(generation.request_ids.len(), 2);
    assert!(generation.images.iter().all(|image| image.facts.unwrap().format == ImageFormat::WebP));
    assert_eq!(emulator.bill().for_key(KEY).images(), 12);
    assert_eq!(generation.usage.unwrap().output_tokens, Some(12 * 196));
}

#[tokio::test]
async fn every_parameter_reaches_the_seller() {
    let emulator = emulator().await;
    let request = ImageRequest::generate("a fox")
        .with_model("gpt-image-2.5-flare")
        .with_size((1536, 1024))
        .with_quality("max")
        .with_background("opaque")
        .with_output_format("jpeg")
        .with_output_compression(80)
        .with_moderation("low")
        .with_safety_identifier("u-1");
    let generation = client(&emulator).request(request).send().await.unwrap();
    let facts = generation.first().facts.unwrap();
    assert_eq!((facts.format, facts.dimensions()), (ImageFormat::Jpeg, (1536, 1024)));
    assert_eq!(generation.usage.unwrap().output_tokens, Some(5488));
    let sent = emulator.requests().pop().unwrap();
    let body: serde_json::Value = serde_json::from_slice(&sent.body.unwrap()).unwrap();
    let expected = serde_json::json!({
        "model": "gpt-image-2.5-flare", "prompt": "a fox", "size": "1536x1024", "quality": "max",
        "background": "opaque", "output_format": "jpeg", "output_compression": 80, "moderation": "low",
        "safety_identifier": "u-1"
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_shut_down_model_warns_and_is_sent() {
    let emulator = emulator().await;
    let generation =
        client(&emulator).generate("a fox").model("gpt-image-1").quality("low").send().await.unwrap();
    let said: Vec<&str> = generation.warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(
        said,
        ["gpt-image-1 was shut down at OpenAI on 2026-10-23; its successor is gpt-image-2.5-sunburst"]
    );
    assert_eq!(generation.usage.unwrap().output_tokens, Some(272));
}

#[tokio::test]
async fn a_preview_sends_nothing_and_shows_no_key() {
    let emulator = emulator().await;
    let client = builder(&emulator).build().unwrap();
    let preview = client.generate("a fox").preview().await.unwrap();
    assert_eq!(preview.requests.len(), 1);
    assert!(preview.requests[0].contains("\"prompt\": \"a fox\""), "{}", preview.requests[0]);
    assert!(!preview.requests[0].contains(KEY));
    assert!(!format!("{client:?}").contains(KEY));
    assert_eq!(emulator.requests().len(), 0);
}
