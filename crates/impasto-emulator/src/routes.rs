//! Which mount a path belongs to.

use std::sync::Arc;

use hyper::StatusCode;

use crate::api_error::ApiError;
use crate::openai::Surface;
use crate::reply::Reply;
use crate::request::Request;
use crate::seller::{ErrorStyle, SELLERS};
use crate::state::State;
use crate::{atlas, azure, dialect, downloads, openai};

/// How errors look below a path.
pub(crate) fn error_style(path: &str) -> ErrorStyle {
    SELLERS
        .iter()
        .find(|seller| path.starts_with(seller.mount))
        .map_or(ErrorStyle::OpenAi, |seller| seller.errors)
}

/// Answers any path but the emulator's own.
pub(crate) async fn serve(state: &Arc<State>, request: &mut Request) -> Reply {
    if request.path.starts_with("/files/") {
        return downloads::serve(state, request).await;
    }
    if let Some(path) = request.path.strip_prefix(atlas::PUBLIC_MOUNT).map(str::to_owned) {
        return atlas::serve(state, request, &path).await;
    }
    if request.path == "/webhooks/jwks.json" {
        return atlas::serve(state, request, "/webhooks/jwks.json").await;
    }
    for seller in SELLERS {
        let below =
            request.path.strip_prefix(seller.mount).filter(|rest| rest.starts_with('/')).map(str::to_owned);
        if let Some(path) = below {
            return match seller.id {
                "azure" => azure::serve(state, request, &path).await,
                "atlas" => atlas::serve(state, request, &path).await,
                _ => openai::serve(state, seller, &Surface::Plain, request, &path).await,
            };
        }
    }
    let message = format!("Invalid URL ({} {})", request.method, request.path);
    let error = ApiError::other(StatusCode::NOT_FOUND, "invalid_request_error", "unknown_url", message);
    dialect::error_reply(ErrorStyle::OpenAi, &error, &request.request_id)
}
