//! Any other endpoint of a seller, with its key, its retries and its tasks.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use impasto_providers::{ReplyHead, ToldTask};
use impasto_transport::redact::{RedactedHeaders, render_request};
use impasto_transport::retry::{Attempt, Decision, Outcome};
use impasto_transport::{HttpRequest, HttpResponse, TransportError};
use impasto_types::BillingOutcome;
use serde_json::Value;

use crate::client::Client;
use crate::error::{Error, ErrorKind};

/// The longest reply that is read.
const MAX_REPLY: usize = 256 << 20;

/// A call of any endpoint: what the seller offers besides images stays within reach.
///
/// Only the seller's own origin is asked. A `GET` or `HEAD` is tried again where that may help, anything else only when
/// it was surely not billed. Nothing is priced, and neither budget nor ledger know of it.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct RawCall {
    client: Client,
    method: Method,
    path: String,
    body: Option<Value>,
    poll: bool,
}

/// What a call of any endpoint brought.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RawReply {
    /// The HTTP status, one of success.
    pub status: u16,
    /// The media type, without its parameters.
    pub media_type: String,
    /// The headers, sorted, secrets hidden.
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    pub body: Bytes,
    /// The seller's id of the exchange.
    pub request_id: Option<String>,
    /// The task, where one was asked after.
    pub task: Option<ToldTask>,
    /// How often the request was sent.
    pub attempts: u32,
    /// How often the task was asked after.
    pub polls: u32,
}

impl RawReply {
    /// The body as JSON, if it is.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

impl Client {
    /// A call of any endpoint: `path` below the base URL, or a whole URL at the seller's own origin.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), impasto::Error> {
    /// let client = impasto::Client::from_env()?;
    /// let reply = client.call("GET", "/models").send().await?;
    /// println!("{}", String::from_utf8_lossy(&reply.body));
    /// # Ok(())
    /// # }
    /// ```
    pub fn call(&self, method: &str, path: impl Into<String>) -> RawCall {
        let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).unwrap_or(Method::TRACE);
        RawCall { client: self.clone(), method, path: path.into(), body: None, poll: false }
    }
}

impl RawCall {
    /// The body, as JSON.
    pub fn json(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// Asks after the task that the reply names, until it is over.
    pub fn poll(mut self, poll: bool) -> Self {
        self.poll = poll;
        self
    }

    /// The request as canonical text, the key hidden.
    ///
    /// # Errors
    /// When the method or the path is none, or leads elsewhere.
    pub fn preview(&self) -> Result<String, Error> {
        Ok(render_request(&self.request()?))
    }

    /// Sends it.
    ///
    /// # Errors
    /// When the request cannot be made, is refused, or nothing came; [`Error::billing`] says what it may have cost.
    pub async fn send(self) -> Result<RawReply, Error> {
        self.follow(|_| {}).await
    }

    /// Sends it, and tells how the task stands each time it is heard of.
    ///
    /// # Errors
    /// As [`send`](Self::send); of kind [`Timeout`](ErrorKind::Timeout) where the task is not over in time.
    pub async fn follow(self, told: impl FnMut(&ToldTask) + Send) -> Result<RawReply, Error> {
        let provider = self.client.provider().to_owned();
        Box::pin(self.run(told)).await.map_err(|error| error.with_provider(&provider))
    }

    fn request(&self) -> Result<HttpRequest, Error> {
        let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD];
        if !known.contains(&self.method) {
            return Err(Error::invalid("method", "allowed are GET, POST, PUT, PATCH, DELETE and HEAD"));
        }
        if self.body.is_some() && [Method::GET, Method::HEAD].contains(&self.method) {
            return Err(Error::invalid("json", format!("{} has no body", self.method)));
        }
        let target = &self.client.inner.target;
        if self.poll {
            // Whoever cannot be asked later is told before anything is paid.
            target.raw_poll("task")?;
        }
        Ok(target.raw_request(self.method.clone(), &self.path, self.body.as_ref())?)
    }

    async fn run(self, mut told: impl FnMut(&ToldTask) + Send) -> Result<RawReply, Error> {
        let request = self.request()?;
        let inner = &self.client.inner;
        if inner.key.is_none() {
            return Err(Error::new(
                ErrorKind::MissingKey,
                format!("no key for {}", inner.target.seller.name),
            )
            .with_hint("the client was built to estimate and preview only"));
        }
        let started = inner.clock.now();
        let paid = ![Method::GET, Method::HEAD].contains(&self.method);
        let mut reply = exchange(&self.client, &request, paid).await?;
        if !self.poll {
            return Ok(reply);
        }
        let attempts = reply.attempts;
        let mut task = task_of(&reply).ok_or_else(|| {
            Error::new(ErrorKind::UnexpectedReply, "the reply names no task to ask after")
                .with_billing(if paid { BillingOutcome::Billed } else { BillingOutcome::NotBilled })
        })?;
        let mut polls = 0;
        loop {
            told(&task);
            if task.is_over {
                (reply.attempts, reply.polls, reply.task) = (attempts, polls, Some(task));
                return Ok(reply);
            }
            if inner.clock.now().saturating_sub(started) >= inner.polls.deadline {
                let message = format!("the task {} was still {} in the end", task.id, task.status);
                return Err(Error::new(ErrorKind::Timeout, message)
                    .with_billing(if paid { BillingOutcome::Billed } else { BillingOutcome::NotBilled })
                    .with_hint("it runs on at the seller: ask after it again, do not send it anew"));
            }
            inner.clock.sleep(inner.polls.wait(polls, inner.entropy.unit())).await;
            polls += 1;
            let poll = inner.target.raw_poll(&task.id)?;
            // A task is paid for, whatever becomes of asking after it.
            reply = exchange(&self.client, &poll, false)
                .await
                .map_err(|error| if paid { error.with_billing(BillingOutcome::Billed) } else { error })?;
            // Whatever a reply calls itself, it is this task that was asked after.
            let mut next = task_of(&reply).unwrap_or_else(|| ToldTask::unknown(String::new()));
            next.id = task.id;
            task = next;
        }
    }
}

fn task_of(reply: &RawReply) -> Option<ToldTask> {
    ToldTask::of(&reply.json()?)
}

/// Sends a request until it succeeds, fails for good, or would have to be paid twice.
async fn exchange(client: &Client, request: &HttpRequest, paid: bool) -> Result<RawReply, Error> {
    let inner = &client.inner;
    let started = inner.clock.now();
    let mut number = 1;
    loop {
        let elapsed = || inner.clock.now().saturating_sub(started);
        let (error, next) = match attempt(client, request).await {
            Ok((head, body)) if head.is_success() => {
                return Ok(RawReply {
                    status: head.status,
                    media_type: head.media_type(),
                    headers: shown(&head),
                    request_id: inner.target.request_id(&head),
                    body,
                    task: None,
                    attempts: number,
                    polls: 0,
                });
            }
            Ok((head, body)) => {
                let failure = inner.target.raw_failure(&head, &body);
                let status = http::StatusCode::from_u16(head.status).unwrap_or(http::StatusCode::BAD_GATEWAY);
                let (code, message) = (failure.code(), Some(failure.message()));
                let outcome = Outcome::Reply { status, headers: &head.headers, code, message };
                let next = decide(client, request, number, elapsed(), outcome);
                (Error::from(failure).with_status(head.status), next)
            }
            Err(error) => {
                let next = decide(client, request, number, elapsed(), Outcome::Error(&error));
                (Error::of_transport(error, paid), next)
            }
        };
        let Decision::After(wait) = next else {
            let error = error.with_attempts(number);
            return Err(if paid { error } else { error.with_billing(BillingOutcome::NotBilled) });
        };
        inner.clock.sleep(wait).await;
        number += 1;
    }
}

async fn attempt(client: &Client, request: &HttpRequest) -> Result<(ReplyHead, Bytes), TransportError> {
    let inner = &client.inner;
    let own = impasto_transport::Origin::of(&inner.target.base_url)?;
    let prepared = request.prepare(inner.key.as_ref(), &own, &*inner.entropy, inner.deadlines)?;
    let HttpResponse { status, headers, body, .. } = inner.transport.send(prepared).await?;
    let body = body.collect(MAX_REPLY).await?;
    Ok((ReplyHead::new(status.as_u16(), headers), body))
}

fn decide(
    client: &Client,
    request: &HttpRequest,
    number: u32,
    elapsed: Duration,
    outcome: Outcome<'_>,
) -> Decision {
    let inner = &client.inner;
    let attempt = Attempt { number, repeat: request.repeat, outcome, elapsed, unix: inner.clock.unix() };
    inner.retry.decide(&attempt, &*inner.entropy)
}

fn shown(head: &ReplyHead) -> Vec<(String, String)> {
    let headers = RedactedHeaders::new(&head.headers);
    headers.sorted().into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
