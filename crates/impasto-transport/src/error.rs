//! What can go wrong in one exchange, and whether the request may have reached the server.

use std::{borrow::Cow, error::Error as StdError, fmt};

/// Whether a byte of the request may have reached the server.
///
/// The question behind "may it be sent again": a request that was surely not sent was surely not billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sent {
    /// Surely nothing of the request left this machine for the server.
    No,
    /// Part or all of it may have arrived; work may have been done and billed.
    Maybe,
}

/// The stretch of an exchange that a deadline watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Until the connection stands, TLS included.
    Connect,
    /// From the start of sending until the reply's headers.
    FirstByte,
    /// Between two chunks of the reply's body.
    Idle,
    /// The exchange from start to end.
    Total,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::FirstByte => "first-byte",
            Self::Idle => "idle",
            Self::Total => "total",
        })
    }
}

/// What kind of failure it is.
///
/// Whether each may be repeated is for [`crate::retry`] to say; it looks at [`TransportError::sent`] too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The request itself cannot be sent: a bad URL, a bad header, a missing file. Never repeated.
    InvalidRequest,
    /// The key is missing, malformed, or would go to a place that is not its own. Never repeated.
    Key,
    /// The host name has no address. Repeated: nothing was sent.
    Dns,
    /// No connection was made. Repeated: nothing was sent.
    Connect,
    /// TLS could not be set up, or the certificate was refused. Never repeated: it would fail again.
    Tls,
    /// A deadline passed. Repeated only when it was the connect deadline, or the request is free.
    Timeout(Phase),
    /// The connection was closed or reset before the reply's headers were whole.
    Reset,
    /// What came is not HTTP as it should be.
    Protocol,
    /// The reply's body ended before its end.
    BodyCut,
    /// The reply is larger than the limit set.
    TooLarge,
    /// A file of the request could not be read, or changed while it was read.
    Io,
    /// Anything else.
    Other,
}

/// Why an exchange gave no reply, or not a whole one.
///
/// A status that is not 2xx is a reply, not an error. `Display` is one sentence without URLs, queries
/// or keys; what lies beneath is reachable through [`StdError::source`].
///
/// ```
/// use impasto_transport::{Sent, TransportError, TransportErrorKind};
///
/// let error = TransportError::new(TransportErrorKind::Reset, "the server closed the connection");
/// assert_eq!(error.sent(), Sent::Maybe);
/// assert!(!error.is_timeout());
/// assert_eq!(error.to_string(), "the server closed the connection");
/// ```
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    message: Cow<'static, str>,
    sent: Sent,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// An error of `kind`; whether something was sent follows from the kind until
    /// [`with_sent`](Self::with_sent) says otherwise.
    pub fn new(kind: TransportErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into(), sent: kind.usually_sent(), source: None }
    }

    /// A request that cannot be sent as it is.
    pub fn invalid_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(TransportErrorKind::InvalidRequest, message)
    }

    /// A deadline that passed.
    pub fn timeout(phase: Phase, after: std::time::Duration) -> Self {
        let what = match phase {
            Phase::Connect => "no connection was made",
            Phase::FirstByte => "the server did not begin to answer",
            Phase::Idle => "the server stopped sending",
            Phase::Total => "the exchange was not over",
        };
        let message = format!("{what} within the {phase} deadline of {:.3} s", after.as_secs_f64());
        Self::new(TransportErrorKind::Timeout(phase), message)
    }

    /// The same error, saying whether a byte may have reached the server.
    #[must_use]
    pub fn with_sent(mut self, sent: Sent) -> Self {
        self.sent = sent;
        self
    }

    /// The same error with what caused it.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// The sentence for people; the same as `Display`.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether a byte of the request may have reached the server.
    #[must_use]
    pub fn sent(&self) -> Sent {
        self.sent
    }

    /// A deadline passed, whichever it was.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind, TransportErrorKind::Timeout(_))
    }

    /// No connection was made: no address, no route, refused, or too slow to connect.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(
            self.kind,
            TransportErrorKind::Dns
                | TransportErrorKind::Connect
                | TransportErrorKind::Timeout(Phase::Connect)
        )
    }

    /// The caller's own mistake (request, key, file): repeating it unchanged cannot help.
    #[must_use]
    pub fn is_caller_mistake(&self) -> bool {
        matches!(
            self.kind,
            TransportErrorKind::InvalidRequest | TransportErrorKind::Key | TransportErrorKind::Io
        )
    }

    /// The reply began and did not come to its end.
    #[must_use]
    pub fn is_body_cut(&self) -> bool {
        matches!(self.kind, TransportErrorKind::BodyCut)
    }
}

impl TransportErrorKind {
    fn usually_sent(self) -> Sent {
        match self {
            Self::InvalidRequest
            | Self::Key
            | Self::Dns
            | Self::Connect
            | Self::Tls
            | Self::Timeout(Phase::Connect) => Sent::No,
            _ => Sent::Maybe,
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
