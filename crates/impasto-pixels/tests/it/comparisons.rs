//! Drift, pasting back, previews and the look at real transparency.

use image::{DynamicImage, ImageFormat as Codec, Rgba, RgbaImage};
use impasto_pixels::{
    Drift, DriftOptions, EditRegion, ErrorKind, audit_transparency, drift, facts_of_bytes, has_transparency,
    preview, recompose,
};
use impasto_types::{Background, ImageFormat, ImageRequest};
use proptest::prelude::{any, proptest};
use proptest::{prop_assert, prop_assert_eq};

use crate::samples;

fn png(pixels: &RgbaImage) -> Vec<u8> {
    samples::encode(&DynamicImage::from(pixels.clone()), Codec::Png)
}

fn exactly() -> DriftOptions {
    DriftOptions::default().with_threshold(0)
}

fn measure(before: &[u8], after: &[u8], region: &EditRegion, options: DriftOptions) -> Drift {
    drift(before, after, region, options).expect("fits")
}

#[test]
fn drift_counts_what_changed_on_each_side_of_the_mask() {
    let before = samples::rgb(20, 10).into_rgba8();
    let region = EditRegion::rectangle((20, 10), 0, 0, 10, 10).expect("inside");
    let mut after = before.clone();
    let mut paint = |x, y, by: u8| {
        let value = &mut after.get_pixel_mut(x, y).0[1];
        *value = value.wrapping_add(by);
    };
    (0..10).for_each(|y| paint(3, y, 90)); // Inside: ten of a hundred.
    paint(15, 0, 40); // Outside: one seen, one below the threshold.
    paint(16, 0, 4);

    let found = measure(&png(&before), &png(&after), &region, DriftOptions::default());
    assert_eq!((found.outside_pixels, found.changed_pixels, found.max_delta), (100, 1, 40));
    let close = |left: f64, right: f64| assert!((left - right).abs() < 1e-9, "{left} is not {right}");
    close(found.changed_fraction, 0.01);
    close(found.mean_delta, 0.44);
    close(found.inside_changed_fraction, 0.1);
    assert_eq!(measure(&png(&before), &png(&after), &region, exactly()).changed_pixels, 2);

    let everything = EditRegion::everything(20, 10).expect("small");
    let found = measure(&png(&before), &png(&after), &everything, exactly());
    assert_eq!((found.outside_pixels, found.changed_pixels), (0, 0));
    close(found.changed_fraction, 0.0);
}

#[test]
fn the_colour_of_what_cannot_be_seen_is_no_drift() {
    let clear = |colour| png(&RgbaImage::from_pixel(4, 4, Rgba([colour, colour, colour, 0])));
    let nothing = EditRegion::nothing(4, 4).expect("small");
    assert_eq!(measure(&clear(0), &clear(255), &nothing, exactly()).max_delta, 0);
}

#[test]
fn a_turned_original_is_compared_as_it_is_shown() {
    let shown = samples::rgb(16, 8);
    let jpeg = samples::turned_jpeg(&shown.rotate270(), 6);
    let region = EditRegion::nothing(16, 8).expect("small");
    let found = measure(&samples::encode(&shown, Codec::Png), &jpeg, &region, exactly());
    assert!(found.mean_delta < 24.0, "{found:?}");
}

#[test]
fn other_sizes_are_refused_unless_scaled() {
    let before = samples::encode(&samples::rgb(20, 10), Codec::Png);
    let after = samples::encode(&samples::rgb(40, 20), Codec::Png);
    let region = EditRegion::nothing(20, 10).expect("small");
    let error = drift(&before, &after, &region, DriftOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SizeMismatch);
    assert_eq!(
        error.to_string(),
        "the edited image is 40x20, the original 20x10 pixels; scale it to compare all the same"
    );
    let scaled = measure(&before, &after, &region, DriftOptions::default().with_scale(true));
    assert_eq!(scaled.outside_pixels, 200);
    let pasted = recompose(&before, &after, &region, true).expect("scales");
    assert_eq!(measure(&before, &pasted, &region, exactly()).changed_pixels, 0);

    let error = drift(&before, &before, &EditRegion::nothing(10, 20).expect("small"), exactly()).unwrap_err();
    assert_eq!(error.to_string(), "the mask is 10x20, the original 20x10 pixels");
    let error = drift(&before, b"oops", &region, exactly()).unwrap_err();
    assert_eq!(error.to_string(), "the edited image: not an image; it looks like plain text");
}

proptest! {
    #[test]
    fn what_is_pasted_back_has_no_drift(seed in any::<u64>(), (width, height) in (1..24_u32, 1..24_u32)) {
        let noise = |x: u32, y: u32, salt: u64| {
            let mixed = seed.wrapping_add(salt).wrapping_mul(u64::from(x) * 7919 + u64::from(y) * 104_729 + 1);
            Rgba((mixed ^ mixed >> 29).to_be_bytes()[..4].try_into().expect("four bytes"))
        };
        let before = RgbaImage::from_fn(width, height, |x, y| noise(x, y, 1));
        let after = RgbaImage::from_fn(width, height, |x, y| noise(x, y, 2));
        let coverage = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| {
            match noise(x, y, 3).0 { [0..=99, ..] => 0, [100..=199, ..] => 255, [.., soft] => soft }
        });
        let region = EditRegion::from_coverage(width, height, coverage.collect()).expect("one a pixel");
        let (old, new) = (png(&before), png(&after));
        let pasted = recompose(&old, &new, &region, false).expect("same size");

        let found = measure(&old, &pasted, &region, exactly());
        prop_assert_eq!((found.changed_pixels, found.max_delta), (0, 0));
        // Where all may change, the edit stands untouched; in between, no channel leaves the two it is mixed of.
        let pasted = image::load_from_memory(&pasted).expect("a PNG").into_rgba8();
        for (((old, new), mixed), &part) in before.pixels().zip(after.pixels()).zip(pasted.pixels()).zip(region.coverage()) {
            if part == 255 {
                prop_assert_eq!(mixed, new);
            }
            let between = |channel: usize| {
                let (old, new) = (old.0[channel], new.0[channel]);
                (old.min(new)..=old.max(new)).contains(&mixed.0[channel])
            };
            prop_assert!(mixed.0[3] == 0 || (0..4).all(between), "{:?} {:?} {:?} {}", old, new, mixed, part);
        }
    }
}

#[track_caller]
fn previewed(
    image: &[u8],
    max_side: u32,
    max_bytes: usize,
    format: ImageFormat,
    longest: std::ops::RangeInclusive<u32>,
) {
    let small = preview(image, max_side, max_bytes).expect("fits");
    let facts = facts_of_bytes(&small.bytes).expect("an image");
    assert_eq!((facts.format, facts.dimensions()), (small.format, (small.width, small.height)));
    assert_eq!(small.format, format);
    assert!(small.bytes.len() <= max_bytes, "{} bytes", small.bytes.len());
    assert!(longest.contains(&small.width.max(small.height)), "{}x{}", small.width, small.height);
    image::load_from_memory(&small.bytes).expect("decodes");
}

#[test]
fn previews_fit() {
    let photo = samples::encode(&samples::rgb(600, 400), Codec::Png);
    previewed(&photo, 256, 26_000, ImageFormat::Jpeg, 256..=256);
    previewed(&photo, 256, 3_000, ImageFormat::Jpeg, 16..=255);
    previewed(&photo, 4096, 1 << 20, ImageFormat::Jpeg, 600..=600);
    let sprite = RgbaImage::from_fn(300, 500, |x, _| Rgba([255, 0, 0, if x < 99 { 0 } else { 255 }]));
    previewed(&png(&sprite), 256, 26_000, ImageFormat::WebP, 256..=256);
    // Noise with alpha does not fit without loss.
    let noise = RgbaImage::from_fn(300, 300, |x, y| {
        Rgba(x.wrapping_mul(2_654_435_761).wrapping_mul(y * 40_503 + 1).rotate_left(x % 31).to_be_bytes())
    });
    previewed(&png(&noise), 200, 9_000, ImageFormat::Jpeg, 16..=200);
    let error = preview(&photo, 256, 20).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::TooLarge, "no preview fits into 20 bytes"));
}

#[test]
fn an_alpha_channel_is_not_yet_transparency() {
    let opaque = png(&RgbaImage::from_pixel(3, 3, Rgba([9, 9, 9, 255])));
    let clear = samples::encode(&samples::rgba(3, 3), Codec::WebP);
    let flat = samples::encode(&samples::rgb(3, 3), Codec::Jpeg);
    assert!(!has_transparency(&opaque).expect("decodes"));
    assert!(has_transparency(&clear).expect("decodes"));
    assert!(!has_transparency(&flat).expect("decodes"));

    let request = ImageRequest::generate("a cat").with_background(Background::Transparent);
    let warning = audit_transparency(&request, &opaque).expect("decodes").expect("a downgrade");
    assert_eq!(warning.message, "asked for a transparent background, got a png with no transparent pixel");
    assert_eq!(audit_transparency(&request, &clear).expect("decodes"), None);
    assert_eq!(audit_transparency(&request, &flat).expect("decodes"), None);
    assert_eq!(audit_transparency(&ImageRequest::generate("a cat"), &opaque).expect("decodes"), None);
}
