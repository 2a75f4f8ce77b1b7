//! One exchange: sent, read as it arrives, and repeated only when it was surely not billed.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use impasto_providers::{Exchange, Job, JobEvent, Purpose, ReplyHead, ReplyPlan};
use impasto_transport::{
    HttpResponse, Piece, PullRules, ReplyKind, ReplyScanner, ResponseBody, TransportError,
};
use impasto_types::BillingOutcome;

use super::Driver;
use super::retry::{self, Trouble};
use crate::caller::Caller;
use crate::client::Inner;
use crate::error::{Error, ErrorKind};
use crate::journal::RecordState;
use crate::stream::Event;
use crate::trace::AttemptSpan;

/// How long the answer to a poll may take to begin.
const POLL_PATIENCE: Duration = Duration::from_secs(60);

impl Driver<'_> {
    /// Sends an exchange until it succeeds, fails for good, or would have to be paid twice.
    pub(super) async fn exchange(&mut self, job: &mut Job, exchange: &Exchange) -> Result<(), Error> {
        let inner = self.inner();
        let (mut attempt, started) = (1, inner.clock.now());
        let paid = exchange.purpose == Purpose::Submit;
        loop {
            self.caller.check().map_err(|error| self.over_all(error))?;
            if paid {
                let turn = turn(inner, self.caller, job).await;
                turn.map_err(|error| self.over_all(error))?;
                // What cannot be written down is not sent.
                let noted = self.note(job, RecordState::Sending).await;
                noted.map_err(|error| self.over_all(error))?;
                self.attempts += 1;
                self.caller.tell(Event::Sent { attempt }).await;
            }
            let span = AttemptSpan::new(word_of(exchange.purpose), &exchange.request, &job.id, attempt);
            let outcome = span.around(Box::pin(self.attempt(job, exchange))).await;
            let failed = outcome.as_ref().err().map(|trouble| &trouble.error);
            let billing = failed.map_or_else(|| billed(job, paid), Error::billing);
            span.ended(billing, failed.map(Error::kind));
            let trouble = match outcome {
                Ok(()) => return Ok(()),
                // Whatever broke off then, its caller broke it off.
                Err(trouble) if trouble.is_broken() && self.caller.cancel.is_cancelled() => {
                    return Err(self.over_all(trouble.error.cancelled()));
                }
                Err(trouble) => *trouble,
            };
            let elapsed = inner.clock.now().saturating_sub(started);
            let Some(after) = retry::wait(&trouble, exchange, attempt, elapsed, inner) else {
                let error = trouble.error.with_attempts(attempt);
                return Err(if paid { self.over_all(error) } else { error });
            };
            attempt += 1;
            let error = &trouble.error;
            let (kind, reason, billing) = (error.kind(), error.to_string(), error.billing());
            self.caller.tell(Event::Retrying { attempt, after, kind, reason, billing }).await;
            self.desk.clear().await;
            if paid && billing != BillingOutcome::NotBilled {
                self.gambled += 1;
            } else if paid {
                // A crash during the wait leaves a job that was surely not billed.
                self.note_if_possible(job).await;
            }
            let slept = self.caller.unless_cancelled(inner.clock.sleep(after)).await;
            slept.map_err(|error| self.over_all(error))?;
        }
    }

    /// An earlier attempt may be on the bill, whatever is sure of the last.
    fn over_all(&self, error: Error) -> Error {
        let free = error.billing() == BillingOutcome::NotBilled;
        if free && self.gambled > 0 { error.with_billing(BillingOutcome::Unknown) } else { error }
    }

    async fn attempt(&mut self, job: &mut Job, exchange: &Exchange) -> Result<(), Box<Trouble>> {
        let inner = self.inner();
        let paid = exchange.purpose == Purpose::Submit;
        let hopeless = |error: Error| Box::new(Trouble::from(error));
        let own = inner.target.origin().map_err(|error| hopeless(error.into()))?;
        let mut deadlines = inner.deadlines;
        if exchange.purpose == Purpose::Poll {
            // An answer that only says how far a task is comes at once or is asked for anew.
            deadlines.first_byte = Some(deadlines.first_byte.unwrap_or(POLL_PATIENCE).min(POLL_PATIENCE));
        }
        let prepared = exchange
            .request
            .prepare(inner.key.as_ref(), &own, &*inner.entropy, deadlines)
            .map_err(|error| hopeless(Error::of_transport(error, paid)))?;
        let sent = self.caller.cancel.unless(inner.transport.send(prepared)).await;
        let response = sent.unwrap_or_else(|cancelled| Err(cancelled.into()));
        let response = response.map_err(|error| hopeless(Error::of_transport(error, paid)))?;
        let HttpResponse { status, headers, body, .. } = response;
        let mut body = self.caller.cancel.body(body);
        let mut head = ReplyHead::new(status.as_u16(), headers);
        AttemptSpan::replied(head.status, inner.target.request_id(&head).as_deref());
        if !head.is_success() && exchange.purpose == Purpose::Poll {
            let asked = impasto_transport::retry::retry_after(&head.headers, inner.clock.unix());
            self.pause = asked.unwrap_or_default().min(inner.retry.max_retry_after);
        }
        let mut plan = inner.target.plan(job, &head).map_err(|error| hopeless(error.into()))?;
        let mut first = None;
        if plan == ReplyPlan::Failure && head.is_success() {
            // A wrong content type is no reason to throw away a reply that is paid for.
            let looks = looks_like_json(&mut body, &mut first).await;
            if looks.map_err(|error| hopeless(Error::of_transport(error, paid)))? {
                head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                plan = inner.target.plan(job, &head).map_err(|error| hopeless(error.into()))?;
            }
        }
        let body = Opened { first, body };
        let read = match plan {
            ReplyPlan::Scan { kind, pull } => self.scan(job, &head, body, kind, pull, paid).await,
            ReplyPlan::Image => self.image(job, &head, body, paid).await,
            _ => self.refusal(job, &head, body, paid).await,
        };
        read.map_err(|error| Box::new(Trouble::of_reply(error, &head, inner.clock.unix())))
    }

    /// Reads a reply, images going to their sinks while it arrives.
    async fn scan(
        &mut self,
        job: &mut Job,
        head: &ReplyHead,
        mut body: Opened,
        kind: ReplyKind,
        pull: PullRules,
        paid: bool,
    ) -> Result<(), Error> {
        let target = &self.inner().target;
        let mut scanner = ReplyScanner::new(kind, pull, self.inner().limits);
        loop {
            let chunk = body.chunk().await.map_err(|error| Error::of_transport(error, paid))?;
            let over = chunk.is_none();
            match chunk {
                Some(chunk) => scanner.push(chunk),
                None => scanner.end(),
            }
            loop {
                let piece = match scanner.next() {
                    Ok(Some(piece)) => piece,
                    Ok(None) => break,
                    // A stream that held whole images before it broke is told of its end all the same.
                    Err(error) => return Err(Error::of_scan(error).with_status(head.status)),
                };
                match piece {
                    Piece::BlobStart(start) => self.desk.start(&start).await,
                    Piece::BlobData { id, bytes } => self.desk.write(id.0, bytes).await,
                    Piece::BlobEnd(end) => self.desk.end(&end).await,
                    Piece::Document(document) => {
                        let found = target.document(job, head, &document)?;
                        self.take(job, found).await;
                    }
                    _ => {}
                }
            }
            if over {
                let found = target.end(job, head)?;
                self.take(job, found).await;
                return Ok(());
            }
        }
    }

    /// A reply that is an image itself.
    async fn image(
        &mut self,
        job: &mut Job,
        head: &ReplyHead,
        mut body: Opened,
        paid: bool,
    ) -> Result<(), Error> {
        self.desk.open(0, Some(head.media_type())).await;
        let (mut length, limit) = (0_u64, self.inner().limits.blob);
        while let Some(chunk) = body.chunk().await.map_err(|error| Error::of_transport(error, paid))? {
            length += chunk.len() as u64;
            if length > limit {
                let message = format!("the image in the reply is larger than the limit of {limit} bytes");
                return Err(Error::new(ErrorKind::UnexpectedReply, message)
                    .with_status(head.status)
                    .with_billing(BillingOutcome::Unknown));
            }
            self.desk.write(0, &chunk).await;
        }
        self.desk.close(0, None).await;
        let image = impasto_types::DeliveredImage::new(impasto_types::ImageContent::Blob(0));
        let found = JobEvent::Image { index: job.delivery.images.len(), content: image.content.clone() };
        job.delivery.images.push(image);
        self.take(job, vec![found]).await;
        self.inner().target.end(job, head)?;
        Ok(())
    }

    async fn refusal(
        &mut self,
        job: &mut Job,
        head: &ReplyHead,
        body: Opened,
        paid: bool,
    ) -> Result<(), Error> {
        // A refusal whose body breaks off is still a refusal: its status says most of it.
        let body = match body.collect(self.inner().max_refusal_bytes).await {
            Ok(body) => body,
            Err(_) if !head.is_success() => Bytes::new(),
            Err(error) => return Err(Error::of_transport(error, paid).with_status(head.status)),
        };
        let found = self.inner().target.failure(job, head, &body).map_err(|error| {
            let error = Error::from(error);
            // Sent elsewhere before any work; 303 says that there is a result.
            if matches!(head.status, 300..=302 | 304..=399) && job.task.is_none() {
                return error.with_billing(BillingOutcome::NotBilled).with_hint(
                    "the seller answers from another address, to which no key is sent: set it as base URL",
                );
            }
            error
        })?;
        self.take(job, found).await;
        Ok(())
    }

    /// Passes on what the adapter found.
    async fn take(&mut self, job: &Job, found: Vec<JobEvent>) {
        for event in found {
            match event {
                JobEvent::Accepted { task_id } => {
                    // Written down before anybody is told: from here on the task can be found again.
                    self.note_if_possible(job).await;
                    self.caller.tell(Event::Accepted { task_id }).await;
                }
                JobEvent::Status { status } => {
                    let polls = job.task.as_ref().map_or(0, |task| task.polls);
                    self.caller.tell(Event::Status { status, polls }).await;
                }
                JobEvent::Partial { partial_index, blob } => {
                    let index = job.delivery.images.len();
                    if let Some(image) = self.desk.place_partial(blob, index, partial_index).await {
                        self.caller.tell(Event::Partial { partial_index, image }).await;
                    }
                }
                JobEvent::Image { index, content } => self.take_image(job, index, &content).await,
                _ => {}
            }
        }
    }
}

/// Waits until the key's rate allows the images of a job.
async fn turn(inner: &Inner, caller: &Caller, job: &Job) -> Result<(), Error> {
    let Some(rate) = &inner.rate else { return Ok(()) };
    caller.unless_cancelled(rate.turn(&job.request, inner.deadlines.total)).await?
}

/// What a trace says of an exchange's purpose.
fn word_of(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Upload => "upload",
        Purpose::Submit => "submit",
        Purpose::Poll => "poll",
        _ => "other",
    }
}

/// What an attempt that went well cost. A task that was accepted is not on the bill for sure.
fn billed(job: &Job, paid: bool) -> BillingOutcome {
    match (paid, &job.task) {
        (false, _) => BillingOutcome::NotBilled,
        (true, None) => BillingOutcome::Billed,
        (true, Some(_)) => BillingOutcome::Unknown,
    }
}

/// A body of which a first piece may have been read to see what it is.
struct Opened {
    first: Option<Bytes>,
    body: ResponseBody,
}

impl Opened {
    async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        match self.first.take() {
            Some(chunk) => Ok(Some(chunk)),
            None => self.body.chunk().await,
        }
    }

    async fn collect(mut self, limit: usize) -> Result<Bytes, TransportError> {
        // What was looked into is a few bytes or one piece; the limit is for what follows.
        let first = self.first.take().unwrap_or_default();
        let rest = self.body.collect(limit).await?;
        Ok(if first.is_empty() { rest } else { [first, rest].concat().into() })
    }
}

/// Whether the first byte that says something begins JSON; what was read to find it is kept in `first`.
async fn looks_like_json(body: &mut ResponseBody, first: &mut Option<Bytes>) -> Result<bool, TransportError> {
    while let Some(chunk) = body.chunk().await? {
        let telling = chunk.iter().find(|byte| !byte.is_ascii_whitespace() && !MARK.contains(byte)).copied();
        *first = Some(match first.take() {
            None => chunk,
            Some(before) => [before, chunk].concat().into(),
        });
        if let Some(byte) = telling {
            return Ok(matches!(byte, b'{' | b'['));
        }
    }
    Ok(false)
}

/// A byte order mark.
const MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];
