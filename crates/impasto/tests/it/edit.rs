//! Images from images.

use impasto::{ImageFormat, ImageInput, Stored};

use crate::support::{KEY, client, emulator};

#[tokio::test]
async fn an_edit_with_a_mask_takes_files_and_bytes() {
    let emulator = emulator().await;
    let client = client(&emulator);
    let directory = tempfile::tempdir().unwrap();
    let first = directory.path().join("first.png");
    client.generate("a harbour").quality("low").save(&first).await.unwrap();
    // An image with a transparent background is a mask of its own kind.
    let mask = client.generate("a shape").quality("low").background("transparent").send().await.unwrap();
    let Stored::Memory(mask) = &mask.first().stored else { panic!("kept in memory") };
    let edited = client
        .edit(first.as_path(), "at night")
        .image(ImageInput::bytes(mask.to_vec()))
        .mask(ImageInput::bytes(mask.to_vec()).with_filename("mask.png"))
        .quality("low")
        .send()
        .await
        .unwrap();
    assert_eq!(edited.first().facts.unwrap().format, ImageFormat::Png);
    let bill = emulator.bill().for_key(KEY);
    assert_eq!(bill.charges.last().unwrap().operation, "edit");
    let details = edited.usage.unwrap().input_tokens_details.unwrap();
    assert_eq!(details.image_tokens, Some(2048));
    let sent = emulator.requests().pop().unwrap();
    assert!(sent.header("content-length").is_some(), "the length of an upload is known");
}

#[tokio::test]
async fn images_by_data_url_and_by_file_go_as_json() {
    let emulator = emulator().await;
    let client = client(&emulator);
    let directory = tempfile::tempdir().unwrap();
    let first = directory.path().join("first.png");
    client.generate("a harbour").quality("low").save(&first).await.unwrap();
    let tiny = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";
    let edited = client
        .edit(first.as_path(), "at night")
        .image(ImageInput::url(tiny))
        .quality("low")
        .send()
        .await
        .unwrap();
    assert_eq!(edited.images.len(), 1);
    let sent = emulator.requests().pop().unwrap();
    assert_eq!(sent.header("content-type"), Some("application/json"));
}
