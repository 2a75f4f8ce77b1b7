//! Event streams as sellers send them.

use impasto_transport::{BlobProblem, DocumentKind, ReplyKind, ScanError};

use super::{Scanned, json, scan};

/// `documents` are `name|kind letter|text`.
fn check(text: &str, documents: &[&str]) -> Scanned {
    let scanned = scan(ReplyKind::EventStream, text);
    assert_eq!(scanned.error, None, "{text:?}");
    let shown: Vec<String> = scanned
        .documents
        .iter()
        .map(|document| {
            let kind = match document.kind {
                DocumentKind::Json => "J",
                DocumentKind::Text => "T",
                DocumentKind::Done => "D",
                _ => "?",
            };
            format!("{}|{kind}|{}", document.event.as_deref().unwrap_or_default(), json(document))
        })
        .collect();
    assert_eq!(shown, documents, "{text:?}");
    scanned
}

#[test]
fn every_kind_of_stream_is_read() {
    check("event: a\ndata: {\"x\":1}\n\n", &[r#"a|J|{"x":1}"#]);
    check("event: a\rdata:{\"x\":1}\r\r", &[r#"a|J|{"x":1}"#]);
    check(
        "\u{feff}: PING\r\n\r\nid: 1\r\nretry: 5\r\ndata: {\"x\":1}\r\nevent: late\r\n\r\n",
        &[r#"late|J|{"x":1}"#],
    );
    check("data: {\ndata: \"x\": \"a\ndata: b\"}\n\n", &[r#"|J|{"x":"a\u000ab"}"#]);
    check("data: {\"x\":1}\n\ndata: [DONE]\n\n", &[r#"|J|{"x":1}"#, "|D|[DONE]"]);
    check("data: [DONE] bye", &["|D|[DONE]"]);
    check("data: [1]\n\ndata: [\ndata: 2]\n\n", &["|J|[1]", "|J|[2]"]);
    check("data: {\"x\":1}", &[r#"|J|{"x":1}"#]);
    check("data: 12", &["|J|12"]);
    check("data: data: {\"x\":1}\n\ndata:data:data: [DONE]\n\n", &[r#"|J|{"x":1}"#, "|D|[DONE]"]);
    check("data: data: {\"x\":\ndata: data: 1}\n\n", &[r#"|J|{"x":1}"#]);
    check("data:\n\nevent: empty\n\ndata:  \ndata: {}\n\n", &["|J|{}"]);
    check("event: a\ndata: {\"x\":1}\ndata: {\"x\":2}\n\n", &[r#"a|J|{"x":1}"#, r#"a|J|{"x":2}"#]);
    check(": only comments\n\n", &[]);
    check("event: error\ndata: upstream says no\n\ndata: {}\n\n", &["error|T|upstream says no", "|J|{}"]);
    check("data: dat\n\ndata: nope\n\n", &["|T|dat", "|T|nope"]);
    check("data: {\"x\":1} and more\ndata: lines\n\n", &["|T|{\"x\":1}and more\nlines"]);
    check("data: {\"x\":\n\ndata: {}\n\n", &[r#"|T|{"x":"#, "|J|{}"]);
}

#[test]
fn images_come_out_of_events() {
    let scanned = check(
        "event: image_generation.partial_image\ndata: {\"b64_json\":\"aGk=\",\"partial_image_index\":0}\n\n\
         data: {\"type\":\"image_generation.completed\",\"b64_json\":\"data:image/png;base64,aGVs\ndata: bG8=\"}\n\
         event: image_generation.completed\n\n",
        &[
            r#"image_generation.partial_image|J|{"b64_json":"impasto-blob:0","partial_image_index":0}"#,
            r#"image_generation.completed|J|{"type":"image_generation.completed","b64_json":"impasto-blob:1"}"#,
        ],
    );
    let [partial, completed] = &scanned.blobs[..] else { panic!("two blobs") };
    assert_eq!(partial.event.as_deref(), Some("image_generation.partial_image"));
    assert_eq!(completed.event, None, "its name came after its data");
    assert_eq!((&partial.bytes[..], &completed.bytes[..]), (&b"hi"[..], &b"hello"[..]));
    assert_eq!(scanned.documents[1].blobs[0].media_type.as_deref(), Some("image/png"));
}

#[test]
fn an_event_cut_by_a_blank_line_costs_only_itself() {
    let scanned = check(
        "data: {\"b64_json\":\"aGVs\n\ndata: {\"b64_json\":\"aGk=\"}\n\n",
        &[r#"|T|{"b64_json":"impasto-blob:0""#, r#"|J|{"b64_json":"impasto-blob:1"}"#],
    );
    assert!(matches!(&scanned.blobs[0].problem, Some(BlobProblem::Truncated { path }) if path == "b64_json"));
    assert_eq!(scanned.blobs[1].problem, None);
}

#[test]
fn a_cut_stream_names_what_was_open() {
    let scanned = scan(
        ReplyKind::EventStream,
        "data: {\"b64_json\":\"aGk=\"}\n\nevent: done\ndata: {\"data\":[{\"b64_json\":\"aGVsbG8",
    );
    let open = "data[0].b64_json".to_owned();
    assert_eq!(scanned.error, Some(ScanError::Truncated { open: open.clone() }));
    assert_eq!(scanned.documents.len(), 1);
    assert_eq!(scanned.blobs[0].bytes, b"hi");
    assert_eq!(scanned.blobs[1].problem, Some(BlobProblem::Truncated { path: open }));
}

#[test]
fn json_in_place_of_a_stream_is_read() {
    let scanned = scan(ReplyKind::EventStream, " \n{\"data\":[{\"b64_json\":\"aGk=\"}]}");
    assert_eq!((scanned.kind, scanned.error), (ReplyKind::Json, None));
    assert_eq!(scanned.blobs[0].bytes, b"hi");
    assert_eq!(scanned.documents.len(), 1);
}

#[test]
fn other_text_is_not_taken_for_a_stream_without_events() {
    for (text, at) in [("<html><body>502 Bad Gateway", 0), ("upstream error: timeout\nsorry", 0)] {
        let scanned = scan(ReplyKind::EventStream, text);
        let excerpt = text.replace('\n', " ");
        assert_eq!(scanned.error, Some(ScanError::NotJson { at, excerpt }));
    }
    assert_eq!(scan(ReplyKind::EventStream, "\r\n").error, Some(ScanError::Empty));
}
