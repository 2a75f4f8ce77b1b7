//! Faults that strike after the work: whatever was charged stays charged.

use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::json;

use crate::api_error::ApiError;
use crate::dialect::error_reply;
use crate::directives::{Directive, Directives};
use crate::reply::{End, Fate, Limit, Reply, Step};
use crate::seller::ErrorStyle;

/// Breaks a reply as the faults of its request say.
pub(crate) fn after(mut reply: Reply, directives: &Directives, request_id: &str, style: ErrorStyle) -> Reply {
    for fault in directives.iter() {
        reply = one(reply, fault, request_id, style);
    }
    reply
}

fn one(reply: Reply, fault: &Directive, request_id: &str, style: ErrorStyle) -> Reply {
    let charges = reply.charges.clone();
    match fault.name.as_str() {
        "reset-after" => reply.with_fate(Fate::Reset),
        "stall-after" => reply.with_fate(Fate::Stall),
        "cut" | "stall" | "reset-body" => limited(reply, fault),
        "slow" => slow(reply, fault),
        "server-error" | "html-502" | "html-524" | "gateway-timeout" if !fault.says("before") => {
            gateway(fault, request_id, style)
        }
        "html-200" => Reply::text(StatusCode::OK, "text/html", "<html><body><h1>Welcome</h1></body></html>"),
        "error-200" => {
            let error = ApiError::server("upstream error, do request failed");
            Reply::json(StatusCode::OK, json!({ "error": error.to_json() }))
        }
        "task-200" => {
            let task = json!({
                "id": request_id,
                "status": "processing",
                "urls": { "get": format!("/v1/tasks/{request_id}") },
            });
            Reply::json(StatusCode::OK, task)
        }
        "empty-200" => Reply::new(StatusCode::OK).typed("application/json"),
        "endless" => endless(fault).charged(charges),
        "content-type" => {
            let mut reply = reply;
            let mime = fault.arguments.first().map_or("text/plain", String::as_str).to_owned();
            reply.set_header("content-type", &mime);
            reply
        }
        _ => reply,
    }
}

/// What a proxy says when the seller behind it is slow or gone.
pub(super) fn gateway(fault: &Directive, request_id: &str, style: ErrorStyle) -> Reply {
    let page = |status: u16, title: &str| {
        let html = format!(
            "<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
        );
        Reply::text(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), "text/html", html)
    };
    match fault.name.as_str() {
        "html-502" => page(502, "502 Bad Gateway"),
        "html-524" => page(524, "524: A timeout occurred"),
        "gateway-timeout" => {
            let error =
                ApiError::other(StatusCode::GATEWAY_TIMEOUT, "timeout", "gateway_timeout", "Gateway timeout");
            error_reply(style, &error, request_id)
        }
        _ => {
            let error =
                ApiError::server("The server had an error while processing your request. Sorry about that!");
            error_reply(style, &error, request_id)
        }
    }
}

/// `cut;K`, `stall;K`, `reset-body;K`: the body ends after K bytes, by default in its middle. `chunked` announces no
/// length, `close` neither length nor chunks.
fn limited(mut reply: Reply, fault: &Directive) -> Reply {
    let half = reply.known_length().map_or(4096, |length| length / 2);
    let end = match fault.name.as_str() {
        "stall" => End::Stall,
        "reset-body" => End::Reset,
        _ => End::Cut,
    };
    reply.limit = Some(Limit { bytes: fault.number().unwrap_or(half), end });
    if fault.says("chunked") {
        reply.open_ended = true;
    }
    reply.close_delimited = fault.says("close");
    reply
}

/// `slow;K`: K bytes per second, in ten pieces a second.
fn slow(mut reply: Reply, fault: &Directive) -> Reply {
    let piece = usize::try_from(fault.number().unwrap_or(100_000) / 10).unwrap_or(usize::MAX).max(1);
    let mut steps = Vec::new();
    for step in reply.body {
        match step {
            Step::Data(mut bytes) => {
                while !bytes.is_empty() {
                    steps.push(Step::Data(bytes.split_to(piece.min(bytes.len()))));
                    steps.push(Step::Wait(Duration::from_millis(100)));
                }
            }
            other => steps.push(other),
        }
    }
    reply.body = steps;
    reply
}

/// `endless;MB`: a JSON string that goes on and on, by default 420 MB of it.
fn endless(fault: &Directive) -> Reply {
    let megabytes = fault.number().unwrap_or(420);
    let chunk = Bytes::from(vec![b'A'; 1024 * 1024]);
    let mut reply = Reply::new(StatusCode::OK).typed("application/json");
    reply.body.push(Step::Data(Bytes::from_static(b"{\"created\":1,\"data\":[{\"b64_json\":\"")));
    reply.body.extend((0..megabytes).map(|_| Step::Data(chunk.clone())));
    reply.body.push(Step::Data(Bytes::from_static(b"\"}]}")));
    reply.open_ended = true;
    reply
}
