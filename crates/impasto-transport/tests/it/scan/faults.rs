//! Replies that cannot be read, and limits.

use impasto_transport::{BlobProblem, ReplyKind, ScanError, ScanLimits};

use super::{scan, scan_limited, scan_with};

fn check(text: impl AsRef<[u8]>, expected: &str) {
    let text = text.as_ref();
    let error = scan(ReplyKind::Json, text).error;
    let shown = error.map_or_else(|| "none".to_owned(), |error| error.to_string());
    assert_eq!(shown, expected, "{}", String::from_utf8_lossy(text));
}

#[test]
fn errors_say_what_and_where() {
    check("", "the reply is empty");
    check(" \n", "the reply is empty");
    check("<html>\n  <h1>502</h1>\u{1}", "the reply is not JSON (at byte 0): <html> <h1>502</h1>");
    check("upstream error", "the reply is not JSON (at byte 0): upstream error");
    check("no channel", "the reply is not JSON (at byte 1): no channel");
    check("dat", "the reply is not JSON (at byte 0): dat");
    check(r#"{"a":1,}"#, r#"the reply is not JSON (at byte 7): {"a":1,}"#);
    check(r#"{"a":01}"#, r#"the reply is not JSON (at byte 7): {"a":01}"#);
    check(r#"{"a" 1}"#, r#"the reply is not JSON (at byte 5): {"a"1}"#);
    check(r#"{"a":"\x"}"#, r#"the reply is not JSON (at byte 7): {"a":"x"}"#);
    check(r"[1}", "the reply is not JSON (at byte 2): [1}");
    check(r#"{"a":1]"#, r#"the reply is not JSON (at byte 6): {"a":1]"#);
    check(r#"{"a":1} x"#, "more follows the JSON of the reply (at byte 8): x");
    check(r#"{"data":[{"#, "the reply ended within data[0]");
    check(r#"{"data":[1,2"#, "the reply ended within data[2]".replace('2', "1").as_str());
    check(r#"{"a":{"b":tr"#, "the reply ended within a.b");
    check("{", "the reply ended within its JSON");
    check(r#"{"data":[{"b64_json":"aGVsbG8"#, "the reply ended within data[0].b64_json");
    check("\u{feff}", "the reply is empty");
}

#[test]
fn excerpts_are_short() {
    let page = format!("<html>{}", "word ".repeat(500));
    let Some(ScanError::NotJson { excerpt, .. }) = scan(ReplyKind::Json, &page).error else {
        panic!("an error")
    };
    assert_eq!(excerpt.chars().count(), 300);
    assert!(excerpt.ends_with('…'));
}

#[test]
fn a_cut_reply_keeps_the_images_that_were_whole() {
    let scanned = scan(ReplyKind::Json, r#"{"data":[{"b64_json":"aGk="},{"b64_json":"aGVsbG8h"#);
    assert_eq!(scanned.blobs[0].problem, None);
    assert_eq!(scanned.blobs[0].bytes, b"hi");
    let path = "data[1].b64_json".to_owned();
    assert_eq!(scanned.blobs[1].problem, Some(BlobProblem::Truncated { path }));
}

#[test]
fn limits_hold() {
    let limits = ScanLimits::default();
    let text = r#"{"data":[{"b64_json":"aGVsbG8="},{"b64_json":"aGk="}]}"#;
    let scanned = scan_limited(ReplyKind::Json, limits.with_blob(3), text);
    assert_eq!(scanned.error, None);
    assert_eq!(scanned.blobs[0].bytes, b"hel");
    let path = "data[0].b64_json".to_owned();
    assert_eq!(scanned.blobs[0].problem, Some(BlobProblem::TooLarge { path, limit: 3 }));
    assert_eq!(scanned.blobs[1].problem, None);

    let scanned = scan_limited(ReplyKind::Json, limits.with_blobs(1), text);
    assert_eq!(scanned.error, Some(ScanError::TooManyBlobs { limit: 1 }));
    assert_eq!(scanned.blobs.len(), 1);

    let scanned = scan_limited(ReplyKind::Json, limits.with_depth(2), text);
    assert_eq!(scanned.error, Some(ScanError::TooDeep { limit: 2 }));

    let long = format!(r#"{{"b64_json":"{}","prompt":"{}"}}"#, "aGVs".repeat(100), "x".repeat(100));
    let scanned = scan_limited(ReplyKind::Json, limits.with_document(64), &long);
    assert_eq!(scanned.error, Some(ScanError::TooLarge { limit: 64 }));
    assert_eq!(scanned.blobs[0].bytes.len(), 300, "blobs do not count");
}

#[test]
fn the_deepest_document_is_one_that_serde_json_reads() {
    let depth = ScanLimits::default().depth;
    let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    // `scan_with` parses every document it is given.
    assert_eq!(scan_with(ReplyKind::Json, ScanLimits::default(), [text.as_bytes()]).documents.len(), 1);
}
