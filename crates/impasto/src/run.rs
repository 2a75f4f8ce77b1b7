//! One call from end to end: prepare, run the jobs side by side, put the results together.

use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use impasto_providers::Job;
use impasto_types::{ImageRequest, Warning, WarningKind};
use serde_json::Value;

use crate::client::Client;
use crate::driver::{Driver, Ran};
use crate::error::Error;
use crate::generation::{Failure, Generation};
use crate::preflight;
use crate::sink::Destination;
use crate::stream::{Event, Events};

pub(crate) async fn run(
    client: Client,
    request: ImageRequest,
    destination: Arc<dyn Destination>,
    events: Option<Events>,
) -> Result<Generation, Error> {
    let prepared = preflight::prepare(&client, request).await?;
    destination.prepare(&prepared.request).await?;
    for warning in &prepared.warnings {
        tell(events.as_ref(), || Event::Warning(warning.clone())).await;
    }
    let count = prepared.request.count() as usize;
    let mut running: FuturesUnordered<_> = prepared
        .jobs
        .into_iter()
        .map(|(offset, job)| {
            let driver = Driver::new(&client, &*destination, events.as_ref(), offset, count);
            let size = job.request.count() as usize;
            async move { (offset, size, driver.run(job).await) }
        })
        .collect();
    let mut delivered = Vec::new();
    let mut failures = Vec::new();
    while let Some((offset, size, outcome)) = running.next().await {
        match outcome {
            Ok(ran) => delivered.push((offset, ran)),
            Err(error) => failures.push(Failure {
                indexes: offset..offset + size,
                job: error.job().cloned(),
                error: error.with_provider(&client.inner.target.seller.id),
            }),
        }
    }
    drop(running);
    delivered.sort_by_key(|(offset, _)| *offset);
    failures.sort_by_key(|failure| failure.indexes.start);
    if delivered.is_empty() {
        return Err(worst(failures));
    }
    Ok(gather(&client, count, delivered, failures, prepared.warnings))
}

/// Sends an event to whoever listens; nobody listening is no failure.
pub(crate) async fn tell(events: Option<&Events>, event: impl FnOnce() -> Event) {
    if let Some(events) = events {
        let _ = events.send(event()).await;
    }
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
    worst.unwrap_or_else(|| Error::new(crate::ErrorKind::NoImage, "nothing was asked for"))
}

fn gather(
    client: &Client,
    count: usize,
    delivered: Vec<(usize, Ran)>,
    failures: Vec<Failure>,
    warnings: Vec<Warning>,
) -> Generation {
    let mut all = Generation {
        images: Vec::new(),
        failures,
        warnings,
        provider: client.inner.target.seller.id.clone(),
        model: delivered.first().map_or_else(|| "".into(), |(_, ran)| ran.job.model.clone()),
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
    };
    for (_, ran) in delivered {
        all.images.extend(ran.images);
        all.failures.extend(ran.failures);
        all.warnings.extend(ran.warnings);
        all.attempts += ran.attempts;
        take(&mut all, ran.job);
    }
    all.images.sort_by_key(|image| image.index);
    if all.images.len() < count && all.failures.is_empty() {
        let message = format!("{count} images were asked for and {} delivered", all.images.len());
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
