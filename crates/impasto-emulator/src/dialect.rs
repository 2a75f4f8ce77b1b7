//! How each seller writes an error.

use serde_json::json;

use crate::api_error::ApiError;
use crate::reply::Reply;
use crate::seller::ErrorStyle;

/// The reply for a refusal.
pub(crate) fn error_reply(style: ErrorStyle, error: &ApiError, request_id: &str) -> Reply {
    match style {
        _ => {
            let _ = request_id;
            Reply::json(error.status, json!({ "error": error.to_json() }))
        }
    }
}
