//! Whether an exchange may be repeated, when, and what it may have cost. Pure: no clock, no I/O.
//!
//! The rule behind it all: a paid request is repeated by itself only when it was surely not billed.
//!
//! | what happened | billing | paid request | free request |
//! |---|---|---|---|
//! | nothing was sent: no address, no connection, connect deadline | not billed | repeated | repeated |
//! | TLS refused, bad request, bad key, file changed before sending | not billed | stops | stops |
//! | reset, cut body, deadline, bad HTTP after sending | unknown | stops | repeated |
//! | 429 | not billed | repeated | repeated |
//! | 429 or 400 with a final code (quota, spend limit) | not billed | stops | stops |
//! | 503 | not billed | repeated | repeated |
//! | 408, 499 and the other 5xx | unknown | stops | repeated (499: stops) |
//! | the other 4xx, 501, redirects but 303 | not billed | stops | stops (409, 425: repeated) |
//! | 2xx | billed | stops | stops |
//!
//! `x-should-retry: false` stops everything; `true` lets a refusal that was not billed be repeated, never one
//! whose billing is unknown. The waits are those of the official SDKs (openai-python 3.52.0): 0.5 s doubled
//! up to 8 s, less up to a quarter; a `Retry-After` of more than 120 s is not waited for.

use std::time::Duration;

use http::{HeaderMap, StatusCode};

use crate::{Entropy, Phase, Repeat, Sent, TransportError, TransportErrorKind};

mod after;

pub use after::{hint_in_message, retry_after};

/// What an attempt may have cost, as far as the transport can see. An adapter, who reads the seller's codes,
/// may know better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Billing {
    /// Surely nothing.
    NotBilled,
    /// The work was done.
    Billed,
    /// It may have been billed.
    Unknown,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy)]
pub enum Outcome<'a> {
    /// There was a reply.
    Reply {
        /// Its status.
        status: StatusCode,
        /// Its headers.
        headers: &'a HeaderMap,
        /// The seller's error code, if there is one.
        code: Option<&'a str>,
        /// The seller's error message, if there is one.
        message: Option<&'a str>,
    },
    /// There was none, or not a whole one.
    Error(&'a TransportError),
}

/// An attempt that is over.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// Its number, from 1.
    pub number: u32,
    /// Whether the request may be repeated.
    pub repeat: Repeat,
    /// How it ended.
    pub outcome: Outcome<'a>,
    /// The time since the first attempt began.
    pub elapsed: Duration,
    /// Now, since 1970-01-01 UTC: `Retry-After` may be a date.
    pub unix: Duration,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Leave it.
    Stop(StopReason),
    /// Try again after this time.
    After(Duration),
}

/// Why it is not tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// It went well.
    Success,
    /// It would end the same way.
    Final,
    /// It may have been billed, and could be billed again.
    MayBeBilled,
    /// A limit that waiting does not lift: quota, credit, spending.
    Quota,
    /// The server says that it should not be tried again.
    ServerSaysNo,
    /// All attempts are used.
    AttemptsUsed,
    /// The server asks to wait longer than the policy allows.
    WaitTooLong(Duration),
    /// The wait would reach beyond the policy's total time.
    OutOfTime,
}

/// How often and how long it is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The most attempts, the first included: 3.
    pub max_attempts: u32,
    /// The wait after the first attempt, doubled after each further one: 0.5 s.
    pub base: Duration,
    /// The longest such wait: 8 s.
    pub cap: Duration,
    /// The longest wait that the server may ask for: 120 s.
    pub max_retry_after: Duration,
    /// The time from the first attempt within which the last one begins: 10 minutes.
    pub total: Option<Duration>,
    /// Error codes that waiting does not lift, such as `insufficient_quota`.
    pub final_codes: Vec<String>,
    /// Repeat paid requests whose billing is unknown, too. Off: this may pay twice.
    pub repeat_unknown: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(8),
            max_retry_after: Duration::from_secs(120),
            total: Some(Duration::from_secs(600)),
            final_codes: Vec::new(),
            repeat_unknown: false,
        }
    }
}

impl RetryPolicy {
    /// The defaults, with the codes that waiting does not lift.
    #[must_use]
    pub fn new(final_codes: &[&str]) -> Self {
        Self { final_codes: final_codes.iter().map(|&code| code.to_owned()).collect(), ..Self::default() }
    }

    /// One attempt and no more.
    #[must_use]
    pub fn never() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    /// The same policy with another number of attempts, the first included.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The same policy with other waits: the first, and the longest.
    #[must_use]
    pub fn with_backoff(mut self, base: Duration, cap: Duration) -> Self {
        (self.base, self.cap) = (base, cap);
        self
    }

    /// The same policy with another longest wait that the server may ask for.
    #[must_use]
    pub fn with_max_retry_after(mut self, limit: Duration) -> Self {
        self.max_retry_after = limit;
        self
    }

    /// The same policy with another total time.
    #[must_use]
    pub fn with_total(mut self, limit: Option<Duration>) -> Self {
        self.total = limit;
        self
    }

    /// The same policy, repeating paid requests whose billing is unknown, too. This may pay twice.
    #[must_use]
    pub fn with_repeat_unknown(mut self, repeat: bool) -> Self {
        self.repeat_unknown = repeat;
        self
    }

    /// Decides whether to try again, and when.
    ///
    /// ```
    /// use http::{HeaderMap, StatusCode};
    /// use impasto_transport::{Repeat, SeededEntropy};
    /// use impasto_transport::retry::{Attempt, Decision, Outcome, RetryPolicy, StopReason};
    /// use std::time::Duration;
    ///
    /// let headers = HeaderMap::new();
    /// let failed = |status| Attempt {
    ///     number: 1,
    ///     repeat: Repeat::WhenNotBilled,
    ///     outcome: Outcome::Reply { status, headers: &headers, code: None, message: Some("try again in 12s") },
    ///     elapsed: Duration::ZERO,
    ///     unix: Duration::ZERO,
    /// };
    /// let (policy, entropy) = (RetryPolicy::default(), SeededEntropy::new(1));
    /// let Decision::After(wait) = policy.decide(&failed(StatusCode::TOO_MANY_REQUESTS), &entropy) else {
    ///     panic!("a rate limit is waited for");
    /// };
    /// assert!(wait >= Duration::from_secs(12));
    /// assert_eq!(
    ///     policy.decide(&failed(StatusCode::INTERNAL_SERVER_ERROR), &entropy),
    ///     Decision::Stop(StopReason::MayBeBilled),
    /// );
    /// ```
    #[must_use]
    pub fn decide(&self, attempt: &Attempt<'_>, entropy: &dyn Entropy) -> Decision {
        if let Some(reason) = self.objection(attempt) {
            return Decision::Stop(reason);
        }
        if attempt.number >= self.max_attempts {
            return Decision::Stop(StopReason::AttemptsUsed);
        }
        let wait = match asked_wait(attempt) {
            Some(asked) if asked > self.max_retry_after => {
                return Decision::Stop(StopReason::WaitTooLong(asked));
            }
            // Not all who were told the same time come back in the same instant.
            Some(asked) => asked + asked.min(Duration::from_secs(10)).mul_f64(0.1 * entropy.unit()),
            None => self.backoff(attempt.number, entropy),
        };
        match self.total {
            Some(total) if attempt.elapsed.saturating_add(wait) > total => {
                Decision::Stop(StopReason::OutOfTime)
            }
            _ => Decision::After(wait),
        }
    }

    /// The wait after attempt `number` when the server asks for none.
    #[must_use]
    pub fn backoff(&self, number: u32, entropy: &dyn Entropy) -> Duration {
        let doublings = number.saturating_sub(1).min(30);
        let wait = self.base.saturating_mul(1 << doublings).min(self.cap);
        wait.mul_f64(1.0 - 0.25 * entropy.unit())
    }

    fn objection(&self, attempt: &Attempt<'_>) -> Option<StopReason> {
        let said = match attempt.outcome {
            Outcome::Reply { status, .. } if status.is_success() => return Some(StopReason::Success),
            Outcome::Reply { code: Some(code), .. } if self.final_codes.iter().any(|known| known == code) => {
                return Some(StopReason::Quota);
            }
            Outcome::Reply { headers, .. } => {
                headers.get("x-should-retry").map(|value| value.as_bytes().eq_ignore_ascii_case(b"true"))
            }
            Outcome::Error(_) => None,
        };
        if said == Some(false) {
            return Some(StopReason::ServerSaysNo);
        }
        let billing = billing_of(attempt.outcome);
        let may_pay_twice =
            attempt.repeat == Repeat::WhenNotBilled && billing != Billing::NotBilled && !self.repeat_unknown;
        let passes = said == Some(true) || may_pass(attempt.outcome, attempt.repeat);
        match (may_pay_twice, passes) {
            (true, _) => Some(StopReason::MayBeBilled),
            (false, false) => Some(StopReason::Final),
            (false, true) => None,
        }
    }
}

/// What an outcome may have cost, as far as the transport can see.
#[must_use]
pub fn billing_of(outcome: Outcome<'_>) -> Billing {
    match outcome {
        Outcome::Error(error) if error.sent() == Sent::No => Billing::NotBilled,
        Outcome::Error(_) => Billing::Unknown,
        Outcome::Reply { status, .. } => match status.as_u16() {
            200..=299 => Billing::Billed,
            // A gateway may give up on work that goes on behind it.
            303 | 408 | 499 => Billing::Unknown,
            // Refused before any work.
            300..=499 | 501 | 503 => Billing::NotBilled,
            _ => Billing::Unknown,
        },
    }
}

/// Whether it may go better the next time.
fn may_pass(outcome: Outcome<'_>, repeat: Repeat) -> bool {
    match outcome {
        Outcome::Reply { status, .. } => match status.as_u16() {
            409 | 425 => repeat == Repeat::Free,
            501 | 505 => false,
            status => matches!(status, 408 | 429 | 500..),
        },
        Outcome::Error(error) => matches!(
            error.kind(),
            TransportErrorKind::Dns
                | TransportErrorKind::Connect
                | TransportErrorKind::Timeout(Phase::Connect | Phase::FirstByte | Phase::Idle | Phase::Total)
                | TransportErrorKind::Reset
                | TransportErrorKind::Protocol
                | TransportErrorKind::BodyCut
        ),
    }
}

fn asked_wait(attempt: &Attempt<'_>) -> Option<Duration> {
    let Outcome::Reply { headers, message, .. } = attempt.outcome else { return None };
    retry_after(headers, attempt.unix).or_else(|| hint_in_message(message?)).filter(|wait| !wait.is_zero())
}

#[cfg(test)]
mod tests;
