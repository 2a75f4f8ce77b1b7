//! Why a command failed: the facade's error or our own, in one shape for people and for JSON.

use std::fmt::Display;
use std::ops::{Deref, DerefMut, Range};
use std::path::PathBuf;
use std::time::Duration;

use impasto::{BillingOutcome, Error, ErrorKind, Image};

use crate::exit::Exit;

/// A failure, ready to be shown. Boxed, because most results are none.
#[derive(Debug)]
pub(crate) struct Failure(Box<Details>);

/// What is known of a failure.
#[derive(Debug)]
pub(crate) struct Details {
    pub(crate) exit: Exit,
    /// The word for code, as in the facade's error kinds.
    pub(crate) kind: &'static str,
    pub(crate) field: Option<String>,
    /// The sentence for people, without the field's name.
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    pub(crate) provider: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) request_id: Option<String>,
    pub(crate) task_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) attempts: u32,
    pub(crate) billing: BillingOutcome,
    /// Images that had arrived before it failed.
    pub(crate) images: Vec<Image>,
}

impl Failure {
    fn new(exit: Exit, kind: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            exit,
            kind,
            field: None,
            message: message.into(),
            hint: None,
            provider: None,
            code: None,
            status: None,
            request_id: None,
            task_id: None,
            retry_after: None,
            attempts: 0,
            billing: BillingOutcome::NotBilled,
            images: Vec::new(),
        }))
    }

    /// An argument that cannot be meant.
    pub(crate) fn usage(field: &str, message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, ErrorKind::InvalidRequest.as_str(), message).with_field(field)
    }

    /// A file that cannot be read or written.
    pub(crate) fn io(field: &str, path: impl Display, error: &std::io::Error) -> Self {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "no such file or folder".to_owned(),
            _ => error.to_string(),
        };
        Self::new(Exit::Usage, ErrorKind::Io.as_str(), format!("{path}: {why}")).with_field(field)
    }

    /// A setting that cannot be right.
    pub(crate) fn setup(message: impl Into<String>) -> Self {
        Self::new(Exit::Setup, ErrorKind::Configuration.as_str(), message)
    }

    /// A key that is not where it was said to be.
    pub(crate) fn missing_key(message: impl Into<String>) -> Self {
        Self::new(Exit::Setup, ErrorKind::MissingKey.as_str(), message)
    }

    /// Something on this machine failed that has no better name.
    pub(crate) fn own(message: impl Into<String>) -> Self {
        Self::new(Exit::Failure, ErrorKind::Io.as_str(), message)
    }

    /// Ctrl-C. `billing` says what may have been paid.
    pub(crate) fn interrupted(message: impl Into<String>, billing: BillingOutcome) -> Self {
        let mut failure = Self::new(Exit::Interrupted, "cancelled", message);
        failure.billing = billing;
        failure
    }

    pub(crate) fn with_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says which images are missing for it, counted from 1.
    pub(crate) fn of_images(mut self, missing: &Range<usize>) -> Self {
        let which = if missing.len() > 1 {
            format!("images {} to {} are missing", missing.start + 1, missing.end)
        } else {
            format!("image {} is missing", missing.start + 1)
        };
        self.message = format!("{which}: {}", self.sentence());
        self.field = None;
        self
    }

    /// The whole sentence.
    pub(crate) fn sentence(&self) -> String {
        match &self.field {
            Some(field) => format!("{field}: {}", self.message),
            None => self.message.clone(),
        }
    }

    /// The files of the images that had arrived.
    pub(crate) fn paths(&self) -> impl Iterator<Item = PathBuf> + '_ {
        self.images.iter().filter_map(|image| image.path().map(PathBuf::from))
    }
}

impl Deref for Failure {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for Failure {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        let mut failure = Self::new(exit_of(error), error.kind().as_str(), error.message());
        failure.field = error.field().map(str::to_owned);
        failure.hint = error.hint().map(str::to_owned);
        failure.provider = error.provider().map(str::to_owned);
        failure.code = error.code().map(str::to_owned);
        failure.status = error.status();
        failure.request_id = error.request_id().map(str::to_owned);
        failure.task_id = error.job().and_then(|job| job.task.as_ref()).map(|task| task.id.clone());
        failure.retry_after = error.retry_after();
        failure.attempts = error.attempts();
        failure.billing = error.billing();
        failure.images = error.salvaged().to_vec();
        failure
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

/// The exit code of a facade error. Whether money may be gone weighs more than what went wrong.
fn exit_of(error: &Error) -> Exit {
    if error.billing() == BillingOutcome::Unknown {
        return Exit::Unknown;
    }
    let sent = error.attempts() > 0 || error.status().is_some();
    match error.kind() {
        ErrorKind::OverBudget | ErrorKind::UnknownPrice if !sent => Exit::OverBudget,
        ErrorKind::MissingKey | ErrorKind::Configuration => Exit::Setup,
        ErrorKind::InvalidRequest | ErrorKind::Io if !sent => Exit::Usage,
        _ => Exit::Failure,
    }
}
