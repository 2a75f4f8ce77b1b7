//! What is fuzzed: each function takes any bytes, and panics when one of our promises about such bytes is broken.
//!
//! The fuzz targets call these with bytes of libFuzzer's; the tests of `xtask` call them with the corpus and with
//! mutations of it, on a stable compiler.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::OnceLock;
use std::time::Duration;

use impasto_emulator::Emulator;
use impasto_pixels::{HeaderProbe, facts_of_bytes, read_mask_image};
use impasto_transport::sse::{Decoder, Event};
use impasto_transport::{Piece, PullRules, ReplyKind, ReplyScanner, ScanLimits};
use impasto_types::wire::{atlas, openai};
use impasto_types::{ImageRequest, MaskReading};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::Runtime;

/// The most pixels of an image that is decoded here: larger ones only take time.
const MOST_PIXELS: u64 = 1 << 20;

/// The first byte says how the rest is cut; what the scanner finds must not depend on it.
///
/// Of a blob that proves broken, more or fewer bytes have been given out by then.
pub fn scanner(data: &[u8]) {
    let Some((&size, body)) = data.split_first() else { return };
    for kind in [ReplyKind::Json, ReplyKind::EventStream] {
        let (blobs, documents, error) = scanned(kind, body, body.len().max(1));
        let cut = scanned(kind, body, usize::from(size).max(1));
        assert_eq!((&cut.1, &cut.2), (&documents, &error), "cut into pieces of {size}");
        assert_eq!(cut.0.len(), blobs.len(), "cut into pieces of {size}");
        for (index, (one, other)) in cut.0.iter().zip(&blobs).enumerate() {
            assert_eq!(one.whole, other.whole, "blob {index}, cut into pieces of {size}");
            let (one, other) = (&one.bytes, &other.bytes);
            let same =
                one == other || !blobs[index].whole && (one.starts_with(other) || other.starts_with(one));
            assert!(same, "blob {index}, cut into pieces of {size}");
        }
    }
}

/// An image as it came out.
#[derive(Debug, Default)]
struct Blob {
    bytes: Vec<u8>,
    /// Its end was told, and nothing was wrong with it.
    whole: bool,
}

/// What a scanner finds in a body: blobs, documents, and the error that ends it.
fn scanned(kind: ReplyKind, body: &[u8], piece: usize) -> (Vec<Blob>, Vec<String>, Option<String>) {
    let rules = PullRules::new(&["b64_json", "image_base64"], &["url", "images", "outputs"]);
    let limits =
        ScanLimits::default().with_document(1 << 16).with_blob(1 << 16).with_blobs(64).with_depth(40);
    let mut scanner = ReplyScanner::new(kind, rules, limits);
    let (mut blobs, mut documents): (Vec<Blob>, _) = (Vec::new(), Vec::new());
    let mut pieces = body.chunks(piece);
    loop {
        let next = pieces.next();
        match next {
            Some(piece) => scanner.push(piece.to_vec().into()),
            None => scanner.end(),
        }
        loop {
            match scanner.next() {
                Ok(Some(Piece::BlobStart(_))) => blobs.push(Blob::default()),
                Ok(Some(Piece::BlobData { id, bytes })) => {
                    blobs[id.0 as usize].bytes.extend_from_slice(bytes);
                }
                Ok(Some(Piece::BlobEnd(end))) => blobs[end.id.0 as usize].whole = end.problem.is_none(),
                Ok(Some(Piece::Document(document))) => documents.push(format!("{document:?}")),
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    // Asking again gives the same error.
                    assert_eq!(scanner.next().err(), Some(error.clone()));
                    return (blobs, documents, Some(error.to_string()));
                }
            }
        }
        if next.is_none() {
            return (blobs, documents, None);
        }
    }
}

/// The first byte says how the rest is cut; the events must not depend on it, and none is longer than the limit.
pub fn sse(data: &[u8]) {
    const LIMIT: usize = 1 << 12;
    let Some((&size, body)) = data.split_first() else { return };
    let events = |piece: usize| {
        let mut decoder = Decoder::new(LIMIT);
        let mut events: Vec<Event> = Vec::new();
        for piece in body.chunks(piece.max(1)) {
            decoder.push(piece);
            events.extend(std::iter::from_fn(|| decoder.next()));
        }
        decoder.end();
        events.extend(std::iter::from_fn(|| decoder.next()));
        (events, decoder.overflowed())
    };
    let whole = events(body.len());
    assert!(whole.0.iter().all(|event| event.data.len() <= LIMIT));
    assert_eq!(events(usize::from(size)), whole, "cut into pieces of {size}");
}

/// Any JSON object is a reply of every kind; what was read is written, and read again it is the same.
pub fn wire(data: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(data) else { return };
    settles::<openai::ImagesResponse>(&value);
    settles::<openai::ImageEvent>(&value);
    settles::<openai::ErrorEnvelope>(&value);
    settles::<openai::GenerateBody>(&value);
    settles::<openai::EditBody>(&value);
    settles::<atlas::Envelope>(&value);
    settles::<atlas::Prediction>(&value);
    settles::<atlas::SubmitBody>(&value);
    settles::<atlas::UploadedMedia>(&value);
    settles::<atlas::WebhookEvent>(&value);
    settles::<atlas::WebhookKeys>(&value);
    settles::<atlas::ModelEntry>(&value);
    settles::<atlas::History>(&value);
    if let Ok(request) = serde_json::from_value::<ImageRequest>(value) {
        let said = request.validate();
        let again: ImageRequest =
            serde_json::from_value(written(&request)).expect("what was written is read");
        assert_eq!(again, request);
        assert_eq!(again.validate(), said);
    }
}

fn settles<T: DeserializeOwned + Serialize>(value: &Value) {
    if let Ok(read) = serde_json::from_value::<T>(value.clone()) {
        let once = written(&read);
        let again: T = serde_json::from_value(once.clone()).expect("what was written is read");
        assert_eq!(written(&again), once);
    }
}

fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("wire types are JSON")
}

/// Headers are read from a slice and from a stream alike; a mask is decoded or refused, and has its image's size.
pub fn mask(data: &[u8]) {
    let facts = facts_of_bytes(data);
    let mut probe = HeaderProbe::new();
    for piece in data.chunks(13) {
        probe.push(piece);
    }
    let probed = probe.facts(data.len() as u64);
    assert_eq!(probed.is_ok(), facts.is_ok(), "from a stream {probed:?}, from a slice {facts:?}");
    let Ok(facts) = facts else { return };
    assert_eq!(probed.as_ref().ok(), Some(&facts));
    if u64::from(facts.width) * u64::from(facts.height) > MOST_PIXELS {
        return;
    }
    for reading in [MaskReading::Auto, MaskReading::TransparentIsEdited, MaskReading::BlackIsEdited] {
        if let Ok(read) = read_mask_image(data, reading) {
            assert_eq!(read.region.dimensions(), facts.dimensions());
        }
    }
}

/// Whatever stands in a form, the emulator answers, and never with a failure of its own.
pub fn multipart(data: &[u8]) {
    let head = format!(
        "POST /v1/images/edits HTTP/1.1\r\nhost: emulator\r\nauthorization: Bearer sk-test\r\nconnection: close\r\n\
         content-type: multipart/form-data; boundary=B\r\ncontent-length: {}\r\n\r\n",
        data.len()
    );
    let mut stream = TcpStream::connect(emulator()).expect("the emulator listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout can be set");
    // It may answer, and hang up, before it has read everything.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(data));
    let mut start = [0; 12];
    let _ = stream.read_exact(&mut start);
    let start = String::from_utf8_lossy(&start);
    assert!(start.starts_with("HTTP/1.1 ") && !start.ends_with("500"), "{start:?}");
}

/// The address of an emulator that lives as long as the process.
fn emulator() -> SocketAddr {
    static EMULATED: OnceLock<(Runtime, Emulator)> = OnceLock::new();
    let (_, emulator) = EMULATED.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let emulator = runtime.block_on(Emulator::builder().start()).expect("the emulator starts");
        (runtime, emulator)
    });
    emulator.addr()
}
