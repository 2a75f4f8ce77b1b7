//! `impasto edit`, from pictures and words to files.

use std::path::Path;

use crate::support::Bench;

/// A bench with a PNG, a JPEG of the same size, and a mask.
fn with_pictures() -> Bench {
    let bench = Bench::with_emulator();
    let maker = Bench::new();
    maker.run_ok(&["generate", "a harbour", "-q", "low", "--out", "a.png"]);
    maker.run_ok(&["generate", "a boat", "-q", "low", "--output-format", "jpeg", "--out", "b.jpg"]);
    bench.write("a.png", maker.read("a.png"));
    bench.write("b.jpg", maker.read("b.jpg"));
    bench.write("m.png", mask());
    bench
}

/// A black PNG of 1024 by 1024 with a transparent square from 256 to 512.
fn mask() -> Vec<u8> {
    let picture = image::RgbaImage::from_fn(1024, 1024, |x, y| {
        let inside = (256..512).contains(&x) && (256..512).contains(&y);
        image::Rgba([0, 0, 0, if inside { 0 } else { 255 }])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn pixels(path: &Path) -> image::RgbImage {
    image::open(path).unwrap().to_rgb8()
}

/// How many pixels differ inside and outside the square of the mask.
fn changed(bench: &Bench, edited: &str) -> (usize, usize) {
    let (before, after) = (pixels(&bench.path("a.png")), pixels(&bench.path(edited)));
    assert_eq!(before.dimensions(), after.dimensions());
    let (mut inside, mut outside) = (0, 0);
    for (x, y, pixel) in before.enumerate_pixels() {
        if pixel != after.get_pixel(x, y) {
            let within = (256..512).contains(&x) && (256..512).contains(&y);
            *(if within { &mut inside } else { &mut outside }) += 1;
        }
    }
    (inside, outside)
}

#[test]
fn two_images_and_a_mask() {
    let bench = with_pictures();
    let args = ["edit", "at night", "--image", "a.png", "--image", "b.jpg", "--mask", "m.png", "-q", "low"];
    let ran = bench.run_ok(&[&args[..], &["--out", "night.png"]].concat());
    assert_eq!(ran.lines(), ["night.png"]);
    let (inside, outside) = changed(&bench, "night.png");
    assert!(inside > 0, "nothing was edited");
    assert_eq!(outside, 0, "pixels outside the mask changed");
    let requests = bench.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].path, "/v1/images/edits");
}

#[test]
fn a_rectangle_is_a_mask() {
    let bench = with_pictures();
    let args = ["edit", "at night", "--image", "a.png", "--mask", "rect:256,256,256,256", "-q", "low"];
    bench.run_ok(&[&args[..], &["--out", "night.png"]].concat());
    let (inside, outside) = changed(&bench, "night.png");
    assert!(inside > 0 && outside == 0, "{inside} inside, {outside} outside");
}

#[test]
fn a_dry_run_names_the_files_by_size_and_hash() {
    let bench = with_pictures();
    let args = ["edit", "at night", "--image", "a.png", "--image", "b.jpg", "--mask", "m.png", "--dry-run"];
    let ran = bench.run_ok(&args);
    for part in [
        "part \"image[]\" file \"a.png\" image/png",
        "part \"image[]\" file \"b.jpg\" image/jpeg",
        "part \"mask\" file \"m.png\" image/png",
        "part \"prompt\"\n  at night\n",
    ] {
        assert!(ran.stdout.contains(part), "{part} is missing:\n{}", ran.stdout);
    }
    assert!(ran.stdout.ends_with("-> at-night.png\n"), "{}", ran.stdout);
    assert!(bench.requests().is_empty());
}
