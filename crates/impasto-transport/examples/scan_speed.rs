//! How fast the reply scanner is: GB of reply text per second, scanned and decoded, on one thread.
//!
//! `cargo run --release -p impasto-transport --example scan_speed`
#![expect(clippy::print_stdout, reason = "it prints a table")]
#![expect(clippy::disallowed_methods, reason = "it measures real time")]

use std::time::Instant;

use bytes::Bytes;
use impasto_transport::{Piece, PullRules, ReplyKind, ReplyScanner, ScanLimits};

const IMAGE: usize = 3_000_000;
const IMAGES: usize = 10;
const ROUNDS: usize = 20;

fn main() {
    let image: Vec<u8> =
        (0..IMAGE).map(|index| (index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[0]).collect();
    let base64 = base64_simd::STANDARD.encode_to_string(&image);
    let wrapped: String = base64.as_bytes().chunks(76).fold(String::new(), |mut text, line| {
        text.push_str(&String::from_utf8_lossy(line));
        text.push_str("\\n");
        text
    });
    let cases = [
        ("json", ReplyKind::Json, reply(&base64)),
        ("json, \\/ escaped", ReplyKind::Json, reply(&base64.replace('/', "\\/"))),
        ("json, url-safe", ReplyKind::Json, reply(&base64.replace('/', "_").replace('+', "-"))),
        ("json, \\n every 76", ReplyKind::Json, reply(&wrapped)),
        ("event stream", ReplyKind::EventStream, stream(&base64)),
    ];
    println!("{:<20}{:>12}{:>12}{:>12}{:>12}", "GB/s of text", "16 KiB", "64 KiB", "256 KiB", "whole");
    for (name, kind, text) in cases {
        let text = Bytes::from(text);
        let speeds: Vec<String> = [16 << 10, 64 << 10, 256 << 10, text.len()]
            .iter()
            .map(|&size| format!("{:>12.2}", best_of(|| scan(kind, &text, size), text.len())))
            .collect();
        println!("{name:<20}{}", speeds.concat());
    }
}

fn reply(base64: &str) -> String {
    let items = vec![format!("{{\"b64_json\":\"{base64}\"}}"); IMAGES];
    format!("{{\"created\":1,\"data\":[{}]}}", items.join(","))
}

fn stream(base64: &str) -> String {
    format!("event: image_generation.partial_image\ndata: {{\"b64_json\":\"{base64}\"}}\n\n").repeat(IMAGES)
}

fn best_of(run: impl Fn() -> usize, len: usize) -> f64 {
    let seconds = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            assert_eq!(run(), IMAGE * IMAGES);
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min);
    #[expect(clippy::cast_precision_loss, reason = "a few digits are shown")]
    let gigabytes = len as f64 / 1e9;
    gigabytes / seconds
}

fn scan(kind: ReplyKind, text: &Bytes, size: usize) -> usize {
    let mut scanner = ReplyScanner::new(kind, PullRules::new(&["b64_json"], &[]), ScanLimits::default());
    let mut decoded = 0;
    for at in (0..text.len()).step_by(size) {
        scanner.push(text.slice(at..text.len().min(at + size)));
        decoded += drain(&mut scanner);
    }
    scanner.end();
    decoded + drain(&mut scanner)
}

fn drain(scanner: &mut ReplyScanner) -> usize {
    let mut decoded = 0;
    while let Ok(Some(piece)) = scanner.next() {
        if let Piece::BlobData { bytes, .. } = piece {
            decoded += bytes.len();
        }
    }
    decoded
}
