//! Masks: each polarity read back by each reading, sizes, and what is refused.

use std::fs;

use image::{DynamicImage, ImageFormat as Codec, Rgba, RgbaImage};
use impasto_pixels::{
    EditRegion, Error, ErrorKind, MaskPolarity, PreparedMask, facts_of_bytes, mask_has_transparency,
    prepare_mask, read_mask, read_mask_image,
};
use impasto_types::{ImageFacts, ImageFormat, ImageInput, Mask, MaskReading};
use proptest::prelude::{Strategy, any, proptest};
use proptest::{collection, prop_assert, prop_assert_eq};

use crate::samples;

/// The region an image means when its missing alpha is read, by another decoder call than the crate's own.
fn by_alpha(png: &[u8]) -> Vec<u8> {
    decoded(png).pixels().map(|pixel| 255 - pixel.0[3]).collect()
}

/// The same for its white, whatever the alpha.
fn by_white(png: &[u8]) -> Vec<u8> {
    let pixels = decoded(png);
    assert!(pixels.pixels().all(|pixel| pixel.0[0] == pixel.0[1] && pixel.0[1] == pixel.0[2]), "grey");
    pixels.pixels().map(|pixel| pixel.0[0]).collect()
}

fn decoded(png: &[u8]) -> RgbaImage {
    image::load_from_memory_with_format(png, Codec::Png).expect("a PNG").into_rgba8()
}

fn regions() -> impl Strategy<Value = EditRegion> {
    (1..20_u32, 1..20_u32, any::<bool>()).prop_flat_map(|(width, height, hard)| {
        collection::vec(any::<u8>(), (width * height) as usize).prop_map(move |coverage| {
            let region = EditRegion::from_coverage(width, height, coverage).expect("one value a pixel");
            if hard { region.hardened() } else { region }
        })
    })
}

proptest! {
    #[test]
    fn every_polarity_is_right_under_its_reading(region in regions()) {
        let coverage = region.coverage().to_vec();
        let inverse: Vec<u8> = coverage.iter().map(|value| 255 - value).collect();
        let render = |polarity| region.render(polarity).expect("renders");

        let transparent = render(MaskPolarity::TransparentIsEdited);
        prop_assert_eq!(by_alpha(&transparent), coverage.clone());
        let edits = mask_has_transparency(&ImageInput::bytes(transparent.clone())).expect("a PNG");
        prop_assert_eq!(edits, !region.edits_nothing());
        prop_assert_eq!(facts_of_bytes(&transparent).expect("a PNG").alpha, Some(true));

        let white = render(MaskPolarity::WhiteIsEdited);
        prop_assert_eq!(by_white(&white), coverage.clone());
        prop_assert_eq!(facts_of_bytes(&white).expect("a PNG").alpha, Some(false));

        prop_assert_eq!(by_white(&render(MaskPolarity::BlackIsEdited)), inverse);

        let both = render(MaskPolarity::Both);
        prop_assert_eq!(by_alpha(&both), coverage.clone());
        prop_assert_eq!(by_white(&both), coverage);
    }

    #[test]
    fn what_is_rendered_is_read_back(region in regions()) {
        for (polarity, reading) in [
            (MaskPolarity::TransparentIsEdited, MaskReading::TransparentIsEdited),
            (MaskPolarity::WhiteIsEdited, MaskReading::WhiteIsEdited),
            (MaskPolarity::WhiteIsEdited, MaskReading::Auto),
            (MaskPolarity::BlackIsEdited, MaskReading::BlackIsEdited),
            (MaskPolarity::Both, MaskReading::TransparentIsEdited),
            (MaskPolarity::Both, MaskReading::WhiteIsEdited),
            (MaskPolarity::Both, MaskReading::Auto),
        ] {
            let read = read_mask_image(&region.render(polarity).expect("renders"), reading).expect("reads");
            prop_assert_eq!(&read.region, &region, "{} as {:?}", polarity, reading);
            prop_assert_eq!(
                read.warnings.len(),
                usize::from(region.edits_nothing() || region.edits_everything())
            );
        }
    }

    #[test]
    fn a_rectangle_is_the_mask_drawn_by_hand(
        (width, height) in (1..30_u32, 1..30_u32),
        (x, y, w, h) in (0..30_u32, 0..30_u32, 0..30_u32, 0..30_u32),
    ) {
        let first = ImageFacts::new(ImageFormat::Png, width, height, 9);
        let mask = Mask::Rectangle { x, y, width: w, height: h };
        let outcome = read_mask(&mask, Some(&first));
        if w == 0 || h == 0 || x + w > width || y + h > height {
            let error = outcome.expect_err("not inside");
            prop_assert_eq!(error.kind(), ErrorKind::Mask);
            return Ok(());
        }
        let drawn = RgbaImage::from_fn(width, height, |px, py| {
            let inside = (x..x + w).contains(&px) && (y..y + h).contains(&py);
            Rgba([200, 30, 90, if inside { 0 } else { 255 }])
        });
        let drawn = samples::encode(&drawn.into(), Codec::Png);
        let drawn = read_mask(&Mask::image(drawn), Some(&first)).expect("reads");
        prop_assert_eq!(outcome.expect("inside").region, drawn.region);
    }

    #[test]
    fn garbled_masks_never_panic(
        edits in collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..5),
        cut in any::<proptest::sample::Index>(),
        codec in proptest::sample::select(vec![Codec::Png, Codec::Jpeg, Codec::WebP]),
    ) {
        let mut bytes = samples::encode(&samples::rgb(20, 20), codec);
        for (at, value) in edits {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate(1 + cut.index(bytes.len()));
        if let Ok(read) = read_mask_image(&bytes, MaskReading::Auto) {
            prop_assert!(!read.region.coverage().is_empty());
        }
    }
}

fn prepare(mask: &Mask, first: &ImageFacts) -> Result<PreparedMask, Error> {
    prepare_mask(mask, Some(first), MaskPolarity::Both)
}

#[track_caller]
fn warned(mask: impl Into<Mask>, first: &ImageFacts, expected: &[&str]) {
    let warnings = prepare(&mask.into(), first).expect("a mask").warnings;
    let messages: Vec<&str> = warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(messages, expected);
    assert!(warnings.iter().all(|warning| warning.field.as_deref() == Some("mask")));
}

#[track_caller]
fn refused(mask: &Mask, first: Option<&ImageFacts>, kind: ErrorKind, expected: &str) {
    let error = prepare_mask(mask, first, MaskPolarity::Both).expect_err(expected);
    assert_eq!((error.kind(), error.to_string().as_str()), (kind, expected));
}

fn plain(width: u32, height: u32, pixel: [u8; 4]) -> Vec<u8> {
    samples::encode(&DynamicImage::from(RgbaImage::from_pixel(width, height, Rgba(pixel))), Codec::Png)
}

#[test]
fn masks_that_cannot_be_meant_are_warned_about() {
    let first = ImageFacts::new(ImageFormat::Png, 40, 30, 9);
    let nothing = "the mask lets no pixel change; was it read the wrong way round?";
    let everything = "the mask lets every pixel change, as if there were none";
    warned(plain(40, 30, [0, 0, 0, 255]), &first, &[nothing]);
    warned(plain(40, 30, [255; 4]), &first, &[everything]);
    warned(plain(40, 30, [0; 4]), &first, &[everything]);
    warned(Mask::Rectangle { x: 0, y: 0, width: 40, height: 30 }, &first, &[everything]);
    warned(Mask::Rectangle { x: 0, y: 0, width: 40, height: 29 }, &first, &[]);
    let opaque = ImageInput::bytes(plain(40, 30, [255, 255, 255, 255]));
    warned(Mask::Image { image: opaque, reading: MaskReading::TransparentIsEdited }, &first, &[nothing]);
    warned(
        samples::encode(&samples::rgb(40, 30), Codec::Png),
        &first,
        &["the mask is in colour and has no transparency; its brightness is taken for what is edited"],
    );
}

#[test]
fn a_mask_must_fit_the_first_image_as_it_is_shown() {
    let photo = ImageFacts::new(ImageFormat::Jpeg, 40, 30, 9);
    let turned = photo.with_orientation(6);
    assert!(prepare(&plain(30, 40, [0; 4]).into(), &turned).is_ok());
    refused(
        &plain(40, 30, [0; 4]).into(),
        Some(&turned),
        ErrorKind::Mask,
        "mask image in memory: 40x30 pixels, but the first image has 30x40 as it is shown (its EXIF orientation \
         turns it); both must be the same",
    );
    refused(
        &plain(41, 30, [0; 4]).into(),
        Some(&photo),
        ErrorKind::Mask,
        "mask image in memory: 41x30 pixels, but the first image has 40x30; both must be the same",
    );
    assert!(prepare_mask(&plain(41, 30, [0; 4]).into(), None, MaskPolarity::Both).is_ok());
    // A rectangle counts in the image as it is shown, and a mask may be turned itself.
    let mask = prepare(&Mask::Rectangle { x: 0, y: 35, width: 30, height: 5 }, &turned).expect("inside");
    assert_eq!(mask.facts.dimensions(), (30, 40));
    let mask = samples::turned_jpeg(&samples::grey(40, 30), 6);
    assert!(prepare(&mask.into(), &turned).is_ok());
}

#[test]
fn what_cannot_be_a_mask_is_refused_by_name() {
    let first = ImageFacts::new(ImageFormat::Png, 40, 30, 9);
    refused(
        &Mask::image("https://example.com/mask.png?key=1"),
        Some(&first),
        ErrorKind::Unsupported,
        "mask https://example.com/mask.png: only a file or bytes can be read; a URL or file id can only be handed on \
         as it is",
    );
    refused(
        &Mask::image("no/such/mask.png"),
        Some(&first),
        ErrorKind::Io,
        "mask no/such/mask.png: no such file",
    );
    refused(
        &Mask::image(b"draw a cat".to_vec()),
        Some(&first),
        ErrorKind::NotAnImage,
        "mask image in memory: not an image; it looks like plain text",
    );
    refused(
        &Mask::image(samples::encode(&samples::rgba(40, 30), Codec::Gif)),
        Some(&first),
        ErrorKind::Unsupported,
        "mask image in memory: a gif image cannot be decoded here; use png, jpeg or webp",
    );
    refused(
        &Mask::Rectangle { x: 1, y: 1, width: 2, height: 2 },
        None,
        ErrorKind::Mask,
        "mask: a rectangle needs the size of the first image, which is not known; give a mask image",
    );
    refused(
        &Mask::Rectangle { x: 30, y: 1, width: 20, height: 2 },
        Some(&first),
        ErrorKind::Mask,
        "mask: the rectangle reaches to 50x3, outside the image of 40x30 pixels",
    );
}

#[test]
fn a_bomb_is_refused_before_it_is_decoded() {
    let mut png = plain(2, 2, [0; 4]);
    png[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let error = read_mask_image(&png, MaskReading::Auto).expect_err("too large");
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert_eq!(
        error.message(),
        "30000x30000 pixels are too many; at most 64000000 and 32768 a side can be worked on"
    );
}

#[test]
fn masks_are_read_from_files_and_lossy_formats() {
    let region = EditRegion::rectangle((64, 64), 16, 16, 32, 32).expect("inside");
    let white = decoded(&region.render(MaskPolarity::WhiteIsEdited).expect("renders"));
    let jpeg = samples::encode(&DynamicImage::from(white).to_rgb8().into(), Codec::Jpeg);
    let path = std::env::temp_dir().join(format!("impasto-pixels-mask-{}.jpg", std::process::id()));
    fs::write(&path, jpeg).expect("writes");
    let read = read_mask(&Mask::image(path.as_path()), None);
    fs::remove_file(&path).expect("removes");
    let read = read.expect("reads");
    assert_eq!(read.reading, Some(MaskReading::WhiteIsEdited));
    assert_eq!(read.region.hardened(), region);
}
