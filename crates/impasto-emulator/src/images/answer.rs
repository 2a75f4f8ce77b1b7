//! The JSON reply to a generation or an edit.

use std::sync::Arc;

use hyper::StatusCode;
use serde_json::Value;

use super::{Exchange, Order, shapes};
use crate::dialect::noisy_usage;
use crate::json::{Fields, Json};
use crate::render::Rendered;
use crate::reply::Reply;
use crate::seller::{Delivery, UsageStyle};

/// The reply in the seller's shape, then bent as modes and faults ask.
pub(crate) fn reply(exchange: &Exchange<'_>, order: &Order, rendered: &[Arc<Rendered>]) -> Reply {
    let seller = exchange.seller;
    let items =
        rendered.iter().enumerate().map(|(index, picture)| item(exchange, order, picture, index)).collect();
    let mut body = Fields::new();
    if seller.id == "together" {
        body = body
            .with("id", exchange.request.request_id.as_str())
            .with("model", order.params.model_name.as_str())
            .with("object", "list");
    } else {
        body = body.with("created", exchange.state.clock.unix_seconds());
    }
    if seller.echoes {
        body = body.with("background", order.background());
    }
    body = body.with("data", Json::List(items));
    if seller.echoes {
        body = body
            .with("output_format", order.params.format.name())
            .with("quality", order.delivered_quality())
            .with("size", order.size())
            .with_some("safety_identifier", order.params.safety_identifier.clone());
    }
    let svg = order.params.svg_model.as_ref().map(|model| svg_usage(model, order));
    let body = body.with_some("usage", usage(exchange, order)).with_some("svg_usage", svg).object();
    let status = StatusCode::from_u16(seller.success).unwrap_or(StatusCode::OK);
    Reply::json(status, shapes::bend(body, &exchange.request.directives, &exchange.request.request_id))
}

fn item(exchange: &Exchange<'_>, order: &Order, picture: &Rendered, index: usize) -> Json {
    let modes = &exchange.request.directives;
    let prefix = if modes.has("data-uri") { order.params.format.data_prefix() } else { "" };
    let base64 = || Json::Blob(prefix, picture.base64.clone());
    let mut item = Fields::new();
    if exchange.seller.id == "together" {
        item = item.with("index", index as u64);
    }
    if exchange.seller.id == "openrouter" {
        item = item.with("media_type", order.params.format.mime());
    }
    let by_url = order.params.delivery == Delivery::Url || modes.has("url");
    if modes.has("both") {
        item.with("url", exchange.publish(order, picture)).with("b64_json", base64()).object()
    } else if by_url && modes.has("empty-url") {
        item.with("url", exchange.publish(order, picture))
            .with("b64_json", "")
            .with("revised_prompt", "")
            .object()
    } else if by_url {
        item.with("url", exchange.publish(order, picture)).object()
    } else if modes.has("empty-url") {
        item.with("url", "").with("b64_json", base64()).with("revised_prompt", "").object()
    } else {
        item.with("b64_json", base64()).object()
    }
}

fn usage(exchange: &Exchange<'_>, order: &Order) -> Option<Value> {
    let usage = order.usage.to_json();
    if exchange.request.directives.has("noisy-usage") {
        return Some(noisy_usage(&usage));
    }
    match exchange.seller.usage {
        UsageStyle::Absent => None,
        UsageStyle::OpenAi => Some(usage),
        UsageStyle::Noisy => Some(noisy_usage(&usage)),
        UsageStyle::TextOnly => {
            let mut usage = usage;
            if let Some(object) = usage.as_object_mut() {
                object.remove("output_tokens_details");
            }
            if let Some(details) = usage.get_mut("input_tokens_details").and_then(Value::as_object_mut) {
                details.remove("image_tokens");
            }
            Some(usage)
        }
    }
}

/// The separate bill of the model that writes an SVG; the counts are this emulator's own.
fn svg_usage(model: &str, order: &Order) -> Value {
    let (input, output, reasoning) = (1500 + order.usage.input_text, 850, 350);
    serde_json::json!({
        "model": model,
        "input_tokens": input,
        "output_tokens": output,
        "reasoning_tokens": reasoning,
        "total_tokens": input + output,
    })
}
