//! The event stream of a generation or an edit, with the deviations that gateways were seen to make.

use std::sync::Arc;

use bytes::Bytes;

use super::{Exchange, Order};
use crate::api_error::ApiError;
use crate::directives::Directives;
use crate::faults::StreamEnd;
use crate::json::{Fields, Json, Writer};
use crate::render::{Picture, Rendered};
use crate::reply::{Reply, Step};
use crate::state::State;

/// How events are written.
#[derive(Debug, Clone, Copy)]
struct Style {
    event_line: bool,
    double_data: bool,
    line_end: &'static str,
    usage: bool,
    created: u64,
}

impl Style {
    fn of(modes: &Directives, created: u64) -> Self {
        Self {
            event_line: !modes.has("stream-no-event-line"),
            double_data: modes.has("stream-double-data"),
            line_end: match modes
                .find("stream-line-end")
                .and_then(|found| found.arguments.first())
                .map(String::as_str)
            {
                Some("crlf") => "\r\n",
                Some("cr") => "\r",
                _ => "\n",
            },
            usage: !modes.has("stream-no-usage"),
            created,
        }
    }

    /// One event around `data`.
    fn event(self, name: &str, data: Json) -> Vec<Bytes> {
        let mut writer = Writer::default();
        if self.event_line {
            writer.text(&format!("event: {name}{}", self.line_end));
        }
        writer.text(if self.double_data { "data: data: " } else { "data: " });
        data.write(&mut writer);
        writer.text(self.line_end);
        writer.text(self.line_end);
        writer.finish()
    }
}

/// For each image its partial pictures, then the finished one.
pub(crate) fn reply(exchange: &Exchange<'_>, order: Order) -> Reply {
    let state = exchange.state;
    let modes = &exchange.request.directives;
    let style = Style::of(modes, state.clock.unix_seconds());
    let end = StreamEnd::of(modes, &exchange.request.request_id, order.params.n);
    let billed = end.as_ref().map_or(order.params.n, |end| end.charged);
    let charges = if billed > 0 { vec![exchange.charge(&order, billed)] } else { Vec::new() };
    let order = Arc::new(order);
    let mut steps = opening(modes);
    for index in 0..order.params.n {
        for partial in 0..order.params.partial_images {
            pause(state, modes, &mut steps);
            let picture = order.picture(state.options.seed, index, order.params.partial_images - partial);
            steps.push(event_step(state, &order, picture, Some(partial), style));
        }
        pause(state, modes, &mut steps);
        if let Some(end) = end.as_ref().filter(|end| end.after == index) {
            steps.extend(end.events.iter().cloned().map(Step::Data));
            return Reply::events(steps).charged(charges);
        }
        let picture = order.picture(state.options.seed, index, 0);
        let relayed = ["stream-volcengine", "stream-completed-data"].into_iter().find(|mode| modes.has(mode));
        let Some(relay) = relayed else {
            steps.push(event_step(state, &order, picture, None, style));
            continue;
        };
        let url = exchange.publish_later(&order, picture);
        let events = if relay == "stream-volcengine" {
            volcengine(&order, &url, index, style)
        } else {
            completed_data(&order, &url, style)
        };
        steps.extend(events.into_iter().map(Step::Data));
    }
    if exchange.seller.done_marker || modes.has("done") {
        steps.push(Step::Data(Bytes::from(format!("data: [DONE]{0}{0}", style.line_end))));
    }
    Reply::events(steps).charged(charges)
}

/// What some gateways send first.
fn opening(modes: &Directives) -> Vec<Step> {
    let mut steps = Vec::new();
    if modes.has("stream-comments") {
        steps.push(Step::Data(Bytes::from_static(b": stream-open\n\n: PING\n\n")));
    }
    if modes.has("stream-unknown-event") {
        let text =
            "event: image_generation.queued\ndata: {\"type\":\"image_generation.queued\",\"position\":1}\n\n";
        steps.push(Step::Data(Bytes::from_static(text.as_bytes())));
    }
    steps
}

fn pause(state: &State, modes: &Directives, steps: &mut Vec<Step>) {
    if !state.options.step_delay.is_zero() {
        steps.push(Step::Wait(state.options.step_delay));
    }
    if modes.has("stream-comments") {
        steps.push(Step::Data(Bytes::from_static(b": PING\n\n")));
    }
}

/// One event, rendered when its turn comes.
fn event_step(
    state: &Arc<State>,
    order: &Arc<Order>,
    picture: Picture,
    partial: Option<u32>,
    style: Style,
) -> Step {
    let render = state.renderer(picture);
    let order = Arc::clone(order);
    Step::Later(Box::new(move || match render() {
        Ok(rendered) => event(&order, &rendered, partial, style),
        Err(error) => vec![error_event(&error)],
    }))
}

/// The text of an event.
fn event(order: &Order, rendered: &Rendered, partial: Option<u32>, style: Style) -> Vec<Bytes> {
    let stem = order.params.operation.event_stem();
    let kind = match partial {
        Some(_) => format!("{stem}.partial_image"),
        None => format!("{stem}.completed"),
    };
    let mut body = Fields::new()
        .with("type", kind.as_str())
        .with("b64_json", Json::Blob("", rendered.base64.clone()))
        .with("created_at", style.created)
        .with("size", order.size())
        .with("quality", order.delivered_quality())
        .with("background", order.background())
        .with("output_format", order.params.format.name());
    body = match partial {
        Some(index) => body.with("partial_image_index", index),
        None => body
            .with_some("usage", style.usage.then(|| order.usage_of(1).to_event_json()))
            .with_some("safety_identifier", order.params.safety_identifier.clone()),
    };
    style.event(&kind, body.object())
}

/// Volcengine's stream: the image in an event of another type, and a `completed` without any.
fn volcengine(order: &Order, url: &str, index: u32, style: Style) -> Vec<Bytes> {
    let kind = "image_generation.partial_succeeded";
    let body = Fields::new()
        .with("type", kind)
        .with("model", order.params.model_name.as_str())
        .with("created", style.created)
        .with("image_index", index)
        .with("url", url)
        .with("size", order.size());
    let mut events = style.event(kind, body.object());
    if index + 1 == order.params.n {
        let kind = "image_generation.completed";
        let usage = serde_json::json!({ "generated_images": order.params.n, "output_tokens": order.usage.output_image, "total_tokens": order.usage.output_image });
        let body = Fields::new().with("type", kind).with("created", style.created).with("usage", usage);
        events.extend(style.event(kind, body.object()));
    }
    events
}

/// A relay's stream: `completed` carries what the JSON reply would.
fn completed_data(order: &Order, url: &str, style: Style) -> Vec<Bytes> {
    let kind = format!("{}.completed", order.params.operation.event_stem());
    let item = Fields::new().with("url", url).object();
    let body = Fields::new()
        .with("type", kind.as_str())
        .with("created", style.created)
        .with("data", Json::List(vec![item]));
    style.event(&kind, body.object())
}

/// An error in the middle of a stream, in the wrapped shape.
pub(crate) fn error_event(error: &ApiError) -> Bytes {
    let body = serde_json::json!({ "type": "error", "error": error.to_json() });
    Bytes::from(format!("event: error\ndata: {body}\n\n"))
}

/// The same in the flat shape of the Responses API.
pub(crate) fn flat_error_event(error: &ApiError) -> Bytes {
    let body = serde_json::json!({
        "type": "error",
        "code": error.code,
        "message": error.message,
        "param": error.param,
        "sequence_number": 1,
    });
    Bytes::from(format!("event: error\ndata: {body}\n\n"))
}
