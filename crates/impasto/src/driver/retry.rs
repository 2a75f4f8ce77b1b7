//! When to try again: never what may have been billed.
//!
//! The seller's own code decides before the status: a 429 that is about credit is final, a 500 that is about the
//! request is too. What the transport alone can judge is left to its policy.

use std::time::Duration;

use impasto_providers::{Exchange, Purpose, ReplyHead};
use impasto_transport::retry::{Attempt, Decision, Outcome, hint_in_message, retry_after};
use impasto_types::BillingOutcome;

use crate::client::Inner;
use crate::error::{Error, ErrorKind};

/// A failed attempt.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) error: Error,
    /// The server's own word on trying again, where it gave one.
    advice: Option<bool>,
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self { error, advice: None }
    }
}

impl Trouble {
    /// A failure told by, or found in, a reply.
    pub(super) fn of_reply(error: Error, head: &ReplyHead, unix: Duration) -> Self {
        let wait = retry_after(&head.headers, unix).or_else(|| hint_in_message(error.message()));
        let advice = match head.header("x-should-retry") {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        Self { error: error.with_retry_after(wait), advice }
    }
}

impl Trouble {
    /// The exchange itself broke off, whatever the seller did.
    pub(super) fn is_broken(&self) -> bool {
        self.error.transport().is_some()
    }
}

/// How long to wait before attempt `number + 1`; none: do not try again.
pub(super) fn wait(
    trouble: &Trouble,
    exchange: &Exchange,
    number: u32,
    elapsed: Duration,
    inner: &Inner,
) -> Option<Duration> {
    let error = &trouble.error;
    let free = exchange.purpose != Purpose::Submit;
    let policy = &inner.retry;
    if let Some(failed) = error.transport() {
        let attempt = Attempt {
            number,
            repeat: exchange.request.repeat,
            outcome: Outcome::Error(failed),
            elapsed,
            unix: inner.clock.unix(),
        };
        return match policy.decide(&attempt, &*inner.entropy) {
            Decision::After(wait) => Some(wait),
            Decision::Stop(_) => None,
        };
    }
    if error.seller().is_some_and(impasto_providers::Error::is_final) {
        return None;
    }
    let passing = match error.kind() {
        ErrorKind::RateLimit | ErrorKind::Overloaded => true,
        ErrorKind::Server | ErrorKind::Timeout | ErrorKind::Incomplete => free || policy.repeat_unknown,
        ErrorKind::UnexpectedReply => free,
        _ => false,
    };
    let safe = free || error.billing() == BillingOutcome::NotBilled || policy.repeat_unknown;
    if !safe || !trouble.advice.unwrap_or(passing) || number >= policy.max_attempts {
        return None;
    }
    // `x-should-retry: true` cannot make a quota or a refusal pass.
    if !passing
        && matches!(error.kind(), ErrorKind::Quota | ErrorKind::Moderation | ErrorKind::InvalidRequest)
    {
        return None;
    }
    let wait = match error.retry_after() {
        Some(asked) if asked > policy.max_retry_after => return None,
        Some(asked) => asked + asked.min(Duration::from_secs(10)).mul_f64(0.1 * inner.entropy.unit()),
        None => policy.backoff(number, &*inner.entropy),
    };
    policy.total.is_none_or(|total| elapsed.saturating_add(wait) <= total).then_some(wait)
}
