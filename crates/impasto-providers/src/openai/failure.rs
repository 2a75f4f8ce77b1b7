//! How failures are read: by code first, then by status; `type` is rewritten by gateways and decides nothing.

use impasto_types::BillingOutcome;
use impasto_types::wire::openai::{ErrorBody, ErrorEnvelope};
use serde_json::Value;

use crate::adapter::ReplyHead;
use crate::error::{Error, ErrorKind};
use crate::seller::ErrorCodes;
use crate::target::Target;

/// OpenAI's own codes by what they mean (error-codes guide of 2026-09, openai-python 3.52.0, observed answers).
const CODES: &[(ErrorKind, &[&str])] = &[
    (
        ErrorKind::Quota,
        &[
            "insufficient_quota",
            "billing_hard_limit_reached",
            "credit_balance_exhausted",
            "organization_spend_limit_exceeded",
            "project_spend_limit_exceeded",
            "organization_usage_limit_exceeded",
        ],
    ),
    (ErrorKind::RateLimit, &["rate_limit_exceeded", "slow_down"]),
    (
        ErrorKind::Moderation,
        &[
            "moderation_blocked",
            "content_policy_violation",
            "image_content_policy_violation",
            "contentFilter",
        ],
    ),
    (ErrorKind::Authentication, &["invalid_api_key"]),
    (ErrorKind::Permission, &["unsupported_model"]),
    (ErrorKind::NotFound, &["model_not_found"]),
    (ErrorKind::Overloaded, &["server_is_overloaded", "service_unavailable_error"]),
    (ErrorKind::Server, &["server_error"]),
    (
        ErrorKind::InvalidRequest,
        &[
            "invalid_value",
            "unknown_parameter",
            "empty_string",
            "invalid_input_fidelity_model",
            "unsupported_file_mimetype",
            "invalid_image_file",
            "invalid_image_format",
            "invalid_base64_image",
            "invalid_image_url",
            "image_too_large",
            "image_too_small",
            "image_parse_error",
            "invalid_image_mode",
            "image_file_too_large",
            "unsupported_image_media_type",
            "empty_image_file",
            "failed_to_download_image",
            "image_file_not_found",
        ],
    ),
];

/// The failure told by a reply that is not a success.
pub(super) fn of_reply(target: &Target, head: &ReplyHead, body: &[u8]) -> Error {
    let text = String::from_utf8_lossy(body);
    let Ok(value) = serde_json::from_str::<Value>(&text) else {
        return of_text(target, head, &text);
    };
    let envelope: ErrorEnvelope = serde_json::from_value(value.clone()).unwrap_or_default();
    let body = envelope.error.unwrap_or_else(|| bare(&value));
    of_body(target, head, &body)
}

/// The failure told by an error object.
pub(super) fn of_body(target: &Target, head: &ReplyHead, body: &ErrorBody) -> Error {
    let quirks = &target.seller.quirks;
    let kind = body
        .code
        .as_deref()
        .filter(|code| !code.is_empty())
        .and_then(|code| by_code(&target.seller.errors, code))
        .or_else(|| by_code(&target.seller.errors, body.kind.as_deref()?))
        .unwrap_or_else(|| by_status(head.status, body.message.as_deref().unwrap_or_default()));
    let said = body.message.clone().filter(|message| !message.is_empty());
    let sentence = match (&said, body.code.as_deref().filter(|code| !code.is_empty())) {
        (Some(message), _) => message.clone(),
        (None, Some(code)) => format!("{} answered with the code {code} and no message", target.seller.name),
        (None, None) => format!("{} answered with status {} and no reason", target.seller.name, head.status),
    };
    let (sentence, suffix_id) = split_request_id(&sentence);
    let mut error =
        Error::new(kind, sentence).with_status(head.status).with_billing(billing(kind, head.status, body));
    if let Some(message) = said {
        error = error.with_seller_message(message);
    }
    if let Some(code) = body.code.clone().filter(|code| !code.is_empty()) {
        error = error.with_code(code);
    }
    if let Some(kind) = body.kind.clone().filter(|kind| !kind.is_empty() && kind != "None") {
        error = error.with_seller_type(kind);
    }
    let param = body.param.clone().filter(|param| !param.is_empty());
    let mut id = request_id(target, head).or(suffix_id);
    match param {
        Some(param) if quirks.param_is_request_id => id = Some(param),
        Some(param) => error = error.with_field(param),
        None => {}
    }
    if let Some(id) = id {
        error = error.with_request_id(id);
    }
    match &body.moderation_details {
        Some(details) => error.with_moderation(details.moderation_stage.clone(), details.categories.clone()),
        None => error,
    }
}

/// The id of the exchange, from the headers.
pub(super) fn request_id(target: &Target, head: &ReplyHead) -> Option<String> {
    let own = target.seller.quirks.request_id_headers.iter().map(String::as_str);
    own.chain(["x-request-id", "x-oneapi-request-id", "request-id", "cf-ray"])
        .find_map(|name| head.header(name))
        .map(str::to_owned)
}

/// The fields of a body that has no `error` object: `{"detail": …}`, `{"code", "msg"}`, `{"message": …}`.
fn bare(value: &Value) -> ErrorBody {
    let text = |key: &str| match &value[key] {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        other => Some(other.to_string()),
    };
    let plain_error = value["error"].as_str().map(str::to_owned);
    ErrorBody {
        message: plain_error.or_else(|| text("message")).or_else(|| text("msg")).or_else(|| text("detail")),
        code: text("code"),
        kind: value["type"].as_str().map(str::to_owned),
        ..ErrorBody::default()
    }
}

/// A body that is not JSON: a proxy's page, mostly.
fn of_text(target: &Target, head: &ReplyHead, text: &str) -> Error {
    let success = head.is_success();
    let kind = if success { ErrorKind::UnexpectedReply } else { by_status(head.status, text) };
    let looks_html = head.media_type() == "text/html" || text.trim_start().starts_with('<');
    let what = if text.trim().is_empty() {
        "an empty body".to_owned()
    } else if looks_html {
        format!("a web page{}", title(text).map(|title| format!(" titled {title:?}")).unwrap_or_default())
    } else {
        format!("text: {:?}", text.trim().chars().take(200).collect::<String>())
    };
    let message = format!("{} answered with status {} and {what}", target.seller.name, head.status);
    let mut error = Error::new(kind, message).with_status(head.status);
    // A proxy's page tells nothing of what happened behind it.
    if head.status >= 500 && head.status != 503 {
        error = error.with_billing(BillingOutcome::Unknown);
    }
    match request_id(target, head) {
        Some(id) => error.with_request_id(id),
        None => error,
    }
}

fn by_code(own: &ErrorCodes, code: &str) -> Option<ErrorKind> {
    let sellers: [(ErrorKind, &Vec<String>); 10] = [
        (ErrorKind::Quota, &own.quota),
        (ErrorKind::RateLimit, &own.rate_limit),
        (ErrorKind::Moderation, &own.moderation),
        (ErrorKind::InvalidRequest, &own.invalid_request),
        (ErrorKind::Authentication, &own.authentication),
        (ErrorKind::Permission, &own.permission),
        (ErrorKind::NotFound, &own.not_found),
        (ErrorKind::Overloaded, &own.overloaded),
        (ErrorKind::Server, &own.server),
        (ErrorKind::Timeout, &own.timeout),
    ];
    let theirs =
        sellers.into_iter().find(|(_, codes)| codes.iter().any(|known| known == code)).map(|(kind, _)| kind);
    theirs.or_else(|| CODES.iter().find(|(_, codes)| codes.contains(&code)).map(|(kind, _)| *kind))
}

fn by_status(status: u16, message: &str) -> ErrorKind {
    match status {
        401 => ErrorKind::Authentication,
        402 => ErrorKind::Quota,
        403 | 451 => ErrorKind::Permission,
        404 if message.contains("expired") => ErrorKind::Expired,
        404 => ErrorKind::NotFound,
        408 | 504 | 522 | 524 => ErrorKind::Timeout,
        429 => ErrorKind::RateLimit,
        503 | 529 => ErrorKind::Overloaded,
        400..500 => ErrorKind::InvalidRequest,
        500.. => ErrorKind::Server,
        _ => ErrorKind::UnexpectedReply,
    }
}

fn billing(kind: ErrorKind, status: u16, body: &ErrorBody) -> BillingOutcome {
    let stage = body.moderation_details.as_ref().and_then(|details| details.moderation_stage.as_deref());
    match kind {
        // Refusals are reported as free; of blocks at the output one seller's team says otherwise.
        ErrorKind::Moderation if stage == Some("output") => BillingOutcome::Unknown,
        // A status of success under an error: the seller's word counts, the work may have been done.
        ErrorKind::InvalidRequest if status < 300 => BillingOutcome::Unknown,
        kind => kind.usual_billing(),
    }
}

/// New-api gateways put the id at the end of the message: `… (request id: 2025…)`.
fn split_request_id(message: &str) -> (String, Option<String>) {
    let Some((head, tail)) = message.rsplit_once("(request id: ") else {
        return (message.to_owned(), None);
    };
    match tail.strip_suffix(')') {
        Some(id) if !id.is_empty() => (head.trim_end().to_owned(), Some(id.to_owned())),
        _ => (message.to_owned(), None),
    }
}

fn title(html: &str) -> Option<String> {
    // Lower-casing ASCII only keeps the byte positions.
    let lower = html.to_ascii_lowercase();
    let open = lower.find("<title>")? + "<title>".len();
    let close = lower[open..].find("</title>")? + open;
    Some(html[open..close].trim().chars().take(120).collect())
}
