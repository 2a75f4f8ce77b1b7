//! What arrived: a bounded record of requests, with keys reduced to labels.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use serde_json::{Value, json};

/// How many requests are remembered.
const KEPT_REQUESTS: usize = 10_000;
/// Bodies up to this size are kept whole.
pub(crate) const KEPT_BODY: usize = 16 * 1024;

/// One request as it arrived.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// Position since the start, from 0.
    pub index: u64,
    /// Unix time in milliseconds.
    pub at_ms: u64,
    /// `GET`, `POST`, …
    pub method: String,
    /// The path as sent, without the query.
    pub path: String,
    /// The query as sent, without `?`; empty if there was none.
    pub query: String,
    /// The headers in order, names in lower case. Keys are replaced by their label.
    pub headers: Vec<(String, String)>,
    /// The length of the body in bytes.
    pub body_length: u64,
    /// The body, if it was small.
    pub body: Option<Bytes>,
    /// The label of the caller's key, if one was sent.
    pub key: Option<String>,
    /// The status that was answered; 0 while none was.
    pub status: u16,
    /// The request id of the reply.
    pub request_id: String,
}

impl RecordedRequest {
    /// The first value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    fn to_json(&self) -> Value {
        let headers: Vec<Value> = self.headers.iter().map(|(name, value)| json!([name, value])).collect();
        json!({
            "index": self.index,
            "at_ms": self.at_ms,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": headers,
            "body_length": self.body_length,
            "body": self.body.as_ref().map(|body| String::from_utf8_lossy(body).into_owned()),
            "key": self.key,
            "status": self.status,
            "request_id": self.request_id,
        })
    }
}

/// The running record.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Record>);

#[derive(Debug, Default)]
struct Record {
    next: u64,
    requests: VecDeque<RecordedRequest>,
}

impl Journal {
    /// Adds a request and returns its index.
    pub(crate) fn add(&self, mut request: RecordedRequest) -> u64 {
        let mut record = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = record.next;
        record.next += 1;
        request.index = index;
        if record.requests.len() == KEPT_REQUESTS {
            record.requests.pop_front();
        }
        record.requests.push_back(request);
        index
    }

    /// Changes a request that is still remembered.
    pub(crate) fn amend(&self, index: u64, change: impl FnOnce(&mut RecordedRequest)) {
        let mut record = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(request) = record.requests.iter_mut().rev().find(|request| request.index == index) {
            change(request);
        }
    }

    pub(crate) fn snapshot(&self) -> Vec<RecordedRequest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).requests.iter().cloned().collect()
    }

    pub(crate) fn to_json(&self) -> Value {
        let requests: Vec<Value> = self.snapshot().iter().map(RecordedRequest::to_json).collect();
        json!({ "requests": requests })
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).requests.clear();
    }
}
