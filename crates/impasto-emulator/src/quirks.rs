//! What a seller or a mode does to a request before it is checked.

use serde_json::{Value, json};

use crate::api_error::ApiResult;
use crate::azure;
use crate::form::Form;
use crate::images::Exchange;
use crate::params::Operation;

/// Rewrites the fields; a generation may turn out to be an edit.
pub(crate) fn rewrite(
    exchange: &mut Exchange<'_>,
    form: &mut Form,
    operation: Operation,
) -> ApiResult<Operation> {
    azure::resolve(exchange.state, &exchange.surface, form)?;
    if takes_reverse_route(exchange, form) {
        form.values.remove("size");
        form.values.remove("quality");
        if let Some(Value::String(name)) =
            form.values.get("model").cloned().filter(|name| *name == "gpt-image-2-all")
        {
            form.values.insert("model".into(), "gpt-image-2".into());
            form.deployment = Some(name);
            exchange.request.directives.add_name("data-uri");
        }
        exchange.request.directives.add_name("reverse-route");
    }
    match exchange.seller.id {
        "together" => Ok(together(form)),
        "openrouter" => Ok(openrouter(form)),
        "lumenfall" => {
            ratio(form);
            Ok(operation)
        }
        _ => Ok(operation),
    }
}

/// Whether a request takes a flat route that ignores size and quality; such a route has a model name of its own on
/// APIYI, and elsewhere hangs on the key, which a mode stands for.
fn takes_reverse_route(exchange: &Exchange<'_>, form: &Form) -> bool {
    let named = form.get("model").and_then(Value::as_str) == Some("gpt-image-2-all");
    exchange.request.directives.has("reverse-route") || (exchange.seller.id == "apiyi" && named)
}

/// `OpenRouter`'s images: `input_references`, each a URL or an object with one.
fn openrouter(form: &mut Form) -> Operation {
    let Some(Value::Array(references)) = form.values.remove("input_references") else {
        return Operation::Generate;
    };
    let images: Vec<Value> = references
        .into_iter()
        .map(|reference| {
            let url = match &reference {
                Value::Object(object) => {
                    let url =
                        object.get("image_url").or_else(|| object.get("url")).cloned().unwrap_or_default();
                    url.get("url").cloned().unwrap_or(url)
                }
                _ => reference,
            };
            json!({ "image_url": url })
        })
        .collect();
    form.values.insert("images".into(), images.into());
    Operation::Edit
}

/// A ratio in place of a size: the common size of that shape.
fn ratio(form: &mut Form) {
    let sides = form.get("size").and_then(Value::as_str).and_then(|size| size.split_once(':'));
    let Some((Ok(width), Ok(height))) = sides.map(|(w, h)| (w.parse::<u32>(), h.parse::<u32>())) else {
        return;
    };
    let size = match width.cmp(&height) {
        std::cmp::Ordering::Less => "1024x1536",
        std::cmp::Ordering::Equal => "1024x1024",
        std::cmp::Ordering::Greater => "1536x1024",
    };
    form.values.insert("size".into(), size.into());
}

/// Together's own fields: `width` and `height`, and `image_url` for an edit.
fn together(form: &mut Form) -> Operation {
    let side = |name: &str| form.get(name).and_then(Value::as_u64);
    if let (Some(width), Some(height)) = (side("width"), side("height")) {
        form.values.insert("size".into(), json!(format!("{width}x{height}")));
    }
    match form.values.remove("image_url") {
        Some(url) => {
            form.values.insert("images".into(), json!([{ "image_url": url }]));
            Operation::Edit
        }
        None => Operation::Generate,
    }
}
