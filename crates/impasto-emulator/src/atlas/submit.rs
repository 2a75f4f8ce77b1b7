//! `POST /model/generateImage`.

use std::sync::Arc;

use hyper::StatusCode;
use serde_json::{Map, Value};

use super::models::{self, AtlasModel, UnknownModel};
use super::task::{self, Task};
use super::{bad_request, not_found, webhook};
use crate::api_error::{ApiError, ApiResult};
use crate::clock::Clock;
use crate::faults;
use crate::form::Form;
use crate::images::{self, Exchange, Order};
use crate::inputs::{Inputs, from_url};
use crate::openai::Surface;
use crate::params::{Operation, Params};
use crate::reply::Reply;
use crate::request::Request;
use crate::seller::{ATLAS, ErrorStyle};
use crate::state::State;
use crate::uploads::{InputImage, MaskMeaning, Origin};

/// Checks, charges and stores a task.
pub(crate) async fn serve(state: &Arc<State>, request: &mut Request, key: String) -> ApiResult<Reply> {
    let retention = Retention::of(request)?;
    if request.media_type() != "application/json" {
        return Err(bad_request("content type must be application/json"));
    }
    let form = Form::read_json(request).await?;
    let body = flatten(form.values, request)?;
    let prompt = body.get("prompt").and_then(Value::as_str).unwrap_or_default().to_owned();
    faults::from_prompt(state, request, &prompt);
    if let Some(reply) = faults::before(state, request, ErrorStyle::Atlas).await {
        return Ok(reply);
    }
    let mut order = accept(state, request, &body).await?;
    let webhook = webhook_url(&body)?;
    let flag = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or(false);
    let (sync, base64) = (flag("enable_sync_mode"), flag("enable_base64_output"));
    order.obey(state, &key, &request.directives);
    let id = state.ids.hex32();
    let mut task = Task::new(state, request, &id, &key, order);
    task.order.release_pixels();
    task.base64 = base64;
    task.webhook = webhook;
    task.body = Value::Object(body).to_string();
    task.object_hours = retention.object_hours;
    task.forget = retention.request_hours == Some(0);
    if task.will_succeed() {
        let exchange = Exchange { state, seller: &ATLAS, surface: Surface::Plain, request, key };
        let charge = exchange.charge(&task.order, task.order.params.n);
        state.meter.name_task(charge, &id);
        task.charge = Some(charge);
    }
    let remaining = task.duration_ms;
    let charge = task.charge;
    state.tasks.add(task);
    task::announce_later(state, &id, remaining);
    let reply =
        if sync { wait(state, request, &id, remaining).await? } else { task::created(state, request, &id)? };
    Ok(reply.charged(charge.into_iter().collect()))
}

/// Sync mode: the finished task, or 504 while it goes on.
async fn wait(state: &Arc<State>, request: &mut Request, id: &str, remaining_ms: u64) -> ApiResult<Reply> {
    if let Some(fault) = request.directives.find("sync-timeout") {
        let data = if fault.says("no-id") {
            Value::Null
        } else {
            serde_json::json!({ "id": id, "status": "processing" })
        };
        let body = serde_json::json!({
            "code": 504,
            "msg": "sync mode timed out, the task is still running",
            "request_id": request.request_id,
            "data": data,
        });
        return Ok(Reply::json(StatusCode::GATEWAY_TIMEOUT, body));
    }
    Clock::sleep(std::time::Duration::from_millis(remaining_ms)).await;
    state.tasks.finish_now(id);
    task::poll(state, request, id).await
}

/// The body with a nested `input` laid flat, where that is allowed.
fn flatten(mut body: Map<String, Value>, request: &Request) -> ApiResult<Map<String, Value>> {
    if let Some(Value::Object(input)) = body.get("input").cloned() {
        if !request.directives.has("lenient") {
            return Err(bad_request(
                "bad request: unexpected field 'input', parameters belong to the top level",
            ));
        }
        body.remove("input");
        body.extend(input);
    }
    Ok(body)
}

async fn accept(state: &Arc<State>, request: &Request, body: &Map<String, Value>) -> ApiResult<Order> {
    let name = body.get("model").and_then(Value::as_str).ok_or_else(|| bad_request("model is required"))?;
    let atlas = models::find(name).map_err(|unknown| match unknown {
        UnknownModel::Family => bad_request("failed to evaluate price: expression compile failed"),
        UnknownModel::Unknown => not_found(&format!("model not found: {name}")),
    })?;
    if request.directives.has("strict") {
        refuse_unknown(&atlas, body)?;
    }
    let images = input_urls(&atlas, body)?;
    let lenient = request.directives.has("lenient");
    let other = if atlas.image_field == "image" { "images" } else { "image" };
    if atlas.operation == Operation::Edit && images.is_empty() && !body.contains_key(other) && !lenient {
        return Err(bad_request(format!("{} is required", atlas.image_field)));
    }
    // Without its image under the right name, an edit is a text-to-image.
    let operation = if images.is_empty() { Operation::Generate } else { atlas.operation };
    let mut form = Form::default();
    form.values.insert("model".into(), atlas.model.id.into());
    form.values.insert("output_format".into(), atlas.default_format.into());
    for field in atlas.parameters.iter().chain(&["prompt"]) {
        if let Some(value) = body.get(*field) {
            form.values.insert((*field).to_owned(), value.clone());
        }
    }
    if operation == Operation::Generate {
        form.values.remove("input_fidelity");
    } else if atlas.parameters.contains(&"input_fidelity") {
        form.values.entry("input_fidelity").or_insert_with(|| "high".into());
    }
    let mut params = Params::check(&form, &ATLAS, operation)?;
    name.clone_into(&mut params.model_name);
    if operation == Operation::Generate {
        return Ok(Order::new(params, 0, None, None));
    }
    let inputs = collect(state, &atlas, &images, body)?;
    let tokens = inputs.tokens(params.model.family, params.high_fidelity);
    let first = inputs.images.first().map(|image| (image.width, image.height));
    let edit = images::decode(inputs, MaskMeaning::AlphaElseWhite, params.opaque).await?;
    Ok(Order::new(params, tokens, first, Some(edit)))
}

fn refuse_unknown(atlas: &AtlasModel, body: &Map<String, Value>) -> ApiResult<()> {
    let gateway = ["model", "prompt", "enable_sync_mode", "enable_base64_output", "webhook_url"];
    let known = |name: &str| {
        gateway.contains(&name)
            || atlas.parameters.contains(&name)
            || (atlas.operation == Operation::Edit && name == atlas.image_field)
            || (atlas.mask && name == "mask_image")
    };
    match body.keys().find(|name| !known(name)) {
        Some(name) => Err(bad_request(format!("bad request: unknown field '{name}'"))),
        None => Ok(()),
    }
}

/// The values of the model's own image field.
fn input_urls(atlas: &AtlasModel, body: &Map<String, Value>) -> ApiResult<Vec<String>> {
    if atlas.operation == Operation::Generate {
        return Ok(Vec::new());
    }
    let wrong = || bad_request(format!("bad request: '{}' has the wrong type", atlas.image_field));
    match body.get(atlas.image_field) {
        None => Ok(Vec::new()),
        Some(Value::String(url)) if atlas.image_field == "image" => Ok(vec![url.clone()]),
        Some(Value::Array(urls)) if atlas.image_field == "images" => {
            if urls.len() > 10 {
                return Err(bad_request("bad request: at most 10 images"));
            }
            urls.iter().map(|url| url.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
        }
        Some(_) => Err(wrong()),
    }
}

fn collect(
    state: &State,
    atlas: &AtlasModel,
    urls: &[String],
    body: &Map<String, Value>,
) -> ApiResult<Inputs> {
    let images = urls
        .iter()
        .enumerate()
        .map(|(number, url)| fetch(state, url, atlas.image_field, number))
        .collect::<ApiResult<Vec<_>>>()?;
    let mask = match body.get("mask_image").and_then(Value::as_str) {
        Some(url) if atlas.mask => Some(fetch(state, url, "mask_image", 0)?),
        _ => None,
    };
    if let (Some(mask), Some(first)) = (&mask, images.first())
        && (!mask.is_png() || (mask.width, mask.height) != (first.width, first.height))
    {
        return Err(bad_request("mask_image must be a PNG of the size of the image"));
    }
    Ok(Inputs { images, mask, markup: None })
}

/// An uploaded file, a data URI, or raw base64.
fn fetch(state: &State, url: &str, param: &'static str, number: usize) -> ApiResult<InputImage> {
    let origin = Origin { param, name: format!("{param}[{number}]"), number: number + 1 };
    if url.starts_with("http") {
        let path = url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        if ![".png", ".jpg", ".jpeg", ".webp"].iter().any(|extension| path.ends_with(extension)) {
            return Err(bad_request(format!("bad request: unsupported file extension in {url}")));
        }
    }
    if !url.contains(':') {
        let bytes = base64_simd::STANDARD
            .decode_to_vec(url.as_bytes())
            .map_err(|_| bad_request("bad base64 image"))?;
        return InputImage::from_bytes(bytes.into(), &origin);
    }
    from_url(state, url, &origin)
}

fn webhook_url(body: &Map<String, Value>) -> ApiResult<Option<webhook::Target>> {
    match body.get("webhook_url") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(url)) => webhook::Target::parse(url).map(Some).map_err(bad_request),
        Some(_) => Err(bad_request("bad webhook_url")),
    }
}

/// How long things are kept, by the two request headers.
#[derive(Debug, Clone, Copy)]
struct Retention {
    object_hours: Option<u64>,
    request_hours: Option<u64>,
}

impl Retention {
    fn of(request: &Request) -> ApiResult<Self> {
        let hours = |name: &str, low: u64| match request.header(name) {
            None => Ok(None),
            Some(value) => match value.trim().parse::<u64>() {
                Ok(hours) if (low..=336).contains(&hours) => Ok(Some(hours)),
                _ => Err(ApiError::other(
                    StatusCode::BAD_REQUEST,
                    "bad_request",
                    "bad_request",
                    format!("bad retention header {name}: expected {low} to 336 hours"),
                )),
            },
        };
        Ok(Self {
            object_hours: hours("x-atlascloud-object-expiration-hours", 1)?,
            request_hours: hours("x-atlascloud-request-retention-hours", 0)?,
        })
    }
}
