//! The reply scanner: every shape that sellers send, and the laws of cutting.

mod faults;
mod laws;
mod replies;
mod streams;

use bytes::Bytes;
use impasto_transport::{
    BlobEnd, BlobProblem, Document, DocumentKind, Piece, PullRules, ReplyKind, ReplyScanner, ScanError,
    ScanLimits,
};

/// One blob, put together again.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Blob {
    path: String,
    media_type: Option<String>,
    event: Option<String>,
    bytes: Vec<u8>,
    problem: Option<BlobProblem>,
}

/// All that a scanner gave.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Scanned {
    blobs: Vec<Blob>,
    documents: Vec<Document>,
    error: Option<ScanError>,
    kind: ReplyKind,
}

fn rules() -> PullRules {
    PullRules::new(
        &["b64_json", "partial_image_b64", "image_base64"],
        &["images", "outputs", "output", "image", "url", "result", "urls"],
    )
}

/// Runs a scanner and checks what holds for every reply: starts, data and ends in order, and documents that
/// agree with the blobs given before them.
fn scan_with<'a>(kind: ReplyKind, limits: ScanLimits, chunks: impl IntoIterator<Item = &'a [u8]>) -> Scanned {
    let mut reader = ReplyScanner::new(kind, rules(), limits);
    let mut scanned = Scanned { blobs: Vec::new(), documents: Vec::new(), error: None, kind };
    let mut open = None;
    let mut chunks = chunks.into_iter();
    loop {
        let chunk = chunks.next();
        let ended = chunk.is_none();
        match chunk {
            Some(chunk) => reader.push(Bytes::copy_from_slice(chunk)),
            None => reader.end(),
        }
        loop {
            match reader.next() {
                Ok(None) => break,
                Ok(Some(piece)) => scanned.take(piece, &mut open),
                Err(error) => {
                    assert_eq!(reader.next().err().as_ref(), Some(&error), "it stays failed");
                    scanned.error = Some(error);
                    break;
                }
            }
        }
        if ended || scanned.error.is_some() {
            break;
        }
    }
    assert_eq!(open, None, "every blob that starts ends");
    scanned.kind = reader.kind();
    scanned
}

impl Scanned {
    fn take(&mut self, piece: Piece<'_>, open: &mut Option<usize>) {
        match piece {
            Piece::BlobStart(start) => {
                assert_eq!(start.id.0 as usize, self.blobs.len());
                assert_eq!(open.replace(self.blobs.len()), None, "blobs do not overlap");
                self.blobs.push(Blob {
                    path: start.path,
                    media_type: start.media_type,
                    event: start.event,
                    bytes: Vec::new(),
                    problem: None,
                });
            }
            Piece::BlobData { id, bytes } => {
                assert_eq!(*open, Some(id.0 as usize));
                assert!(!bytes.is_empty());
                self.blobs[id.0 as usize].bytes.extend_from_slice(bytes);
            }
            Piece::BlobEnd(BlobEnd { id, len, problem, .. }) => {
                assert_eq!(open.take(), Some(id.0 as usize));
                let blob = &mut self.blobs[id.0 as usize];
                assert_eq!(len, blob.bytes.len() as u64);
                blob.problem = problem;
            }
            Piece::Document(document) => {
                for summary in &document.blobs {
                    let blob = &self.blobs[summary.id.0 as usize];
                    assert_eq!(summary.len, blob.bytes.len() as u64);
                    assert_eq!((&summary.path, &summary.problem), (&blob.path, &blob.problem));
                }
                if document.kind == DocumentKind::Json {
                    serde_json::from_slice::<serde_json::Value>(&document.json).expect("documents are JSON");
                }
                self.documents.push(document);
            }
            other => panic!("a piece of a new kind: {other:?}"),
        }
    }
}

/// Scans a reply whole, byte by byte and in a few other cuts: the same must come of it.
fn scan(kind: ReplyKind, text: impl AsRef<[u8]>) -> Scanned {
    scan_limited(kind, ScanLimits::default(), text)
}

fn scan_limited(kind: ReplyKind, limits: ScanLimits, text: impl AsRef<[u8]>) -> Scanned {
    let text = text.as_ref();
    let whole = scan_with(kind, limits, [text]);
    for size in [1, 2, 3, 7, 16] {
        assert_eq!(scan_with(kind, limits, text.chunks(size)), whole, "in pieces of {size}");
    }
    whole
}

fn json(document: &Document) -> String {
    String::from_utf8(document.json.clone()).unwrap()
}
