//! The one error of the facade.

mod kind;

use std::fmt;
use std::time::Duration;

use impasto_providers::Job;
use impasto_transport::{Phase, ScanError, Sent, TransportError, TransportErrorKind};
use impasto_types::BillingOutcome;

use crate::image::Image;

pub use kind::ErrorKind;

/// A failure, with everything that is known of it.
///
/// `Display` is one sentence for people and never holds a body or a key; [`Error::hint`] says what to do next,
/// [`Error::billing`] whether it was paid for.
pub struct Error {
    details: Box<Details>,
}

struct Details {
    kind: ErrorKind,
    message: String,
    field: Option<String>,
    billing: BillingOutcome,
    provider: Option<String>,
    status: Option<u16>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    gambled: u32,
    hint: Option<String>,
    job: Option<Job>,
    salvaged: Vec<Image>,
    seller: Option<impasto_providers::Error>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// A failure of `kind`, said in the sentence `message`; not billed unless said otherwise.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::of(kind, message.into())
    }

    fn of(kind: ErrorKind, message: String) -> Self {
        Self {
            details: Box::new(Details {
                kind,
                message,
                field: None,
                billing: BillingOutcome::NotBilled,
                provider: None,
                status: None,
                request_id: None,
                retry_after: None,
                attempts: 0,
                gambled: 0,
                hint: None,
                job: None,
                salvaged: Vec::new(),
                seller: None,
                source: None,
            }),
        }
    }

    pub(crate) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidRequest, message).with_field(field)
    }

    pub(crate) fn io(what: impl fmt::Display, error: std::io::Error) -> Self {
        Self::new(ErrorKind::Io, format!("{what}: {error}")).with_source(error)
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.details.kind
    }

    /// Whether it was paid for. `Unknown` is never repeated without being asked to.
    #[must_use]
    pub fn billing(&self) -> BillingOutcome {
        self.details.billing
    }

    /// The sentence for people, without the field's name.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.details.message
    }

    /// The field at fault, by its wire name.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.details.field.as_deref()
    }

    /// The id of the seller.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.details.provider.as_deref()
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.details.status
    }

    /// The seller's code, as text.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.seller()?.code()
    }

    /// The seller's id of the exchange, for support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.details.request_id.as_deref()
    }

    /// How long the seller asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.details.retry_after
    }

    /// How often the request was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.details.attempts
    }

    /// What to do next, in a sentence, where there is something to do.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.details.hint.as_deref()
    }

    /// The job as it stood, where it can be taken up again or its seller asked after it.
    #[must_use]
    pub fn job(&self) -> Option<&Job> {
        self.details.job.as_ref()
    }

    /// Images that had arrived whole before the failure. They are paid for and not lost.
    #[must_use]
    pub fn salvaged(&self) -> &[Image] {
        &self.details.salvaged
    }

    /// The seller's own account of the failure: its type, its words, what its safety system saw.
    #[must_use]
    pub fn seller(&self) -> Option<&impasto_providers::Error> {
        self.details.seller.as_ref()
    }

    pub(crate) fn with_field(mut self, field: impl Into<String>) -> Self {
        self.details.field = Some(field.into());
        self
    }

    pub(crate) fn with_billing(mut self, billing: BillingOutcome) -> Self {
        self.details.billing = billing;
        self
    }

    pub(crate) fn with_provider(mut self, provider: &str) -> Self {
        self.details.provider.get_or_insert_with(|| provider.to_owned());
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.details.status = Some(status);
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Self {
        self.details.request_id = self.details.request_id.or(id);
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.details.retry_after = retry_after;
        self
    }

    /// How many attempts were repeated although nobody knows whether they were billed.
    pub(crate) fn gambled(&self) -> u32 {
        self.details.gambled
    }

    pub(crate) fn with_gambled(mut self, attempts: u32) -> Self {
        self.details.gambled = attempts;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.details.attempts = attempts;
        self
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.details.hint = Some(hint.into());
        self
    }

    pub(crate) fn with_job(mut self, job: Job) -> Self {
        self.details.job = Some(job);
        self
    }

    pub(crate) fn with_salvaged(mut self, salvaged: Vec<Image>) -> Self {
        self.details.salvaged = salvaged;
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.details.source = Some(source.into());
        self
    }

    /// The same failure, which came about because the caller cancelled the call.
    pub(crate) fn cancelled(mut self) -> Self {
        self.details.kind = ErrorKind::Cancelled;
        "cancelled by its caller".clone_into(&mut self.details.message);
        self
    }

    /// The transport's own error beneath it, if there is one.
    pub(crate) fn transport(&self) -> Option<&TransportError> {
        std::error::Error::source(self)?.downcast_ref()
    }

    /// A failure of the exchange itself. `paid` says whether the request costs money if it arrived.
    pub(crate) fn of_transport(error: TransportError, paid: bool) -> Self {
        let kind = match error.kind() {
            TransportErrorKind::InvalidRequest => ErrorKind::InvalidRequest,
            TransportErrorKind::Key => ErrorKind::Configuration,
            TransportErrorKind::Dns | TransportErrorKind::Connect | TransportErrorKind::Tls => {
                ErrorKind::Connect
            }
            TransportErrorKind::Timeout(Phase::Connect) => ErrorKind::Connect,
            TransportErrorKind::Timeout(_) => ErrorKind::Timeout,
            TransportErrorKind::Io if error.sent() == Sent::No => ErrorKind::Io,
            TransportErrorKind::TooLarge => ErrorKind::UnexpectedReply,
            _ => ErrorKind::Interrupted,
        };
        let billing = match error.sent() {
            Sent::Maybe if paid => BillingOutcome::Unknown,
            Sent::No | Sent::Maybe => BillingOutcome::NotBilled,
        };
        Self::new(kind, error.to_string()).with_billing(billing).with_source(error)
    }

    /// A reply that could not be read to its end.
    pub(crate) fn of_scan(error: ScanError) -> Self {
        let kind = match &error {
            ScanError::Truncated { .. } => ErrorKind::Incomplete,
            _ => ErrorKind::UnexpectedReply,
        };
        Self::new(kind, error.to_string()).with_billing(BillingOutcome::Unknown).with_source(error)
    }
}

impl From<impasto_providers::Error> for Error {
    fn from(error: impasto_providers::Error) -> Self {
        use impasto_providers::ErrorKind as Theirs;
        let kind = match error.kind() {
            Theirs::InvalidRequest => ErrorKind::InvalidRequest,
            Theirs::Authentication => ErrorKind::Authentication,
            Theirs::Permission => ErrorKind::Permission,
            Theirs::Quota => ErrorKind::Quota,
            Theirs::RateLimit => ErrorKind::RateLimit,
            Theirs::Moderation => ErrorKind::Moderation,
            Theirs::NotFound => ErrorKind::NotFound,
            Theirs::Overloaded => ErrorKind::Overloaded,
            Theirs::Server => ErrorKind::Server,
            Theirs::Timeout => ErrorKind::Timeout,
            Theirs::Incomplete => ErrorKind::Incomplete,
            Theirs::NoImage => ErrorKind::NoImage,
            Theirs::Expired => ErrorKind::Expired,
            Theirs::Configuration => ErrorKind::Configuration,
            _ => ErrorKind::UnexpectedReply,
        };
        let mut ours = Self::new(kind, error.message()).with_billing(error.billing());
        ours.details.field = error.field().map(str::to_owned);
        ours.details.status = error.status();
        ours.details.request_id = error.request_id().map(str::to_owned);
        if let Some(hint) = usual_hint(kind) {
            ours.details.hint = Some(hint.to_owned());
        }
        ours.details.seller = Some(error);
        ours
    }
}

impl From<impasto_types::Error> for Error {
    fn from(error: impasto_types::Error) -> Self {
        Self::invalid(error.field(), error.message())
    }
}

/// What helps against a seller's refusal of this kind.
fn usual_hint(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::Authentication => "check the key: it may be of another seller, expired, or cut off",
        ErrorKind::Permission => "the key works but may not use this model; the seller's console says why",
        ErrorKind::Quota => "waiting does not help: top up or raise the spending limit at the seller",
        ErrorKind::RateLimit => "wait, or ask for fewer images at a time",
        ErrorKind::Moderation => "change the prompt or the images; the same request will be refused again",
        _ => return None,
    })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(field) = self.field() {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.details.message)
    }
}

/// What a program prints that ends with this error: what is known, without the job and the images it carries.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = &*self.details;
        let mut shown = f.debug_struct("Error");
        shown.field("kind", &details.kind).field("message", &details.message);
        let seller = details.seller.as_ref();
        for (name, text) in [
            ("field", details.field.as_deref()),
            ("hint", details.hint.as_deref()),
            ("provider", details.provider.as_deref()),
            ("code", seller.and_then(impasto_providers::Error::code)),
            ("request_id", details.request_id.as_deref()),
            ("job", details.job.as_ref().map(|job| job.id.as_str())),
        ] {
            if let Some(text) = text {
                shown.field(name, &text);
            }
        }
        if let Some(status) = details.status {
            shown.field("status", &status);
        }
        shown.field("billing", &details.billing).field("attempts", &details.attempts);
        if !details.salvaged.is_empty() {
            shown.field("salvaged", &details.salvaged.len());
        }
        if let Some(source) = &details.source {
            shown.field("source", source);
        }
        shown.finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.details.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}
