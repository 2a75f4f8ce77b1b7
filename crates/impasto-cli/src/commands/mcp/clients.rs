//! The clients that the tools use: the same choice of seller as for `impasto generate`.

use std::sync::Arc;

use async_trait::async_trait;
use impasto::Client;
use impasto::budget::Budget;
use impasto::journal::{FileJournal, JobRecord};
use impasto_mcp::{Clients, Error};

use crate::args::{ResumeArgs, SellerArgs};
use crate::config;
use crate::failure::Failure;
use crate::plan::{self, Choice, Emulated};

/// What the command was started with.
#[derive(Debug)]
pub(super) struct OwnClients {
    pub(super) seller: SellerArgs,
    pub(super) model: Option<String>,
    pub(super) budget: Arc<dyn Budget>,
    pub(super) journal: Option<FileJournal>,
    /// Where the built-in emulator is, if it stands in.
    pub(super) emulator: Option<String>,
    /// The line that says so.
    pub(super) notice: Option<String>,
}

impl OwnClients {
    /// The seller of this id, or the one the command was started for.
    fn choose(&self, provider: Option<&str>) -> Result<Choice, Error> {
        let mut args = self.seller.clone();
        let usual = self.usual()?;
        if let Some(other) = provider.filter(|id| *id != usual) {
            // An address, a key or an option belong to one seller, and would go to another.
            if args.base_url.is_some() || args.api_key_env.is_some() || !args.option.is_empty() {
                let message = format!("this server was started for {usual} only");
                return Err(Error::new("configuration", message).with_field("provider"));
            }
            args.provider = Some(other.to_owned());
        }
        let choice = plan::choose(&args).map_err(told)?.with(|builder| match &self.model {
            Some(model) => builder.model(model.as_str()),
            None => builder,
        });
        Ok(choice)
    }

    /// The id of the seller the command was started for.
    fn usual(&self) -> Result<String, Error> {
        let client = plan::choose(&self.seller).and_then(Choice::unsent).map_err(told)?;
        Ok(client.provider().to_owned())
    }
}

#[async_trait]
impl Clients for OwnClients {
    async fn client(&self, provider: Option<&str>) -> Result<Client, Error> {
        let choice = self.choose(provider)?;
        let emulated = match (&self.emulator, choice.notice()) {
            (Some(_), _) => Emulated::yes(),
            // A real seller was meant: a placeholder in place of its image would be a surprise.
            (None, Some(notice)) => {
                return Err(Error::new("missing_key", notice)
                    .with_field("provider")
                    .with_hint("Leave provider out, or tell the user which key is missing."));
            }
            // Another program's emulator may answer, and is counted as one.
            (None, None) => Emulated::default(),
        };
        let choice = choice.with(|mut builder| {
            builder = builder.transport(emulated.watching()).budget(Arc::clone(&self.budget));
            if let Some(ledger) = config::ledger() {
                builder = builder.ledger(Arc::new(ledger.with_emulated(emulated.flag())));
            }
            if let Some(journal) = &self.journal {
                builder = builder.journal(Arc::new(journal.clone()));
            }
            builder
        });
        choice.at_emulator(self.emulator.as_deref().unwrap_or_default()).map_err(told)
    }

    fn unsent(&self, provider: Option<&str>) -> Result<Client, Error> {
        self.choose(provider)?.unsent().map_err(told)
    }

    fn client_of(&self, record: &JobRecord) -> Result<Client, Error> {
        let journal = self.journal.clone().ok_or_else(|| Error::new("io", "no jobs are written down"))?;
        let args = ResumeArgs {
            ids: Vec::new(),
            all: false,
            api_key_env: self.seller.api_key_env.clone(),
            timeout: self.seller.timeout,
            poll_interval: self.seller.poll_interval,
        };
        plan::client_of(record, &args, Arc::new(journal), &Emulated::default()).map_err(told)
    }

    fn emulated(&self) -> Option<String> {
        self.notice.clone()
    }
}

/// A failure as an assistant is told of it.
#[expect(clippy::needless_pass_by_value, reason = "as map_err wants it")]
fn told(failure: Failure) -> Error {
    let mut error = Error::new(failure.kind, failure.message.clone()).with_billing(failure.billing);
    if let Some(field) = &failure.field {
        error = error.with_field(field);
    }
    match &failure.hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}
