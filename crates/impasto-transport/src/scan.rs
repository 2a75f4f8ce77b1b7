//! Reads a reply as it arrives: the images come out decoded, the small JSON around them is left.
//!
//! A reply with images is JSON with megabytes of base64 in it. [`ReplyScanner`] is fed the pieces of the body
//! as they come, in any cut, decodes each image slice by slice into one small buffer that it lends out, and
//! gives the rest as a [`Document`] in which a short placeholder stands for each image. Memory stays flat in
//! the number and the size of the images. The same scanner reads an event stream, whose events carry the
//! same kind of JSON. It does no I/O.

mod base64;
mod events;
mod excerpt;
mod json;
mod kind;
mod limits;
mod pieces;
mod pull;
mod reply;

pub use kind::ReplyKind;
pub use limits::{ScanError, ScanLimits};
pub use pieces::{
    BlobEnd, BlobId, BlobProblem, BlobStart, BlobSummary, Document, DocumentKind, Piece, blob_of, placeholder,
};
pub use pull::PullRules;
pub use reply::ReplyScanner;
