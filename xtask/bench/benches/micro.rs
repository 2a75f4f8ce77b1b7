//! Micro-benchmarks: the reply scanner and what it could be made of, event streams, estimates, encoding of requests.
//!
//! `cargo bench` in this folder; an argument filters by name.

use base64::Engine as _;
use base64_simd::{Out, STANDARD};
use bytes::Bytes;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use impasto::{Client, ImageInput, ImageRequest};
use impasto_transport::{Piece, PullRules, ReplyKind, ReplyScanner, ScanLimits};

/// Bytes of one image.
const IMAGE: usize = 3_000_000;
/// What a read from a socket gives at most.
const CHUNK: usize = 64 * 1024;

fn main() {
    divan::main();
}

fn image() -> Vec<u8> {
    (0..IMAGE as u64).map(|index| index.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[0]).collect()
}

fn text() -> String {
    STANDARD.encode_to_string(image())
}

fn json(text: &str) -> String {
    format!("{{\"created\":1,\"data\":[{{\"b64_json\":\"{text}\"}}]}}")
}

fn events(text: &str) -> String {
    format!("event: image_generation.partial_image\ndata: {{\"b64_json\":\"{text}\"}}\n\n")
}

/// The whole scanner: the search for the base64, its decoding, and the JSON around it.
#[divan::bench(args = ["json", "json, every slash escaped", "json, url-safe", "event stream"])]
fn scanner(bencher: Bencher<'_, '_>, case: &str) {
    let (kind, body) = match case {
        "json" => (ReplyKind::Json, json(&text())),
        "json, every slash escaped" => (ReplyKind::Json, json(&text().replace('/', "\\/"))),
        "json, url-safe" => (ReplyKind::Json, json(&text().replace('/', "_").replace('+', "-"))),
        _ => (ReplyKind::EventStream, events(&text())),
    };
    let body = Bytes::from(body);
    bencher.counter(BytesCount::new(body.len())).bench(|| scan(kind, &body));
}

fn scan(kind: ReplyKind, body: &Bytes) -> usize {
    let mut scanner = ReplyScanner::new(kind, PullRules::new(&["b64_json"], &[]), ScanLimits::default());
    let mut decoded = 0;
    let mut drain = |scanner: &mut ReplyScanner| {
        while let Ok(Some(piece)) = scanner.next() {
            if let Piece::BlobData { bytes, .. } = piece {
                decoded += black_box(bytes).len();
            }
        }
    };
    for at in (0..body.len()).step_by(CHUNK) {
        scanner.push(body.slice(at..body.len().min(at + CHUNK)));
        drain(&mut scanner);
    }
    scanner.end();
    drain(&mut scanner);
    assert_eq!(decoded, IMAGE);
    decoded
}

/// Decoding alone, slice by slice: why the scanner uses this crate and not the other.
#[divan::bench(args = ["base64-simd", "base64"])]
fn decoder(bencher: Bencher<'_, '_>, case: &str) {
    let text = text();
    let mut out = vec![0; CHUNK];
    bencher.counter(BytesCount::new(text.len())).bench_local(|| {
        for slice in text.as_bytes().chunks(CHUNK) {
            if case == "base64-simd" {
                black_box(STANDARD.decode(slice, Out::from_slice(&mut out)).expect("base64").len());
            } else {
                let engine = base64::engine::general_purpose::STANDARD;
                black_box(engine.decode_slice(slice, &mut out).expect("base64"));
            }
        }
    });
}

/// What a reply costs before any decoding when it is read as a typed whole.
#[divan::bench]
fn serde_json_alone(bencher: Bencher<'_, '_>) {
    let body = json(&text());
    bencher
        .counter(BytesCount::new(body.len()))
        .bench(|| serde_json::from_str::<serde_json::Value>(black_box(&body)).expect("JSON"));
}

fn client() -> Client {
    let builder = Client::builder().ignore_env().api_key("sk-bench").provider("openai").model("gpt-image-2");
    builder.build().expect("a client")
}

/// A client: the sellers, rules and prices that come with the library are read.
#[divan::bench]
fn a_client() -> Client {
    client()
}

/// The price of a request, by the model's own formula.
#[divan::bench(args = [1, 10])]
fn estimate(bencher: Bencher<'_, '_>, images: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let client = client();
    bencher.bench_local(|| {
        let call = client.generate("a lighthouse at dusk").size("1536x1024").quality("high").n(images);
        runtime.block_on(call.estimate()).expect("an estimate")
    });
}

/// From the neutral request to the exact HTTP requests.
#[divan::bench(args = ["generate", "edit"])]
fn encode(bencher: Bencher<'_, '_>, case: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let client = client();
    let tiny = impasto_bench::picture::of_length(1024).expect("a picture");
    let request = if case == "edit" {
        ImageRequest::edit("a lighthouse at dusk").with_image(ImageInput::bytes(tiny))
    } else {
        ImageRequest::generate("a lighthouse at dusk")
    };
    bencher.bench_local(|| runtime.block_on(client.request(request.clone()).preview()).expect("a preview"));
}
