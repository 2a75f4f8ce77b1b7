//! Uploads stream from disk with their exact length.

use std::{fs, path::PathBuf};

use impasto_transport::{
    Body, Deadlines, FileSource, Form, HttpRequest, HttpTransport, JsonBody, Repeat, Segment, Sent, Source,
    TransportErrorKind,
    body::{READ_SIZE, SegmentReader},
};
use proptest::prelude::*;

use super::server::{Received, answer, prepare, read_request, serve};

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|index| (index.wrapping_mul(2_654_435_761) >> 13).to_be_bytes()[7]).collect()
}

fn file(folder: &tempfile::TempDir, name: &str, len: usize) -> (FileSource, PathBuf) {
    let path = folder.path().join(name);
    fs::write(&path, bytes(len)).unwrap();
    (FileSource::stat(&path).unwrap(), path)
}

async fn send(transport: &dyn HttpTransport, body: Body) -> (Received, Vec<u8>) {
    let (url, server) = serve(async |mut stream| {
        let request = read_request(&mut stream).await;
        answer(&mut stream, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        request
    })
    .await;
    let request = prepare(HttpRequest::post(url, body.clone()), Deadlines::default()).unwrap();
    let content_type = request.headers["content-type"].to_str().unwrap().to_owned();
    let boundary = content_type.split_once("boundary=").map_or("", |(_, boundary)| boundary).to_owned();
    transport.send(request).await.unwrap();
    (server.await.unwrap(), body.to_bytes(&boundary).unwrap().to_vec())
}

#[tokio::test]
async fn a_form_with_files_arrives_byte_for_byte() {
    for (_, transport) in transports!() {
        let folder = tempfile::tempdir().unwrap();
        let (image, _) = file(&folder, "a.png", 3 * READ_SIZE + 17);
        let (mask, _) = file(&folder, "mask.png", READ_SIZE);
        let (empty, _) = file(&folder, "empty.png", 0);
        let form = Form::new()
            .with_text("prompt", "a fox")
            .with_file("image[]", "a.png", "image/png", image)
            .with_file("image[]", "empty.png", "image/png", empty)
            .with_file("image[]", "b.png", "image/png", Source::Bytes(bytes(100_000).into()))
            .with_file("mask", "mask.png", "image/png", mask);
        let body = Body::from(form);
        let length = body.content_length("impasto-00000000000000000000000000000000");
        let (received, expected) = send(&*transport, body).await;
        assert_eq!(received.header("content-length"), Some(&*length.to_string()));
        assert_eq!(received.header("transfer-encoding"), None);
        assert!(received.body == expected);
    }
}

#[tokio::test]
async fn a_data_url_of_a_file_is_encoded_on_the_way() {
    for (_, transport) in transports!() {
        let folder = tempfile::tempdir().unwrap();
        for len in [0, 1, 2, 3, 192 * 1024 - 1, 192 * 1024, 192 * 1024 + 1, 1_000_000] {
            let (image, _) = file(&folder, "a.png", len);
            let value =
                serde_json::json!({"images": [{"image_url": "@a"}, {"image_url": "@b"}], "prompt": "x"});
            let sources = [
                ("@a".to_owned(), Source::File(image), "image/png".to_owned()),
                ("@b".to_owned(), Source::Bytes(bytes(len).into()), "image/png".to_owned()),
            ];
            let (received, expected) =
                send(&*transport, JsonBody::with_sources(&value, &sources).unwrap().into()).await;
            assert!(received.body == expected, "{len}");
            let url = format!("data:image/png;base64,{}", base64_simd::STANDARD.encode_to_string(bytes(len)));
            let value: serde_json::Value = serde_json::from_slice(&received.body).unwrap();
            assert!(
                value["images"][0]["image_url"] == *url && value["images"][1]["image_url"] == *url,
                "{len}"
            );
        }
    }
}

#[tokio::test]
async fn a_file_that_changed_is_noticed_before_anything_is_sent() {
    for (_, transport) in transports!() {
        let folder = tempfile::tempdir().unwrap();
        let (source, path) = file(&folder, "a.png", 1000);
        let form = Form::new().with_file("image", "a.png", "image/png", source);
        // Nobody listens there: it must not come to that.
        let request =
            HttpRequest::post("http://127.0.0.1:9/", form.into()).with_repeat(Repeat::WhenNotBilled);
        let request = prepare(request, Deadlines::default()).unwrap();
        for (content, word) in
            [(Some(999), "999 bytes"), (Some(1001), "1001 bytes"), (None, "cannot be read")]
        {
            match content {
                Some(len) => fs::write(&path, bytes(len)).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let error = transport.send(request.clone()).await.unwrap_err();
            assert_eq!((error.kind(), error.sent()), (TransportErrorKind::Io, Sent::No), "{error}");
            assert!(error.to_string().contains(word), "{error}");
        }
    }
}

#[tokio::test]
async fn a_file_cut_while_it_is_sent_never_makes_a_whole_request() {
    for (_, transport) in transports!() {
        let folder = tempfile::tempdir().unwrap();
        let len = 64 * READ_SIZE;
        let (source, path) = file(&folder, "a.png", len);
        let (url, server) = serve(async move |mut stream| {
            use tokio::io::AsyncReadExt;
            // The file is cut once the upload has begun, while the rest waits for the socket.
            let mut some = vec![0; 1000];
            stream.read_exact(&mut some).await.unwrap();
            fs::write(&path, b"short").unwrap();
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
            some.len() + rest.len()
        })
        .await;
        let form = Form::new().with_file("image", "a.png", "image/png", source);
        let request = prepare(HttpRequest::post(url, form.into()), Deadlines::default()).unwrap();
        let error = transport.send(request).await.unwrap_err();
        assert_eq!((error.kind(), error.sent()), (TransportErrorKind::Io, Sent::Maybe), "{error}");
        assert!(error.to_string().contains("changed"), "{error}");
        assert!(server.await.unwrap() < len);
    }
}

#[test]
fn a_file_that_grew_is_not_given_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let (source, path) = file(&folder, "a.png", READ_SIZE + 10);
    let mut reader = SegmentReader::new(vec![Segment::File(source)]);
    assert_eq!(reader.next_chunk().unwrap().unwrap().len(), READ_SIZE);
    fs::write(&path, bytes(READ_SIZE + 11)).unwrap();
    assert_eq!(reader.next_chunk().unwrap_err().kind(), TransportErrorKind::Io);
}

proptest! {
    #[test]
    fn a_body_is_as_long_as_it_says(
        parts in prop::collection::vec((any::<String>(), any::<String>(), prop::option::of(0_usize..2000)), 0..5),
        boundary in "[a-z0-9-]{1,40}",
    ) {
        let form = parts.into_iter().fold(Form::new(), |form, (name, text, file)| match file {
            None => form.with_text(name, text),
            Some(len) => form.with_file(name, text, "image/png", Source::Bytes(bytes(len).into())),
        });
        let body = Body::from(form);
        let written = body.to_bytes(&boundary).unwrap();
        prop_assert_eq!(written.len() as u64, body.content_length(&boundary));
        for segment in body.segments(&boundary) {
            let mut reader = SegmentReader::new(vec![segment.clone()]);
            let mut len = 0;
            while let Some(chunk) = reader.next_chunk().unwrap() {
                prop_assert!(!chunk.is_empty());
                len += chunk.len() as u64;
            }
            prop_assert_eq!(len, segment.len());
        }
    }
}
