//! Stored files under `/files/…`: no key needed, ranges served (RFC 9110, section 14), expired ones gone.

use std::sync::Arc;

use hyper::{Method, StatusCode};

use crate::ids::{digest, hex};
use crate::reply::Reply;
use crate::request::Request;
use crate::state::State;

/// `GET /files/{name}`.
pub(crate) async fn serve(state: &Arc<State>, request: &Request) -> Reply {
    let name = request.path.trim_start_matches("/files/");
    if request.method != Method::GET && request.method != Method::HEAD {
        return Reply::text(StatusCode::METHOD_NOT_ALLOWED, "text/plain", "method not allowed\n")
            .header("allow", "GET, HEAD");
    }
    let Some(file) = state.file(name) else {
        return Reply::text(
            StatusCode::NOT_FOUND,
            "application/xml",
            "<Error><Code>NoSuchKey</Code></Error>\n",
        );
    };
    let reader = Arc::clone(state);
    let stored = file.clone();
    let read = tokio::task::spawn_blocking(move || reader.read(&stored)).await;
    let Ok(Ok(bytes)) = read else {
        return Reply::text(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "cannot read the file\n");
    };
    let total = bytes.len();
    let says = |name: &str| request.directives.find(name).is_some();
    let etag = tag(name, says("changed-file").then(|| state.count("changed-file")));
    let range = match (request.header("range"), request.header("if-range")) {
        _ if says("no-ranges") => Range::Ignored,
        // A part of another file than the one that was begun is worth nothing (RFC 9110, section 13.1.5).
        (Some(_), Some(begun)) if begun != etag => Range::Ignored,
        (Some(range), _) => parse_range(range, total),
        (None, _) => Range::Ignored,
    };
    let mut reply = match range {
        Range::Ignored => Reply::bytes(StatusCode::OK, "application/octet-stream", bytes),
        Range::Unsatisfiable => {
            Reply::new(StatusCode::RANGE_NOT_SATISFIABLE).header("content-range", &format!("bytes */{total}"))
        }
        Range::Part(start, end) => {
            let start = if says("wrong-range") { 0 } else { start };
            Reply::bytes(StatusCode::PARTIAL_CONTENT, "application/octet-stream", bytes.slice(start..end))
                .header("content-range", &format!("bytes {start}-{}/{total}", end - 1))
        }
    };
    if !file.mime.is_empty() {
        reply.set_header("content-type", &file.mime);
    }
    if !says("no-etag") {
        reply.set_header("etag", &etag);
    }
    reply.header("accept-ranges", if says("no-ranges") { "none" } else { "bytes" })
}

/// A strong validator: what is stored under a name never changes. `version` makes it another one all the same.
fn tag(name: &str, version: Option<u64>) -> String {
    let hash = digest([name.as_bytes(), &version.unwrap_or_default().to_le_bytes()]);
    format!("\"{}\"", hex(&hash[..12]))
}

#[derive(Debug, PartialEq, Eq)]
enum Range {
    /// From start to end, exclusive.
    Part(usize, usize),
    Unsatisfiable,
    /// Not understood: the whole file is sent, as HTTP allows.
    Ignored,
}

/// One `bytes=` range.
fn parse_range(header: &str, total: usize) -> Range {
    let Some((start, end)) = header.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-'))
    else {
        return Range::Ignored;
    };
    let (start, end) = match (start.trim().parse::<usize>(), end.trim()) {
        (Ok(start), "") => (start, total),
        (Ok(start), end) => match end.parse::<usize>() {
            Ok(end) if end >= start => (start, end.saturating_add(1).min(total)),
            _ => return Range::Ignored,
        },
        (Err(_), last) => match last.parse::<usize>() {
            Ok(last) => (total.saturating_sub(last), total),
            Err(_) => return Range::Ignored,
        },
    };
    if start >= total { Range::Unsatisfiable } else { Range::Part(start, end) }
}

#[cfg(test)]
mod tests {
    use super::{Range, parse_range};

    #[test]
    fn ranges() {
        for (header, range) in [
            ("bytes=0-9", Range::Part(0, 10)),
            ("bytes=90-", Range::Part(90, 100)),
            ("bytes=-5", Range::Part(95, 100)),
            ("bytes=50-500", Range::Part(50, 100)),
            ("bytes=100-", Range::Unsatisfiable),
            ("bytes=9-3", Range::Ignored),
            ("lines=1-2", Range::Ignored),
        ] {
            assert_eq!(parse_range(header, 100), range, "{header}");
        }
    }
}
