//! What a seller refused or failed at, in neutral words, with the seller's own kept.

use std::fmt;

use impasto_types::BillingOutcome;

/// What kind of failure it is; branch on this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request cannot be said in this seller's API, or the seller called it invalid.
    InvalidRequest,
    /// The key is missing, wrong or expired.
    Authentication,
    /// The key may not do this: model not allowed, organisation not verified, region blocked.
    Permission,
    /// Money, credits or a spending limit are used up. Waiting does not help.
    Quota,
    /// Too many requests or images a minute. Waiting helps.
    RateLimit,
    /// The safety system said no. The same request will be refused again.
    Moderation,
    /// No such model, deployment, task or file.
    NotFound,
    /// The seller is overloaded and did no work.
    Overloaded,
    /// The seller failed, perhaps after working.
    Server,
    /// The seller gave up waiting.
    Timeout,
    /// The reply is not what the API documents.
    UnexpectedReply,
    /// The reply ended before the image did.
    Incomplete,
    /// The reply is well formed and holds no image.
    NoImage,
    /// The result is gone: its URL expired.
    Expired,
    /// A seller's data file is wrong.
    Configuration,
}

impl ErrorKind {
    /// The word used in JSON: `invalid_request`, `rate_limit`, ….
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::Quota => "quota",
            Self::RateLimit => "rate_limit",
            Self::Moderation => "moderation",
            Self::NotFound => "not_found",
            Self::Overloaded => "overloaded",
            Self::Server => "server",
            Self::Timeout => "timeout",
            Self::UnexpectedReply => "unexpected_reply",
            Self::Incomplete => "incomplete",
            Self::NoImage => "no_image",
            Self::Expired => "expired",
            Self::Configuration => "configuration",
        }
    }

    /// What a failure of this kind means for the purse when nothing more is known.
    #[must_use]
    pub const fn usual_billing(self) -> BillingOutcome {
        match self {
            Self::Server
            | Self::Timeout
            | Self::UnexpectedReply
            | Self::Incomplete
            | Self::NoImage
            | Self::Expired => BillingOutcome::Unknown,
            _ => BillingOutcome::NotBilled,
        }
    }
}

/// A refusal or failure of a seller, or a request its API cannot say.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    details: Box<Details>,
}

#[derive(Clone, Debug, PartialEq)]
struct Details {
    kind: ErrorKind,
    message: String,
    billing: BillingOutcome,
    field: Option<String>,
    status: Option<u16>,
    code: Option<String>,
    seller_type: Option<String>,
    seller_message: Option<String>,
    request_id: Option<String>,
    task_id: Option<String>,
    moderation_stage: Option<String>,
    moderation_categories: Vec<String>,
    is_final: bool,
}

impl Error {
    /// A failure of `kind`, said in the sentence `message`.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::of(kind, message.into())
    }

    fn of(kind: ErrorKind, message: String) -> Self {
        Self {
            details: Box::new(Details {
                kind,
                message,
                billing: kind.usual_billing(),
                field: None,
                status: None,
                code: None,
                seller_type: None,
                seller_message: None,
                request_id: None,
                task_id: None,
                moderation_stage: None,
                moderation_categories: Vec::new(),
                is_final: false,
            }),
        }
    }

    /// A request that this seller's API cannot say, by the field at fault.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidRequest, message).with_field(field)
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.details.kind
    }

    /// Whether it was paid for.
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

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.details.status
    }

    /// The seller's code, as text.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.details.code.as_deref()
    }

    /// The seller's `type`.
    #[must_use]
    pub fn seller_type(&self) -> Option<&str> {
        self.details.seller_type.as_deref()
    }

    /// The seller's own words.
    #[must_use]
    pub fn seller_message(&self) -> Option<&str> {
        self.details.seller_message.as_deref()
    }

    /// The seller's id of the exchange, for support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.details.request_id.as_deref()
    }

    /// The id of the seller's task, if it had accepted one.
    #[must_use]
    pub fn task_id(&self) -> Option<&str> {
        self.details.task_id.as_deref()
    }

    /// Whether asking again brings the same answer, whatever the kind says: a task that has failed stays failed.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.details.is_final
    }

    /// Whether the safety system saw the `input` or the `output`, where it said so.
    #[must_use]
    pub fn moderation_stage(&self) -> Option<&str> {
        self.details.moderation_stage.as_deref()
    }

    /// What the safety system saw, where it said so.
    #[must_use]
    pub fn moderation_categories(&self) -> &[String] {
        &self.details.moderation_categories
    }
}

/// Chainable setters of optional text.
macro_rules! with {
    ($( $(#[$meta:meta])* $name:ident => $field:ident ),+ $(,)?) => {
        impl Error { $(
            $(#[$meta])*
            #[must_use]
            pub fn $name(mut self, $field: impl Into<String>) -> Self {
                self.details.$field = Some($field.into());
                self
            }
        )+ }
    };
}

with! {
    /// Sets the field at fault.
    with_field => field,
    /// Sets the seller's code.
    with_code => code,
    /// Sets the seller's `type`.
    with_seller_type => seller_type,
    /// Sets the seller's own words.
    with_seller_message => seller_message,
    /// Sets the seller's id of the exchange.
    with_request_id => request_id,
    /// Sets the id of the seller's task.
    with_task_id => task_id,
}

impl Error {
    /// Sets whether it was paid for.
    #[must_use]
    pub fn with_billing(mut self, billing: BillingOutcome) -> Self {
        self.details.billing = billing;
        self
    }

    /// Says that asking again brings the same answer.
    #[must_use]
    pub fn with_final(mut self) -> Self {
        self.details.is_final = true;
        self
    }

    /// Sets the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.details.status = Some(status);
        self
    }

    /// Sets what the safety system said.
    #[must_use]
    pub fn with_moderation(mut self, stage: Option<String>, categories: Vec<String>) -> Self {
        self.details.moderation_stage = stage;
        self.details.moderation_categories = categories;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(field) = self.field() {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.details.message)
    }
}

impl std::error::Error for Error {}

impl From<impasto_types::Error> for Error {
    fn from(error: impasto_types::Error) -> Self {
        Self::invalid(error.field(), error.message())
    }
}

impl From<impasto_transport::TransportError> for Error {
    fn from(error: impasto_transport::TransportError) -> Self {
        Self::new(ErrorKind::InvalidRequest, error.to_string())
    }
}
