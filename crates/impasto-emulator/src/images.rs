//! Generations and edits of every OpenAI-shaped seller: check, price, render, answer.

use std::sync::Arc;

use bytes::Bytes;
use hyper::StatusCode;

use crate::api_error::{ApiError, ApiResult};
use crate::bill::Charge;
use crate::form::Form;
use crate::inputs::Inputs;
use crate::json::{Fields, Json, Writer};
use crate::models::Model;
use crate::params::{Operation, Params, Size};
use crate::prices;
use crate::render::edit::EditBase;
use crate::render::{Picture, Rendered};
use crate::reply::{Reply, Step};
use crate::request::Request;
use crate::seller::{Delivery, Seller, UsageStyle};
use crate::sizes;
use crate::state::{State, StoredFile};
use crate::uploads::MaskMeaning;
use crate::usage::{self, PARTIAL_IMAGE_TOKENS, Usage};

/// Who is served by whom.
pub(crate) struct Exchange<'a> {
    pub(crate) state: &'a Arc<State>,
    pub(crate) seller: &'static Seller,
    pub(crate) request: &'a mut Request,
    /// The label of the caller's key.
    pub(crate) key: String,
}

/// A request that was accepted, with everything that its pictures and its price depend on.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) params: Params,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Tokens of the whole request.
    pub(crate) usage: Usage,
    pub(crate) edit: Option<Arc<EditBase>>,
}

/// `POST …/images/generations` and `POST …/images/edits`.
pub(crate) async fn serve(mut exchange: Exchange<'_>, operation: Operation) -> ApiResult<Reply> {
    let form = read_form(&mut exchange, operation).await?;
    let order = accept(&exchange, &form, operation).await?;
    drop(form);
    if order.params.stream {
        return Ok(stream(&exchange, order));
    }
    let rendered = exchange.state.render(order.pictures(exchange.state.options.seed)).await?;
    let charge = exchange.charge(&order);
    Ok(answer(&exchange, &order, &rendered).charged(vec![charge]))
}

async fn read_form(exchange: &mut Exchange<'_>, operation: Operation) -> ApiResult<Form> {
    let seller = exchange.seller;
    match (operation, exchange.request.media_type().as_str()) {
        (Operation::Edit, "multipart/form-data") => Form::read_multipart(exchange.request).await,
        (Operation::Edit, other) if !seller.json_edits => Err(ApiError::other(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "invalid_request_error",
            "unsupported_content_type",
            format!(
                "Unsupported content type: '{other}'. This API method only accepts 'multipart/form-data' requests."
            ),
        )),
        (Operation::Generate, "multipart/form-data") => Err(ApiError::other(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "invalid_request_error",
            "unsupported_content_type",
            "Unsupported content type: 'multipart/form-data'. This API method only accepts 'application/json' requests.",
        )),
        _ => Form::read(exchange.request).await,
    }
}

/// Checks everything and decides size, price and inputs.
async fn accept(exchange: &Exchange<'_>, form: &Form, operation: Operation) -> ApiResult<Order> {
    let state = exchange.state;
    let params = Params::check(form, exchange.seller, operation)?;
    check_life_cycle(state, &params.model_name, params.model)?;
    let inputs = match operation {
        Operation::Generate => None,
        Operation::Edit => Some(Inputs::collect(state, form, &params)?),
    };
    let tokens = inputs.as_ref().map_or(0, |inputs| inputs.tokens(params.model.family, params.high_fidelity));
    let first =
        inputs.as_ref().and_then(|inputs| inputs.images.first()).map(|image| (image.width, image.height));
    let edit = match inputs {
        None => None,
        Some(inputs) => {
            let opaque = params.opaque;
            let decoded =
                tokio::task::spawn_blocking(move || inputs.decode(MaskMeaning::Alpha, opaque)).await;
            Some(decoded.map_err(|error| ApiError::server(error.to_string()))??)
        }
    };
    Ok(Order::new(params, tokens, first, edit))
}

fn check_life_cycle(state: &State, name: &str, model: &Model) -> ApiResult<()> {
    let gone = model.shutdown.is_some_and(|shutdown| shutdown <= state.clock.unix_seconds());
    if state.options.lifecycle && gone {
        return Err(crate::params::no_such_model(name));
    }
    Ok(())
}

impl Order {
    pub(crate) fn new(
        params: Params,
        input_image_tokens: u64,
        first_input: Option<(u32, u32)>,
        edit: Option<Arc<EditBase>>,
    ) -> Self {
        let family = params.model.family;
        let (width, height) = match params.size {
            Size::Fixed(width, height) => (width, height),
            Size::Auto => sizes::auto(family, first_input),
        };
        let image = usage::output_tokens(family, params.quality, width, height);
        let n = u64::from(params.n);
        // Observed: a batch of n is billed as n calls, input tokens included.
        let usage = Usage {
            input_text: n * usage::text_tokens(&params.prompt),
            input_image: n * input_image_tokens,
            output_image: n * (image + u64::from(params.partial_images) * PARTIAL_IMAGE_TOKENS),
        };
        Self { params, width, height, usage, edit }
    }

    /// The pictures to be delivered.
    pub(crate) fn pictures(&self, seed: u64) -> Vec<Picture> {
        (0..self.params.n).map(|index| self.picture(seed, index, 0)).collect()
    }

    fn picture(&self, seed: u64, index: u32, coarseness: u32) -> Picture {
        let params = &self.params;
        Picture {
            seed,
            prompt: Arc::clone(&params.prompt),
            model: params.model_name.as_str().into(),
            quality: params.quality.name(),
            width: self.width,
            height: self.height,
            transparent: params.transparent,
            format: params.format,
            compression: params.compression,
            animation: params.animation,
            index,
            coarseness,
            edit: self.edit.clone(),
        }
    }

    /// The tokens of one of the n images.
    fn usage_of_one(&self) -> Usage {
        let n = u64::from(self.params.n.max(1));
        Usage {
            input_text: self.usage.input_text / n,
            input_image: self.usage.input_image / n,
            output_image: self.usage.output_image / n,
        }
    }

    pub(crate) const fn background(&self) -> &'static str {
        if self.params.transparent { "transparent" } else { "opaque" }
    }

    fn size(&self) -> String {
        format!("{}x{}", self.width, self.height)
    }
}

impl Exchange<'_> {
    /// Writes the order on the bill.
    pub(crate) fn charge(&self, order: &Order) -> u64 {
        let rates = match self.seller.id {
            "modelverse" => prices::MODELVERSE,
            _ => prices::openai(order.params.model.family),
        };
        self.state.meter.add(Charge {
            index: 0,
            key: self.key.clone(),
            seller: self.seller.id.to_owned(),
            operation: order.params.operation.name().to_owned(),
            model: order.params.model_name.clone(),
            n: order.params.n,
            images: order.params.n,
            usage: order.usage,
            amount_nano: rates.amount(order.usage),
            currency: rates.currency,
            request_id: self.request.request_id.clone(),
            task: None,
            delivered: false,
        })
    }

    /// Stores a picture and returns the URL under which it is served.
    pub(crate) fn publish(&self, order: &Order, rendered: &Rendered) -> String {
        let id = self.state.ids.with_prefix("img_");
        let name = format!("{id}.{}", order.params.format.name());
        let file = StoredFile {
            bytes: rendered.bytes.clone(),
            mime: order.params.format.mime().to_owned(),
            name: name.clone(),
            created: self.state.clock.unix_seconds(),
            expires_ms: None,
        };
        self.state.store_file(&name, file);
        format!("{}/files/{name}", self.request.origin())
    }
}

/// The JSON reply.
fn answer(exchange: &Exchange<'_>, order: &Order, rendered: &[Arc<Rendered>]) -> Reply {
    let seller = exchange.seller;
    let items = rendered
        .iter()
        .map(|picture| match order.params.delivery {
            Delivery::Base64 => {
                Fields::new().with("b64_json", Json::Blob("", picture.base64.clone())).object()
            }
            Delivery::Url => Fields::new().with("url", exchange.publish(order, picture)).object(),
        })
        .collect();
    let mut body = Fields::new().with("created", exchange.state.clock.unix_seconds());
    if seller.echoes {
        body = body.with("background", order.background());
    }
    body = body.with("data", Json::List(items));
    if seller.echoes {
        body = body
            .with("output_format", order.params.format.name())
            .with("quality", order.params.quality.name())
            .with("size", order.size())
            .with_some("safety_identifier", order.params.safety_identifier.clone());
    }
    body = match seller.usage {
        UsageStyle::Absent => body,
        UsageStyle::OpenAi | UsageStyle::TextOnly | UsageStyle::Noisy => {
            body.with("usage", order.usage.to_json())
        }
    };
    let svg = order.params.svg_model.as_ref().map(|model| svg_usage(model, order));
    let status = StatusCode::from_u16(seller.success).unwrap_or(StatusCode::OK);
    Reply::json(status, body.with_some("svg_usage", svg))
}

/// The separate bill of the model that writes an SVG; the counts are this emulator's own.
fn svg_usage(model: &str, order: &Order) -> serde_json::Value {
    let (input, output, reasoning) = (1500 + order.usage.input_text, 850, 350);
    serde_json::json!({
        "model": model,
        "input_tokens": input,
        "output_tokens": output,
        "reasoning_tokens": reasoning,
        "total_tokens": input + output,
    })
}

/// The event stream: for each image its partial pictures, then the finished one.
fn stream(exchange: &Exchange<'_>, order: Order) -> Reply {
    let state = exchange.state;
    let charge = exchange.charge(&order);
    let order = Arc::new(order);
    let mut steps = Vec::new();
    for index in 0..order.params.n {
        let partials = order.params.partial_images;
        for partial in 0..partials {
            if !state.options.step_delay.is_zero() {
                steps.push(Step::Wait(state.options.step_delay));
            }
            let picture = order.picture(state.options.seed, index, partials - partial);
            steps.push(event_step(state, &order, picture, Some(partial)));
        }
        if !state.options.step_delay.is_zero() {
            steps.push(Step::Wait(state.options.step_delay));
        }
        let picture = order.picture(state.options.seed, index, 0);
        steps.push(event_step(state, &order, picture, None));
    }
    if exchange.seller.done_marker || exchange.request.directives.has("done") {
        steps.push(Step::Data(Bytes::from_static(b"data: [DONE]\n\n")));
    }
    Reply::events(steps).charged(vec![charge])
}

/// One event, rendered when its turn comes.
fn event_step(state: &Arc<State>, order: &Arc<Order>, picture: Picture, partial: Option<u32>) -> Step {
    let render = state.renderer(picture);
    let created = state.clock.unix_seconds();
    let order = Arc::clone(order);
    Step::Later(Box::new(move || match render() {
        Ok(rendered) => event(&order, &rendered, created, partial),
        Err(error) => error_event(&error),
    }))
}

/// The text of an event.
fn event(order: &Order, rendered: &Rendered, created: u64, partial: Option<u32>) -> Vec<Bytes> {
    let stem = order.params.operation.event_stem();
    let kind = match partial {
        Some(_) => format!("{stem}.partial_image"),
        None => format!("{stem}.completed"),
    };
    let mut body = Fields::new()
        .with("type", kind.as_str())
        .with("b64_json", Json::Blob("", rendered.base64.clone()))
        .with("created_at", created)
        .with("size", order.size())
        .with("quality", order.params.quality.name())
        .with("background", order.background())
        .with("output_format", order.params.format.name());
    body = match partial {
        Some(index) => body.with("partial_image_index", index),
        None => body
            .with("usage", order.usage_of_one().to_event_json())
            .with_some("safety_identifier", order.params.safety_identifier.clone()),
    };
    let mut writer = Writer::default();
    writer.text(&format!("event: {kind}\ndata: "));
    body.object().write(&mut writer);
    writer.text("\n\n");
    writer.finish()
}

/// An error in the middle of a stream, in the wrapped shape.
pub(crate) fn error_event(error: &ApiError) -> Vec<Bytes> {
    let body = serde_json::json!({ "type": "error", "error": error.to_json() });
    vec![Bytes::from(format!("event: error\ndata: {body}\n\n"))]
}
