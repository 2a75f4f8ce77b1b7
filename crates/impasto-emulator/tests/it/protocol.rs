//! HTTP itself: chunked bodies, `100-continue`, large uploads, request ids, and starting and stopping.

use std::collections::HashSet;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use image::ImageFormat;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Form, encode, get, pattern, post, post_form, send, start};

/// Sends bytes over a plain socket and reads to the end.
async fn raw(emulator: &impasto_emulator::Emulator, pieces: &[&[u8]]) -> String {
    let mut stream = TcpStream::connect(emulator.addr()).await.expect("a connection");
    for piece in pieces {
        stream.write_all(piece).await.expect("a write");
        stream.flush().await.expect("a flush");
        tokio::task::yield_now().await;
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn chunked_bodies_and_expect_continue() {
    let emulator = start().await;
    let head = "POST /v1/images/generations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\n\
                content-type: application/json\r\nconnection: close\r\n";
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n");
    let answer = raw(
        &emulator,
        &[
            chunked.as_bytes(),
            b"b\r\n{\"model\":\"g\r\n",
            b"1b\r\npt-image-2\",\"prompt\":\"fox\"}\r\n0\r\n\r\n",
        ],
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{}", &answer[..200.min(answer.len())]);
    assert!(answer.contains("content-length: "));
    let body = r#"{"model":"gpt-image-2","prompt":"fox"}"#;
    let expecting = format!("{head}expect: 100-continue\r\ncontent-length: {}\r\n\r\n", body.len());
    let answer = raw(&emulator, &[expecting.as_bytes(), body.as_bytes()]).await;
    assert!(answer.starts_with("HTTP/1.1 100") && answer.contains("HTTP/1.1 200"));
}

#[tokio::test]
async fn every_reply_has_its_own_request_id() {
    let emulator = start().await;
    let base = emulator.openai_base_url();
    let mut ids = HashSet::new();
    for round in 0..5 {
        for body in [
            json!({ "model": "gpt-image-2", "prompt": "p", "stream": round % 2 == 0, "size": "1024x640" }),
            json!({}),
        ] {
            let answer = post(&format!("{base}/images/generations"), &body).await;
            assert!(ids.insert(answer.header("x-request-id").to_owned()));
            assert!(!answer.header("x-ratelimit-remaining-requests").is_empty());
            assert!(!answer.header("openai-processing-ms").is_empty());
            assert_eq!(answer.header("openai-version"), "2020-10-01");
        }
        let answer = send(hyper::Method::GET, &format!("{base}/nowhere"), &[], "").await;
        assert!(ids.insert(answer.header("x-request-id").to_owned()));
    }
    let recorded: HashSet<String> =
        emulator.requests().into_iter().map(|request| request.request_id).collect();
    assert_eq!(recorded, ids);
}

#[tokio::test]
async fn large_uploads_are_read_and_too_large_ones_refused() {
    let emulator = start().await;
    let url = format!("{}/images/edits", emulator.openai_base_url());
    // Bytes after the end of a PNG are ignored by every decoder.
    let png = encode(&pattern(640, 480), ImageFormat::Png);
    let padded = |total: usize| {
        let mut bytes = png.clone();
        bytes.resize(total, 0);
        bytes
    };
    let form =
        |bytes: &[u8]| Form::default().text("model", "gpt-image-2").text("prompt", "p").png("image", bytes);
    let answer = post_form(&url, &form(&padded(49 * 1024 * 1024))).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = post_form(&url, &form(&padded(50 * 1024 * 1024))).await;
    assert_eq!(answer.error().0, "image_file_too_large");
    let unauthorized = crate::support::post_form_with(&url, &form(&padded(20 * 1024 * 1024)), &[]).await;
    assert_eq!(unauthorized.status, 401, "a refusal reaches a caller who is still sending");
}

#[tokio::test(start_paused = true)]
async fn connections_in_memory_live_in_virtual_time() {
    let emulator = start().await;
    let started = tokio::time::Instant::now();
    let ask = async |fault: &str| {
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(emulator.connect()))
                .await
                .expect("a connection");
        tokio::spawn(connection);
        let body = json!({ "model": "gpt-image-2", "prompt": "p", "size": "1024x640" }).to_string();
        let request = hyper::Request::post("/v1/images/generations")
            .header("authorization", "Bearer k")
            .header("host", "emulator")
            .header("content-type", "application/json")
            .header("x-emulator-fault", fault)
            .body(Full::new(Bytes::from(body)))
            .expect("a request");
        let answer = tokio::time::timeout(Duration::from_secs(300), sender.send_request(request)).await;
        answer.ok().map(|answer| answer.map(|answer| answer.status().as_u16()).ok())
    };
    assert_eq!(ask("delay;200000").await, Some(Some(200)));
    assert_eq!(ask("stall-after").await, None, "the caller's own deadline");
    assert_eq!(ask("reset-after").await, Some(None), "closed without an answer");
    assert_eq!(started.elapsed().as_secs(), 500);
    assert_eq!(emulator.bill().len(), 3);
}

#[tokio::test]
async fn malformed_bodies() {
    let emulator = start().await;
    let base = emulator.openai_base_url();
    for (path, content_type, body, status, code) in [
        ("generations", "application/json", "{not json", 400, "invalid_json"),
        ("generations", "application/json", "[1]", 400, "invalid_json"),
        ("generations", "text/plain", "{}", 415, "unsupported_content_type"),
        ("generations", "multipart/form-data; boundary=x", "--x--\r\n", 415, "unsupported_content_type"),
        ("edits", "multipart/form-data", "", 400, "invalid_multipart"),
        (
            "edits",
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nzzz",
            400,
            "invalid_multipart",
        ),
    ] {
        let headers = [crate::support::KEY, ("content-type", content_type)];
        let answer = send(hyper::Method::POST, &format!("{base}/images/{path}"), &headers, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().0.as_str()),
            (status, code),
            "{path} {content_type} {body}"
        );
    }
}

#[tokio::test]
async fn the_front_page_lists_the_mounts() {
    let emulator = start().await;
    let page = get(&emulator.url()).await.json();
    assert_eq!(page["mounts"][0]["base_url"], emulator.openai_base_url());
    let html = send(hyper::Method::GET, &emulator.url(), &[("accept", "text/html")], "").await;
    assert!(
        html.header("content-type").starts_with("text/html")
            && html.text().contains(&emulator.openai_base_url())
    );
}

#[tokio::test]
async fn it_stops_when_dropped_and_when_asked() {
    let emulator = start().await;
    let addr = emulator.addr();
    emulator.shutdown().await;
    assert!(TcpStream::connect(addr).await.is_err());
    let emulator = start().await;
    let taken = impasto_emulator::Emulator::builder().listen(emulator.addr()).start().await;
    assert!(taken.expect_err("an error").to_string().contains(&emulator.addr().to_string()));
}
