//! Who makes the images: the program around the server knows the sellers, their keys and its files.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use impasto::budget::Budget;
use impasto::history::History;
use impasto::journal::{FileJournal, JobRecord};
use impasto::transport::TokioClock;
use impasto::{Client, Clock, Money, PriceBook, Sellers};

use crate::error::Error;

/// Gives out clients. Each that sends must carry the server's budget, and the journal if there is one.
#[async_trait]
pub trait Clients: Send + Sync + fmt::Debug {
    /// A client that sends, of the seller with this id, or of the usual one.
    ///
    /// # Errors
    /// When there is no such seller, or no key for it.
    async fn client(&self, provider: Option<&str>) -> Result<Client, Error>;

    /// A client that estimates and previews, and needs no key.
    ///
    /// # Errors
    /// When there is no such seller.
    fn unsent(&self, provider: Option<&str>) -> Result<Client, Error>;

    /// A client of the seller that a job was written down for.
    ///
    /// # Errors
    /// When there is no key for it.
    fn client_of(&self, record: &JobRecord) -> Result<Client, Error>;

    /// Why an emulator answers in place of the sellers; nothing where they answer themselves.
    fn emulated(&self) -> Option<String> {
        None
    }
}

/// What a server works with. Made by [`Settings::new`]; the rest has defaults.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Who makes the images.
    pub clients: Arc<dyn Clients>,
    /// The budget that the clients carry, to be told of.
    pub budget: Arc<dyn Budget>,
    /// The sellers that prices are compared at.
    pub sellers: Sellers,
    /// The prices.
    pub prices: PriceBook,
    /// The folders that files may be read from and written to; images without a path go to the first.
    pub roots: Vec<PathBuf>,
    /// Whether the user named the roots. If not, the folders that a client of a session announces stand in for them;
    /// otherwise they can only narrow them.
    pub roots_are_final: bool,
    /// Where images without a path go, if not to the first root. It is a root, too.
    pub out_dir: Option<PathBuf>,
    /// The most that one call may cost.
    pub max_cost: Option<Money>,
    /// Where jobs are written down, so that an earlier run's can be taken up.
    pub journal: Option<FileJournal>,
    /// Where what was made under an `idempotency_key` is written down, so that a key outlives the process.
    pub receipts: Option<PathBuf>,
    /// Where runs are recorded.
    pub history: Option<History>,
    /// Whether a record of its run is put beside each image; off unless set.
    pub sidecars: bool,
    /// The time, for bounded waits.
    pub clock: Arc<dyn Clock>,
}

impl Settings {
    /// Settings with the built-in prices, and files in `root` only.
    pub fn new(
        clients: Arc<dyn Clients>,
        budget: Arc<dyn Budget>,
        sellers: Sellers,
        root: impl Into<PathBuf>,
    ) -> Self {
        Self {
            clients,
            budget,
            sellers,
            prices: PriceBook::builtin(),
            roots: vec![root.into()],
            roots_are_final: true,
            out_dir: None,
            max_cost: None,
            journal: None,
            receipts: None,
            history: None,
            sidecars: false,
            clock: Arc::new(TokioClock::new()),
        }
    }
}
