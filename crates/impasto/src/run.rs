//! One call from end to end: prepare, run the jobs side by side, put the results together.

use std::io;
use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use impasto_pricing::{Actual, Estimate, Money};
use impasto_providers::Job;
use impasto_transport::clock::BoxFuture;
use impasto_types::{BillingOutcome, ImageInput, ImageRequest, ImageSource, Mask, Warning, WarningKind};
use serde_json::Value;

use crate::accounts::{self, Account};
use crate::caller::Caller;
use crate::client::Client;
use crate::deliver::Whose;
use crate::driver::{Driver, Ran};
use crate::error::{Error, ErrorKind};
use crate::generation::{Failure, Generation};
use crate::journal::{Claim, JobRecord, RecordState};
use crate::keeper::Keeper;
use crate::preflight;
use crate::sink::{self, Destination};
use crate::stream::Event;
use crate::trace::CallSpan;

/// A call as it was ordered.
pub(crate) struct Order {
    pub(crate) client: Client,
    pub(crate) request: ImageRequest,
    pub(crate) destination: Arc<dyn Destination>,
    pub(crate) max_cost: Option<Money>,
}

/// Runs a call from its request to its images.
///
/// Boxed here and not where it is awaited: the code of an `async fn` goes into every crate that polls it.
pub(crate) fn run(order: Order, caller: Caller) -> BoxFuture<'static, Result<Generation, Error>> {
    let span = CallSpan::new(&order.client, &order.request);
    span.around(Box::pin(run_order(order, caller)))
}

async fn run_order(order: Order, caller: Caller) -> Result<Generation, Error> {
    let Order { client, request, destination, max_cost } = order;
    let inner = &client.inner;
    let mut prepared = preflight::prepare(&client, request).await?;
    caller.check()?;
    if inner.key.is_none() {
        return Err(Error::new(ErrorKind::MissingKey, format!("no key for {}", inner.target.seller.name))
            .with_hint("the client was built to estimate and preview only"));
    }
    destination.prepare(&prepared.request).await?;
    for warning in &prepared.warnings {
        caller.tell(Event::Warning(warning.clone())).await;
    }
    let count = prepared.request.count() as usize;
    let accounts = accounts::open(&client, &prepared.jobs, max_cost.as_ref()).await?;
    for account in &accounts {
        if let Ok(estimate) = &account.estimate {
            caller.tell(Event::Estimate(Box::new(estimate.clone()))).await;
        }
    }
    let mut keepers = Vec::new();
    for (offset, job) in &mut prepared.jobs {
        match keep(&client, job, *offset, count, &*destination).await {
            Ok(keeper) => keepers.push(keeper),
            Err(error) => {
                for keeper in keepers.iter().flatten() {
                    Keeper::done(keeper).await;
                }
                accounts::give_back(&client, &prepared.jobs, &accounts).await;
                return Err(error);
            }
        }
    }
    let mut parts = Vec::new();
    for (((offset, job), account), keeper) in prepared.jobs.into_iter().zip(accounts).zip(keepers) {
        parts.push(Part { offset, job, account, keeper, again: false });
    }
    let warnings = prepared.warnings;
    finish(&client, parts, count, &*destination, &caller, warnings).await
}

/// Takes up a job that was written down.
pub(crate) fn resume(
    client: Client,
    record: JobRecord,
    destination: Option<Arc<dyn Destination>>,
    caller: Caller,
) -> BoxFuture<'static, Result<Generation, Error>> {
    let span = CallSpan::new(&client, &record.job.request);
    span.around(Box::pin(take_up(client, record, destination, caller)))
}

async fn take_up(
    client: Client,
    record: JobRecord,
    destination: Option<Arc<dyn Destination>>,
    caller: Caller,
) -> Result<Generation, Error> {
    let inner = &client.inner;
    let here = inner.target.address();
    if (&here.seller, &here.base_url) != (&record.address.seller, &record.address.base_url) {
        let message = format!(
            "the job was at {} ({}), this client is of {} ({})",
            record.address.seller, record.address.base_url, here.seller, here.base_url
        );
        return Err(Error::new(ErrorKind::Configuration, message).with_field("provider"));
    }
    let (record, claim) = claim(&client, record).await?;
    let destination = match destination {
        Some(destination) => Ok(destination),
        None => sink::described(&record.destination),
    };
    if let Ok(destination) = &destination {
        destination.sweep(record.id()).await;
    }
    if record.state == RecordState::Preparing {
        if let Some(journal) = &inner.journal {
            let _ = journal.remove(record.id()).await;
        }
        let message = "the program ended before the job was ready to be sent";
        return Err(Error::new(ErrorKind::Interrupted, message).with_hint("nothing was sent: ask anew"));
    }
    if !record.is_resumable() {
        let message = match &record.state {
            RecordState::Stopped { message, over: true, .. } => format!("the job is over: {message}"),
            RecordState::Stopped { message, .. } => {
                format!("the job stopped before it had a task: {message}")
            }
            _ => "the request had left, or was about to, when the program ended".to_owned(),
        };
        return Err(Error::new(ErrorKind::Interrupted, message)
            .with_billing(BillingOutcome::Unknown)
            .with_hint("look at the seller's usage page; it is not sent again on its own")
            .with_job(record.job));
    }
    let destination = destination?;
    let job = record.job.clone();
    let (offset, count) = (record.offset, record.count);
    let account = accounts::again(&client, &job);
    let keeper = inner.journal.as_ref().map(|journal| Keeper {
        journal: Arc::clone(journal),
        clock: Arc::clone(&inner.clock),
        record,
        _claim: claim,
    });
    let parts = vec![Part { offset, job, account, keeper, again: true }];
    finish(&client, parts, count, &*destination, &caller, Vec::new()).await
}

/// Takes a job that nobody runs, and its record as it stands now: another process may have gone on with it since it
/// was read.
async fn claim(client: &Client, record: JobRecord) -> Result<(JobRecord, Claim), Error> {
    let Some(journal) = &client.inner.journal else { return Ok((record, Claim::none())) };
    let claim = journal.claim(record.id()).await.map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => Error::new(ErrorKind::Running, "the job is still being run")
            .with_hint("wait for the process that runs it, or end that first"),
        _ => Error::io("the job cannot be taken up", error),
    })?;
    let unreadable = |error| Error::io("the record of the job cannot be read", error);
    if let Some(record) = journal.read(record.id()).await.map_err(unreadable)? {
        return Ok((record, claim));
    }
    // What was made for the claim goes with it.
    let _ = journal.remove(record.id()).await;
    let message = "the journal holds no such job any more: it was finished or forgotten";
    Err(Error::new(ErrorKind::NotFound, message))
}

/// One of the jobs of a call, ready to run.
struct Part {
    offset: usize,
    job: Job,
    account: Account,
    keeper: Option<Keeper>,
    /// Whether it was taken up again.
    again: bool,
}

/// Writes a job down, its inputs in memory included, if there is a journal.
async fn keep(
    client: &Client,
    job: &mut Job,
    offset: usize,
    count: usize,
    destination: &dyn Destination,
) -> Result<Option<Keeper>, Error> {
    let inner = &client.inner;
    let Some(journal) = &inner.journal else { return Ok(None) };
    let now = inner.clock.unix().as_secs();
    let record = JobRecord {
        version: 1,
        job: job.clone(),
        address: inner.target.address(),
        state: RecordState::Ready,
        offset,
        count,
        destination: destination.describe(),
        stored: Vec::new(),
        created: now,
        updated: now,
    };
    let claim = journal.claim(&job.id).await.map_err(unwritten)?;
    let mut keeper =
        Keeper { journal: Arc::clone(journal), clock: Arc::clone(&inner.clock), record, _claim: claim };
    if let Err(error) = write_down(&mut keeper, job).await {
        keeper.done().await;
        return Err(error);
    }
    Ok(Some(keeper))
}

async fn write_down(keeper: &mut Keeper, job: &mut Job) -> Result<(), Error> {
    if inputs(&mut job.request).any(|input| matches!(input.source, ImageSource::Bytes(_))) {
        // The record comes first: files that belong to no record would stay for ever.
        let mut bare = job.clone();
        (bare.request.images, bare.request.mask, bare.request.markup) = (Vec::new(), None, None);
        keeper.write(&bare, RecordState::Preparing).await?;
    }
    let id = job.id.clone();
    for (position, input) in inputs(&mut job.request).enumerate() {
        if let ImageSource::Bytes(bytes) = &input.source {
            let extension = input.facts.map_or("bin", |facts| facts.format.extension());
            let name = format!("{position}.{extension}");
            input.filename.get_or_insert_with(|| format!("image-{}.{extension}", position + 1));
            let stored = keeper.journal.spool(&id, &name, bytes).await;
            input.source = ImageSource::File(stored.map_err(unwritten)?);
        }
    }
    keeper.write(job, RecordState::Ready).await
}

fn unwritten(error: io::Error) -> Error {
    Error::io("the job could not be written down", error)
}

/// Every input image of a request.
fn inputs(request: &mut ImageRequest) -> impl Iterator<Item = &mut ImageInput> {
    let mask = match &mut request.mask {
        Some(Mask::Image { image, .. }) => Some(image),
        _ => None,
    };
    request.images.iter_mut().chain(mask).chain(&mut request.markup)
}

/// How many jobs of one call run side by side. Each holds a connection and files, of which a process has few: what
/// arrives and cannot be stored is paid for all the same.
const AT_ONCE: usize = 16;

/// Runs the jobs side by side and puts the results together.
async fn finish(
    client: &Client,
    parts: Vec<Part>,
    count: usize,
    destination: &dyn Destination,
    caller: &Caller,
    warnings: Vec<Warning>,
) -> Result<Generation, Error> {
    let inner = &client.inner;
    // A job taken up again is one part of the call it came from.
    let asked: usize = parts.iter().map(|part| part.job.request.count() as usize).sum();
    let mut waiting = parts.into_iter().map(|part| async move {
        let whose = Whose { job: &part.job.id, offset: part.offset, count, again: part.again };
        let driver = Driver::new(client, destination, caller, whose, part.keeper);
        let outcome = driver.run(part.job.clone()).await;
        let cost = accounts::close(inner, &part.account, &part.job, &outcome).await;
        let size = part.job.request.count() as usize;
        (part.offset, size, outcome, part.account.estimate.ok(), cost)
    });
    let mut running: FuturesUnordered<_> = waiting.by_ref().take(AT_ONCE).collect();
    let mut delivered = Vec::new();
    let mut failures = Vec::new();
    while let Some((offset, size, outcome, estimate, cost)) = running.next().await {
        running.extend(waiting.next());
        match outcome {
            Ok(ran) => {
                let at = delivered.partition_point(|other: &Delivered| other.offset < offset);
                delivered.insert(at, Delivered { offset, ran, estimate, cost });
            }
            Err(error) => {
                let indexes = offset..offset + size;
                let at = failures.partition_point(|other: &Failure| other.indexes.start < offset);
                let job = error.job().cloned();
                failures.insert(
                    at,
                    Failure { indexes, job, error: error.with_provider(&inner.target.seller.id) },
                );
            }
        }
    }
    drop(running);
    if delivered.is_empty() {
        return Err(worst(failures));
    }
    Ok(gather(client, asked, delivered, failures, warnings))
}

/// A job that delivered something.
struct Delivered {
    offset: usize,
    ran: Ran,
    estimate: Option<Estimate>,
    cost: Option<Actual>,
}

/// Of several failures, the one that needs the most attention: an unknown outcome before a refusal.
fn worst(failures: Vec<Failure>) -> Error {
    let mut worst: Option<Error> = None;
    for failure in failures {
        let more = worst.as_ref().is_none_or(|known| failure.error.billing() > known.billing());
        if more {
            worst = Some(failure.error);
        }
    }
    worst.unwrap_or_else(|| Error::new(ErrorKind::NoImage, "nothing was asked for"))
}

fn gather(
    client: &Client,
    count: usize,
    delivered: Vec<Delivered>,
    failures: Vec<Failure>,
    warnings: Vec<Warning>,
) -> Generation {
    let mut all = Generation {
        images: Vec::new(),
        failures,
        warnings,
        provider: client.inner.target.seller.id.clone(),
        model: delivered.first().map_or_else(|| "".into(), |part| part.ran.job.model.clone()),
        reported_model: None,
        created: None,
        size: None,
        quality: None,
        background: None,
        output_format: None,
        usage: None,
        svg_usage: None,
        prices: Vec::new(),
        request_ids: Vec::new(),
        task_ids: Vec::new(),
        raw: Vec::new(),
        attempts: 0,
        estimates: Vec::new(),
        costs: Vec::new(),
        calls: delivered.len(),
    };
    for Delivered { ran, estimate, cost, .. } in delivered {
        all.estimates.extend(estimate);
        all.costs.extend(cost);
        for image in ran.images {
            let at = all.images.partition_point(|other| other.index <= image.index);
            all.images.insert(at, image);
        }
        all.failures.extend(ran.failures);
        all.warnings.extend(ran.warnings);
        all.attempts += ran.attempts;
        take(&mut all, ran.job);
    }
    let told: usize = all.failures.iter().map(|failure| failure.indexes.len()).sum();
    if all.images.len() + told < count {
        let message = match told {
            0 => format!("{count} images were asked for and {} delivered", all.images.len()),
            _ => format!("{count} images were asked for, {} delivered and {told} failed", all.images.len()),
        };
        all.warnings.push(Warning::new(WarningKind::Downgrade, "n", message));
    }
    all
}

/// Adds what one job's seller said.
fn take(all: &mut Generation, job: Job) {
    let delivery = job.delivery;
    all.reported_model = all.reported_model.take().or(delivery.model);
    all.created = all.created.or(delivery.created);
    all.size = all.size.take().or(delivery.size);
    all.quality = all.quality.take().or(delivery.quality);
    all.background = all.background.take().or(delivery.background);
    all.output_format = all.output_format.take().or(delivery.output_format);
    all.svg_usage = all.svg_usage.take().or(delivery.svg_usage);
    all.usage = match (all.usage.take(), delivery.usage) {
        (Some(sum), Some(next)) => Some(sum.plus(&next)),
        (sum, next) => sum.or(next),
    };
    all.prices.extend(delivery.price);
    all.request_ids.extend(delivery.request_id);
    all.task_ids.extend(delivery.task_id.or(job.task.map(|task| task.id)));
    if delivery.raw != Value::Null {
        all.raw.push(delivery.raw);
    }
}
