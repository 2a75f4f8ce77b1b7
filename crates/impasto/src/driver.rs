//! Drives one job: does what its adapter says, in time, and never pays twice.

mod exchange;
mod fetch;
mod retry;

use std::time::Duration;

use impasto_providers::{Job, Phase, Step};
use impasto_types::{BillingOutcome, ImageContent, Warning, WarningKind};

use crate::caller::Caller;
use crate::client::{Client, Inner};
use crate::deliver::{Desk, Misplaced, Whose};
use crate::error::{Error, ErrorKind};
use crate::generation::Failure;
use crate::image::Image;
use crate::journal::RecordState;
use crate::keeper::Keeper;
use crate::schedule::Watch;
use crate::sink::Destination;
use crate::stream::Event;
use crate::trace;

/// Drives one job of a call.
pub(crate) struct Driver<'a> {
    client: &'a Client,
    destination: &'a dyn Destination,
    caller: &'a Caller,
    desk: Desk<'a>,
    /// The index of the job's first image within the call.
    offset: usize,
    images: Vec<Image>,
    failures: Vec<Failure>,
    warnings: Vec<Warning>,
    /// How often something was sent that costs money.
    attempts: u32,
    keeper: Option<Keeper>,
    /// How many attempts were repeated, as the caller wished, although nobody knows whether they were billed.
    gambled: u32,
    /// The seller's wish to be left alone for so long before the next poll.
    pause: Duration,
    /// The task that is waited for.
    watch: Option<Watch>,
}

/// What a job delivered.
pub(crate) struct Ran {
    pub(crate) job: Job,
    pub(crate) images: Vec<Image>,
    pub(crate) failures: Vec<Failure>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) attempts: u32,
    /// The reply broke off, or failed, after some images: what the seller said it used may be less than the bill.
    pub(crate) cut_short: bool,
    /// How many attempts were repeated although nobody knows whether they were billed.
    pub(crate) gambled: u32,
}

impl<'a> Driver<'a> {
    pub(crate) fn new(
        client: &'a Client,
        destination: &'a dyn Destination,
        caller: &'a Caller,
        whose: Whose<'a>,
        keeper: Option<Keeper>,
    ) -> Self {
        Self {
            client,
            destination,
            caller,
            desk: Desk::new(destination, whose),
            offset: whose.offset,
            images: Vec::new(),
            failures: Vec::new(),
            warnings: Vec::new(),
            attempts: 0,
            keeper,
            gambled: 0,
            pause: Duration::ZERO,
            watch: None,
        }
    }

    fn inner(&self) -> &'a Inner {
        &self.client.inner
    }

    /// Runs the job to its end.
    pub(crate) async fn run(mut self, mut job: Job) -> Result<Ran, Error> {
        let started = self.inner().clock.now();
        let outcome = self.steps(&mut job, started).await;
        if let (Err(error), Some(keeper)) = (&outcome, &mut self.keeper) {
            keeper.stopped(&job, error).await;
        }
        let mut cut_short = false;
        match outcome {
            Ok(()) => {}
            // Images that came before the failure are paid for: they are delivered, the failure beside them.
            Err(error) if !self.images.is_empty() => {
                cut_short = error.billing() != BillingOutcome::NotBilled;
                let missing = self.offset + self.images.len()..self.offset + job.request.count() as usize;
                if missing.is_empty() {
                    let message = format!("every image came, then the reply went wrong: {}", error.message());
                    self.warnings.push(Warning::general(WarningKind::Reply, message));
                } else {
                    self.failures.push(Failure { indexes: missing, error, job: Some(job.clone()) });
                }
            }
            Err(error) => return Err(self.finish_error(error, &job).await),
        }
        self.desk.clear().await;
        if job.request.stream && !self.images.is_empty() {
            cut_short |= self.note_unfinished(&job);
        }
        if self.images.is_empty() {
            return Err(self.nothing(job).await);
        }
        self.settle(&mut job).await;
        self.note_end(&job).await;
        self.audit(&job);
        let Self { images, failures, warnings, attempts, gambled, .. } = self;
        Ok(Ran { job, images, failures, warnings, attempts, cut_short, gambled })
    }

    /// Some images are there. The record goes, unless it is the only one that knows of others.
    async fn note_end(&mut self, job: &Job) {
        let Some(keeper) = &mut self.keeper else { return };
        let lost = self.failures.iter().find(|failure| failure.error.billing() != BillingOutcome::NotBilled);
        match lost {
            // What could not be fetched now can be fetched later, as long as its URL holds.
            Some(_) if job.phase == Phase::Fetch => {
                let _ = keeper.write(job, RecordState::Ready).await;
            }
            Some(failure) => keeper.stopped(job, &failure.error).await,
            None => keeper.done().await,
        }
    }

    /// A stream that ended in good order before its last image: those that are missing may be on the bill.
    fn note_unfinished(&mut self, job: &Job) -> bool {
        let told: usize = self.failures.iter().map(|failure| failure.indexes.len()).sum();
        let (there, asked) = (self.images.len() + told, job.request.count() as usize);
        if there >= asked {
            return false;
        }
        let message = format!("the stream ended after {there} of {asked} images");
        let error =
            explained(Error::new(ErrorKind::Incomplete, message).with_billing(BillingOutcome::Unknown));
        let indexes = self.offset + there..self.offset + asked;
        self.failures.push(Failure { indexes, error, job: Some(job.clone()) });
        true
    }

    /// Nothing was delivered. What waits behind URLs can be fetched later, as long as they hold; else the job is over.
    async fn nothing(&mut self, job: Job) -> Error {
        let error = match self.failures.pop() {
            Some(failure) => failure.error,
            None => Error::new(ErrorKind::NoImage, "the reply holds no image")
                .with_billing(BillingOutcome::Unknown)
                .with_request_id(job.delivery.request_id.clone()),
        };
        if let Some(keeper) = &mut self.keeper {
            if job.phase == Phase::Fetch {
                let _ = keeper.write(&job, RecordState::Ready).await;
            } else {
                keeper.stopped(&job, &error).await;
            }
        }
        explained(error).with_attempts(self.attempts).with_gambled(self.gambled).with_job(job)
    }

    async fn finish_error(&mut self, error: Error, job: &Job) -> Error {
        let salvaged = self.desk.salvage(0).await;
        self.desk.clear().await;
        let mut error = error
            .with_attempts(self.attempts)
            .with_gambled(self.gambled)
            .with_request_id(job.delivery.request_id.clone());
        // The task was accepted: whatever failed since says nothing of what it costs.
        if job.task.is_some() && error.billing() == BillingOutcome::NotBilled {
            error = error.with_billing(BillingOutcome::Unknown);
        }
        if !salvaged.is_empty() {
            error = error.with_salvaged(salvaged);
        }
        explained(error).with_job(job.clone())
    }

    async fn steps(&mut self, job: &mut Job, started: Duration) -> Result<(), Error> {
        loop {
            match self.inner().target.step(job)? {
                Step::Send(exchange) => {
                    self.exchange(job, &exchange).await?;
                    self.note_if_possible(job).await;
                }
                Step::Wait { polls } => {
                    self.wait(job, polls, started).await?;
                    job.waited();
                }
                Step::Fetch(fetches) => {
                    self.learn();
                    return self.fetch_all(job, fetches).await;
                }
                _ => {
                    self.learn();
                    return self.take_stored(job).await;
                }
            }
        }
    }

    /// Writes down how far the job is, if there is a journal.
    pub(super) async fn note(&mut self, job: &Job, state: RecordState) -> Result<(), Error> {
        match &mut self.keeper {
            Some(keeper) => keeper.write(job, state).await,
            None => Ok(()),
        }
    }

    /// Writes down how far the job is. Once it is paid for, a full disk is no reason to drop it.
    pub(super) async fn note_if_possible(&mut self, job: &Job) {
        if let Err(error) = self.note(job, RecordState::Ready).await {
            self.warnings.push(Warning::general(WarningKind::Reply, error.to_string()));
        }
    }

    /// Asks after the charge, at sellers that tell it late, for as long as the client is willing to wait.
    async fn settle(&mut self, job: &mut Job) {
        let mut waited = Duration::ZERO;
        // After 3, 10, 30, 60, 120 and 300 s in all: what clients of Atlas Cloud found to work.
        for wait in [3, 7, 20, 30, 60, 180].map(Duration::from_secs) {
            let inner = self.inner();
            let Ok(Some(exchange)) = inner.target.settle(job) else { return };
            waited += wait;
            if waited > inner.price_wait {
                return;
            }
            trace::waiting("price", wait);
            if self.caller.unless_cancelled(inner.clock.sleep(wait)).await.is_err() {
                return;
            }
            // The images are delivered: what fails here costs nothing but the knowledge.
            let _ = self.exchange(job, &exchange).await;
        }
    }

    /// A task ended well: what it took says when to ask after the next ones.
    fn learn(&mut self) {
        if let Some(watch) = self.watch.take() {
            let inner = self.inner();
            inner.durations.note(&watch, inner.clock.now());
        }
    }

    /// Waits before the next poll, or gives up with the job still running.
    async fn wait(&mut self, job: &Job, polls: u32, started: Duration) -> Result<(), Error> {
        let inner = self.inner();
        let now = inner.clock.now();
        let watch = self.watch.get_or_insert_with(|| Watch::new(job, polls, now));
        if polls > 0 {
            watch.asked(now);
        }
        let random = inner.entropy.unit();
        let learned = if inner.polls.learns { inner.durations.wait(watch, polls, now, random) } else { None };
        let wait = learned.unwrap_or_else(|| inner.polls.wait(polls, random));
        let wait = wait.max(std::mem::take(&mut self.pause));
        let spent = now.saturating_sub(started);
        if spent + wait > inner.polls.deadline {
            let id = job.task.as_ref().map_or("", |task| task.id.as_str());
            let message = format!("task {id} is still running after {} seconds", spent.as_secs());
            return Err(Error::new(ErrorKind::Timeout, message)
                .with_billing(BillingOutcome::Unknown)
                .with_hint("it was accepted and may be billed: take the job up again, do not ask anew"));
        }
        trace::waiting("poll", wait);
        self.caller.unless_cancelled(inner.clock.sleep(wait)).await
    }

    /// An image of the delivery is known: put it in its place, or note why not.
    async fn take_image(&mut self, job: &Job, index: usize, content: &ImageContent) {
        match content {
            ImageContent::Blob(id) => match self.desk.place(*id, index).await {
                Ok(image) => self.deliver(job, index, image).await,
                Err(problem) => self.lost(job, index, &problem),
            },
            ImageContent::Failed { code, message } => {
                let error = self.inner().target.image_failure(code.as_deref(), message);
                self.fail(job, index, error.into());
            }
            // It is fetched when the reply is over.
            _ => {}
        }
    }

    fn lost(&mut self, job: &Job, index: usize, problem: &Misplaced) {
        let kind = match problem {
            Misplaced::Missing => ErrorKind::UnexpectedReply,
            Misplaced::Broken(_) => ErrorKind::Incomplete,
            Misplaced::Io(_) => ErrorKind::Io,
        };
        // The seller delivered: whatever is wrong with it, it is paid for.
        let error = Error::new(kind, problem.to_string()).with_billing(BillingOutcome::Billed);
        self.fail(job, index, error);
    }

    fn fail(&mut self, job: &Job, index: usize, error: Error) {
        let at = self.offset + index;
        let error = explained(error.with_request_id(job.delivery.request_id.clone()));
        self.failures.push(Failure { indexes: at..at + 1, error, job: Some(job.clone()) });
    }

    async fn deliver(&mut self, job: &Job, index: usize, mut image: Image) {
        if let Some(delivered) = job.delivery.images.get(index) {
            image.revised_prompt.clone_from(&delivered.revised_prompt);
            image.extra.clone_from(&delivered.extra);
        }
        if let (Some(keeper), Some(path)) = (&mut self.keeper, image.path()) {
            keeper.stored(index, path.to_owned());
        }
        self.caller.tell(Event::Image(image.clone())).await;
        self.images.push(image);
    }

    /// Compares what arrived with what was asked: a silent downgrade is told.
    fn audit(&mut self, job: &Job) {
        let request = &job.request;
        for image in &self.images {
            let number = image.index + 1;
            if image.extra.get("has_nsfw_content").and_then(serde_json::Value::as_bool) == Some(true) {
                let message = format!("image {number} is marked as not safe for work by the seller");
                self.warnings.push(Warning::general(WarningKind::Reply, message));
            }
            let Some(facts) = image.facts else {
                let message =
                    format!("image {number} is not of a format this version knows; its bytes are kept");
                self.warnings.push(Warning::new(WarningKind::Downgrade, "output_format", message));
                continue;
            };
            for mut warning in impasto_pixels::audit(request, &facts) {
                warning.message = format!("image {number}: {}", warning.message);
                self.warnings.push(warning);
            }
        }
        if let (Some(asked), Some(used)) = (&request.quality, &job.delivery.quality)
            && !["auto", used.as_str()].contains(&asked.as_str())
            && used.as_str() != "auto"
        {
            let message = format!("asked for {asked}, the seller says it used {used}");
            self.warnings.push(Warning::new(WarningKind::Downgrade, "quality", message));
        }
        if let Some(used) = &job.delivery.model
            && used.base_name() != job.model.base_name()
        {
            let message = format!("asked for {}, the seller says it used {used}", job.model);
            self.warnings.push(Warning::new(WarningKind::Downgrade, "model", message));
        }
    }
}

/// An error whose outcome nobody knows says what to do about it.
fn explained(error: Error) -> Error {
    if error.billing() != BillingOutcome::Unknown || error.hint().is_some() {
        return error;
    }
    error.with_hint(
        "it is not known whether this was billed: look at the seller's usage page before asking again",
    )
}
