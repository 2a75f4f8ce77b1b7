//! Azure's two surfaces: deployments in the path, or as `model` below `v1`.

use std::sync::Arc;

use hyper::StatusCode;
use serde_json::Value;

use crate::api_error::{ApiError, ApiResult};
use crate::form::Form;
use crate::models::{MODELS, Model};
use crate::openai::{self, Surface};
use crate::reply::Reply;
use crate::request::Request;
use crate::seller::{AZURE, ErrorStyle};
use crate::state::State;

/// Serves a path below `/azure/openai`.
pub(crate) async fn serve(state: &Arc<State>, request: &mut Request, path: &str) -> Reply {
    let api_version = request.query("api-version").unwrap_or_default().to_owned();
    let surface = match path.strip_prefix("/deployments/").and_then(|rest| rest.split_once('/')) {
        Some((deployment, operation)) if !api_version.is_empty() => {
            Some((Surface::Deployment(crate::request::percent_decode(deployment)), format!("/{operation}")))
        }
        Some(_) => None,
        None => path
            .strip_prefix("/v1")
            .filter(|rest| {
                rest.starts_with('/') && ["", "preview", "latest", "v1"].contains(&api_version.as_str())
            })
            .map(|rest| (Surface::DeploymentInBody, rest.to_owned())),
    };
    let region = "emulated";
    let reply = if let Some((surface, below)) = surface {
        openai::serve(state, &AZURE, &surface, request, &below).await
    } else {
        // The gateway knows no such resource: an unknown path, or no api-version.
        let message = format!("Invalid URL ({} {})", request.method, request.path);
        let error = ApiError::other(StatusCode::NOT_FOUND, "invalid_request_error", "unknown_url", message);
        crate::dialect::error_reply(ErrorStyle::Azure, &error, &request.request_id)
    };
    let request_id = request.request_id.trim_start_matches("req_").to_owned();
    reply.header("apim-request-id", &request_id).header("x-ms-region", region)
}

/// Puts the deployment's model into the form.
pub(crate) fn resolve(state: &State, surface: &Surface, form: &mut Form) -> ApiResult<()> {
    let (deployment, model) = match surface {
        Surface::Plain => return Ok(()),
        Surface::Deployment(name) => {
            let model = deployed(state, name)?;
            // Observed (LiteLLM issue 26316): the newer models refuse what the older ones ignore.
            if form.values.remove("model").is_some() && !model.family.is_legacy() {
                return Err(ApiError::invalid("unknown_parameter", "model", "Unknown parameter: 'model'."));
            }
            (name.clone(), model)
        }
        Surface::DeploymentInBody => {
            let name = form.text("model")?.unwrap_or_default().to_owned();
            let model = deployed(state, &name)?;
            (name, model)
        }
    };
    form.values.insert("model".into(), Value::String(model.id.to_owned()));
    form.deployment = Some(deployment);
    Ok(())
}

/// The model behind a deployment: one the emulator was told about, or the model id that the name contains.
fn deployed(state: &State, name: &str) -> ApiResult<&'static Model> {
    let told =
        state.options.deployments.iter().find(|(known, _)| known == name).map(|(_, model)| model.as_str());
    let lower = name.to_ascii_lowercase();
    let model = match told {
        Some(id) => crate::models::find(id),
        None => MODELS.iter().filter(|model| lower.contains(model.id)).max_by_key(|model| model.id.len()),
    };
    model.ok_or_else(|| {
        ApiError::other(
            StatusCode::NOT_FOUND,
            "invalid_request_error",
            "DeploymentNotFound",
            "The API deployment for this resource does not exist. If you created the deployment within the last 5 \
             minutes, please wait a moment and try again.",
        )
    })
}
