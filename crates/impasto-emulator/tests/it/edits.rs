//! `POST /v1/images/edits`: multipart and JSON, masks to the pixel, uploads that are refused.

use image::ImageFormat;
use serde_json::{Value, json};

use crate::support::{Form, decode_image, encode, mask, pattern, post, post_form, start};

fn form() -> Form {
    Form::default().text("model", "gpt-image-2").text("prompt", "add a boat")
}

fn data_url(mime: &str, bytes: &[u8]) -> String {
    format!("data:{mime};base64,{}", base64_simd::STANDARD.encode_to_string(bytes))
}

#[tokio::test]
async fn nothing_changes_outside_the_mask() {
    let emulator = start().await;
    let url = format!("{}/images/edits", emulator.openai_base_url());
    let original = pattern(1024, 768);
    let hole = [100, 200, 500, 600];
    for (format, field) in
        [(ImageFormat::Png, "image"), (ImageFormat::WebP, "image[]"), (ImageFormat::Png, "image[0]")]
    {
        let input = encode(&original, format);
        let form = form()
            .file(field, "in", format.to_mime_type(), &input)
            .png("mask", &encode(&mask(1024, 768, hole), ImageFormat::Png));
        let answer = post_form(&url, &form).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let edited = decode_image(&answer.json()["data"][0]["b64_json"]).to_rgba8();
        assert_eq!(edited.dimensions(), (1024, 768), "auto keeps the size of the input");
        for (x, y, pixel) in edited.enumerate_pixels() {
            let inside = (hole[0]..hole[2]).contains(&x) && (hole[1]..hole[3]).contains(&y);
            assert_eq!(pixel != original.get_pixel(x, y), inside, "{format:?} at {x},{y}");
        }
    }
}

#[tokio::test]
async fn the_mark_is_legible_inside_an_elliptical_mask() {
    let emulator = start().await;
    let url = format!("{}/images/edits", emulator.openai_base_url());
    let original = pattern(1024, 1024);
    let inside = |x: u32, y: u32| x.abs_diff(450).pow(2) + y.abs_diff(550).pow(2) < 250 * 250;
    let hole = image::RgbaImage::from_fn(1024, 1024, |x, y| {
        image::Rgba([0, 0, 0, if inside(x, y) { 0 } else { 255 }])
    });
    let form = form()
        .png("image", &encode(&original, ImageFormat::Png))
        .png("mask", &encode(&hole, ImageFormat::Png));
    let edited = decode_image(&post_form(&url, &form).await.json()["data"][0]["b64_json"]).to_rgba8();
    let mut lit = 0;
    for (x, y, pixel) in edited.enumerate_pixels() {
        if inside(x, y) {
            lit += u32::from(pixel.0[..3] == [255, 252, 240]);
        } else {
            assert_eq!(pixel, original.get_pixel(x, y), "at {x},{y}");
        }
    }
    // Some forty letters of about twenty dots, each dot at least two by two pixels.
    assert!(lit > 40 * 20 * 4, "{lit} pixels of text");
}

#[tokio::test]
async fn an_unreadable_mask_is_called_a_mask() {
    let emulator = start().await;
    let url = format!("{}/images/edits", emulator.openai_base_url());
    let png = encode(&pattern(64, 64), ImageFormat::Png);
    for (form, what) in [
        (form().png("image", &png).png("mask", b"just text"), "mask"),
        (form().png("image", b"just text"), "image 1"),
        (form().png("image[]", &png).png("image[]", b"just text"), "image 2"),
    ] {
        let answer = post_form(&url, &form).await.json();
        let message = format!("Invalid image file or mode for {what}, please check your image file.");
        assert_eq!(answer["error"]["message"], message);
    }
}

#[tokio::test]
async fn without_a_mask_the_picture_stays_recognisable() {
    let emulator = start().await;
    let url = format!("{}/images/edits", emulator.openai_base_url());
    let original = pattern(1024, 1024);
    let answer = post_form(&url, &form().png("image", &encode(&original, ImageFormat::Png))).await;
    let edited = decode_image(&answer.json()["data"][0]["b64_json"]).to_rgba8();
    let distance: u64 = edited
        .pixels()
        .zip(original.pixels())
        .flat_map(|(a, b)| (0..3).map(move |channel| u64::from(a.0[channel].abs_diff(b.0[channel]))))
        .sum();
    let mean = distance / (1024 * 1024 * 3);
    assert!((3..60).contains(&mean), "mean difference {mean}");
    let usage = &answer.json()["usage"];
    assert_eq!(usage["input_tokens_details"]["image_tokens"], 1024);
}

#[tokio::test]
async fn refusals_of_uploads() {
    let emulator = start().await;
    let url = format!("{}/images/edits", emulator.openai_base_url());
    let png = encode(&pattern(640, 480), ImageFormat::Png);
    let jpeg = encode(&pattern(640, 480), ImageFormat::Jpeg);
    let opaque = {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::DynamicImage::ImageRgba8(pattern(640, 480))
            .to_rgb8()
            .write_to(&mut bytes, ImageFormat::Png)
            .expect("a PNG");
        bytes.into_inner()
    };
    let small = encode(&mask(320, 240, [0, 0, 9, 9]), ImageFormat::Png);
    let good = encode(&mask(640, 480, [0, 0, 9, 9]), ImageFormat::Png);
    let mut mpo = jpeg[..2].to_vec();
    mpo.extend(b"\xff\xe2\x00\x08MPF\0XX");
    mpo.extend(&jpeg[2..]);
    let many = (0..17).fold(form(), |form, _| form.png("image[]", &png));
    let cases = [
        (form(), "missing_required_parameter", "image"),
        (form().text("image", "http://x"), "invalid_type", "image"),
        (
            form().file("image", "upload", "application/octet-stream", &png),
            "unsupported_file_mimetype",
            "image",
        ),
        (form().file("image", "a.gif", "image/gif", &png), "unsupported_file_mimetype", "image"),
        (form().png("image", b"just text"), "invalid_image_file", "image"),
        (form().png("image", &png[..200]), "invalid_image_file", "image"),
        (form().png("image", b""), "empty_image_file", "image"),
        (form().file("image", "a.jpg", "image/jpeg", &mpo), "invalid_image_file", "image"),
        (many, "array_above_max_length", "image"),
        (form().png("image", &png).png("mask", &small), "invalid_mask_image_format", "mask"),
        (form().png("image", &png).png("mask", &opaque), "invalid_mask_image_format", "mask"),
        (
            form().png("image", &png).file("mask", "m.jpg", "image/jpeg", &jpeg),
            "invalid_mask_image_format",
            "mask",
        ),
        (form().png("image", &png).png("mask", &good).png("markup", &good), "invalid_value", "markup"),
        (form().png("image", &png).png("markup", &good), "unsupported_parameter", "markup"),
        (
            form().png("image", &png).text("input_fidelity", "high"),
            "invalid_input_fidelity_model",
            "input_fidelity",
        ),
        (form().png("image", &png).text("n", "two"), "invalid_type", "n"),
        (form().png("image", &png).text("colour", "red"), "unknown_parameter", "colour"),
        (form().png("image", &png).png("extra", &png), "unknown_parameter", "extra"),
    ];
    for (number, (form, code, param)) in cases.into_iter().enumerate() {
        let answer = post_form(&url, &form).await;
        assert_eq!(answer.status, 400, "case {number}: {}", answer.text());
        assert_eq!(answer.error(), (code.to_owned(), param.to_owned()), "case {number}");
    }
    assert!(emulator.bill().is_empty());
}

#[tokio::test]
async fn the_json_form() {
    let emulator = start().await;
    let base = emulator.openai_base_url();
    let url = format!("{base}/images/edits");
    let png = encode(&pattern(1024, 1024), ImageFormat::Png);
    let file = Form::default().text("purpose", "vision").png("file", &png);
    let file = post_form(&format!("{base}/files"), &file).await.json();
    let id = file["id"].as_str().expect("an id");
    let hole = data_url("image/png", &encode(&mask(1024, 1024, [0, 0, 300, 300]), ImageFormat::Png));
    let body = |images: Value| json!({ "model": "gpt-image-2", "prompt": "snow", "images": images });
    for images in
        [json!([{ "file_id": id }]), json!([{ "image_url": data_url("image/png", &png) }, { "file_id": id }])]
    {
        let mut request = body(images);
        request["mask"] = json!({ "image_url": hole });
        let answer = post(&url, &request).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let edited = decode_image(&answer.json()["data"][0]["b64_json"]).to_rgba8();
        assert_eq!(edited.get_pixel(900, 900), pattern(1024, 1024).get_pixel(900, 900));
        assert_ne!(edited.get_pixel(150, 150), pattern(1024, 1024).get_pixel(150, 150));
    }
    for (images, code) in [
        (json!([]), "missing_required_parameter"),
        (json!("x"), "invalid_type"),
        (json!([{ "file_id": id, "image_url": "data:," }]), "invalid_value"),
        (json!([{}]), "invalid_value"),
        (json!([{ "file_id": "file-none" }]), "image_file_not_found"),
        (json!([{ "image_url": "data:image/png;base64,@@@" }]), "invalid_base64_image"),
        (json!([{ "image_url": "ftp://x/y.png" }]), "invalid_image_url"),
        (json!([{ "image_url": "https://example.com/y.png" }]), "failed_to_download_image"),
        (json!([{ "url": "https://example.com/y.png" }]), "unknown_parameter"),
    ] {
        let answer = post(&url, &body(images.clone())).await;
        assert_eq!((answer.status.as_u16(), answer.error().0.as_str()), (400, code), "{images}");
    }
    let deleted = crate::support::send(
        hyper::Method::DELETE,
        &format!("{base}/files/{id}"),
        &[crate::support::KEY],
        "",
    )
    .await;
    assert_eq!(deleted.json()["deleted"], true);
    assert_eq!(crate::support::get(&format!("{base}/files/{id}")).await.status, 404);
}

#[tokio::test]
async fn sixteen_images_and_markup() {
    let emulator = start().await;
    let url = format!("{}/images/edits", emulator.openai_base_url());
    let png = encode(&pattern(256, 256), ImageFormat::Png);
    let form = (0..16)
        .fold(Form::default().text("model", "gpt-image-2.5-flare").text("prompt", "all"), |form, _| {
            form.png("image[]", &png)
        });
    let form = form
        .png("markup", &encode(&mask(256, 256, [0, 0, 200, 200]), ImageFormat::Png))
        .text("n", "2")
        .text("output_format", "jpeg");
    let answer = post_form(&url, &form).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["data"].as_array().expect("images").len(), 2);
    assert_eq!(body["usage"]["input_tokens_details"]["image_tokens"], 2 * 16 * 1024);
}
