//! Everything that can be known before anything is sent: inputs, rules, the exact requests.

mod mask;

use impasto_providers::{Job, Step};
use impasto_transport::redact::render_request;
use impasto_types::capability::Severity;
use impasto_types::{ImageInput, ImageRequest, ImageSource, Mask, ModelId, Operation, Warning, WarningKind};

use crate::aside::aside;
use crate::client::Client;
use crate::error::{Error, ErrorKind};

/// A call that is ready to be sent.
pub(crate) struct Prepared {
    /// The jobs, each with the index of its first image.
    pub(crate) jobs: Vec<(usize, Job)>,
    /// What the caller should know.
    pub(crate) warnings: Vec<Warning>,
    /// The request with everything filled in.
    pub(crate) request: ImageRequest,
}

/// What a call would send.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Preview {
    /// The first request of each job as canonical HTTP text: the key redacted, files named with size and hash.
    pub requests: Vec<String>,
    /// What the caller should know.
    pub warnings: Vec<Warning>,
    /// The seller's id.
    pub provider: String,
    /// The model as the seller spells it.
    pub model: ModelId,
    /// The request with everything filled in.
    pub request: ImageRequest,
}

/// Checks a request and turns it into jobs.
pub(crate) async fn prepare(client: &Client, request: ImageRequest) -> Result<Prepared, Error> {
    let provider = &client.inner.target.seller.id;
    prepare_inner(client, request).await.map_err(|error| error.with_provider(provider))
}

async fn prepare_inner(client: &Client, mut request: ImageRequest) -> Result<Prepared, Error> {
    let inner = &client.inner;
    let seller = &inner.target.seller;
    request.validate()?;
    if request.model.is_none() {
        request.model = inner.model.clone().or_else(|| seller.defaults.model.as_deref().map(ModelId::from));
    }
    inspect_inputs(&mut request).await?;
    let mut warnings = Vec::new();
    let spelled = request
        .model
        .as_ref()
        .map(|model| ModelId::new(seller.spell(model.as_str(), request.operation == Operation::Edit)));
    let rules = spelled.as_ref().map(|model| inner.book.rules(seller, model)).unwrap_or_default();
    apply_rules(client, &request, &rules, &mut warnings)?;
    for field in seller.quirks.leave_out.iter().filter(|field| request.is_set(field)) {
        let message = format!("{} does not take it; it is left out", seller.name);
        warnings.push(Warning::new(WarningKind::Adapted, field, message));
    }
    warnings.extend(mask::draw(&mut request, &seller.mask.polarity, inner.unchecked).await?);
    let mut limit = rules.n.as_ref().map_or(u32::MAX, |rule| rule.allowed).max(1);
    if let Some(rate) = inner.rate.as_ref().filter(|_| request.images.is_empty()) {
        // Input images would be paid for in each part.
        limit = limit.min(rate.limit());
    }
    let mut jobs = Vec::new();
    let (mut offset, total) = (0, request.count());
    while offset < total {
        let count = limit.min(total - offset);
        let mut part = request.clone();
        if part.n.is_some() || count != total {
            part.n = Some(count);
        }
        let id = format!("{:016x}", inner.entropy.u64());
        jobs.push((offset as usize, inner.target.start(&id, part)?));
        offset += count;
    }
    Ok(Prepared { jobs, warnings, request })
}

/// What would be sent, as text.
pub(crate) async fn preview(client: &Client, request: ImageRequest) -> Result<Preview, Error> {
    let prepared = prepare(client, request).await?;
    let target = &client.inner.target;
    let mut requests = Vec::new();
    for (_, job) in &prepared.jobs {
        if let Step::Send(exchange) = target.step(job)? {
            requests.push(render_request(&exchange.request));
        }
    }
    let model = prepared.jobs.first().map(|(_, job)| job.model.clone());
    Ok(Preview {
        requests,
        warnings: prepared.warnings,
        provider: target.seller.id.clone(),
        model: model.unwrap_or_else(|| ModelId::new("")),
        request: prepared.request,
    })
}

/// What a request may cost, one estimate for each job.
pub(crate) async fn estimate(
    client: &Client,
    request: ImageRequest,
) -> Result<Vec<impasto_pricing::Estimate>, Error> {
    let prepared = prepare(client, request).await?;
    let estimates = prepared.jobs.iter().map(|(_, job)| {
        crate::accounts::estimate(client, job).map_err(|error| {
            Error::new(ErrorKind::UnknownPrice, error.to_string())
                .with_provider(&client.inner.target.seller.id)
                .with_source(error)
        })
    });
    estimates.collect()
}

/// Reads the header of every local image, and nothing else of it.
async fn inspect_inputs(request: &mut ImageRequest) -> Result<(), Error> {
    for (position, image) in request.images.iter_mut().enumerate() {
        inspect("image", position, image).await?;
    }
    if let Some(Mask::Image { image, .. }) = &mut request.mask {
        inspect("mask", 0, image).await?;
    }
    if let Some(markup) = &mut request.markup {
        inspect("markup", 0, markup).await?;
    }
    Ok(())
}

pub(crate) async fn inspect(field: &str, position: usize, image: &mut ImageInput) -> Result<(), Error> {
    if image.facts.is_some() {
        return Ok(());
    }
    let facts = match &image.source {
        ImageSource::File(path) => {
            let path = path.clone();
            let read = aside(move || impasto_pixels::facts_of_file(path)).await;
            read.map_err(|error| Error::io(image.label(), error))?
        }
        ImageSource::Bytes(bytes) => impasto_pixels::facts_of_bytes(bytes),
        _ => return Ok(()),
    };
    let facts = facts.map_err(|error| {
        let kind = match error.kind() {
            impasto_pixels::ErrorKind::Io => ErrorKind::Io,
            _ => ErrorKind::InvalidRequest,
        };
        let name = image.label();
        let message = error.with_file(if field == "image" && position > 0 {
            format!("{name} (image {})", position + 1)
        } else {
            name
        });
        Error::new(kind, message.to_string()).with_field(field).with_source(message)
    })?;
    image.facts = Some(facts);
    Ok(())
}

/// Refuses what the book forbids, and collects what it doubts.
fn apply_rules(
    client: &Client,
    request: &ImageRequest,
    rules: &impasto_types::capability::Capabilities,
    warnings: &mut Vec<Warning>,
) -> Result<(), Error> {
    let seller = &client.inner.target.seller;
    let mut refusals = Vec::new();
    for finding in rules.check(request, client.today()) {
        let kind = if finding.field == "model" { WarningKind::LifeCycle } else { WarningKind::Unverified };
        if finding.severity == Severity::Refusal && !client.inner.unchecked {
            refusals.push(finding);
        } else {
            let mut message = finding.message;
            let elsewhere = rules.life_cycle.as_ref().and_then(|rule| rule.allowed.at.as_ref());
            if kind == WarningKind::LifeCycle && elsewhere.is_some_and(|at| !seller.name.starts_with(at)) {
                message.extend(["; ", &seller.name, " may still sell it"]);
            }
            warnings.push(Warning::new(kind, finding.field, message));
        }
    }
    let Some((first, others)) = refusals.split_first() else {
        return Ok(());
    };
    let mut error = Error::invalid(first.field, first.message.clone());
    if !others.is_empty() {
        let also: Vec<String> = others.iter().map(ToString::to_string).collect();
        error = error.with_hint(format!("also: {}", also.join("; ")));
    } else if !first.source.is_empty() {
        error = error.with_hint(format!("nothing was sent; the rule is from {}", first.source));
    }
    Err(error)
}
