//! How failures are read: by code first, then by status; `type` is rewritten by gateways and decides nothing.

use impasto_types::BillingOutcome;
use impasto_types::wire::openai::{ErrorBody, ErrorEnvelope};
use serde_json::Value;

use crate::adapter::ReplyHead;
use crate::error::{Error, ErrorKind};
use crate::seller::ErrorCodes;
use crate::target::Target;

/// Codes by what they mean: OpenAI's own (error-codes guide of 2026-09, openai-python 3.52.0, observed answers),
/// and those of the new-api and one-api gateways, which answer their own refusals with status 500.
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
            "insufficient_user_quota",
            "pre_consume_token_quota_failed",
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
            "sensitive_words_detected",
        ],
    ),
    (ErrorKind::Authentication, &["invalid_api_key"]),
    (ErrorKind::Permission, &["unsupported_model"]),
    (ErrorKind::NotFound, &["model_not_found"]),
    (ErrorKind::Overloaded, &["server_is_overloaded", "service_unavailable_error", "get_channel_failed"]),
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
            "invalid_request",
            "convert_request_failed",
            "api_not_implemented",
        ],
    ),
];

/// The failure told by a reply that is not a success.
pub(crate) fn of_reply(target: &Target, head: &ReplyHead, body: &[u8]) -> Error {
    let text = String::from_utf8_lossy(body);
    match serde_json::from_str::<Value>(&text) {
        Ok(value) => of_value(target, head, &value),
        Err(_) => of_text(target, head, &text),
    }
}

/// The failure told by a JSON body, in any of the shapes that sellers use.
pub(crate) fn of_value(target: &Target, head: &ReplyHead, value: &Value) -> Error {
    let envelope = ErrorEnvelope::from_json(value.clone()).unwrap_or_default();
    // Beside a bare text, the code stands at the top.
    let object = envelope.error.filter(|_| !value["error"].is_string());
    let mut body = object.unwrap_or_else(|| bare(value));
    if let Some(id) = envelope.extra.get("request_id") {
        body.extra.entry("request_id").or_insert_with(|| id.clone());
    }
    of_body(target, head, &body)
}

/// The failure told by an error object.
pub(crate) fn of_body(target: &Target, head: &ReplyHead, body: &ErrorBody) -> Error {
    let code = non_empty(body.code.as_deref());
    let kind = kind_of(target, head, body);
    let said = non_empty(body.message.as_deref());
    let sentence = match (said, code) {
        (Some(message), _) => message.to_owned(),
        (None, Some(code)) => format!("{} answered with the code {code} and no message", target.seller.name),
        (None, None) => format!("{} answered with status {} and no reason", target.seller.name, head.status),
    };
    let (sentence, suffix_id) = split_request_id(&sentence);
    let mut error =
        Error::new(kind, sentence).with_status(head.status).with_billing(billing(kind, head.status, body));
    if let Some(message) = said {
        error = error.with_seller_message(message);
    }
    if let Some(code) = code {
        error = error.with_code(code);
    }
    // `None` is how a Python gateway writes that there is none, `error` the type of the event.
    if let Some(kind) = non_empty(body.kind.as_deref()).filter(|kind| !["None", "error"].contains(kind)) {
        error = error.with_seller_type(kind);
    }
    let mut id = request_id(target, head).or(suffix_id);
    id = id.or_else(|| body.extra.get("request_id")?.as_str().map(str::to_owned));
    match non_empty(body.param.as_deref()) {
        Some(param) if target.seller.quirks.param_is_request_id => id = Some(param.to_owned()),
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
pub(crate) fn request_id(target: &Target, head: &ReplyHead) -> Option<String> {
    let own = target.seller.quirks.request_id_headers.iter().map(String::as_str);
    own.chain(["x-request-id", "x-oneapi-request-id", "request-id", "cf-ray"])
        .find_map(|name| head.header(name))
        .map(str::to_owned)
}

/// The fields of a body that has no `error` object: `{"detail": …}`, `{"code", "msg"}`, `{"message": …}`.
pub(crate) fn bare(value: &Value) -> ErrorBody {
    let text = |key: &str| match &value[key] {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    // FastAPI's own refusals: a list of what is wrong, each with the place and a message.
    let detail = &value["detail"][0];
    let place = detail["loc"].as_array().and_then(|loc| loc.last()?.as_str());
    ErrorBody {
        message: ["error", "message", "msg", "detail"]
            .into_iter()
            .find_map(text)
            .or_else(|| detail["msg"].as_str().map(str::to_owned)),
        code: text("code"),
        kind: value["type"].as_str().map(str::to_owned),
        param: place.map(str::to_owned),
        ..ErrorBody::default()
    }
}

/// A body that is not JSON: a proxy's page, mostly.
fn of_text(target: &Target, head: &ReplyHead, text: &str) -> Error {
    let kind = if head.is_success() { ErrorKind::UnexpectedReply } else { by_status(head.status, text) };
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

/// By code, then by type where that is one of the codes, then by a code that is a status, then by status.
fn kind_of(target: &Target, head: &ReplyHead, body: &ErrorBody) -> ErrorKind {
    let own = &target.seller.errors;
    let code = non_empty(body.code.as_deref());
    // A gateway without a free channel for the model; elsewhere the same code says that there is no such model.
    if head.status == 503 && code == Some("model_not_found") {
        return ErrorKind::Overloaded;
    }
    let told = code.and_then(|code| by_code(own, code)).or_else(|| by_code(own, body.kind.as_deref()?));
    told.unwrap_or_else(|| {
        let numeric = code.and_then(|code| code.parse().ok()).filter(|code| (400..600).contains(code));
        let status = if head.is_success() { numeric.unwrap_or(head.status) } else { head.status };
        by_status(status, body.message.as_deref().unwrap_or_default())
    })
}

/// What a code means: at this seller, else in general.
pub(crate) fn by_code(own: &ErrorCodes, code: &str) -> Option<ErrorKind> {
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
        400 | 403 | 429 if says_quota(message) => ErrorKind::Quota,
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

/// The words of sellers that send no code for it; a mistake here only costs a retry.
fn says_quota(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("exceeded your current quota")
        || message.contains("insufficient balance")
        || message.contains("quota is not enough")
        || message.contains("monthly spending limit")
        || message.contains("额度不足")
        || message.contains("预扣费额度失败")
}

fn billing(kind: ErrorKind, status: u16, body: &ErrorBody) -> BillingOutcome {
    let stage = body.moderation_details.as_ref().and_then(|details| details.moderation_stage.as_deref());
    match kind {
        // Refusals are reported as free; of blocks at the output one seller's team says otherwise.
        ErrorKind::Moderation if stage == Some("output") => BillingOutcome::Unknown,
        ErrorKind::Moderation if stage == Some("input") => BillingOutcome::NotBilled,
        // A status of success above the failure: work may have begun, unless it was refused at the door.
        ErrorKind::Quota | ErrorKind::RateLimit | ErrorKind::Authentication | ErrorKind::Permission => {
            BillingOutcome::NotBilled
        }
        _ if status < 300 => BillingOutcome::Unknown,
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

fn non_empty(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}
