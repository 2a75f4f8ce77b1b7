//! How each seller writes an error.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::directives::Directives;
use crate::reply::Reply;
use crate::seller::ErrorStyle;

/// The reply for a refusal.
pub(crate) fn error_reply(style: ErrorStyle, error: &ApiError, request_id: &str) -> Reply {
    match style {
        ErrorStyle::OpenAi => Reply::json(error.status, json!({ "error": error.to_json() })),
        ErrorStyle::Azure => azure(error),
        ErrorStyle::Modelverse => modelverse(error, request_id),
        ErrorStyle::NewApi => new_api(error, request_id),
        ErrorStyle::Atlas => crate::atlas::error_reply(error, request_id, &Directives::default()),
    }
}

/// Azure: refused content has a shape of its own (Microsoft's image how-to, 2026-03); keys and routes are refused by
/// the gateway in front, which numbers its codes.
fn azure(error: &ApiError) -> Reply {
    let code = error.code.unwrap_or_default();
    let body = match (code, error.status) {
        ("moderation_blocked", _) => {
            let message = "Your task failed as a result of our safety system.";
            json!({ "created": 0, "error": { "code": "contentFilter", "message": message } })
        }
        (_, StatusCode::UNAUTHORIZED) => {
            let message = "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a \
                           valid key for an active subscription and use a correct regional API endpoint for your resource.";
            json!({ "error": { "code": "401", "message": message, "type": null, "param": null } })
        }
        ("unknown_url", _) => {
            json!({ "error": { "code": "404", "message": "Resource not found", "type": null, "param": null } })
        }
        _ => json!({ "error": error.to_json() }),
    };
    Reply::json(error.status, body)
}

/// Modelverse's error table; `param` is the request id.
fn modelverse(error: &ApiError, request_id: &str) -> Reply {
    let code = error.code.unwrap_or_default();
    let (kind, code, message) = match (error.status.as_u16(), code) {
        (401, _) => ("invalid_request_error", "auth_error", "Validate Certification failed".to_owned()),
        (_, "moderation_blocked") => {
            ("invalid_request_error", "sensitive_check_error", error.message.clone())
        }
        (400, _) if error.param.as_deref() == Some("model") => (
            "invalid_request_error",
            "model_error",
            format!("no permission for the model: {}", error.message),
        ),
        (400, "string_above_max_length") => {
            ("invalid_request_error", "tokens_too_long", error.message.clone())
        }
        (400 | 404 | 405 | 415, _) => {
            ("invalid_request_error", "param_error", format!("Invalid param: {}", error.message))
        }
        (408, _) => ("timeout", "timeout", "Request timeout".to_owned()),
        (429, _) => ("rate_limit_error", "rate_limit", "Rate limit exceeded".to_owned()),
        (504, _) => (
            "timeout",
            "gateway_timeout_error",
            "Gateway timeout, please try again later or use stream api".to_owned(),
        ),
        _ => ("internal_error", "internal_error", error.message.clone()),
    };
    let status = match error.status.as_u16() {
        404 | 405 | 415 => StatusCode::BAD_REQUEST,
        _ => error.status,
    };
    Reply::json(
        status,
        json!({ "error": { "message": message, "type": kind, "param": request_id, "code": code } }),
    )
}

/// new-api: what it checks itself becomes 500 `invalid_request`; what its upstream refused keeps status and code.
fn new_api(error: &ApiError, request_id: &str) -> Reply {
    let code = error.code.unwrap_or_default();
    let model = || error.message.split('\'').nth(1).unwrap_or_default().to_owned();
    let (status, kind, code, message): (u16, &str, &str, String) = match (error.status.as_u16(), code) {
        (401, _) => (401, "new_api_error", "", "\u{65e0}\u{6548}\u{7684}\u{4ee4}\u{724c}".to_owned()),
        (_, "endpoint_retired") => (501, "new_api_error", "api_not_implemented", "API not implemented".to_owned()),
        (404 | 405, _) => (404, "invalid_request_error", "", error.message.clone()),
        (400, "invalid_value") if error.param.as_deref() == Some("model") => (
            503,
            "new_api_error",
            "model_not_found",
            format!("\u{5f53}\u{524d}\u{5206}\u{7ec4} default \u{4e0b}\u{5bf9}\u{4e8e}\u{6a21}\u{578b} {} \u{65e0}\u{53ef}\u{7528}\u{6e20}\u{9053}", model()),
        ),
        (_,
"missing_required_parameter" | "empty_string" | "invalid_json" |
"invalid_multipart" | "invalid_type" | "integer_below_min_value" |
"integer_above_max_value" | "unsupported_content_type") => {
            (500, "new_api_error", "invalid_request", error.message.clone())
        }
        (_, "invalid_value") if error.message.contains('\u{d7}') => {
            (500, "new_api_error", "invalid_request", "size contains an unexpected character, use x instead of \u{d7}".to_owned())
        }
        (429, "insufficient_quota") => (
            403,
            "new_api_error",
            "insufficient_user_quota",
            "\u{7528}\u{6237}\u{989d}\u{5ea6}\u{4e0d}\u{8db3}, \u{5269}\u{4f59}\u{989d}\u{5ea6}: \u{ff04}0.000000".to_owned(),
        ),
        (status, code) => (status, "new_api_error", code, error.message.clone()),
    };
    let param = error.param.as_deref().filter(|_| status == 400).unwrap_or_default();
    let body = json!({
        "error": {
            "message": if status == 404 { message } else { format!("{message} (request id: {request_id})") },
            "type": kind,
            "param": param,
            "code": code,
        }
    });
    Reply::json(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), body)
        .header("x-oneapi-request-id", request_id)
}

/// The `usage` object of a new-api gateway, as `CometAPI`'s documentation shows it (2026-04).
pub(crate) fn noisy_usage(usage: &Value) -> Value {
    let mut noisy = usage.clone();
    if let Some(object) = noisy.as_object_mut() {
        object.remove("output_tokens_details");
        if let Some(details) = object.get_mut("input_tokens_details").and_then(Value::as_object_mut) {
            details.insert("cached_tokens_details".into(), json!({}));
        }
        for (name, value) in [
            ("prompt_tokens", json!(0)),
            ("completion_tokens", json!(0)),
            ("prompt_tokens_details", json!({ "cached_tokens_details": {} })),
            ("completion_tokens_details", json!({})),
            ("claude_cache_creation_5_m_tokens", json!(0)),
            ("claude_cache_creation_1_h_tokens", json!(0)),
        ] {
            object.insert(name.into(), value);
        }
    }
    noisy
}
