//! Which mount a path belongs to.

use std::sync::Arc;

use hyper::StatusCode;

use crate::api_error::ApiError;
use crate::reply::Reply;
use crate::request::Request;
use crate::seller::{ErrorStyle, OPENAI, Seller};
use crate::state::State;
use crate::{dialect, downloads, openai};

/// The mounts that speak OpenAI's dialect.
pub(crate) const SELLERS: &[&Seller] = &[&OPENAI];

/// Answers any path but the emulator's own.
pub(crate) async fn serve(state: &Arc<State>, request: &mut Request) -> Reply {
    if request.path.starts_with("/files/") {
        return downloads::serve(state, request);
    }
    for seller in SELLERS {
        let below =
            request.path.strip_prefix(seller.mount).filter(|rest| rest.starts_with('/')).map(str::to_owned);
        if let Some(path) = below {
            return openai::serve(state, seller, request, &path).await.0;
        }
    }
    let message = format!("Invalid URL ({} {})", request.method, request.path);
    let error = ApiError::other(StatusCode::NOT_FOUND, "invalid_request_error", "unknown_url", message);
    dialect::error_reply(ErrorStyle::OpenAi, &error, &request.request_id)
}
