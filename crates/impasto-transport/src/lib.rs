#![doc = include_str!("../README.md")]

pub mod body;
pub mod clock;
pub mod deadlines;
pub mod entropy;
pub mod error;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod failure;
mod hex;
#[cfg(feature = "hyper")]
pub mod hyper;
pub mod key;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod names;
pub mod origin;
pub mod redact;
pub mod request;
#[cfg(feature = "reqwest")]
pub mod reqwest;
pub mod response;
pub mod retry;
pub mod scan;
pub mod sse;
#[cfg(feature = "test-util")]
pub mod test_util;
pub mod timed;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod tls;
pub mod transport;

pub use body::{Body, FileSource, Form, JsonBody, Part, PartContent, Segment, Source};
#[cfg(feature = "tokio")]
pub use clock::TokioClock;
pub use clock::{BoxFuture, Clock};
pub use deadlines::{Deadlines, Elapsed, within};
pub use entropy::{Entropy, OsEntropy, SeededEntropy};
pub use error::{Phase, Sent, TransportError, TransportErrorKind};
#[cfg(feature = "hyper")]
pub use hyper::{HyperTransport, HyperTransportBuilder};
pub use key::ApiKey;
pub use origin::Origin;
pub use redact::RedactedUrl;
pub use request::{Auth, HttpRequest, PreparedRequest, Repeat};
#[cfg(feature = "reqwest")]
pub use reqwest::{ReqwestTransport, ReqwestTransportBuilder};
pub use response::{BodySource, HttpResponse, ResponseBody};
pub use scan::{
    BlobEnd, BlobId, BlobProblem, BlobStart, BlobSummary, Document, DocumentKind, Piece, PullRules,
    ReplyKind, ReplyScanner, ScanError, ScanLimits, blob_of, placeholder,
};
pub use timed::TimedTransport;
pub use transport::HttpTransport;
