//! Faults that strike before any work: nothing is charged.

use std::time::Duration;

use hyper::StatusCode;
use serde_json::json;

use crate::api_error::ApiError;
use crate::clock::{Clock, http_date};
use crate::dialect::error_reply;
use crate::directives::Directive;
use crate::reply::{Fate, Reply};
use crate::request::Request;
use crate::seller::ErrorStyle;
use crate::state::State;

/// Waits, or answers in place of the seller, as the faults of a request say.
pub(crate) async fn before(state: &State, request: &Request, style: ErrorStyle) -> Option<Reply> {
    if let Some(delay) = request.directives.find("delay") {
        Clock::sleep(Duration::from_millis(delay.number().unwrap_or(1000))).await;
    }
    request.directives.iter().find_map(|fault| one(fault, state.clock.unix_seconds(), request, style))
}

fn one(fault: &Directive, now: u64, request: &Request, style: ErrorStyle) -> Option<Reply> {
    let (request_id, path) = (request.request_id.as_str(), request.path.as_str());
    let error = |error: ApiError| Some(error_reply(style, &error, request_id));
    match fault.name.as_str() {
        "reset-before" => Some(Reply::new(StatusCode::OK).with_fate(Fate::Reset)),
        "stall-before" => Some(Reply::new(StatusCode::OK).with_fate(Fate::Stall)),
        "rate-limit" => Some(rate_limit(fault, now, request_id, style)),
        "quota" => {
            let known = [
                "credit_balance_exhausted",
                "organization_spend_limit_exceeded",
                "project_spend_limit_exceeded",
            ];
            let code = known.into_iter().find(|code| fault.says(code)).unwrap_or("insufficient_quota");
            let message = "You exceeded your current quota, please check your plan and billing details.";
            error(ApiError::other(StatusCode::TOO_MANY_REQUESTS, "insufficient_quota", code, message))
        }
        "billing-limit" => {
            error(ApiError::user("billing_hard_limit_reached", "", "Billing hard limit has been reached"))
        }
        "overloaded" => {
            let message = "The server is currently overloaded. Please try again later.";
            error(ApiError::other(
                StatusCode::SERVICE_UNAVAILABLE,
                "server_error",
                "server_is_overloaded",
                message,
            ))
        }
        "request-timeout" => {
            error(ApiError::other(StatusCode::REQUEST_TIMEOUT, "timeout", "timeout", "Request timeout"))
        }
        "not-verified" => {
            let message = "Your organization must be verified to use the model.";
            error(ApiError::other(
                StatusCode::FORBIDDEN,
                "invalid_request_error",
                "unsupported_model",
                message,
            ))
        }
        // Atlas accepts the task and lets it fail.
        "moderation" if style == ErrorStyle::Atlas => None,
        "broke" => error(ApiError::other(
            StatusCode::PAYMENT_REQUIRED,
            "payment_required",
            "broke",
            "insufficient balance",
        )),
        "moderation" if !fault.says("output") && !fault.says("stream") => {
            error(ApiError::moderation("input", request_id))
        }
        "server-error" | "html-502" | "html-524" | "gateway-timeout" if fault.says("before") => {
            Some(super::after::gateway(fault, request_id, style))
        }
        "redirect" => Some(redirect(fault, path)),
        "error-shape" => Some(error_shape(fault)),
        _ => None,
    }
}

/// 429, with the wait in whichever place is asked for: `retry-after=2`, `retry-after-ms=300`, `retry-date=2` (seconds from now, sent as a date),
/// `message=467ms`, or nowhere.
fn rate_limit(fault: &Directive, now: u64, request_id: &str, style: ErrorStyle) -> Reply {
    if fault.says("html") {
        let page = "<html><head><title>429 Too Many Requests</title></head><body><h1>429</h1></body></html>";
        return Reply::text(StatusCode::TOO_MANY_REQUESTS, "text/html", page);
    }
    let hint =
        fault.option("message").map(|wait| format!(" Please try again in {wait}.")).unwrap_or_default();
    let message = format!(
        "Rate limit reached for images (for limit gpt-image) in organization org-emulated on images per min: Limit 5, \
         Used 5.{hint}"
    );
    let error =
        ApiError::other(StatusCode::TOO_MANY_REQUESTS, "rate_limit_error", "rate_limit_exceeded", message);
    let mut reply = error_reply(style, &error, request_id);
    if let Some(wait) = fault.option("retry-after") {
        reply.set_header("retry-after", wait);
    }
    if let Some(wait) = fault.option("retry-after-ms") {
        reply.set_header("retry-after-ms", wait);
    }
    if let Some(date) = fault.option("retry-date") {
        let seconds = date.parse::<u64>().unwrap_or(1);
        reply.set_header("retry-after", &http_date(now + seconds));
    }
    if let Some(should) = fault.option("should-retry") {
        reply.set_header("x-should-retry", should);
    }
    reply
}

/// A redirect of a request that must not follow it.
fn redirect(fault: &Directive, path: &str) -> Reply {
    let status = fault.number().and_then(|status| u16::try_from(status).ok()).unwrap_or(307);
    let location =
        fault.option("to").map_or_else(|| format!("/moved{path}"), |host| format!("http://{host}{path}"));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::TEMPORARY_REDIRECT);
    Reply::text(status, "text/plain", "").header("location", &location)
}

/// Errors in shapes other than the seller's.
fn error_shape(fault: &Directive) -> Reply {
    let shape = fault.arguments.first().map_or("detail", String::as_str);
    match shape {
        "int-code" => {
            let error = json!({ "message": "bad request", "type": "invalid_request_error", "param": null, "code": 400 });
            Reply::json(StatusCode::BAD_REQUEST, json!({ "error": error }))
        }
        "string" => Reply::json(StatusCode::BAD_REQUEST, json!({ "error": "bad request" })),
        "flat" => Reply::json(
            StatusCode::BAD_REQUEST,
            json!({ "code": "INVALID_PROMPT", "message": "Invalid prompt" }),
        ),
        "html-403" => Reply::text(
            StatusCode::FORBIDDEN,
            "text/html",
            "<html><head><title>Attention Required! | Cloudflare</title></head><body>error code: 1010</body></html>",
        ),
        "text-404" => Reply::text(StatusCode::NOT_FOUND, "text/plain", "404 page not found\n"),
        "empty-500" => Reply::new(StatusCode::INTERNAL_SERVER_ERROR),
        _ => Reply::json(StatusCode::BAD_REQUEST, json!({ "detail": "Invalid request" })),
    }
}
