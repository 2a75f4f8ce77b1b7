//! Generations and edits of every OpenAI-shaped seller: check, price, render, answer.

mod answer;
pub(crate) mod shapes;
pub(crate) mod stream;

use std::sync::Arc;

use hyper::StatusCode;

use crate::api_error::{ApiError, ApiResult};
use crate::bill::Charge;
use crate::directives::{Directive, Directives};
use crate::faults;
use crate::form::Form;
use crate::inputs::{EditSource, Inputs};
use crate::models::Model;
use crate::openai::Surface;
use crate::params::{Operation, Params, Size};
use crate::prices;
use crate::quirks;
use crate::render::edit::EditBase;
use crate::render::{Format, Picture, Rendered};
use crate::reply::Reply;
use crate::request::Request;
use crate::seller::Seller;
use crate::sizes;
use crate::state::{Content, State, StoredFile};
use crate::uploads::MaskMeaning;
use crate::usage::{self, PARTIAL_IMAGE_TOKENS, Usage};

/// The most bytes to which a PNG is padded.
const MAX_WEIGHT: usize = 256 * 1024 * 1024;

/// Who is served by whom.
pub(crate) struct Exchange<'a> {
    pub(crate) state: &'a Arc<State>,
    pub(crate) seller: &'static Seller,
    pub(crate) surface: Surface,
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
    pub(crate) edit: Option<Arc<EditSource>>,
    /// Keeps the decoded inputs while the pictures are drawn.
    pixels: Option<Arc<EditBase>>,
    pub(crate) downgrade: Downgrade,
    /// The size in bytes to which PNGs are padded.
    pub(crate) weight: usize,
    /// How many requests for the same pictures the key made before.
    repeat: u64,
}

/// How the delivery falls short of what was asked and paid for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Downgrade {
    pub(crate) size: Option<(u32, u32)>,
    pub(crate) low_quality: bool,
    pub(crate) format: Option<Format>,
    pub(crate) opaque: bool,
    /// One image fewer.
    pub(crate) fewer: bool,
}

/// `POST …/images/generations` and `POST …/images/edits`.
pub(crate) async fn serve(mut exchange: Exchange<'_>, operation: Operation) -> ApiResult<Reply> {
    let mut form = read_form(&mut exchange, operation).await?;
    let operation = quirks::rewrite(&mut exchange, &mut form, operation)?;
    let prompt = form.text("prompt").ok().flatten().unwrap_or_default();
    faults::from_prompt(exchange.state, exchange.request, prompt);
    if let Some(reply) = faults::before(exchange.state, exchange.request, exchange.seller.errors).await {
        return Ok(reply);
    }
    let mut order = accept(&exchange, &form, operation).await?;
    drop(form);
    order.obey(exchange.state, &exchange.key, &exchange.request.directives);
    if order.params.stream && !exchange.request.directives.has("json-stream") {
        return Ok(stream::reply(&exchange, order));
    }
    order.params.partial_images = 0;
    let rendered = exchange.state.render(order.pictures(exchange.state.options.seed)).await?;
    if let Some(error) = faults::output_moderation(&exchange.request.directives, &exchange.request.request_id)
    {
        return Err(error);
    }
    let charge = exchange.charge(&order, order.params.n);
    Ok(answer::reply(&exchange, &order, &rendered).charged(vec![charge]))
}

async fn read_form(exchange: &mut Exchange<'_>, operation: Operation) -> ApiResult<Form> {
    let seller = exchange.seller;
    match (operation, exchange.request.media_type().as_str()) {
        (Operation::Edit, "multipart/form-data") => Form::read_multipart(exchange.request).await,
        (Operation::Edit, other) if !seller.json_edits => Err(only_takes("multipart/form-data", other)),
        (Operation::Generate, "multipart/form-data") => {
            Err(only_takes("application/json", "multipart/form-data"))
        }
        _ => Form::read(exchange.request).await,
    }
}

fn only_takes(expected: &str, got: &str) -> ApiError {
    ApiError::other(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "invalid_request_error",
        "unsupported_content_type",
        format!("Unsupported content type: '{got}'. This API method only accepts '{expected}' requests."),
    )
}

/// Checks everything and decides size, price and inputs.
async fn accept(exchange: &Exchange<'_>, form: &Form, operation: Operation) -> ApiResult<Order> {
    let state = exchange.state;
    let mut params = Params::check(form, exchange.seller, operation)?;
    check_life_cycle(state, &params.model_name, params.model)?;
    if let Some(deployment) = &form.deployment {
        params.model_name.clone_from(deployment);
    }
    let inputs = match operation {
        Operation::Generate => None,
        Operation::Edit => Some(Inputs::collect(state, form, &params, exchange.seller.uploads)?),
    };
    let tokens = inputs.as_ref().map_or(0, |inputs| inputs.tokens(params.model.family, params.high_fidelity));
    let first =
        inputs.as_ref().and_then(|inputs| inputs.images.first()).map(|image| (image.width, image.height));
    let edit = match inputs {
        None => None,
        Some(inputs) => Some(decode(inputs, MaskMeaning::Alpha, params.opaque).await?),
    };
    Ok(Order::new(params, tokens, first, edit))
}

/// Decodes inputs on a blocking thread.
pub(crate) async fn decode(
    inputs: Inputs,
    meaning: MaskMeaning,
    opaque: bool,
) -> ApiResult<(Arc<EditSource>, Arc<EditBase>)> {
    let decoded = tokio::task::spawn_blocking(move || inputs.into_source(meaning, opaque)).await;
    decoded.map_err(|error| ApiError::server(error.to_string()))?
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
        edit: Option<(Arc<EditSource>, Arc<EditBase>)>,
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
        let (edit, pixels) = edit.unzip();
        Self {
            params,
            width,
            height,
            usage,
            edit,
            pixels,
            downgrade: Downgrade::default(),
            weight: 0,
            repeat: 0,
        }
    }

    /// Takes what modes and faults say about the pictures.
    pub(crate) fn obey(&mut self, state: &State, key: &str, directives: &Directives) {
        self.downgrade = faults::downgrade(directives, self);
        let weight = directives.find("weight").and_then(Directive::number).unwrap_or(0);
        self.weight = usize::try_from(weight).unwrap_or(0).min(MAX_WEIGHT);
        // Sampling makes no picture twice: n calls for one image are as good as one call for n.
        if !directives.has("fixed") {
            self.repeat = state.repeat(key, &self.picture(state.options.seed, 0, 0).key());
        }
    }

    /// Lets go of the decoded inputs: pictures drawn later decode them again.
    pub(crate) fn release_pixels(&mut self) {
        self.pixels = None;
    }

    /// The pictures to be delivered.
    pub(crate) fn pictures(&self, seed: u64) -> Vec<Picture> {
        let n = if self.downgrade.fewer { self.params.n.saturating_sub(1) } else { self.params.n };
        (0..n).map(|index| self.picture(seed, index, 0)).collect()
    }

    fn picture(&self, seed: u64, index: u32, coarseness: u32) -> Picture {
        let params = &self.params;
        let (width, height) = self.downgrade.size.unwrap_or((self.width, self.height));
        Picture {
            seed,
            prompt: Arc::clone(&params.prompt),
            model: params.model_name.as_str().into(),
            quality: self.delivered_quality(),
            width,
            height,
            transparent: params.transparent && !self.downgrade.opaque,
            format: self.downgrade.format.unwrap_or(params.format),
            compression: params.compression,
            animation: params.animation,
            index,
            repeat: self.repeat,
            coarseness,
            edit: self.edit.clone(),
            weight: if coarseness == 0 { self.weight } else { 0 },
        }
    }

    /// The tokens of some of the n images.
    pub(crate) fn usage_of(&self, images: u32) -> Usage {
        let (n, images) = (u64::from(self.params.n.max(1)), u64::from(images));
        Usage {
            input_text: self.usage.input_text / n * images,
            input_image: self.usage.input_image / n * images,
            output_image: self.usage.output_image / n * images,
        }
    }

    /// The quality that the reply names.
    pub(crate) const fn delivered_quality(&self) -> &'static str {
        if self.downgrade.low_quality { "low" } else { self.params.quality.name() }
    }

    pub(crate) const fn background(&self) -> &'static str {
        if self.params.transparent { "transparent" } else { "opaque" }
    }

    fn size(&self) -> String {
        format!("{}x{}", self.width, self.height)
    }
}

impl Exchange<'_> {
    /// Writes `images` of the order on the bill.
    pub(crate) fn charge(&self, order: &Order, images: u32) -> u64 {
        let rates = match self.seller.id {
            "modelverse" => prices::MODELVERSE,
            _ => prices::openai(order.params.model.family),
        };
        let usage = order.usage_of(images);
        let flat = self.request.directives.has("reverse-route");
        self.state.meter.add(Charge {
            index: 0,
            key: self.key.clone(),
            seller: self.seller.id.to_owned(),
            operation: order.params.operation.name().to_owned(),
            model: order.params.model_name.clone(),
            n: order.params.n,
            images,
            usage,
            amount_nano: if flat { prices::REVERSE_ROUTE } else { rates.amount(usage) },
            currency: rates.currency,
            request_id: self.request.request_id.clone(),
            task: None,
            delivered: false,
        })
    }

    /// Stores a finished picture and returns the URL under which it is served.
    pub(crate) fn publish(&self, order: &Order, rendered: &Rendered) -> String {
        self.store(order, Content::Ready(rendered.bytes.clone()))
    }

    /// The same for a picture that is drawn when somebody wants it.
    pub(crate) fn publish_later(&self, order: &Order, picture: Picture) -> String {
        self.store(order, Content::Later(Arc::new(picture)))
    }

    fn store(&self, order: &Order, content: Content) -> String {
        let id = self.state.ids.with_prefix("img_");
        let name = format!("{id}.{}", order.params.format.name());
        let file = StoredFile {
            content,
            mime: order.params.format.mime().to_owned(),
            name: name.clone(),
            created: self.state.clock.unix_seconds(),
            expires_ms: self.state.expiry(&self.request.directives),
        };
        self.state.store_file(&name, file);
        format!("{}/files/{name}", self.request.origin())
    }
}
