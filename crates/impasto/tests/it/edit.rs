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

/// A mask that keeps everything would be paid for and change nothing.
#[cfg(feature = "masks")]
#[tokio::test]
async fn a_mask_that_lets_nothing_change_is_refused_before_it_costs() {
    use impasto::{ErrorKind, Mask, MaskReading, WarningKind};
    use impasto_pixels::{EditRegion, MaskPolarity};

    let emulator = emulator().await;
    let directory = tempfile::tempdir().unwrap();
    let first = directory.path().join("first.png");
    client(&emulator).generate("a harbour").quality("low").size("1024x1024").save(&first).await.unwrap();
    let before = emulator.requests().len();

    let mask = |polarity| EditRegion::nothing(1024, 1024).unwrap().render(polarity).unwrap();
    let (opaque, black) = (mask(MaskPolarity::TransparentIsEdited), mask(MaskPolarity::WhiteIsEdited));
    let read_as = |bytes: &[u8], reading| Mask::Image { image: ImageInput::bytes(bytes.to_vec()), reading };
    let edit = |unchecked: bool, mask: Mask| {
        let client = crate::support::builder(&emulator).unchecked(unchecked).build().unwrap();
        let call = client.edit(first.as_path(), "a boat").mask(mask).quality("low");
        async move { call.send().await }
    };
    for (mask, words) in [
        (read_as(&opaque, MaskReading::TransparentIsEdited), "none of its pixels is transparent"),
        (read_as(&black, MaskReading::Auto), "none of its pixels is white"),
        (read_as(&black, MaskReading::WhiteIsEdited), "none of its pixels is white"),
    ] {
        let error = edit(false, mask).await.unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidRequest, Some("mask")));
        assert!(error.message().contains(words), "{error}");
        assert!(error.hint().unwrap().starts_with("nothing was sent"), "{error}");
    }
    assert_eq!(emulator.requests().len(), before);

    // Who knows better may send it.
    let edited = edit(true, read_as(&opaque, MaskReading::TransparentIsEdited)).await.unwrap();
    assert!(
        edited.warnings.iter().any(
            |warning| warning.kind == WarningKind::Unverified && warning.field.as_deref() == Some("mask")
        )
    );
    // Black may be what is to be edited.
    edit(false, read_as(&black, MaskReading::BlackIsEdited)).await.unwrap();
}

/// White on black with an alpha channel that says nothing: it is drawn anew, not sent as it is.
#[cfg(feature = "masks")]
#[tokio::test]
async fn an_opaque_mask_of_white_and_black_is_read_by_its_white() {
    use impasto::Mask;
    use impasto_pixels::{DriftOptions, EditRegion, MaskPolarity, drift};

    let emulator = emulator().await;
    let client = client(&emulator);
    let made = client.generate("a harbour").quality("low").size("1024x1024").send().await.unwrap();
    let before = made.first().bytes().await.unwrap();
    let region = EditRegion::rectangle((1024, 1024), 100, 200, 300, 400).unwrap();
    let grey = region.render(MaskPolarity::WhiteIsEdited).unwrap();
    let mut with_alpha = std::io::Cursor::new(Vec::new());
    let pixels = image::load_from_memory(&grey).unwrap().into_rgba8();
    pixels.write_to(&mut with_alpha, image::ImageFormat::Png).unwrap();
    let call = client.edit(before.to_vec(), "a boat").mask(Mask::image(with_alpha.into_inner()));
    let after = call.quality("low").size("1024x1024").send().await.unwrap().first().bytes().await.unwrap();
    let drift = drift(&before, &after, &region, DriftOptions::default().with_threshold(0)).unwrap();
    assert_eq!(drift.changed_pixels, 0, "nothing changed outside");
    assert!(drift.inside_changed_fraction > 0.5, "{drift:?}");
}
