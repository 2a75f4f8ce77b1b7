//! Images that wait behind URLs: fetched without the key, redirects followed, into their sinks.

mod download;

use std::path::PathBuf;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use http::StatusCode;
use impasto_providers::{Fetch, Job};
use impasto_transport::{HttpRequest, HttpResponse, Origin};
use impasto_types::BillingOutcome;

use super::Driver;
use crate::aside::aside;
use crate::caller;
use crate::client::Inner;
use crate::deliver::Whose;
use crate::error::{Error, ErrorKind};
use crate::image::{Image, Stored};
use crate::sink::Destination;
use crate::trace::AttemptSpan;
use download::Download;

/// How many redirects of a download are followed.
const MAX_REDIRECTS: usize = 5;

/// How often a download is taken up in all.
const MAX_ATTEMPTS: u32 = 20;

impl Driver<'_> {
    /// Fetches every image, side by side. One that fails does not hold up the others.
    pub(super) async fn fetch_all(&mut self, job: &Job, fetches: Vec<Fetch>) -> Result<(), Error> {
        let inner = self.inner();
        let (destination, whose) = (self.destination, self.desk.whose());
        let (there, fetches) = self.already_there(fetches).await;
        self.images.extend(there);
        let mut left: Vec<usize> = fetches.iter().map(|fetch| fetch.index).collect();
        let mut running: FuturesUnordered<_> = fetches
            .into_iter()
            .map(|fetch| async move {
                let outcome = fetch_one(inner, destination, &fetch, whose).await;
                (fetch.index, outcome)
            })
            .collect();
        while let Ok(Some((index, outcome))) = self.caller.cancel.unless(running.next()).await {
            left.retain(|other| *other != index);
            match outcome {
                Ok(image) => {
                    self.deliver(job, index, image).await;
                    // It need not be fetched again, whatever becomes of the others.
                    self.note_if_possible(job).await;
                }
                // It was made and paid for; only the way to it failed.
                Err(error) => self.fail(job, index, error.with_billing(BillingOutcome::Billed)),
            }
        }
        drop(running);
        for index in left {
            self.fail(job, index, caller::cancelled().with_billing(BillingOutcome::Billed));
        }
        Ok(())
    }
}

impl Driver<'_> {
    /// Images that an earlier run of the job put in their place, and the fetches that are left.
    async fn already_there(&mut self, fetches: Vec<Fetch>) -> (Vec<Image>, Vec<Fetch>) {
        let (mut there, mut left) = (Vec::new(), Vec::new());
        for fetch in fetches {
            match self.stored(fetch.index).await {
                Some(image) => there.push(image),
                None => left.push(fetch),
            }
        }
        (there, left)
    }

    /// Of a job that was over when the program ended, the images that are in their place.
    pub(super) async fn take_stored(&mut self, job: &Job) -> Result<(), Error> {
        if !self.images.is_empty() || !self.failures.is_empty() {
            return Ok(());
        }
        for index in 0..job.delivery.images.len() {
            if let Some(image) = self.stored(index).await {
                self.images.push(image);
            }
        }
        if self.images.is_empty() && !job.delivery.images.is_empty() {
            let message = "the images had arrived, and were in memory when the program ended";
            return Err(Error::new(ErrorKind::Interrupted, message).with_billing(BillingOutcome::Billed));
        }
        Ok(())
    }

    /// An image of the job that an earlier run put in its place, if it is still there.
    async fn stored(&mut self, index: usize) -> Option<Image> {
        let stored = &self.keeper.as_ref()?.record.stored;
        let path = stored.iter().find(|image| image.index == index)?.path.clone();
        on_disk(path, self.offset + index).await
    }
}

/// The image at `path`, if it is still there.
async fn on_disk(path: PathBuf, index: usize) -> Option<Image> {
    let file = path.clone();
    let facts = aside(move || impasto_pixels::facts_of_file(file)).await.ok()?.ok()?;
    let stored = Stored::File { path, len: facts.bytes };
    Some(Image { index, stored, facts: Some(facts), revised_prompt: None, extra: serde_json::Map::new() })
}

async fn fetch_one(
    inner: &Inner,
    destination: &dyn Destination,
    fetch: &Fetch,
    whose: Whose<'_>,
) -> Result<Image, Error> {
    let mut download = Download::new(inner, destination, fetch, whose);
    let (mut attempt, mut fruitless) = (1, 0);
    loop {
        let before = download.have();
        let span = AttemptSpan::new("download", &fetch.request, whose.job, attempt);
        let outcome = span.around(Box::pin(download.attempt())).await;
        // A download costs nothing itself.
        span.ended(BillingOutcome::NotBilled, outcome.as_ref().err().map(Error::kind));
        let error = match outcome {
            Ok(image) => return Ok(image),
            Err(error) => error,
        };
        let passing = matches!(
            error.kind(),
            ErrorKind::Server
                | ErrorKind::Timeout
                | ErrorKind::Interrupted
                | ErrorKind::Connect
                | ErrorKind::Overloaded
        );
        // A server that cuts every connection is worth asking again as long as each brings something.
        fruitless = if download.have() > before { 1 } else { fruitless + 1 };
        if !passing || fruitless >= inner.retry.max_attempts.max(3) || attempt >= MAX_ATTEMPTS {
            download.forget().await;
            return Err(error);
        }
        let wait =
            std::time::Duration::from_secs(1 << fruitless.min(4)).mul_f64(0.75 + 0.25 * inner.entropy.unit());
        inner.clock.sleep(wait).await;
        attempt += 1;
    }
}

/// Gets a URL, following redirects by hand: no key is attached, whatever the host.
async fn follow(inner: &Inner, request: &HttpRequest) -> Result<HttpResponse, Error> {
    let mut request = request.clone();
    for _ in 0..=MAX_REDIRECTS {
        let origin = Origin::of(&request.url).map_err(|error| Error::of_transport(error, false))?;
        let prepared = request
            .prepare(None, &origin, &*inner.entropy, inner.deadlines)
            .map_err(|error| Error::of_transport(error, false))?;
        let response =
            inner.downloads.send(prepared).await.map_err(|error| Error::of_transport(error, false))?;
        let status = response.status;
        AttemptSpan::replied(status.as_u16(), None);
        if status.is_success() {
            return Ok(response);
        }
        if status.is_redirection()
            && let Some(location) = response.header("location")
        {
            request.url = resolve(&request.url, location);
            continue;
        }
        let kind = match status {
            StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::FORBIDDEN => ErrorKind::Expired,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => ErrorKind::Overloaded,
            status if status.is_server_error() => ErrorKind::Server,
            _ => ErrorKind::UnexpectedReply,
        };
        let message = format!("the image's URL answered with status {status}");
        return Err(Error::new(kind, message).with_status(status.as_u16()));
    }
    Err(Error::new(
        ErrorKind::UnexpectedReply,
        format!("the image's URL redirects more than {MAX_REDIRECTS} times"),
    ))
}

/// A redirect's target: absolute, or a path at the same origin.
fn resolve(from: &str, location: &str) -> String {
    if location.starts_with("http://") || location.starts_with("https://") {
        return location.to_owned();
    }
    let authority = from.find("://").map_or(0, |at| at + 3);
    let origin_end = from[authority..].find('/').map_or(from.len(), |at| authority + at);
    match location.strip_prefix("//") {
        Some(rest) => format!("{}://{rest}", &from[..authority.saturating_sub(3)]),
        None if location.starts_with('/') => format!("{}{location}", &from[..origin_end]),
        None => {
            let path_end = from.split(['?', '#']).next().unwrap_or(from).rfind('/').unwrap_or(origin_end);
            format!("{}/{location}", &from[..path_end.max(origin_end)])
        }
    }
}
