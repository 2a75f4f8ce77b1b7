//! Atlas Cloud: tasks that are submitted, polled and downloaded; uploads; webhooks; account pages.
//!
//! Sources, read in November 2026: Atlas Cloud's model pages and documentation, the types of its MCP server 1.7.0, and
//! reports of third-party clients where these contradict each other. Where they do, the default is what clients were
//! seen to get, and a mode gives the other reading.

mod account;
mod models;
mod submit;
mod task;
mod upload;
mod webhook;

use std::sync::Arc;

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::api_error::{ApiError, ApiResult};
use crate::directives::Directives;
use crate::ids::key_label;
use crate::json::{Fields, Json};
use crate::reply::Reply;
use crate::request::Request;
use crate::state::State;

pub(crate) use task::Tasks;
pub(crate) use webhook::Signer;

/// The mount's base, as Atlas's documents print it.
pub(crate) const MOUNT: &str = "/api/v1";
pub(crate) const PUBLIC_MOUNT: &str = "/public/v1";
pub(crate) const QUIRKS: &[&str] = &[
    "model/generateImage, model/prediction/{id}, model/result/{id}, model/uploadMedia, model/history, models, webhooks/jwks.json; /public/v1/balance",
    "replies are enveloped; modes: bare, string-code, page-names, succeeded, raw-base64, object-outputs",
    "a task is done at its first poll unless the emulator has a step delay or a mode says polls;K or duration;MS",
    "the wrong field (image for images or the other way round) is ignored: the edit becomes a text-to-image",
    "a mask is read as alpha if it has transparency, else white is what may change",
    "mode lenient accepts what the model pages print: nested input, an edit without image",
    "webhooks are sent to loopback addresses only",
];

/// Serves a path below `/api/v1` or `/public/v1`.
pub(crate) async fn serve(state: &Arc<State>, request: &mut Request, path: &str) -> Reply {
    let result = route(state, request, path).await;
    let request_id = request.request_id.clone();
    match result {
        Ok(reply) => reply,
        Err(error) => error_reply(&error, &request_id, &request.directives),
    }
}

async fn route(state: &Arc<State>, request: &mut Request, path: &str) -> ApiResult<Reply> {
    let get = request.method == Method::GET;
    match path {
        "/models" if get => return Ok(account::models()),
        "/webhooks/jwks.json" if get => return Ok(Reply::json(StatusCode::OK, state.signer.jwks())),
        _ => {}
    }
    // The gateway looks at the key before the path.
    let key = request.bearer().map(key_label).ok_or_else(|| {
        ApiError::other(StatusCode::UNAUTHORIZED, "unauthorized", "unauthorized", "unauthorized")
    })?;
    let post = request.method == Method::POST;
    match path {
        "/model/generateImage" if post => submit::serve(state, request, key).await,
        "/model/uploadMedia" if post => upload::serve(state, request).await,
        "/model/history" if get => Ok(account::history(state, request, &key)),
        "/model/getResult" if get => {
            let id = request.query("predictionId").unwrap_or_default().to_owned();
            request.directives.add_name("bare");
            task::poll(state, request, &id).await
        }
        "/balance" if get => Ok(account::balance(state, &key)),
        "/model-usage" | "/model-costs" if get => Ok(account::usage(state, request, &key)),
        _ => {
            let id = path.strip_prefix("/model/prediction/").or_else(|| path.strip_prefix("/model/result/"));
            match id {
                Some(id) if get => task::poll(state, request, id).await,
                _ => Err(not_found("page not found")),
            }
        }
    }
}

fn not_found(message: &str) -> ApiError {
    ApiError::other(StatusCode::NOT_FOUND, "not_found", "not_found", message)
}

fn bad_request(message: impl Into<String>) -> ApiError {
    ApiError::other(StatusCode::BAD_REQUEST, "bad_request", "bad_request", message)
}

/// `{code, msg, request_id, data: null}`.
pub(crate) fn error_reply(error: &ApiError, request_id: &str, modes: &Directives) -> Reply {
    let status = match (error.status.as_u16(), error.code) {
        (429, Some("insufficient_quota")) => StatusCode::PAYMENT_REQUIRED,
        _ => error.status,
    };
    let message = match status.as_u16() {
        402 => "insufficient balance",
        429 => "rate limit exceeded",
        _ => &error.message,
    };
    let body = json!({
        "code": code(status.as_u16(), modes),
        "msg": message,
        "request_id": request_id,
        "data": null,
    });
    Reply::json(status, body)
}

/// A code as a number, or as text in mode `string-code`.
fn code(code: u16, modes: &Directives) -> Value {
    if modes.has("string-code") { Value::from(code.to_string()) } else { Value::from(code) }
}

/// Data in its envelope, or bare.
fn enveloped(data: Json, status: StatusCode, code_number: u16, message: &str, modes: &Directives) -> Reply {
    if modes.has("bare") {
        return Reply::json(status, data);
    }
    let message_field = if code_number == 200 { "message" } else { "msg" };
    let body =
        Fields::new().with("code", code(code_number, modes)).with(message_field, message).with("data", data);
    Reply::json(status, body)
}
