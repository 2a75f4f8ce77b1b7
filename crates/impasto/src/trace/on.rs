//! What is recorded with the feature `tracing`.

use std::time::Duration;

use impasto_pricing::Actual;
use impasto_transport::clock::BoxFuture;
use impasto_transport::{HttpRequest, Origin};
use impasto_types::{BillingOutcome, ImageRequest, ModelId, Operation};
use tracing::field::{Empty, display};
use tracing::{Instrument as _, Span};

use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::generation::Generation;
use crate::image::Image;
use crate::stream::Event;

/// Where spans and events say they are from; what a filter names.
const TARGET: &str = "impasto";

/// One call, from its request to its images.
#[derive(Clone, Debug)]
pub(crate) struct CallSpan(Span);

impl CallSpan {
    pub(crate) fn new(client: &Client, request: &ImageRequest) -> Self {
        let inner = &client.inner;
        let seller = &inner.target.seller;
        let model = request.model.as_ref().or(inner.model.as_ref()).map(ModelId::as_str);
        let model = model.or(seller.defaults.model.as_deref()).unwrap_or_default();
        let model = seller.spell(model, request.operation == Operation::Edit);
        let span = tracing::info_span!(
            target: TARGET,
            "image_call",
            "otel.name" = %format_args!("generate_content {model}"),
            "otel.kind" = "client",
            "otel.status_code" = Empty,
            "gen_ai.operation.name" = "generate_content",
            "gen_ai.provider.name" = well_known(&seller.id),
            "gen_ai.request.model" = AsRef::<str>::as_ref(&model),
            "gen_ai.request.choice.count" = Empty,
            "gen_ai.output.type" = "image",
            "gen_ai.response.model" = Empty,
            "gen_ai.response.id" = Empty,
            "gen_ai.usage.input_tokens" = Empty,
            "gen_ai.usage.output_tokens" = Empty,
            "server.address" = Empty,
            "server.port" = Empty,
            "error.type" = Empty,
            "impasto.operation" = request.operation.as_str(),
            "impasto.attempts" = Empty,
            "impasto.images" = Empty,
            "impasto.billing" = Empty,
            "impasto.cost" = Empty,
        );
        // The conventions leave a count of one out.
        if request.count() != 1 {
            span.record("gen_ai.request.choice.count", request.count());
        }
        if let Ok(origin) = inner.target.origin() {
            located(&span, &origin);
        }
        Self(span)
    }

    /// Does the work within the span, and records what came of it.
    pub(crate) fn around(
        self,
        work: BoxFuture<'static, Result<Generation, Error>>,
    ) -> BoxFuture<'static, Result<Generation, Error>> {
        Box::pin(async move {
            let outcome = work.instrument(self.0.clone()).await;
            match &outcome {
                Ok(generation) => self.delivered(generation),
                Err(error) => self.failed(error),
            }
            outcome
        })
    }

    fn delivered(&self, all: &Generation) {
        let span = &self.0;
        if let Some(model) = &all.reported_model {
            span.record("gen_ai.response.model", model.as_str());
        }
        // The Images API gives a reply no id of its own: the task's, else that of the exchange.
        if let Some(id) = all.task_ids.first().or(all.request_ids.first()) {
            span.record("gen_ai.response.id", id.as_str());
        }
        if let Some(usage) = &all.usage {
            usage.input_tokens.map(|tokens| span.record("gen_ai.usage.input_tokens", tokens));
            usage.output_tokens.map(|tokens| span.record("gen_ai.usage.output_tokens", tokens));
        }
        span.record("impasto.attempts", all.attempts);
        span.record("impasto.images", all.images.len());
        span.record("impasto.billing", BillingOutcome::Billed.as_str());
        if let Some(cost) = all.cost() {
            span.record("impasto.cost", display(cost));
        }
        // Some images are missing: an error that an alert can be set on, beside those that came.
        if let Some(failure) = all.failures.first() {
            span.record("error.type", failure.error.kind().as_str());
        }
    }

    fn failed(&self, error: &Error) {
        let span = &self.0;
        span.record("otel.status_code", "error");
        span.record("error.type", error.kind().as_str());
        span.record("impasto.attempts", error.attempts());
        span.record("impasto.images", error.salvaged().len());
        span.record("impasto.billing", error.billing().as_str());
        if let Some(id) = error.job().and_then(|job| job.task.as_ref()).map(|task| task.id.as_str()) {
            span.record("gen_ai.response.id", id);
        } else if let Some(id) = error.request_id() {
            span.record("gen_ai.response.id", id);
        }
    }
}

/// One request, sent once.
#[derive(Clone, Debug)]
pub(crate) struct AttemptSpan(Span);

impl AttemptSpan {
    /// The span of attempt `number`, from 1, at sending `request`.
    pub(crate) fn new(purpose: &'static str, request: &HttpRequest, job: &str, number: u32) -> Self {
        let span = tracing::info_span!(
            target: TARGET,
            "http_attempt",
            "otel.name" = %format_args!("{} {purpose}", request.method),
            "otel.kind" = "client",
            "otel.status_code" = Empty,
            "http.request.method" = request.method.as_str(),
            "http.request.resend_count" = Empty,
            "http.response.status_code" = Empty,
            "server.address" = Empty,
            "server.port" = Empty,
            "error.type" = Empty,
            "impasto.job" = job,
            "impasto.purpose" = purpose,
            "impasto.request_id" = Empty,
            "impasto.billing" = Empty,
        );
        if number > 1 {
            span.record("http.request.resend_count", number - 1);
        }
        if let Ok(origin) = Origin::of(&request.url) {
            located(&span, &origin);
        }
        Self(span)
    }

    /// Records the head of the reply, on the span that is current.
    pub(crate) fn replied(status: u16, request_id: Option<&str>) {
        let span = Span::current();
        span.record("http.response.status_code", status);
        if let Some(id) = request_id {
            span.record("impasto.request_id", id);
        }
    }

    /// Does the work within the span.
    pub(crate) async fn around<T>(&self, work: BoxFuture<'_, T>) -> T {
        work.instrument(self.0.clone()).await
    }

    /// Records whether it was billed, and what failed.
    pub(crate) fn ended(self, billing: BillingOutcome, failure: Option<ErrorKind>) {
        self.0.record("impasto.billing", billing.as_str());
        if let Some(kind) = failure {
            self.0.record("otel.status_code", "error");
            self.0.record("error.type", kind.as_str());
        }
    }
}

fn located(span: &Span, origin: &Origin) {
    span.record("server.address", origin.host());
    span.record("server.port", origin.port());
}

/// The name by which the conventions know a seller; its own id where they have none.
fn well_known(seller: &str) -> &str {
    if seller.starts_with("azure") { "azure.ai.openai" } else { seller }
}

/// Something that happened on the way.
pub(crate) fn event(event: &Event) {
    match event {
        Event::Warning(warning) => tracing::warn!(
            target: TARGET,
            { impasto.field = warning.field.as_deref(),
            impasto.warning = ?warning.kind }, "{}", warning.message
        ),
        Event::Estimate(estimate) => {
            let (expected, high) = (display(&estimate.expected), display(&estimate.high));
            tracing::debug!(
                target: TARGET,
                { impasto.cost.expected = expected, impasto.cost.high = high }, "estimated"
            );
        }
        Event::Sent { attempt } => tracing::debug!(target: TARGET, { impasto.attempt = attempt }, "sent"),
        Event::Uploaded { index } => {
            tracing::debug!(target: TARGET, { impasto.input = index }, "input image uploaded");
        }
        Event::Accepted { task_id } => {
            tracing::info!(target: TARGET, { impasto.task = task_id.as_str() }, "task accepted");
        }
        Event::Status { status, polls } => tracing::debug!(
            target: TARGET,
            { impasto.task.status = status.as_str(), impasto.polls = polls }, "task polled"
        ),
        Event::Retrying { attempt, after, kind, billing, .. } => tracing::warn!(
            target: TARGET,
            { impasto.attempt = attempt,
            impasto.wait_ms = milliseconds(*after),
            impasto.billing = billing.as_str(),
            "error.type" = kind.as_str() }, "trying again"
        ),
        Event::Partial { partial_index, image } => {
            arrived(image, Some(*partial_index));
        }
        Event::Image(image) => arrived(image, None),
        // The span of the call says it all.
        Event::Done(_) => {}
    }
}

fn arrived(image: &Image, partial: Option<u32>) {
    let facts = image.facts;
    tracing::info!(
        target: TARGET,
        { impasto.image = image.index,
        impasto.image.bytes = image.stored.len(),
        impasto.image.format = facts.map(|facts| facts.format.as_str()),
        impasto.image.width = facts.map(|facts| facts.width),
        impasto.image.height = facts.map(|facts| facts.height),
        impasto.partial = partial }, "{}", if partial.is_some() { "unfinished image" } else { "image delivered" }
    );
}

/// A wait begins: for the next poll, for a turn, for a late price.
pub(crate) fn waiting(what_for: &'static str, time: Duration) {
    tracing::debug!(
        target: TARGET,
        { impasto.wait = what_for, impasto.wait_ms = milliseconds(time) }, "waiting"
    );
}

/// The account of a job is closed.
pub(crate) fn settled(job: &str, billing: BillingOutcome, cost: Option<&Actual>) {
    tracing::info!(
        target: TARGET,
        { impasto.job = job,
        impasto.billing = billing.as_str(),
        impasto.cost = cost.map(|cost| display(&cost.amount)),
        impasto.cost.source = cost.map(|cost| cost.source.as_str()) }, "settled"
    );
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
