//! Tiny images of every format: by the `image` crate where it can write one, by hand where it cannot.

use std::io::Cursor;

use image::ImageFormat as Codec;
use image::{DynamicImage, GrayImage, Rgb, RgbImage, Rgba, RgbaImage};
use impasto_types::{ImageFacts, ImageFormat};

/// A picture with a different colour in every pixel.
pub(crate) fn rgb(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([low(x * 7), low(y * 11), low(x + y)])).into()
}

/// The same with every alpha there is.
pub(crate) fn rgba(width: u32, height: u32) -> DynamicImage {
    RgbaImage::from_fn(width, height, |x, y| Rgba([low(x * 7), low(y * 11), low(x + y), low(x * 31 + y)]))
        .into()
}

pub(crate) fn grey(width: u32, height: u32) -> DynamicImage {
    GrayImage::from_fn(width, height, |x, y| image::Luma([low(x + y)])).into()
}

fn low(value: u32) -> u8 {
    value.to_le_bytes()[0]
}

pub(crate) fn encode(picture: &DynamicImage, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

/// A small TIFF file, such as EXIF data is, with these (tag, type, value) entries in its directory.
pub(crate) fn directory(big: bool, entries: &[(u16, u16, u32)]) -> Vec<u8> {
    let u16s = |value: u16| if big { value.to_be_bytes() } else { value.to_le_bytes() };
    let u32s = |value: u32| if big { value.to_be_bytes() } else { value.to_le_bytes() };
    let mut out = if big { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
    out.extend(u32s(8));
    out.extend(u16s(u16::try_from(entries.len()).expect("few entries")));
    for &(tag, kind, value) in entries {
        out.extend(u16s(tag));
        out.extend(u16s(kind));
        out.extend(u32s(1));
        if kind == 3 {
            out.extend(u16s(u16::try_from(value).expect("a short")));
            out.extend([0, 0]);
        } else {
            out.extend(u32s(value));
        }
    }
    out.extend([0; 4]);
    out
}

/// A JPEG segment.
fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let len = u16::try_from(body.len() + 2).expect("a segment's length");
    [&[0xff, marker][..], &len.to_be_bytes(), body].concat()
}

/// Puts segments behind the first marker of a JPEG.
pub(crate) fn with_segments(jpeg: &[u8], segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut out = jpeg[..2].to_vec();
    for (marker, body) in segments {
        out.extend(segment(*marker, body));
    }
    out.extend(&jpeg[2..]);
    out
}

pub(crate) fn exif(orientation: u32) -> Vec<u8> {
    [b"Exif\0\0".to_vec(), directory(true, &[(0x010f, 3, 1), (0x0112, 3, orientation)])].concat()
}

pub(crate) fn multi_picture(pictures: u32) -> Vec<u8> {
    [b"MPF\0".to_vec(), directory(false, &[(0xb000, 4, 0x3030_3130), (0xb001, 4, pictures)])].concat()
}

/// A JPEG whose EXIF orientation is `orientation`.
pub(crate) fn turned_jpeg(picture: &DynamicImage, orientation: u32) -> Vec<u8> {
    with_segments(&encode(picture, image::ImageFormat::Jpeg), &[(0xe1, exif(orientation))])
}

/// Inserts a chunk behind the IHDR of a PNG; readers of headers do not look at checksums.
fn with_chunk(png: &[u8], name: [u8; 4], body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len()).expect("a chunk's length");
    [&png[..33], &len.to_be_bytes(), &name, body, &[0; 4], &png[33..]].concat()
}

fn riff(chunks: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, data) in chunks {
        body.extend(name);
        body.extend(u32::try_from(data.len()).expect("short").to_le_bytes());
        body.extend(data);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    [b"RIFF", &u32::try_from(body.len()).expect("short").to_le_bytes()[..], &body].concat()
}

fn boxed(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len() + 8).expect("short");
    [&len.to_be_bytes()[..], &name, body].concat()
}

/// The boxes of an AVIF or HEIC file, up to its item properties.
fn heif(brand: [u8; 4], properties: &[Vec<u8>]) -> Vec<u8> {
    let container = boxed(*b"ipco", &properties.concat());
    let meta = [&[0; 4][..], &boxed(*b"hdlr", &[0; 20]), &boxed(*b"iprp", &container)].concat();
    [
        boxed(*b"ftyp", &[&brand[..], &[0; 4], b"mif1", &brand[..]].concat()),
        boxed(*b"free", &[0; 3]),
        boxed(*b"meta", &meta),
        boxed(*b"mdat", &[1, 2, 3]),
    ]
    .concat()
}

fn extent(width: u32, height: u32) -> Vec<u8> {
    boxed(*b"ispe", &[[0; 4], width.to_be_bytes(), height.to_be_bytes()].concat())
}

/// A clean aperture in the middle of a picture.
fn aperture(width: u32, height: u32) -> Vec<u8> {
    [width, 1, height, 1, 0, 1, 0, 1].map(u32::to_be_bytes).concat()
}

fn facts(format: ImageFormat, width: u32, height: u32, alpha: impl Into<Option<bool>>) -> ImageFacts {
    let mut facts = ImageFacts::new(format, width, height, 0);
    facts.alpha = alpha.into();
    facts
}

/// A file by name, with what its header says; the length in the facts is left at 0.
type Sample = (&'static str, Vec<u8>, ImageFacts);

/// One file of every kind.
pub(crate) fn all() -> Vec<Sample> {
    [png(), jpeg(), webp(), others(), svg()].concat()
}

fn png() -> Vec<Sample> {
    let png = encode(&rgb(13, 7), Codec::Png);
    vec![
        ("png rgb", png.clone(), facts(ImageFormat::Png, 13, 7, false)),
        ("png rgba", encode(&rgba(13, 7), Codec::Png), facts(ImageFormat::Png, 13, 7, true)),
        ("png grey", encode(&grey(1, 300), Codec::Png), facts(ImageFormat::Png, 1, 300, false)),
        ("png transparent colour", with_chunk(&png, *b"tRNS", &[0; 6]), facts(ImageFormat::Png, 13, 7, true)),
        (
            "png turned",
            with_chunk(&png, *b"eXIf", &directory(true, &[(0x0112, 3, 8)])),
            facts(ImageFormat::Png, 13, 7, false).with_orientation(8),
        ),
    ]
}

fn jpeg() -> Vec<Sample> {
    let jpeg = encode(&rgb(13, 7), Codec::Jpeg);
    let hdr = [&b"http://ns.adobe.com/xap/1.0/\0"[..], b"<x hdrgm:Version=\"1.0\"/>"].concat();
    vec![
        ("jpeg", jpeg.clone(), facts(ImageFormat::Jpeg, 13, 7, false)),
        ("jpeg grey", encode(&grey(5, 6), Codec::Jpeg), facts(ImageFormat::Jpeg, 5, 6, false)),
        (
            "jpeg turned",
            turned_jpeg(&rgb(13, 7), 6),
            facts(ImageFormat::Jpeg, 13, 7, false).with_orientation(6),
        ),
        (
            "jpeg behind much metadata",
            with_segments(&jpeg, &vec![(0xe2, vec![b'I'; 60_000]); 20]),
            facts(ImageFormat::Jpeg, 13, 7, false),
        ),
        (
            "mpo",
            with_segments(&jpeg, &[(0xe1, exif(3)), (0xe2, multi_picture(2))]),
            facts(ImageFormat::Mpo, 13, 7, false).with_orientation(3),
        ),
        (
            "mpo of one picture",
            with_segments(&jpeg, &[(0xe2, multi_picture(1))]),
            facts(ImageFormat::Jpeg, 13, 7, false),
        ),
        (
            "mpo whose index is broken",
            with_segments(&jpeg, &[(0xe2, b"MPF\0??".to_vec())]),
            facts(ImageFormat::Mpo, 13, 7, false),
        ),
        (
            "jpeg with a gain map",
            with_segments(&jpeg, &[(0xe1, hdr), (0xe2, multi_picture(2))]),
            facts(ImageFormat::Jpeg, 13, 7, false),
        ),
    ]
}

fn webp() -> Vec<Sample> {
    let turn = |value| [&b"Exif\0\0"[..], &directory(false, &[(0x0112, 3, value)])].concat();
    let extended = |flags| {
        let mut body = vec![flags, 0, 0, 0];
        body.extend(&299_u32.to_le_bytes()[..3]);
        body.extend(&199_u32.to_le_bytes()[..3]);
        body
    };
    vec![
        ("webp lossless rgb", encode(&rgb(13, 7), Codec::WebP), facts(ImageFormat::WebP, 13, 7, false)),
        ("webp lossless rgba", encode(&rgba(13, 7), Codec::WebP), facts(ImageFormat::WebP, 13, 7, true)),
        (
            "webp lossy",
            riff(&[(*b"VP8 ", vec![0x30, 1, 0, 0x9d, 1, 0x2a, 0x40, 0x41, 0xf0, 0])]),
            facts(ImageFormat::WebP, 320, 240, false),
        ),
        (
            "webp extended, turned",
            riff(&[(*b"VP8X", extended(0x18)), (*b"VP8 ", vec![0; 5001]), (*b"EXIF", turn(5))]),
            facts(ImageFormat::WebP, 300, 200, true).with_orientation(5),
        ),
        (
            "webp extended without its EXIF",
            riff(&[(*b"VP8X", extended(0x08)), (*b"VP8 ", vec![0; 5001])]),
            facts(ImageFormat::WebP, 300, 200, false),
        ),
    ]
}

fn others() -> Vec<Sample> {
    let bmp = encode(&rgb(13, 7), Codec::Bmp);
    let auxiliary = boxed(*b"auxC", b"\0\0\0\0urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0");
    vec![
        ("gif", encode(&rgba(13, 7), Codec::Gif), facts(ImageFormat::Gif, 13, 7, true)),
        (
            "gif opaque, with a comment",
            b"GIF89a\x0d\0\x07\0\x80\0\0\x01\x02\x03\x04\x05\x06\x21\xfe\x02hi\0\x21\xf9\x04\0\0\0\0\0\x2c"
                .to_vec(),
            facts(ImageFormat::Gif, 13, 7, false),
        ),
        ("bmp", bmp, facts(ImageFormat::Bmp, 13, 7, false)),
        ("bmp rgba", encode(&rgba(13, 7), Codec::Bmp), facts(ImageFormat::Bmp, 13, 7, true)),
        (
            "tiff",
            directory(true, &[(0x0100, 3, 640), (0x0101, 4, 70_000), (0x0112, 3, 6), (0x0152, 3, 2)]),
            facts(ImageFormat::Tiff, 640, 70_000, true).with_orientation(6),
        ),
        (
            "avif",
            heif(*b"avif", &[extent(64, 64), extent(640, 480), auxiliary]),
            facts(ImageFormat::Avif, 640, 480, true),
        ),
        (
            "heic of an odd size",
            heif(*b"heic", &[extent(322, 124), boxed(*b"clap", &aperture(321, 123))]),
            facts(ImageFormat::Heic, 321, 123, false),
        ),
        (
            "heic turned",
            heif(*b"heic", &[extent(512, 512), extent(4032, 3024), boxed(*b"irot", &[3])]),
            facts(ImageFormat::Heic, 4032, 3024, false).with_orientation(6),
        ),
    ]
}

fn svg() -> Vec<Sample> {
    vec![
        (
            "svg",
            b"<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY a '>'>]><!-- > --><svg stroke-width='1' width='2in' height=\"50\"/>"
                .to_vec(),
            facts(ImageFormat::Svg, 192, 50, None),
        ),
        (
            "svg by its view box",
            b"<svg xmlns='x' width='100%' viewBox='0,0 1536 1024'><path/></svg>".to_vec(),
            facts(ImageFormat::Svg, 1536, 1024, None),
        ),
        ("svg of one side", b"<svg height='20' viewBox='0 0 30 40'/>".to_vec(), facts(ImageFormat::Svg, 15, 20, None)),
        (
            "svg behind a licence",
            format!("<!--{}--><svg>", "free ".repeat(9000)).into_bytes(),
            facts(ImageFormat::Svg, 300, 150, None),
        ),
    ]
}
