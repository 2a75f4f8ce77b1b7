//! A refusal in neutral form; each seller's dialect writes it in its own way.

use hyper::StatusCode;
use serde_json::{Value, json};

/// Why a request is refused: the fields of OpenAI's error envelope and the status.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) kind: &'static str,
    pub(crate) code: Option<&'static str>,
    pub(crate) param: Option<String>,
    pub(crate) message: String,
    /// `moderation_details` of a moderation refusal.
    pub(crate) moderation: Option<Value>,
}

pub(crate) type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    fn new(status: StatusCode, kind: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, code: Some(code), param: None, message: message.into(), moderation: None }
    }

    /// 400 `invalid_request_error`: the request itself is malformed.
    pub(crate) fn invalid(code: &'static str, param: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", code, message).about(param)
    }

    /// 400 `image_generation_user_error`: the image part of the service refuses.
    pub(crate) fn user(code: &'static str, param: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "image_generation_user_error", code, message).about(param)
    }

    /// Any other status.
    pub(crate) fn other(
        status: StatusCode,
        kind: &'static str,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self::new(status, kind, code, message)
    }

    /// 401.
    pub(crate) fn unauthorized(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_request_error", "invalid_api_key", message)
    }

    /// 500.
    pub(crate) fn server(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "server_error", message)
    }

    /// A moderation refusal of the given stage.
    pub(crate) fn moderation(stage: &str, request_id: &str) -> Self {
        let message = format!("Your request was rejected by the safety system. Request ID {request_id}.");
        let mut error =
            Self::new(StatusCode::BAD_REQUEST, "image_generation_user_error", "moderation_blocked", message);
        error.moderation = Some(json!({ "moderation_stage": stage, "categories": ["other"] }));
        error
    }

    /// Names the parameter.
    pub(crate) fn about(mut self, param: &str) -> Self {
        self.param = (!param.is_empty()).then(|| param.to_owned());
        self
    }

    /// The `error` object of OpenAI's envelope: always the four keys.
    pub(crate) fn to_json(&self) -> Value {
        let mut error = json!({
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        });
        if let (Some(details), Some(object)) = (&self.moderation, error.as_object_mut()) {
            object.insert("moderation_details".into(), details.clone());
        }
        error
    }
}
