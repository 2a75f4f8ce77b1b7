//! What any other endpoint answered, and files stored at a seller, as JSON.

use std::path::Path;

use impasto::{RawReply, UploadedFile};
use serde::Serialize;
use serde_json::{Map, Value};

use super::history::near;

/// The object printed by `call --json`.
#[derive(Debug, Serialize)]
pub(crate) struct CallReport {
    ok: bool,
    status: u16,
    media_type: String,
    /// Secrets hidden.
    headers: Map<String, Value>,
    request_id: Option<String>,
    task: Option<TaskView>,
    attempts: u32,
    polls: u32,
    bytes: usize,
    /// Where the reply was written.
    path: Option<String>,
    /// The reply where it is JSON and was not written elsewhere.
    body: Option<Value>,
}

#[derive(Debug, Serialize)]
struct TaskView {
    id: String,
    status: String,
}

impl CallReport {
    pub(crate) fn new(reply: &RawReply, out: Option<&Path>) -> Self {
        let task = reply.task.as_ref();
        Self {
            ok: !task.is_some_and(|task| task.is_failed),
            status: reply.status,
            media_type: reply.media_type.clone(),
            headers: reply.headers.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect(),
            request_id: reply.request_id.clone(),
            task: task.map(|task| TaskView { id: task.id.clone(), status: task.status.clone() }),
            attempts: reply.attempts,
            polls: reply.polls,
            bytes: reply.body.len(),
            path: out.map(near),
            body: if out.is_none() { reply.json() } else { None },
        }
    }
}

/// The object printed by `upload --json`.
#[derive(Debug, Serialize)]
pub(crate) struct UploadReport {
    ok: bool,
    provider: String,
    files: Vec<StoredFile>,
}

#[derive(Debug, Serialize)]
struct StoredFile {
    path: String,
    url: String,
}

impl UploadReport {
    pub(crate) fn new(provider: &str) -> Self {
        Self { ok: true, provider: provider.to_owned(), files: Vec::new() }
    }

    /// One more file is there.
    pub(crate) fn add(&mut self, path: &Path, stored: &UploadedFile) {
        self.files.push(StoredFile { path: near(path), url: stored.url.clone() });
    }
}
