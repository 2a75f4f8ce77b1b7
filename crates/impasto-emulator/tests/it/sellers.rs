//! The sellers of OpenAI-shaped APIs: where each differs.

use image::ImageFormat;
use serde_json::{Value, json};

use crate::support::{Form, decode_image, encode, get, pattern, post, post_form_with, send, start};

fn body(model: &str) -> Value {
    json!({ "model": model, "prompt": "a fox", "size": "1024x1024" })
}

fn changed(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

#[tokio::test]
async fn azure_has_two_surfaces() {
    let emulator = start().await;
    let base = format!("{}/azure/openai", emulator.url());
    let deployment = |name: &str, query: &str| format!("{base}/deployments/{name}/images/generations{query}");
    let version = "?api-version=2025-04-01-preview";
    let plain = json!({ "prompt": "an umbrella" });
    for (url, body, status, code) in [
        (deployment("my-gpt-image-2", version), plain.clone(), 200, ""),
        (deployment("my-gpt-image-2", ""), plain.clone(), 404, "404"),
        (deployment("painter", version), plain.clone(), 404, "DeploymentNotFound"),
        (deployment("gpt-image-2", version), body("gpt-image-2"), 400, "unknown_parameter"),
        (deployment("gpt-image-1", version), body("gpt-image-1"), 200, ""),
        (
            deployment("gpt-image-1", version),
            changed(plain.clone(), "output_format", json!("webp")),
            400,
            "invalid_value",
        ),
        (format!("{base}/v1/images/generations?api-version=preview"), body("gpt-image-1.5"), 200, ""),
        (format!("{base}/v1/images/generations"), body("gpt-image-1.5"), 200, ""),
        (format!("{base}/v1/images/generations"), body("painter"), 404, "DeploymentNotFound"),
        (format!("{base}/nowhere"), plain, 404, "404"),
    ] {
        let headers = [("api-key", "secret"), ("content-type", "application/json")];
        let answer = send(hyper::Method::POST, &url, &headers, body.to_string()).await;
        assert_eq!(answer.status, status, "{url} {body}: {}", answer.text().get(..300).unwrap_or_default());
        assert!(!answer.header("apim-request-id").is_empty());
        if status == 200 {
            assert_eq!(answer.json()["quality"], "high");
        } else {
            assert_eq!(answer.error().0, code, "{url}");
        }
    }
    assert_eq!(emulator.bill().charges[0].model, "my-gpt-image-2");
    let json_edit = post(&format!("{base}/v1/images/edits"), &body("gpt-image-2")).await;
    assert_eq!(json_edit.status, 415, "edits are multipart only");
    let refused = post(
        &format!("{}/with/moderation/azure/openai/v1/images/generations", emulator.url()),
        &body("gpt-image-2"),
    )
    .await
    .json();
    assert_eq!((&refused["error"]["code"], refused["created"].is_u64()), (&json!("contentFilter"), true));
    let keyless = send(hyper::Method::POST, &format!("{base}/v1/images/generations"), &[], "{}").await;
    assert_eq!((keyless.status.as_u16(), keyless.error().0.as_str()), (401, "401"));
}

#[tokio::test]
async fn azure_deployments_can_be_named() {
    let emulator = impasto_emulator::Emulator::builder()
        .azure_deployment("painter", "gpt-image-2")
        .start()
        .await
        .expect("an emulator");
    let url =
        format!("{}/azure/openai/deployments/painter/images/generations?api-version=preview", emulator.url());
    assert_eq!(post(&url, &json!({ "prompt": "p" })).await.status, 200);
}

#[tokio::test]
async fn modelverse_limits_and_errors() {
    let emulator = start().await;
    let url = format!("{}/modelverse/v1/images/generations", emulator.url());
    for (body, status, code) in [
        (changed(body("gpt-image-1"), "n", json!(5)), 400, "param_error"),
        (changed(body("gpt-image-1"), "output_format", json!("webp")), 400, "param_error"),
        (body("gpt-image-9"), 400, "model_error"),
        (
            changed(body("gpt-image-1"), "prompt", json!("[[emulator:moderation]]")),
            400,
            "sensitive_check_error",
        ),
        (changed(body("gpt-image-1"), "prompt", json!("[[emulator:rate-limit]]")), 429, "rate_limit"),
    ] {
        let answer = post(&url, &body).await;
        assert_eq!((answer.status.as_u16(), answer.error().0.as_str()), (status, code), "{body}");
        assert_eq!(answer.error().1, answer.header("x-request-id"), "param is the request id");
    }
    assert_eq!(send(hyper::Method::POST, &url, &[], "{}").await.error().0, "auth_error");
    let answer = post(&url, &changed(body("gpt-image-1"), "output_compression", json!(100))).await.json();
    let keys: Vec<&String> = answer.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["created", "data", "usage"]);
    assert_eq!(answer["usage"]["input_tokens_details"], json!({ "text_tokens": 8 }));
    assert_eq!(
        (emulator.bill().charges[0].currency, emulator.bill().charges[0].amount()),
        ("CNY", "0.29596".to_owned())
    );
    let both = post(
        &format!("{}/with/both,data-uri/modelverse/v1/images/generations", emulator.url()),
        &body("gpt-image-2"),
    )
    .await
    .json();
    let (url, data) = (
        both["data"][0]["url"].as_str().expect("a URL"),
        both["data"][0]["b64_json"].as_str().expect("base64"),
    );
    let prefix = "data:image/png;base64,";
    assert_eq!(
        decode_image(&json!(data.strip_prefix(prefix).expect("a prefix"))),
        image::load_from_memory(&get(url).await.body).expect("an image")
    );
}

#[tokio::test]
async fn new_api_gateways() {
    let emulator = start().await;
    let base = format!("{}/yescale/v1", emulator.url());
    let url = format!("{base}/images/generations");
    for (body, status, kind, code) in [
        (json!({ "model": "gpt-image-1" }), 500, "new_api_error", "invalid_request"),
        (changed(body("gpt-image-1"), "n", json!(0)), 500, "new_api_error", "invalid_request"),
        (
            changed(body("gpt-image-1"), "size", json!("1024\u{d7}1024")),
            500,
            "new_api_error",
            "invalid_request",
        ),
        (body("gpt-image-9"), 503, "new_api_error", "model_not_found"),
        (
            changed(body("gpt-image-1"), "response_format", json!("url")),
            400,
            "new_api_error",
            "unknown_parameter",
        ),
        (changed(body("gpt-image-1"), "size", json!("64x64")), 400, "new_api_error", "invalid_value"),
        (
            changed(body("gpt-image-1"), "prompt", json!("[[emulator:quota]]")),
            403,
            "new_api_error",
            "insufficient_user_quota",
        ),
    ] {
        let answer = post(&url, &body).await;
        let error = &answer.json()["error"];
        assert_eq!(
            (answer.status.as_u16(), &error["type"], &error["code"]),
            (status, &json!(kind), &json!(code)),
            "{body}"
        );
        let id = answer.header("x-oneapi-request-id");
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|message| message.ends_with(&format!("(request id: {id})"))),
            "{error}"
        );
    }
    assert_eq!(post(&url, &changed(body("gpt-image-1"), "markup_style", json!("dropped"))).await.status, 200);
    let variations = post(&format!("{base}/images/variations"), &json!({})).await;
    assert_eq!((variations.status.as_u16(), variations.error().0.as_str()), (501, "api_not_implemented"));
    let missing = get(&format!("{base}/foo")).await;
    assert_eq!(missing.json()["error"]["message"], "Invalid URL (GET /yescale/v1/foo)");
    let form = |name: &str| {
        Form::default().text("model", "gpt-image-1").text("prompt", "p").text("n", "2").file(
            "image",
            name,
            "image/png",
            &encode(&pattern(64, 64), ImageFormat::Png),
        )
    };
    let edits = format!("{base}/images/edits");
    let edited = post_form_with(&edits, &form("in.png"), &[crate::support::KEY]).await.json();
    assert_eq!(edited["data"].as_array().map(Vec::len), Some(2));
    let unnamed = post_form_with(&edits, &form("upload"), &[crate::support::KEY]).await;
    assert_eq!(unnamed.error().0, "unsupported_file_mimetype", "the type follows the extension");
    let odd = post(
        &format!("{}/with/empty-url,noisy-usage/yescale/v1/images/generations", emulator.url()),
        &body("gpt-image-1"),
    )
    .await
    .json();
    assert_eq!((&odd["data"][0]["url"], &odd["usage"]["prompt_tokens"]), (&json!(""), &json!(0)));
    let stream = changed(body("gpt-image-1"), "stream", json!(true));
    assert!(post(&url, &stream).await.text().ends_with("data: [DONE]\n\n"));
    let plain =
        post(&format!("{}/with/json-stream/yescale/v1/images/generations", emulator.url()), &stream).await;
    assert_eq!(plain.header("content-type"), "application/json");
}

#[tokio::test]
async fn other_compatible_sellers() {
    let emulator = start().await;
    let url = |mount: &str| format!("{}{mount}/images/generations", emulator.url());
    let aiml = post(&url("/aimlapi/v1"), &body("openai/gpt-image-1")).await;
    assert_eq!(aiml.status, 201);
    let link = aiml.json()["data"][0]["url"].as_str().expect("a URL").to_owned();
    assert!(image::load_from_memory(&get(&link).await.body).is_ok());
    let comet = post(&url("/cometapi/v1"), &body("gpt-image-2")).await.json();
    assert_eq!(comet["usage"]["claude_cache_creation_5_m_tokens"], 0);
    let laozhang = changed(body("gpt-image-2"), "response_format", json!("url"));
    assert!(post(&url("/laozhang/v1"), &laozhang).await.json()["data"][0]["url"].is_string());
    emulator.reset_bill();
    let flat = changed(body("gpt-image-2"), "quality", json!("high"));
    assert_eq!(post(&url("/with/reverse-route/laozhang/v1"), &flat).await.status, 200);
    assert_eq!(emulator.bill().total_usd(), "0.03");
    let mut together = json!({ "model": "openai/gpt-image-1.5", "prompt": "p", "width": 1024, "height": 1536, "steps": 4, "response_format": "base64" });
    let reply = post(&url("/together/v1"), &together).await.json();
    assert_eq!(decode_image(&reply["data"][0]["b64_json"]).height(), 1536);
    together["image_url"] = json!(link);
    post(&url("/together/v1"), &together).await;
    assert_eq!(emulator.bill().charges.last().expect("a charge").operation, "edit");
    emulator.reset_bill();
    let all = post(&url("/apiyi/v1"), &body("gpt-image-2-all")).await.json();
    assert!(
        all["data"][0]["b64_json"].as_str().is_some_and(|text| text.starts_with("data:image/png;base64,"))
    );
    assert_eq!(
        (emulator.bill().total_usd(), emulator.bill().charges[0].model.as_str()),
        ("0.03".to_owned(), "gpt-image-2-all")
    );
    let router = json!({ "model": "openai/gpt-image-1.5", "prompt": "p", "input_references": [link] });
    let reply = post(&format!("{}/openrouter/api/v1/images", emulator.url()), &router).await;
    assert_eq!(reply.json()["data"][0]["media_type"], "image/png", "{}", reply.text());
    assert_eq!(emulator.bill().charges.last().expect("a charge").operation, "edit");
    let wide =
        post(&url("/lumenfall/openai/v1"), &changed(body("gpt-image-1"), "size", json!("16:9"))).await.json();
    let link = wide["data"][0]["url"].as_str().expect("a URL");
    assert_eq!(image::load_from_memory(&get(link).await.body).expect("an image").width(), 1536);
    assert_eq!(post(&url("/new-api/v1"), &body("gpt-image-2")).await.status, 200);
    let mounts = get(&emulator.url()).await.json();
    let bases: Vec<&str> = mounts["mounts"]
        .as_array()
        .expect("mounts")
        .iter()
        .filter_map(|mount| mount["base_url"].as_str())
        .collect();
    assert_eq!(bases.len(), 13);
    assert!(bases.contains(&format!("{}/api/v1", emulator.url()).as_str()));
}
