//! Files stored at a seller, over real HTTP.

use std::time::Duration;

use impasto::{BillingOutcome, Client, ErrorKind, ImageInput, RetryPolicy};
use impasto_emulator::Emulator;

use crate::support::{KEY, client, emulator};

/// Atlas Cloud with these faults, and waits that nobody notices.
fn atlas_with(emulator: &Emulator, faults: &str) -> Client {
    let url = format!("{}{faults}/api/v1", emulator.url());
    let brief = Duration::from_millis(1);
    Client::builder()
        .ignore_env()
        .provider("atlas")
        .api_key(KEY)
        .base_url(url)
        .retry(RetryPolicy::default().with_backoff(brief, brief))
        .build()
        .unwrap()
}

fn atlas(emulator: &Emulator) -> Client {
    atlas_with(emulator, "")
}

async fn picture(emulator: &Emulator) -> Vec<u8> {
    let made = client(emulator).generate("a fox").size("1024x1024").quality("low").send().await.unwrap();
    emulator.reset();
    made.first().bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn an_uploaded_image_can_be_edited_by_its_address() {
    let emulator = emulator().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fox.png");
    std::fs::write(&path, picture(&emulator).await).unwrap();
    let client = atlas(&emulator);
    let file = client.upload(path).await.unwrap();
    assert!(file.url.starts_with("http://127.0.0.1:"), "{file:?}");
    assert_eq!(file.filename.as_deref(), Some("fox.png"));
    let edit = client.edit(file.url.as_str(), "at night").size("1024x1024").quality("low");
    assert_eq!(edit.send().await.unwrap().images.len(), 1);
    assert_eq!(emulator.bill().for_key(KEY).len(), 1, "uploads are free");
}

#[tokio::test]
async fn what_can_pass_is_tried_again_and_what_cannot_is_told() {
    let emulator = emulator().await;
    let bytes = picture(&emulator).await;
    for (fault, kind, tries) in [
        ("server-error;on=upload;times=1", None, 2),
        ("overloaded;on=upload;times=2", None, 3),
        ("not-verified;on=upload", Some(ErrorKind::Permission), 1),
        ("html-502;on=upload", Some(ErrorKind::Server), 3),
    ] {
        emulator.reset();
        let client = atlas_with(&emulator, &format!("/with/{fault}"));
        let answer = client.upload(ImageInput::bytes(bytes.clone())).await;
        assert_eq!(emulator.requests().len(), tries, "{fault}");
        match (answer, kind) {
            (Ok(_), None) => {}
            (Err(error), Some(kind)) => {
                assert_eq!((error.kind(), error.billing()), (kind, BillingOutcome::NotBilled), "{fault}");
                assert_eq!(error.provider(), Some("atlas"), "{fault}");
            }
            (answer, kind) => panic!("{fault}: {answer:?}, not {kind:?}"),
        }
    }
}

#[tokio::test]
async fn sellers_without_uploads_and_inputs_that_are_not_local_are_refused_unsent() {
    let emulator = emulator().await;
    let bytes = picture(&emulator).await;
    let check = async |client: Client, image: ImageInput, field: &str, words: &str| {
        let error = client.upload(image).await.unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidRequest, Some(field)), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    };
    check(client(&emulator), ImageInput::bytes(bytes.clone()), "upload", "OpenAI stores no files").await;
    check(atlas(&emulator), "https://example.com/a.png".into(), "image", "is not a local image").await;
    check(atlas(&emulator), ImageInput::bytes(b"text".to_vec()), "image", "not an image").await;
    let unsent = Client::builder().ignore_env().provider("atlas").without_key().build().unwrap();
    assert_eq!(unsent.upload(ImageInput::bytes(bytes)).await.unwrap_err().kind(), ErrorKind::MissingKey);
    assert_eq!(emulator.requests().len(), 0);
}
