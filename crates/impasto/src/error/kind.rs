//! What kinds of failure there are.

/// What kind of failure it is; branch on this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request was refused before anything was sent, or the seller called it invalid.
    InvalidRequest,
    /// A file could not be read or written.
    Io,
    /// No key was given.
    MissingKey,
    /// A setting is wrong: a seller's file, a base URL, a key that cannot be one.
    Configuration,
    /// The key is wrong or expired.
    Authentication,
    /// The key may not do this.
    Permission,
    /// Money, credits or a spending limit are used up.
    Quota,
    /// Too many requests or images a minute.
    RateLimit,
    /// The safety system said no.
    Moderation,
    /// No such model, deployment, task or file.
    NotFound,
    /// The seller is overloaded and did no work.
    Overloaded,
    /// The seller failed, perhaps after working.
    Server,
    /// A deadline passed, here or at the seller.
    Timeout,
    /// No connection was made.
    Connect,
    /// The connection broke after the request was sent.
    Interrupted,
    /// The reply is not what the API documents.
    UnexpectedReply,
    /// The reply ended before the image did.
    Incomplete,
    /// The reply holds no image.
    NoImage,
    /// The result is gone: its URL expired.
    Expired,
    /// The caller cancelled the call.
    Cancelled,
    /// The job is being run already, in this process or another.
    Running,
    /// The estimate is over the limit that was set.
    OverBudget,
    /// A limit was set and the price is not known.
    UnknownPrice,
}

impl ErrorKind {
    /// The word used in JSON: `invalid_request`, `rate_limit`, ….
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::Io => "io",
            Self::MissingKey => "missing_key",
            Self::Configuration => "configuration",
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::Quota => "quota",
            Self::RateLimit => "rate_limit",
            Self::Moderation => "moderation",
            Self::NotFound => "not_found",
            Self::Overloaded => "overloaded",
            Self::Server => "server",
            Self::Timeout => "timeout",
            Self::Connect => "connect",
            Self::Interrupted => "interrupted",
            Self::UnexpectedReply => "unexpected_reply",
            Self::Incomplete => "incomplete",
            Self::NoImage => "no_image",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Running => "running",
            Self::OverBudget => "over_budget",
            Self::UnknownPrice => "unknown_price",
        }
    }
}
