//! `POST /v1/images/generations`: what is delivered, and what is refused with which code.

use serde_json::{Value, json};

use crate::support::{decode_base64, decode_image, post, send, start};

fn with(base: &Value, change: &Value) -> Value {
    let mut body = base.clone();
    for (name, value) in change.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body
}

#[tokio::test]
async fn refusals_name_code_and_parameter() {
    let emulator = start().await;
    let url = format!("{}/images/generations", emulator.openai_base_url());
    let base = json!({ "model": "gpt-image-2", "prompt": "a fox" });
    let svg = json!({ "model": "gpt-6" });
    let cases = [
        (json!({ "prompt": "" }), "empty_string", "prompt"),
        (json!({ "prompt": null }), "missing_required_parameter", "prompt"),
        (json!({ "prompt": 7 }), "invalid_type", "prompt"),
        (json!({ "prompt": "x".repeat(32_001) }), "string_above_max_length", "prompt"),
        (json!({ "model": "gpt-image-9" }), "invalid_value", "model"),
        (json!({ "model": "dall-e-3" }), "invalid_value", "model"),
        (json!({ "model": "gpt-image-9", "response_format": "url" }), "unknown_parameter", "response_format"),
        (json!({ "model": "gpt-image-9", "prompt": "" }), "empty_string", "prompt"),
        (json!({ "input_fidelity": "high" }), "unknown_parameter", "input_fidelity"),
        (json!({ "style": "vivid" }), "unknown_parameter", "style"),
        (json!({ "n": 0 }), "integer_below_min_value", "n"),
        (json!({ "n": 11 }), "integer_above_max_value", "n"),
        (json!({ "n": "2" }), "invalid_type", "n"),
        (json!({ "n": 1.5 }), "invalid_type", "n"),
        (json!({ "size": "1000x1000" }), "invalid_value", "size"),
        (json!({ "size": "1024\u{d7}1024" }), "invalid_value", "size"),
        (json!({ "model": "gpt-image-1", "size": "2048x2048" }), "invalid_value", "size"),
        (json!({ "quality": "xhigh" }), "invalid_value", "quality"),
        (json!({ "quality": "hd" }), "invalid_value", "quality"),
        (json!({ "background": "gradient" }), "invalid_value", "background"),
        (json!({ "background": "transparent", "output_format": "jpeg" }), "invalid_value", "background"),
        (json!({ "output_format": "bmp" }), "invalid_value", "output_format"),
        (json!({ "output_format": "gif" }), "invalid_value", "output_format"),
        (json!({ "output_compression": 50 }), "invalid_png_output_compression", "output_compression"),
        (json!({ "output_compression": 101 }), "integer_above_max_value", "output_compression"),
        (json!({ "moderation": "none" }), "invalid_value", "moderation"),
        (json!({ "partial_images": 2 }), "invalid_value", "partial_images"),
        (json!({ "partial_images": 4, "stream": true }), "integer_above_max_value", "partial_images"),
        (json!({ "stream": "yes" }), "invalid_type", "stream"),
        (json!({ "complexity": "high" }), "unsupported_parameter", "complexity"),
        (json!({ "frame_count": 4 }), "invalid_value", "frame_count"),
        (json!({ "svg": svg }), "invalid_value", "svg"),
        (
            json!({ "model": "gpt-image-2.6-flare", "output_format": "svg" }),
            "missing_required_parameter",
            "svg.model",
        ),
        (
            json!({ "model": "gpt-image-2.6-flare", "output_format": "svg", "svg": svg, "n": 2 }),
            "invalid_value",
            "n",
        ),
        (
            json!({ "model": "gpt-image-2.6-flare", "output_format": "gif", "frame_count": 17 }),
            "integer_above_max_value",
            "frame_count",
        ),
        (
            json!({ "model": "gpt-image-2.6-flare", "output_format": "gif", "stream": true }),
            "invalid_value",
            "stream",
        ),
        (
            json!({ "model": "gpt-image-2.6-flare", "output_format": "gif", "size": "1024x1024" }),
            "invalid_value",
            "size",
        ),
    ];
    for (change, code, param) in cases {
        let answer = post(&url, &with(&base, &change)).await;
        assert_eq!(answer.status, 400, "{change}: {}", answer.text());
        assert_eq!(answer.error(), (code.to_owned(), param.to_owned()), "{change}");
        assert!(answer.header("x-request-id").starts_with("req_"), "{change}");
    }
    assert!(emulator.bill().is_empty(), "refusals are not charged");
}

#[tokio::test]
async fn images_are_what_was_asked_for() {
    let emulator = start().await;
    let url = format!("{}/images/generations", emulator.openai_base_url());
    for (change, size, alpha) in [
        (json!({}), (1024, 1024), false),
        (json!({ "model": "gpt-image-1-mini", "size": "1024x1536" }), (1024, 1536), false),
        (json!({ "size": "1440x480" }), (1440, 480), false),
        (json!({ "background": "transparent" }), (1024, 1024), true),
        (json!({ "background": "transparent", "output_format": "webp" }), (1024, 1024), true),
        (json!({ "output_format": "jpeg", "output_compression": 40 }), (1024, 1024), false),
        (json!({ "output_format": "webp", "size": "1040x656" }), (1040, 656), false),
        (json!({ "output_format": "png", "output_compression": 100 }), (1024, 1024), false),
        (json!({ "model": "gpt-image-2.5-sunburst", "quality": "max" }), (1024, 1024), false),
        (json!({ "model": "gpt-image-2.6-sunburst", "complexity": "low" }), (1024, 1024), false),
    ] {
        let answer = post(&url, &with(&json!({ "model": "gpt-image-2", "prompt": "a fox" }), &change)).await;
        assert_eq!(answer.status, 200, "{change}: {}", answer.text());
        let body = answer.json();
        let bytes = decode_base64(&body["data"][0]["b64_json"]);
        let format = change["output_format"].as_str().unwrap_or("png");
        assert_eq!(
            image::guess_format(&bytes).expect("a format"),
            image::ImageFormat::from_extension(format).expect("a format")
        );
        let image = decode_image(&body["data"][0]["b64_json"]);
        assert_eq!((image.width(), image.height()), size, "{change}");
        assert_eq!(body["size"], format!("{}x{}", size.0, size.1));
        assert_eq!(body["output_format"], format);
        assert_eq!(body["background"], if alpha { "transparent" } else { "opaque" });
        assert_ne!(body["quality"], "auto");
        assert_eq!(body["created"], 1_795_219_200);
        assert_eq!(image.color().has_alpha(), alpha, "{change}");
        if alpha {
            let pixels = image.to_rgba8();
            let corners =
                [(0, 0), (1023, 0), (0, 1023), (1023, 1023)].map(|(x, y)| pixels.get_pixel(x, y).0[3]);
            assert_eq!((corners, pixels.get_pixel(512, 512).0[3]), ([0; 4], 255));
        }
        let keys: Vec<&String> = body.as_object().expect("an object").keys().collect();
        assert_eq!(
            keys,
            ["background", "created", "data", "output_format", "quality", "size", "usage"],
            "no nulls, no extras"
        );
        let usage = &body["usage"];
        let number = |value: &Value| value.as_u64().expect("a number");
        assert_eq!(
            number(&usage["total_tokens"]),
            number(&usage["input_tokens"]) + number(&usage["output_tokens"])
        );
    }
}

#[tokio::test]
async fn pictures_depend_on_prompt_index_repetition_and_seed_only() {
    let emulator = start().await;
    let url = format!("{}/images/generations", emulator.openai_base_url());
    let request = json!({ "model": "gpt-image-2", "prompt": "a fox", "n": 3, "size": "1024x640" });
    let first = post(&url, &request).await.json();
    emulator.reset();
    let again = post(&url, &request).await.json();
    assert_eq!(first["data"], again["data"]);
    let repeated = post(&url, &request).await.json();
    let other_key = [("authorization", "Bearer sk-other"), ("content-type", "application/json")];
    let other_key = send(hyper::Method::POST, &url, &other_key, request.to_string()).await;
    assert_eq!(first["data"], other_key.json()["data"], "each key counts for itself");
    let single = json!({ "model": "gpt-image-2", "prompt": "a fox", "n": 1, "size": "1024x640" });
    let single = post(&url, &single).await.json();
    for image in repeated["data"].as_array().expect("a list").iter().chain([&single["data"][0]]) {
        assert!(
            !first["data"].as_array().expect("a list").contains(image),
            "a repeated request gets new pictures"
        );
    }
    let fixed = url.replace("/v1/", "/with/fixed/v1/");
    for _ in 0..2 {
        assert_eq!(first["data"], post(&fixed, &request).await.json()["data"]);
    }
    let images: Vec<&Value> = first["data"].as_array().expect("a list").iter().collect();
    assert!(images[0] != images[1] && images[1] != images[2] && images[0] != images[2]);
    let other =
        impasto_emulator::Emulator::builder().seed(1).cache_bytes(0).start().await.expect("an emulator");
    let other = post(&format!("{}/images/generations", other.openai_base_url()), &request).await.json();
    assert_ne!(first["data"][0], other["data"][0]);
}

#[tokio::test]
async fn animations_and_vectors() {
    let emulator = start().await;
    let url = format!("{}/images/generations", emulator.openai_base_url());
    let gif = json!({ "model": "gpt-image-2.6-flare", "prompt": "waves", "output_format": "gif", "frame_count": 3, "size": "256x256", "frame_duration_ms": 44 });
    let body = post(&url, &gif).await.json();
    let bytes = decode_base64(&body["data"][0]["b64_json"]);
    let decoder = image::codecs::gif::GifDecoder::new(std::io::Cursor::new(bytes)).expect("a GIF");
    let frames = image::AnimationDecoder::into_frames(decoder).collect_frames().expect("frames");
    assert_eq!(frames.len(), 3);
    assert_eq!(frames[0].delay().numer_denom_ms(), (40, 1));
    assert_ne!(frames[0].buffer(), frames[1].buffer());
    let svg = json!({ "model": "gpt-image-2.6-sunburst", "prompt": "<logo> & co", "output_format": "svg", "svg": { "model": "gpt-6", "reasoning": { "effort": "low" } } });
    let body = post(&url, &svg).await.json();
    let text = String::from_utf8(decode_base64(&body["data"][0]["b64_json"])).expect("text");
    assert!(text.starts_with("<svg ") && text.contains("&lt;logo&gt; &amp; co") && text.contains("EMULATED"));
    assert_eq!(body["svg_usage"]["model"], "gpt-6");
}

#[tokio::test]
async fn keys_routes_and_methods() {
    let emulator = start().await;
    let base = emulator.openai_base_url();
    let url = format!("{base}/images/generations");
    let body = json!({ "model": "gpt-image-2", "prompt": "a fox" }).to_string();
    for authorization in ["", "Bearer ", "Bearer", "Basic c2stdGVzdDo=", "sk-test"] {
        let answer = send(hyper::Method::POST, &url, &[("authorization", authorization)], body.clone()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().0.as_str()),
            (401, "invalid_api_key"),
            "{authorization}"
        );
        assert_eq!(answer.header("content-type"), "application/json");
    }
    for (method, path, status, code) in [
        ("GET", "/images/generations", 405, "method_not_supported"),
        ("POST", "/models", 405, "method_not_supported"),
        ("POST", "/images/unknown", 404, "unknown_url"),
        ("GET", "/models/gpt-9", 404, "model_not_found"),
        ("POST", "/images/variations", 404, "endpoint_retired"),
    ] {
        let method = method.parse().expect("a method");
        let answer = send(method, &format!("{base}{path}"), &[crate::support::KEY], "").await;
        assert_eq!((answer.status.as_u16(), answer.error().0.as_str()), (status, code), "{path}");
    }
    let models = crate::support::get(&format!("{base}/models")).await.json();
    let ids: Vec<&str> =
        models["data"].as_array().expect("models").iter().filter_map(|model| model["id"].as_str()).collect();
    assert!(ids.contains(&"gpt-image-2") && ids.contains(&"gpt-image-2.6-flare"));
    let model = crate::support::get(&format!("{base}/models/gpt-image-2")).await.json();
    assert_eq!(model["object"], "model");
}

#[tokio::test]
async fn life_cycle_is_enforced_on_request() {
    let emulator = impasto_emulator::Emulator::builder()
        .clock_fixed(1_795_219_200)
        .enforce_life_cycle(true)
        .start()
        .await
        .expect("an emulator");
    let url = format!("{}/images/generations", emulator.openai_base_url());
    for (model, status) in [("gpt-image-1", 400), ("gpt-image-1.5", 200), ("gpt-image-2", 200)] {
        let answer = post(&url, &json!({ "model": model, "prompt": "a fox" })).await;
        assert_eq!(answer.status, status, "{model}");
    }
}
