//! The OpenAI mount, and what its look-alikes share with it: routing, keys, errors, models, files.

mod files;

use std::sync::Arc;

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::api_error::{ApiError, ApiResult};
use crate::ids::key_label;
use crate::images::{self, Exchange};
use crate::models::{self, Model};
use crate::params::Operation;
use crate::reply::Reply;
use crate::request::Request;
use crate::seller::{Auth, Seller};
use crate::state::State;

/// How a path names the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Surface {
    /// In the body.
    Plain,
    /// As an Azure deployment in the path.
    Deployment(String),
    /// As an Azure deployment in the body.
    DeploymentInBody,
}

/// Serves a path below a seller's mount; `path` has no mount.
pub(crate) async fn serve(
    state: &Arc<State>,
    seller: &'static Seller,
    surface: &Surface,
    request: &mut Request,
    path: &str,
) -> Reply {
    let key = authenticate(seller, request);
    let label = key.as_ref().ok().cloned();
    let result = match key {
        Ok(key) => route(state, seller, surface, request, path, key).await,
        // An unknown route is unknown with or without a key.
        Err(error) => {
            Err(if allowed_methods(seller, path).is_some() { error } else { unknown_route(request) })
        }
    };
    let mut reply = match result {
        Ok(reply) => reply,
        Err(error) => crate::dialect::error_reply(seller.errors, &error, &request.request_id),
    };
    rate_limit_headers(state, label.as_deref(), &mut reply);
    reply
}

/// The label of the caller's key.
fn authenticate(seller: &Seller, request: &Request) -> ApiResult<String> {
    let api_key = match seller.auth {
        Auth::Bearer => None,
        Auth::ApiKeyOrBearer => request.header("api-key").map(str::trim).filter(|key| !key.is_empty()),
    };
    if let Some(key) = api_key.or_else(|| request.bearer()) {
        return Ok(key_label(key));
    }
    let message = if request.headers.contains_key("authorization") {
        "Incorrect API key provided. Send it as 'Authorization: Bearer YOUR_KEY'."
    } else {
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth \
         (i.e. Authorization: Bearer YOUR_KEY)."
    };
    Err(ApiError::unauthorized(message))
}

/// The methods of a known path.
fn allowed_methods(seller: &Seller, path: &str) -> Option<&'static [Method]> {
    match path {
        "/images/generations" | "/images/edits" | "/images/variations" => Some(&[Method::POST]),
        "/images" if seller.id == "openrouter" => Some(&[Method::POST]),
        "/models" => Some(&[Method::GET]),
        "/files" => Some(&[Method::GET, Method::POST]),
        _ if path.strip_prefix("/models/").is_some_and(|id| !id.is_empty()) => Some(&[Method::GET]),
        _ if path.strip_prefix("/files/").is_some_and(|id| !id.is_empty()) => {
            Some(&[Method::GET, Method::DELETE])
        }
        _ => None,
    }
}

async fn route(
    state: &Arc<State>,
    seller: &'static Seller,
    surface: &Surface,
    request: &mut Request,
    path: &str,
    key: String,
) -> ApiResult<Reply> {
    let methods = allowed_methods(seller, path).ok_or_else(|| unknown_route(request))?;
    if !methods.contains(&request.method) {
        let message = format!("Not allowed to {} on {}.", request.method, request.path);
        return Ok(wrong_method(seller, methods, message, &request.request_id));
    }
    match path {
        "/images/generations" | "/images" => {
            images::serve(
                Exchange { state, seller, surface: surface.clone(), request, key },
                Operation::Generate,
            )
            .await
        }
        "/images/edits" => {
            images::serve(Exchange { state, seller, surface: surface.clone(), request, key }, Operation::Edit)
                .await
        }
        "/images/variations" => Err(ApiError::other(
            StatusCode::NOT_FOUND,
            "invalid_request_error",
            "endpoint_retired",
            "Image variations were retired with dall-e-2 and no longer accept requests.",
        )),
        "/models" => Ok(list_models(seller)),
        _ => match path.split_once("/models/") {
            Some((_, id)) => show_model(id),
            None => files::serve(state, request, path).await,
        },
    }
}

fn unknown_route(request: &Request) -> ApiError {
    let message = format!("Invalid URL ({} {})", request.method, request.path);
    ApiError::other(StatusCode::NOT_FOUND, "invalid_request_error", "unknown_url", message)
}

fn wrong_method(seller: &Seller, methods: &[Method], message: String, request_id: &str) -> Reply {
    let error = ApiError::other(
        StatusCode::METHOD_NOT_ALLOWED,
        "invalid_request_error",
        "method_not_supported",
        message,
    );
    let allow: Vec<&str> = methods.iter().map(Method::as_str).collect();
    crate::dialect::error_reply(seller.errors, &error, request_id).header("allow", &allow.join(", "))
}

fn model_json(model: &Model, prefix: &str) -> Value {
    json!({
        "id": format!("{prefix}{}", model.id),
        "object": "model",
        "created": model.created,
        "owned_by": "system",
    })
}

fn list_models(seller: &Seller) -> Reply {
    let prefix = seller.model_prefix.unwrap_or_default();
    let data: Vec<Value> = models::MODELS.iter().map(|model| model_json(model, prefix)).collect();
    Reply::json(StatusCode::OK, json!({ "object": "list", "data": data }))
}

fn show_model(id: &str) -> ApiResult<Reply> {
    let id = crate::request::percent_decode(id);
    match models::find(&id) {
        Some(model) => Ok(Reply::json(StatusCode::OK, model_json(model, ""))),
        None => Err(ApiError::other(
            StatusCode::NOT_FOUND,
            "invalid_request_error",
            "model_not_found",
            format!("The model '{id}' does not exist or you do not have access to it."),
        )
        .about("model")),
    }
}

/// The headers of the rate-limit guide; the emulator counts requests but never refuses for their number.
fn rate_limit_headers(state: &State, key: Option<&str>, reply: &mut Reply) {
    let count = key.map_or(0, |key| state.count(key));
    let (limit, tokens) = (5000_u64, 800_000_u64);
    for (name, value) in [
        ("x-ratelimit-limit-requests", limit),
        ("x-ratelimit-remaining-requests", limit - count % limit),
        ("x-ratelimit-limit-tokens", tokens),
        ("x-ratelimit-remaining-tokens", tokens - (count * 100) % tokens),
    ] {
        reply.set_header(name, &value.to_string());
    }
    for name in ["x-ratelimit-reset-requests", "x-ratelimit-reset-tokens"] {
        reply.set_header(name, "12ms");
    }
    reply.set_header("openai-version", "2020-10-01");
    reply.set_header("openai-organization", "org-emulated");
}
