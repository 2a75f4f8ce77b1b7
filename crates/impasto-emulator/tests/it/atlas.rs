//! Atlas Cloud: submit, poll, download, upload, webhooks, account.

use std::time::Duration;

use image::ImageFormat;
use impasto_emulator::Emulator;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{Form, KEY, decode_image, encode, get, mask, pattern, post, post_form, send, start};

async fn submit(emulator: &Emulator, with: &str, body: &Value) -> crate::support::Answer {
    post(&format!("{}{with}/api/v1/model/generateImage", emulator.url()), body).await
}

async fn poll(emulator: &Emulator, with: &str, id: &str) -> crate::support::Answer {
    get(&format!("{}{with}/api/v1/model/prediction/{id}", emulator.url())).await
}

fn text_to_image() -> Value {
    json!({ "model": "openai/gpt-image-1.5/text-to-image", "prompt": "a market at night", "size": "1024x1536", "quality": "low" })
}

async fn upload(emulator: &Emulator, with: &str, bytes: &[u8]) -> Value {
    let form = Form::default().file("file", "a.png", "image/png", bytes);
    post_form(&format!("{}{with}/api/v1/model/uploadMedia", emulator.url()), &form).await.json()
}

#[tokio::test]
async fn a_task_is_submitted_polled_and_downloaded() {
    let emulator = start().await;
    let submitted = submit(&emulator, "/with/polls;5", &text_to_image()).await;
    assert_eq!(submitted.status, 200, "{}", submitted.text());
    let submitted = submitted.json();
    assert_eq!((&submitted["code"], &submitted["data"]["status"]), (&json!(200), &json!("created")));
    let id = submitted["data"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(id.len(), 32);
    let mut seen = Vec::new();
    let finished = loop {
        let polled = poll(&emulator, "", &id).await.json();
        seen.push(polled["data"]["status"].as_str().expect("a status").to_owned());
        if seen.last().is_some_and(|status| status == "completed") {
            break polled;
        }
        assert!(polled["data"]["outputs"].is_null());
    };
    assert_eq!(seen, ["created", "queued", "starting", "processing", "completed"]);
    let data = &finished["data"];
    // 408 output tokens at 32 USD per million and ten prompt tokens at 5.
    assert_eq!(
        (&data["price"], &data["model"]),
        (&json!("0.013106"), &json!("openai/gpt-image-1.5/text-to-image"))
    );
    let url = data["outputs"][0].as_str().expect("a URL");
    let image = send(hyper::Method::GET, url, &[], "").await;
    assert_eq!((image.status.as_u16(), image.header("content-type")), (200, "image/png"));
    let decoded = image::load_from_memory(&image.body).expect("an image");
    assert_eq!((decoded.width(), decoded.height()), (1024, 1536));
    let part = send(hyper::Method::GET, url, &[("range", "bytes=10-19")], "").await;
    assert_eq!((part.status.as_u16(), &part.body[..]), (206, &image.body[10..20]));
    let again = poll(&emulator, "", &id).await.json();
    assert_eq!(again["data"]["outputs"], data["outputs"]);
    let bill = emulator.bill();
    assert_eq!(
        (bill.len(), bill.charges[0].task.as_deref(), bill.charges[0].amount()),
        (1, Some(id.as_str()), "0.013106".to_owned())
    );
    let history = get(&format!("{}/api/v1/model/history?no=1&size=5", emulator.url())).await.json();
    assert_eq!((&history["data"]["total"], &history["data"]["items"][0]["ID"]), (&json!(1), &json!(id)));
    let balance = get(&format!("{}/public/v1/balance", emulator.url())).await.json();
    assert_eq!(balance["data"]["balance"], "999.986894");
}

#[tokio::test]
async fn other_readings_of_the_pages_are_modes() {
    let emulator = start().await;
    let bare = submit(&emulator, "/with/bare", &text_to_image()).await.json();
    assert_eq!((bare["status"].as_str(), bare.get("data")), (Some("processing"), None));
    let id = bare["id"].as_str().expect("an id");
    assert_eq!(poll(&emulator, "/with/bare", id).await.json()["status"], "completed");
    let half = submit(&emulator, "/with/bare-submit", &text_to_image()).await.json();
    let id = half["id"].as_str().expect("an id");
    assert_eq!(poll(&emulator, "/with/bare-submit", id).await.json()["data"]["status"], "completed");
    let coded = submit(&emulator, "/with/string-code,succeeded", &text_to_image()).await.json();
    assert_eq!(coded["code"], "200");
    let id = coded["data"]["id"].as_str().expect("an id");
    assert_eq!(poll(&emulator, "", id).await.json()["data"]["status"], "succeeded");
    let page = json!({ "model": "openai/gpt-image-1/edit", "input": { "prompt": "mountains" } });
    assert_eq!(submit(&emulator, "", &page).await.status, 400);
    assert_eq!(submit(&emulator, "/with/lenient", &page).await.status, 200);
    let junk =
        json!({ "model": "openai/gpt-image-1.5/text-to-image", "prompt": "p", "width": 512, "steps": 20 });
    assert_eq!(submit(&emulator, "", &junk).await.status, 200);
    assert_eq!(submit(&emulator, "/with/strict", &junk).await.status, 400);
    let names = upload(&emulator, "/with/page-names", b"x").await;
    assert_eq!(
        (&names["data"]["file_name"], &names["data"]["content_type"]),
        (&json!("a.png"), &json!("image/png"))
    );
}

#[tokio::test]
async fn edits_with_uploads_and_both_kinds_of_mask() {
    let emulator = start().await;
    let original = pattern(1024, 1024);
    let hole = [256, 256, 640, 640];
    let image = upload(&emulator, "", &encode(&original, ImageFormat::Png)).await;
    assert_eq!((&image["code"], &image["data"]["type"]), (&json!(200), &json!("image")));
    let alpha = mask(1024, 1024, hole);
    let white = image::RgbaImage::from_fn(1024, 1024, |x, y| {
        let level = if alpha.get_pixel(x, y).0[3] == 0 { 255 } else { 0 };
        image::Rgba([level, level, level, 255])
    });
    for mask in [&alpha, &white] {
        let mask = upload(&emulator, "", &encode(mask, ImageFormat::Png)).await;
        let body = json!({
            "model": "openai/gpt-image-1/edit", "prompt": "a window", "size": "1024x1024",
            "image": image["data"]["download_url"], "mask_image": mask["data"]["download_url"],
            "enable_base64_output": true, "enable_sync_mode": true,
        });
        let answer = submit(&emulator, "/with/raw-base64", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let edited = decode_image(&answer.json()["data"]["outputs"][0]).to_rgba8();
        for (x, y, pixel) in edited.enumerate_pixels() {
            let inside = (hole[0]..hole[2]).contains(&x) && (hole[1]..hole[3]).contains(&y);
            assert_eq!(pixel != original.get_pixel(x, y), inside, "at {x},{y}");
        }
    }
    let data_uri = submit(&emulator, "", &json!({ "model": "openai/gpt-image-2/edit", "prompt": "p", "images": [image["data"]["download_url"]], "enable_base64_output": true, "enable_sync_mode": true })).await.json();
    assert!(
        data_uri["data"]["outputs"][0]
            .as_str()
            .is_some_and(|output| output.starts_with("data:image/jpeg;base64,"))
    );
}

#[tokio::test]
async fn the_wrong_image_field_makes_it_a_text_to_image() {
    let emulator = start().await;
    let image =
        upload(&emulator, "", &encode(&pattern(64, 64), ImageFormat::Png)).await["data"]["download_url"]
            .clone();
    for (model, field, value, operation) in [
        ("openai/gpt-image-1/edit", "image", image.clone(), "edit"),
        ("openai/gpt-image-1/edit", "images", json!([image]), "generate"),
        ("openai/gpt-image-1-mini/edit", "images", json!([image]), "edit"),
        ("openai/gpt-image-1-mini/edit", "image", image.clone(), "generate"),
    ] {
        emulator.reset_bill();
        let answer = submit(&emulator, "", &json!({ "model": model, "prompt": "p", field: value })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(emulator.bill().charges[0].operation, operation, "{model} {field}");
    }
}

#[tokio::test]
async fn refusals() {
    let emulator = start().await;
    let url = format!("{}/api/v1/model/generateImage", emulator.url());
    for (change, status, part) in [
        (json!({ "model": null }), 400, "model is required"),
        (json!({ "model": "openai/gpt-image-1" }), 400, "expression compile failed"),
        (json!({ "model": "openai/gpt-image-9/edit" }), 404, "model not found"),
        (json!({ "model": "openai/gpt-image-1/edit" }), 400, "image is required"),
        (
            json!({ "model": "openai/gpt-image-1/edit", "image": "https://example.com/a.png" }),
            400,
            "download",
        ),
        (json!({ "model": "openai/gpt-image-1/edit", "image": "https://example.com/a" }), 400, "extension"),
        (json!({ "model": "openai/gpt-image-1/edit", "image": ["x"] }), 400, "wrong type"),
        (json!({ "prompt": null }), 400, "prompt"),
        (json!({ "size": "1024*1024" }), 400, "size"),
        (json!({ "quality": "xhigh" }), 400, "quality"),
        (json!({ "webhook_url": "https://example.com/" }), 400, "webhook_url"),
    ] {
        let mut body = text_to_image();
        for (name, value) in change.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let answer = post(&url, &body).await;
        let error = answer.json();
        assert_eq!(answer.status, status, "{change}: {error}");
        assert_eq!(error["code"], status, "{change}");
        assert!(error["msg"].as_str().is_some_and(|msg| msg.contains(part)), "{change}: {error}");
        assert_eq!(error["request_id"], answer.header("x-request-id"));
    }
    let no_key =
        send(hyper::Method::POST, &url, &[("content-type", "application/json")], text_to_image().to_string())
            .await;
    assert_eq!((no_key.status.as_u16(), &no_key.json()["msg"]), (401, &json!("unauthorized")));
    let hours = [KEY, ("content-type", "application/json"), ("x-atlascloud-object-expiration-hours", "400")];
    assert_eq!(send(hyper::Method::POST, &url, &hours, text_to_image().to_string()).await.status, 400);
    assert_eq!(poll(&emulator, "", "0000").await.status, 404);
    let models = send(hyper::Method::GET, &format!("{}/api/v1/models", emulator.url()), &[], "").await.json();
    assert_eq!(models["code"], "200");
    assert!(emulator.bill().is_empty());
}

#[tokio::test]
async fn tasks_fail_and_finish_in_odd_ways() {
    let emulator = start().await;
    for (with, status, code, last, price, charged) in [
        ("failed", 200, 200, "failed", false, 0),
        ("failed;200", 200, 500, "failed", false, 0),
        ("failed;500", 500, 500, "failed", false, 0),
        ("moderation", 200, 200, "failed", false, 0),
        ("status;timeout", 200, 200, "timeout", false, 0),
        ("status;Success", 200, 200, "Success", true, 1),
        ("late-price;2", 200, 200, "completed", false, 1),
        ("null-outputs", 200, 200, "completed", true, 1),
    ] {
        emulator.reset_bill();
        let submitted = submit(&emulator, &format!("/with/{with}"), &text_to_image()).await.json();
        let id = submitted["data"]["id"].as_str().expect("an id");
        let polled = poll(&emulator, "", id).await;
        let body = polled.json();
        assert_eq!(
            (polled.status.as_u16(), &body["code"], &body["data"]["status"]),
            (status, &json!(code), &json!(last)),
            "{with}"
        );
        assert_eq!(body["data"].get("price").is_some(), price, "{with}");
        assert_eq!(emulator.bill().len(), charged, "{with}");
        if with == "late-price;2" {
            assert!(poll(&emulator, "", id).await.json()["data"].get("price").is_none());
            assert!(poll(&emulator, "", id).await.json()["data"]["price"].is_string());
        }
    }
    let prompted =
        json!({ "model": "openai/gpt-image-2/text-to-image", "prompt": "x [[emulator:lost;2,expired-url]]" });
    let id = submit(&emulator, "", &prompted).await.json()["data"]["id"].as_str().expect("an id").to_owned();
    assert_eq!([poll(&emulator, "", &id).await.status, poll(&emulator, "", &id).await.status], [404, 404]);
    let url = poll(&emulator, "", &id).await.json()["data"]["outputs"][0].as_str().expect("a URL").to_owned();
    assert_eq!(get(&url).await.status, 404);
    let broke = submit(&emulator, "/with/broke", &text_to_image()).await;
    assert_eq!((broke.status.as_u16(), &broke.json()["msg"]), (402, &json!("insufficient balance")));
    let slow =
        json!({ "model": "openai/gpt-image-2/text-to-image", "prompt": "p", "enable_sync_mode": true });
    let timeout = submit(&emulator, "/with/sync-timeout", &slow).await;
    assert_eq!(timeout.status, 504);
    let id = timeout.json()["data"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(poll(&emulator, "", &id).await.json()["data"]["status"], "completed");
}

#[tokio::test(start_paused = true)]
async fn a_step_delay_walks_by_the_clock() {
    let emulator = Emulator::builder().step_delay(Duration::from_secs(5)).start().await.expect("an emulator");
    let id = submit(&emulator, "", &text_to_image()).await.json()["data"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(
            poll(&emulator, "", &id).await.json()["data"]["status"].as_str().expect("a status").to_owned(),
        );
        tokio::time::advance(Duration::from_millis(5010)).await;
    }
    assert_eq!(seen, ["created", "queued", "starting", "processing", "completed"]);
}

#[tokio::test]
async fn webhooks_are_signed() {
    let emulator = start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
    let mut body = text_to_image();
    body["webhook_url"] = json!(format!("http://{}/hook", listener.local_addr().expect("an address")));
    submit(&emulator, "", &body).await;
    let (mut stream, _) = listener.accept().await.expect("a webhook");
    let mut received = Vec::new();
    let (head, payload) = loop {
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).await.expect("bytes");
        received.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&received).into_owned();
        if let Some((head, payload)) = text.split_once("\r\n\r\n") {
            let header = |name: &str| {
                head.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).map(str::to_owned)
            };
            let length: usize = header("content-length").expect("a length").parse().expect("a number");
            if payload.len() == length {
                break (head.to_owned(), payload.to_owned());
            }
        }
    };
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.expect("an answer");
    let header = |name: &str| {
        head.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).expect("a header").to_owned()
    };
    let jwks = get(&format!("{}/api/v1/webhooks/jwks.json", emulator.url())).await.json();
    assert_eq!(jwks["keys"][0]["kid"], header("x-atlascloud-webhook-key-id"));
    let decode = |text: &str| base64_simd::URL_SAFE_NO_PAD.decode_to_vec(text).expect("base64url");
    let key = ed25519_compact::PublicKey::from_slice(&decode(jwks["keys"][0]["x"].as_str().expect("x")))
        .expect("a key");
    let signature = decode(&header("x-atlascloud-webhook-signature-ed25519"));
    let signature = ed25519_compact::Signature::from_slice(&signature).expect("a signature");
    let message = format!("{}.{payload}", header("x-atlascloud-webhook-timestamp"));
    key.verify(message, &signature).expect("a valid signature");
    let payload: Value = serde_json::from_str(&payload).expect("JSON");
    assert_eq!((&payload["status"], &payload["payload"]["status"]), (&json!("OK"), &json!("completed")));
    assert_eq!(payload["session_id"], header("x-atlascloud-webhook-id"));
}
