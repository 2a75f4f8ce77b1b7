//! The one error of this crate.

use std::borrow::Cow;

/// What kind of thing went wrong, for code to branch on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No sheet is about this seller.
    UnknownSeller,
    /// The seller is known, and no sheet of it names this model; or no token formula is known for it.
    UnknownModel,
    /// The model is known, and what one unit of it costs on that day is not.
    UnknownPrice,
    /// The prices were read too long ago, and the policy is to refuse such prices.
    StaleSheet,
    /// Two amounts of different currencies were to be added or compared.
    MixedCurrencies,
    /// A price sheet, or another project's price map, is not of the form it must have.
    MalformedSheet,
    /// Text that should be an amount of money is not.
    MalformedAmount,
    /// An amount leaves the range in which sums are exact.
    AmountOutOfRange,
    /// The request asks for something that has no price, such as 0 images.
    InvalidRequest,
}

/// Why there is no price. Says what is missing and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: Cow<'static, str>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into() }
    }

    /// What kind of thing went wrong.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The sentence for people, with the next step.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}
