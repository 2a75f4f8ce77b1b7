//! Headers, read in all the ways there are, whole, cut and garbled.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use impasto_pixels::{Error, ErrorKind, HeaderProbe, facts_of_bytes, facts_of_file, read_facts, sniff};
use impasto_types::{ImageFacts, ImageFormat};
use proptest::prelude::{Strategy, any, proptest};
use proptest::{collection, prop_assert, prop_assert_eq};

use crate::samples;

/// The facts of `bytes` as a stream of `size`-byte chunks.
fn probe(bytes: &[u8], size: usize) -> Result<ImageFacts, Error> {
    let mut probe = HeaderProbe::new();
    bytes.chunks(size).for_each(|chunk| probe.push(chunk));
    probe.facts(bytes.len() as u64)
}

#[test]
fn every_format_says_what_it_is() {
    for (name, bytes, mut expected) in samples::all() {
        expected.bytes = bytes.len() as u64;
        assert_eq!(facts_of_bytes(&bytes).expect(name), expected, "{name}");
        assert_eq!(
            read_facts(&mut Cursor::new(&bytes), expected.bytes).expect(name),
            expected,
            "{name} by seeking"
        );
        for size in [1, 7, 1000, usize::MAX] {
            assert_eq!(probe(&bytes, size).expect(name), expected, "{name} in chunks of {size}");
        }
        if !name.starts_with("svg") {
            let sniffed = sniff(&bytes[..64.min(bytes.len())]).expect(name);
            assert!(sniffed == expected.format || sniffed == ImageFormat::Jpeg, "{name}: {sniffed}");
        }
    }
}

#[test]
fn a_probe_settles_early_and_keeps_little() {
    let (name, bytes, _) = samples::all().remove(0);
    let mut probe = HeaderProbe::new();
    probe.push(&bytes);
    probe.push(&vec![0; 1 << 20]);
    assert!(probe.is_settled(), "{name}");

    // Metadata that never ends is not kept for ever.
    let jpeg = samples::encode(&samples::rgb(3, 3), image::ImageFormat::Jpeg);
    let endless = samples::with_segments(&jpeg, &vec![(0xe1, b"Exif\0\0 nothing".repeat(4000)); 30]);
    let error = self::probe(&endless, 4096).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert_eq!(facts_of_bytes(&endless).expect("seekable").dimensions(), (3, 3));
}

#[track_caller]
fn refused(bytes: &[u8], kind: ErrorKind, message: &str) {
    for outcome in [facts_of_bytes(bytes), probe(bytes, 5)] {
        let error = outcome.expect_err(message);
        assert_eq!((error.kind(), error.message()), (kind, message));
    }
}

#[test]
fn what_is_no_image_is_refused_by_name() {
    refused(b"", ErrorKind::NotAnImage, "not an image; it looks like an empty file");
    refused(b"a cat, please", ErrorKind::NotAnImage, "not an image; it looks like plain text");
    refused(
        &b"<!doctype html>\n".repeat(9),
        ErrorKind::NotAnImage,
        "not an image; it looks like an HTML page",
    );
    refused(
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0",
        ErrorKind::Truncated,
        "cut short: it ends at byte 18, within its header",
    );
    refused(
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\x05\x08\x02\0\0\0",
        ErrorKind::Malformed,
        "its header says 0x5 pixels",
    );
    refused(b"II+\0\x08\0\0\0", ErrorKind::Unsupported, "a BigTIFF image, which is not supported");
}

#[test]
fn a_stream_that_stops_is_told_from_a_short_file() {
    let mut probe = HeaderProbe::new();
    probe.push(b"\x89PNG\r\n\x1a\n\0\0");
    let error = probe.facts(5000).unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Truncated, "cut short: 10 of 5000 bytes arrived")
    );
}

#[test]
fn files_are_named_in_errors() {
    let error = facts_of_file("no/such/cat.png").unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Io, "no/such/cat.png: no such file"));
    let error = facts_of_file(env!("CARGO_MANIFEST_DIR")).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Io, "is a directory, not an image"));
    let error = facts_of_file(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::NotAnImage, "not an image; it looks like plain text")
    );
}

/// A reader that counts.
struct Counting<R>(R, u64);

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let got = self.0.read(buf)?;
        self.1 += got as u64;
        Ok(got)
    }
}

impl<R: Seek> Seek for Counting<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn only_the_header_is_read() {
    let jpeg = samples::encode(&samples::rgb(2000, 2000), image::ImageFormat::Jpeg);
    let file = samples::with_segments(&jpeg, &vec![(0xe2, vec![b'I'; 60_000]); 20]);
    let mut reader = Counting(Cursor::new(&file), 0);
    read_facts(&mut reader, file.len() as u64).expect("a JPEG");
    assert!(reader.1 <= 30 * 4096, "{} of {} bytes read", reader.1, file.len());
}

fn garbled() -> impl Strategy<Value = Vec<u8>> {
    let files: Vec<Vec<u8>> = samples::all().into_iter().map(|(_, bytes, _)| bytes).collect();
    let edits = collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6);
    (proptest::sample::select(files), edits, any::<proptest::sample::Index>(), any::<bool>()).prop_map(
        |(mut bytes, edits, cut, early)| {
            // Most of what matters stands at the beginning.
            let reach = if early { bytes.len().min(64) } else { bytes.len() };
            for (at, value) in edits {
                bytes[at.index(reach)] = value;
            }
            bytes.truncate(1 + cut.index(bytes.len()));
            bytes
        },
    )
}

proptest! {
    #[test]
    fn garbled_headers_never_panic_and_all_readers_agree(bytes in garbled(), size in 1..3000_usize) {
        let whole = facts_of_bytes(&bytes);
        let sought = read_facts(&mut Cursor::new(&bytes), bytes.len() as u64);
        let passing = probe(&bytes, size);
        prop_assert_eq!(whole.as_ref().ok(), sought.as_ref().ok());
        match (whole, passing) {
            (Ok(whole), Ok(passing)) => prop_assert_eq!(whole.dimensions(), passing.dimensions()),
            (Err(whole), Err(passing)) => prop_assert_eq!(whole.kind(), passing.kind()),
            // Only a header that points too far ahead, or back, cannot be read in passing.
            (Ok(_), Err(error)) => prop_assert_eq!(error.kind(), ErrorKind::Unsupported),
            (Err(error), Ok(_)) => prop_assert!(false, "only the probe reads it: {}", error),
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in collection::vec(any::<u8>(), 0..300)) {
        let facts = facts_of_bytes(&bytes);
        prop_assert_eq!(facts.is_ok(), probe(&bytes, 3).is_ok());
    }
}
