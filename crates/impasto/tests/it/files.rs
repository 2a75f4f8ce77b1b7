//! Images saved as they arrive.

use impasto::sink::Files;
use impasto::{BillingOutcome, ErrorKind};

use crate::support::{client, emulator};

fn names(directory: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> = directory
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn several_images_are_numbered_and_nothing_else_stays() {
    let emulator = emulator().await;
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("deep/down/cat.png");
    let generation = client(&emulator).generate("a cat").quality("low").n(3_u32).save(&out).await.unwrap();
    assert_eq!(names(out.parent().unwrap()), ["cat-1.png", "cat-2.png", "cat-3.png"]);
    for image in &generation.images {
        let bytes = std::fs::read(image.path().unwrap()).unwrap();
        assert_eq!(bytes.len() as u64, image.stored.len());
        assert_eq!(impasto_pixels::facts_of_bytes(&bytes).unwrap(), image.facts.unwrap());
    }
}

#[tokio::test]
async fn the_extension_follows_what_arrives() {
    let emulator = emulator().await;
    let directory = tempfile::tempdir().unwrap();
    let call = client(&emulator).generate("a cat").quality("low").output_format("jpeg");
    let generation = call.save(directory.path().join("cat.png")).await.unwrap();
    assert_eq!(generation.first().path().unwrap(), directory.path().join("cat.jpg"));
}

#[tokio::test]
async fn an_existing_file_is_refused_before_anything_is_sent() {
    let emulator = emulator().await;
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("cat.png");
    std::fs::write(&out, "mine").unwrap();
    let client = client(&emulator);
    let error = client.generate("a cat").quality("low").save(&out).await.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidRequest, Some("out")));
    assert_eq!(error.billing(), BillingOutcome::NotBilled);
    assert_eq!(emulator.requests().len(), 0);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "mine");
    let forced = client.generate("a cat").quality("low").destination(Files::at(&out).with_force(true));
    forced.send().await.unwrap();
    assert_ne!(std::fs::read(&out).unwrap(), b"mine");
    assert_eq!(names(directory.path()), ["cat.png"]);
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_is_refused_before_anything_is_sent() {
    let emulator = emulator().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = client(&emulator).generate("a cat").save(file.join("cat.png")).await.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::Io, Some("out")));
    assert_eq!(emulator.requests().len(), 0);
}
