//! JSON replies as sellers send them.

use impasto_transport::{DocumentKind, ReplyKind};

use super::{json, scan};

/// `blobs` are `path=content`, with `<media type>` before the content when one is known.
fn check(text: &str, document: &str, blobs: &[&str]) {
    let scanned = scan(ReplyKind::Json, text);
    assert_eq!(scanned.error, None, "{text}");
    let shown: Vec<String> = scanned
        .blobs
        .iter()
        .map(|blob| {
            let media_type = blob.media_type.as_ref().map_or_else(String::new, |name| format!("<{name}>"));
            let problem = blob.problem.as_ref().map_or_else(String::new, |problem| format!(" !{problem}"));
            format!("{}={media_type}{}{problem}", blob.path, String::from_utf8_lossy(&blob.bytes))
        })
        .collect();
    assert_eq!(shown, blobs, "{text}");
    assert_eq!(scanned.documents.len(), 1, "{text}");
    assert_eq!(scanned.documents[0].kind, DocumentKind::Json);
    assert_eq!(json(&scanned.documents[0]), document, "{text}");
}

#[test]
fn base64_fields_are_pulled_out_wherever_they_stand() {
    check(
        r#"{"created":1,"data":[{"b64_json":"aGVsbG8=","revised_prompt":"x"},{"b64_json":"d29ybGQ"}]}"#,
        r#"{"created":1,"data":[{"b64_json":"impasto-blob:0","revised_prompt":"x"},{"b64_json":"impasto-blob:1"}]}"#,
        &["data[0].b64_json=hello", "data[1].b64_json=world"],
    );
    check(
        " {\n \"data\" : [ { \"b64_json\" :\t\"aGVsbG8=\" } ] }\r\n",
        r#"{"data":[{"b64_json":"impasto-blob:0"}]}"#,
        &["data[0].b64_json=hello"],
    );
    check(r#"{"\u0062\u00364_json":"aGk="}"#, r#"{"\u0062\u00364_json":"impasto-blob:0"}"#, &["b64_json=hi"]);
    check(r#"[{"b64_json":"aGk="}]"#, r#"[{"b64_json":"impasto-blob:0"}]"#, &["[0].b64_json=hi"]);
    check(
        r#"{"images":[["R0lGODlh","plain"],{"image":{"url":"R0lGODlh"}}]}"#,
        r#"{"images":[["impasto-blob:0","plain"],{"image":{"url":"impasto-blob:1"}}]}"#,
        &["images[0][0]=GIF89a", "images[1].image.url=GIF89a"],
    );
    check(
        r#"{"data":[{"url":"data:image/webp;base64,UklGRg=="}]}"#,
        r#"{"data":[{"url":"impasto-blob:0"}]}"#,
        &["data[0].url=<image/webp>RIFF"],
    );
}

#[test]
fn every_spelling_of_base64_is_read() {
    for spelling in [
        "+/+/aGk=",
        r"+\/+\/aGk\u003d",
        r"\u002b\u002f+/aGk\u003D",
        "-_-_aGk",
        r"+/+/\naG\r\n  k=",
        "+/+/\naGk=\n",
        "data:application/pdf;base64,+/+/aGk=",
        r"data:application\/pdf;base64,+\/+\/aGk=",
        r"\u0064ata:;base64,+\/+\/aGk=",
    ] {
        let scanned = scan(ReplyKind::Json, format!(r#"{{"b64_json":"{spelling}"}}"#));
        assert_eq!(scanned.error, None, "{spelling}");
        assert_eq!(scanned.blobs[0].bytes, b"\xfb\xff\xbfhi", "{spelling}");
    }
}

/// The places where sellers put base64, with `@` for the text: OpenAI and its imitators, Atlas Cloud's outputs bare, as
/// data URLs and as objects, gateways that answer like Replicate or like a chat.
const SHAPES: &[(&str, &str)] = &[
    (r#"{"created":1,"data":[{"b64_json":@}],"usage":{"total_tokens":1}}"#, "data[0].b64_json"),
    (
        r#"{"usage":{"total_tokens":1},"data":[{"revised_prompt":"b64_json","b64_json":@}]}"#,
        "data[0].b64_json",
    ),
    (r#"{"type":"response.image","partial_image_b64":@,"partial_image_index":0}"#, "partial_image_b64"),
    (r#"{"partial_image_index":0,"partial_image_b64":@}"#, "partial_image_b64"),
    (r#"{"images":[@]}"#, "images[0]"),
    (r#"{"images":[{"url":@,"width":1}]}"#, "images[0].url"),
    (r#"{"code":200,"data":{"status":"completed","outputs":[@],"error":""}}"#, "data.outputs[0]"),
    (r#"{"outputs":[@],"status":"completed"}"#, "outputs[0]"),
    (r#"{"data":{"outputs":[{"url":@}]}}"#, "data.outputs[0].url"),
    (r#"{"output":@}"#, "output"),
    (r#"{"data":[{"image_base64":@}]}"#, "data[0].image_base64"),
];

/// Ways of writing the PNG signature, each behind the prefix of a data URL and without.
const SPELLINGS: &[&str] = &["iVBORw0KGgo/", r"iVBORw0KGgo\/", "iVBORw0KGgo_", r"iVBORw0K\nGgo/"];

#[test]
fn every_shape_of_reply_is_read_in_every_spelling() {
    for (shape, path) in SHAPES {
        for spelling in SPELLINGS {
            for prefix in ["", "data:image/png;base64,", r"data:image\/png;base64,"] {
                let tight = shape.replace('@', &format!("\"{prefix}{spelling}\""));
                let airy = shape.replace('@', &format!(" \"{prefix}{spelling}\"\n ")).replace(':', " :\t");
                // A colon of the data URL itself has no space before it.
                let airy = airy.replace("data :\t", "data:");
                for text in [tight, airy] {
                    let scanned = scan(ReplyKind::Json, &text);
                    assert_eq!(scanned.error, None, "{text}");
                    assert_eq!(scanned.blobs.len(), 1, "{text}");
                    let blob = &scanned.blobs[0];
                    assert_eq!((blob.path.as_str(), &blob.problem), (*path, &None), "{text}");
                    assert_eq!(blob.bytes, b"\x89PNG\r\n\x1a\n\x3f", "{text}");
                    let media_type = (!prefix.is_empty()).then_some("image/png");
                    assert_eq!(blob.media_type.as_deref(), media_type, "{text}");
                }
            }
        }
    }
}

#[test]
fn what_is_no_image_stays() {
    for same in [
        r#"{"b64_json":"","url":"https://example.com/a.png"}"#,
        r#"{"b64_json":null,"url":""}"#,
        r#"{"b64_json":"https://example.com/a.png"}"#,
        r#"{"b64_json":{"b":1},"images":[1,true,null,"queued"],"output":"a fox"}"#,
        r#"{"url":"data:image/svg+xml,%3Csvg%2F%3E","result":"9f86d081884c7d65"}"#,
        r#"{"other":"iVBORw0KGgoAAAANSUhEUgAA"}"#,
        r#"{"a":[],"b":{},"c":[[],{}],"d":-1.5e-7,"e":"\ud83d\ude00 \" \\ é"}"#,
        r#""iVBORw0KGgoAAAANSUhEUgAA""#,
        "true",
        "12",
        "[]",
    ] {
        check(same, same, &[]);
    }
}

#[test]
fn sloppy_strings_are_written_properly() {
    check("{\"p\":\"a\tb\nc\u{1}\"}", r#"{"p":"a\u0009b\u000ac\u0001"}"#, &[]);
    check(r#"{"p":"\ud83dx"}"#, r#"{"p":"\ufffdx"}"#, &[]);
    check(r#"{"p":"\ud83d"}"#, r#"{"p":"\ufffd"}"#, &[]);
    check(r#"{"p":"\ud83d\ud83d\ude00"}"#, r#"{"p":"\ufffd\ud83d\ude00"}"#, &[]);
    check(r#"{"p":"\ude00\ude00"}"#, r#"{"p":"\ufffd\ufffd"}"#, &[]);
    check(r#"{"url":"\ud83d\n"}"#, r#"{"url":"\ufffd\n"}"#, &[]);
    let scanned = scan(ReplyKind::Json, b"{\"p\":\"a\xffb\"}");
    assert_eq!(json(&scanned.documents[0]), "{\"p\":\"a\u{fffd}b\"}");
}

#[test]
fn a_sellers_own_string_is_no_placeholder() {
    check(
        r#"{"a":"impasto-blob:0","b64_json":"aGk=","url":"\u0069mpasto-blob:0","c":"impasto-blob:x"}"#,
        "{\"a\":\"\u{fffd}impasto-blob:0\",\"b64_json\":\"impasto-blob:0\",\"url\":\"\u{fffd}\\u0069mpasto-blob:0\",\"c\":\"impasto-blob:x\"}",
        &["b64_json=hi"],
    );
}

#[test]
fn one_bad_blob_leaves_the_others_whole() {
    check(
        r#"{"data":[{"b64_json":"aGk="},{"b64_json":"aGk!\"x"},{"b64_json":"aGVsbG8"},{"b64_json":"aGVsb"}]}"#,
        r#"{"data":[{"b64_json":"impasto-blob:0"},{"b64_json":"impasto-blob:1"},{"b64_json":"impasto-blob:2"},{"b64_json":"impasto-blob:3"}]}"#,
        &[
            "data[0].b64_json=hi",
            "data[1].b64_json= !data[1].b64_json is not base64: character 3 is `!`",
            "data[2].b64_json=hello",
            "data[3].b64_json=hel !data[3].b64_json is not base64: character 5 is the end",
        ],
    );
    check(
        r#"{"b64_json":"\u00e9aGk="}"#,
        r#"{"b64_json":"impasto-blob:0"}"#,
        &["b64_json= !b64_json is not base64: character 0 is not ASCII"],
    );
}

#[test]
fn an_event_stream_labelled_as_json_is_read() {
    let scanned = scan(ReplyKind::Json, "\u{feff}event: x\ndata: {\"b64_json\":\"aGk=\"}\n\n");
    assert_eq!((scanned.kind, scanned.error), (ReplyKind::EventStream, None));
    assert_eq!(scanned.documents[0].event.as_deref(), Some("x"));
    assert_eq!(scanned.blobs[0].bytes, b"hi");
    let scanned = scan(ReplyKind::Json, "\u{feff}{}");
    assert_eq!((scanned.kind, scanned.error), (ReplyKind::Json, None));
}
