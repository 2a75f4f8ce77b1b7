//! Why a tool failed: a code, a sentence, the next step, and whether it was paid for.

use std::fmt;

use impasto::BillingOutcome;

/// A failure as an assistant is told of it. Holds no key, no body and no address with a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    // Boxed, because most results are none.
    details: Box<Details>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Details {
    code: String,
    message: String,
    field: Option<String>,
    hint: Option<String>,
    billing: BillingOutcome,
    provider: Option<String>,
    status: Option<u16>,
    seller_code: Option<String>,
    request_id: Option<String>,
    job_id: Option<String>,
}

impl Error {
    /// A failure with the machine code `code`, such as `invalid_request`, said in the sentence `message`. Not billed
    /// unless said otherwise.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        let details = Details {
            code: code.into(),
            message: message.into(),
            field: None,
            hint: None,
            billing: BillingOutcome::NotBilled,
            provider: None,
            status: None,
            seller_code: None,
            request_id: None,
            job_id: None,
        };
        Self { details: Box::new(details) }
    }

    /// An argument that cannot be meant.
    pub(crate) fn argument(field: &str, message: impl Into<String>) -> Self {
        Self::new(impasto::ErrorKind::InvalidRequest.as_str(), message).with_field(field)
    }

    /// The machine code: the facade's kinds, and `outside_roots`, `unknown_tool`, `unknown_job`, `key_conflict`,
    /// `cancelled`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.details.code
    }

    /// The sentence for people, without the field's name.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.details.message
    }

    /// The argument at fault.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.details.field.as_deref()
    }

    /// Whether it was paid for.
    #[must_use]
    pub fn billing(&self) -> BillingOutcome {
        self.details.billing
    }

    /// The seller's id.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.details.provider.as_deref()
    }

    /// The HTTP status of the seller's reply.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.details.status
    }

    /// The seller's own code.
    #[must_use]
    pub fn seller_code(&self) -> Option<&str> {
        self.details.seller_code.as_deref()
    }

    /// The seller's id of the exchange.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.details.request_id.as_deref()
    }

    /// Names the argument at fault.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>) -> Self {
        self.details.field = Some(field.into());
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.details.hint = Some(hint.into());
        self
    }

    /// Says whether it was paid for.
    #[must_use]
    pub fn with_billing(mut self, billing: BillingOutcome) -> Self {
        self.details.billing = billing;
        self
    }

    /// Names the job that can still be waited for.
    #[must_use]
    pub(crate) fn with_job(mut self, id: impl Into<String>) -> Self {
        self.details.job_id = Some(id.into());
        self
    }

    /// What to do now. Where money may be gone it never says to send the request once more.
    #[must_use]
    pub fn next_step(&self) -> String {
        match (self.details.billing, &self.details.job_id, &self.details.hint) {
            (BillingOutcome::NotBilled, _, Some(hint)) => hint.clone(),
            (BillingOutcome::NotBilled, _, None) => usual_step(&self.details.code).to_owned(),
            (_, Some(job), _) => format!(
                "Call wait_for_job with job_id {job}: it takes the job up where it stood, without paying twice. \
                 Do not send the request a second time."
            ),
            (BillingOutcome::Billed, None, _) => "It was paid for and no image came. Tell the user; do not send \
                 the request a second time unless they agree to pay for it once more, with a new \
                 idempotency_key."
                .to_owned(),
            (_, None, _) => "Do not send the request a second time: nobody knows whether it was billed. Tell \
                 the user, who can look at the seller's usage page; only if they agree to pay for it once more, \
                 use a new idempotency_key."
                .to_owned(),
        }
    }
}

/// What helps against a failure that cost nothing.
fn usual_step(code: &str) -> &'static str {
    match code {
        "invalid_request" => "Change the argument and call the tool again; nothing was sent.",
        "io" => "Choose a path that can be read or written; nothing was sent.",
        "outside_roots" => "Use a path inside the allowed folders; the user can allow more with --root.",
        "missing_key" | "authentication" | "permission" | "configuration" | "quota" => {
            "The user has to mend this; tell them what the message says."
        }
        "rate_limit" | "overloaded" | "connect" => {
            "Nothing was billed. Wait a while, then call the tool again with the same arguments."
        }
        "moderation" => "Change the prompt or the images; the same request will be refused again.",
        "over_budget" => {
            "Nothing was sent. Ask for less (quality, size, n), compare prices, or tell the user that the \
             budget is used up: only they can raise it."
        }
        "unknown_price" => {
            "Nothing was sent: the budget needs a known price. Choose a model that list_models shows."
        }
        "unknown_job" => "Call list_jobs for the ids there are.",
        "key_conflict" => {
            "For another image use a new idempotency_key; for a retry of the same one repeat its arguments."
        }
        _ => "Nothing was billed. Tell the user what the message says.",
    }
}

impl From<&impasto::Error> for Error {
    fn from(error: &impasto::Error) -> Self {
        let mut ours = Self::new(error.kind().as_str(), error.message());
        ours.details.field = error.field().map(|field| argument_of(field).to_owned());
        ours.details.hint = error.hint().filter(|hint| !hint.contains("--force")).map(str::to_owned);
        if ours.details.field.as_deref() == Some("output_path") && ours.details.hint.is_none() {
            ours.details.hint = Some("Choose another output_path, or set overwrite to true.".to_owned());
        }
        ours.details.billing = error.billing();
        ours.details.provider = error.provider().map(str::to_owned);
        ours.details.status = error.status();
        ours.details.seller_code = error.code().map(str::to_owned);
        ours.details.request_id = error.request_id().map(str::to_owned);
        ours
    }
}

impl From<impasto::Error> for Error {
    fn from(error: impasto::Error) -> Self {
        Self::from(&error)
    }
}

/// The tool's name of a field of the facade.
fn argument_of(field: &str) -> &str {
    match field {
        "out" => "output_path",
        "image" => "images",
        other => other,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(field) = &self.details.field {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.details.message)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use impasto::BillingOutcome;

    use super::Error;

    #[test]
    fn what_may_be_paid_is_never_to_be_sent_again() {
        for billing in [BillingOutcome::Unknown, BillingOutcome::Billed] {
            for code in ["timeout", "server", "interrupted", "rate_limit", "connect"] {
                let error = Error::new(code, "it broke").with_billing(billing).with_hint("try again");
                for error in [error.clone(), error.with_job("job-1")] {
                    let step = error.next_step().to_lowercase();
                    assert!(!step.contains("try again") && !step.contains("retry"), "{code}: {step}");
                    assert!(step.contains("do not send the request a second time"), "{code}: {step}");
                }
            }
        }
    }
}
