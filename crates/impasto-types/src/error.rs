//! What can be wrong with a value before anything is sent.

use std::borrow::Cow;

/// What kind of thing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A field has a value that cannot be meant.
    InvalidField,
    /// Text that should be a known form (a date, a size) is not.
    Malformed,
}

/// A value that cannot be used, with the field it stands in and what is allowed instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Error {
    kind: ErrorKind,
    field: Cow<'static, str>,
    message: Cow<'static, str>,
}

impl Error {
    /// A field whose value cannot be meant; `message` says what is allowed.
    pub fn invalid(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: ErrorKind::InvalidField, field: field.into(), message: message.into() }
    }

    /// Text that is not of the form `field` wants.
    pub fn malformed(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: ErrorKind::Malformed, field: field.into(), message: message.into() }
    }

    /// What kind of thing is wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The field, by its name on the wire.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What is wrong and what is allowed, without the field's name.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}
