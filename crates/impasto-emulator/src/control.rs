//! The emulator's own endpoints under `/_emulator`: bill, requests, reset, health.

use std::sync::Arc;

use hyper::{Method, StatusCode};
use serde_json::json;

use crate::reply::Reply;
use crate::request::Request;
use crate::state::State;

/// Serves a path below `/_emulator`.
pub(crate) fn serve(state: &Arc<State>, request: &Request, path: &str) -> Reply {
    match (request.method.clone(), path) {
        (Method::GET, "/health") => Reply::json(StatusCode::OK, json!({ "status": "ok" })),
        (Method::GET, "/bill") => Reply::json(StatusCode::OK, bill(state, request)),
        (Method::GET, "/requests") => Reply::json(StatusCode::OK, state.journal.to_json()),
        (Method::POST, "/reset") => {
            state.reset();
            Reply::json(StatusCode::OK, json!({ "status": "reset" }))
        }
        (_, "/health" | "/bill" | "/requests" | "/reset") => Reply::json(
            StatusCode::METHOD_NOT_ALLOWED,
            json!({ "error": { "message": "method not allowed" } }),
        ),
        _ => {
            let message = "known: GET health, GET bill?key=, GET requests, POST reset";
            Reply::json(StatusCode::NOT_FOUND, json!({ "error": { "message": message } }))
        }
    }
}

/// The bill of all keys, or of the one in `?key=` (in clear or as a label).
fn bill(state: &State, request: &Request) -> serde_json::Value {
    let bill = state.meter.snapshot();
    match request.query("key") {
        None => bill.to_json(),
        Some(key) => {
            let by_label = bill.for_label(key);
            if by_label.is_empty() { bill.for_key(key).to_json() } else { by_label.to_json() }
        }
    }
}
