//! How a client is set up: what is not set comes from the environment.

mod build;

use std::sync::Arc;
use std::time::Duration;

use impasto_pricing::PriceBook;
use impasto_providers::{Address, Sellers};
use impasto_transport::retry::RetryPolicy;
use impasto_transport::{Clock, Deadlines, Entropy, HttpTransport, ScanLimits};
use impasto_types::ModelId;

use crate::budget::Budget;
use crate::journal::Journal;
use crate::ledger::Ledger;
use crate::pace::ImageRate;
use crate::schedule::PollSchedule;

/// Builds a [`Client`](super::Client). What is not set comes from the environment.
#[derive(Debug, Default)]
pub struct ClientBuilder {
    provider: Option<String>,
    key: Option<String>,
    base_url: Option<String>,
    model: Option<ModelId>,
    options: Vec<(String, String)>,
    sellers: Option<Sellers>,
    transport: Option<Arc<dyn HttpTransport>>,
    clock: Option<Arc<dyn Clock>>,
    entropy: Option<Arc<dyn Entropy>>,
    deadlines: Option<Deadlines>,
    limits: Option<ScanLimits>,
    max_header_bytes: Option<usize>,
    max_refusal_bytes: Option<usize>,
    public_downloads_only: Option<bool>,
    polls: Option<PollSchedule>,
    poll_deadline: Option<Duration>,
    price_wait: Duration,
    retry: Option<RetryPolicy>,
    rate: Option<Rate>,
    unchecked: bool,
    ignore_env: bool,
    without_key: bool,
    prices: Option<PriceBook>,
    budget: Option<Arc<dyn Budget>>,
    ledger: Option<Arc<dyn Ledger>>,
    journal: Option<Arc<dyn Journal>>,
}

/// How a limit on images a minute was given.
#[derive(Debug)]
enum Rate {
    Own(u32),
    Shared(ImageRate),
}

impl ClientBuilder {
    /// The seller, by its id: `openai`, `azure`, `atlas`, ….
    #[must_use]
    pub fn provider(mut self, id: impl Into<String>) -> Self {
        self.provider = Some(id.into());
        self
    }

    /// The key. It is never printed, and sent only to the base URL's own origin.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Another base URL, as the seller's documents print it: a region, a proxy, the emulator.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The model of calls that name none.
    #[must_use]
    pub fn model(mut self, model: impl Into<ModelId>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Sets an option of the seller, such as Azure's `api_version`.
    #[must_use]
    pub fn option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.push((name.into(), value.into()));
        self
    }

    /// The sellers to choose from, in place of the built-in ones.
    #[must_use]
    pub fn sellers(mut self, sellers: Sellers) -> Self {
        self.sellers = Some(sellers);
        self
    }

    /// Another transport in place of the built-in HTTP client.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn HttpTransport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Another clock, for tests.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Another source of randomness, for tests.
    #[must_use]
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.entropy = Some(entropy);
        self
    }

    /// How long an exchange may take.
    #[must_use]
    pub fn deadlines(mut self, deadlines: Deadlines) -> Self {
        self.deadlines = Some(deadlines);
        self
    }

    /// How large a reply may be: its JSON or each of its events, each image in it, and each image that is downloaded.
    #[must_use]
    pub fn limits(mut self, limits: ScanLimits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// How large the headers of a reply may be, names and values together: 256 KiB unless set. The built-in HTTP client
    /// reads no more than 100 headers and about 400 KiB, whatever is set here.
    #[must_use]
    pub fn max_header_bytes(mut self, limit: usize) -> Self {
        self.max_header_bytes = Some(limit);
        self
    }

    /// How much is read of a reply that is no success: 1 MiB unless set. Of a longer one the status alone is told.
    #[must_use]
    pub fn max_refusal_bytes(mut self, limit: usize) -> Self {
        self.max_refusal_bytes = Some(limit);
        self
    }

    /// Fetches images from public addresses only: not from this machine, nor from a private network, whatever name or
    /// redirect leads there. For programs that must not be led into their own network by what a seller answers. Off
    /// unless set, here or by the variable `IMPASTO_PUBLIC_DOWNLOADS_ONLY`.
    ///
    /// The seller itself may be anywhere. With a [`transport`](Self::transport) of one's own, names that lead to
    /// private addresses are that transport's to refuse.
    #[must_use]
    pub fn public_downloads_only(mut self, only: bool) -> Self {
        self.public_downloads_only = Some(only);
        self
    }

    /// When to ask after a task, in place of what the seller's data says.
    #[must_use]
    pub fn polls(mut self, schedule: PollSchedule) -> Self {
        self.polls = Some(schedule);
        self
    }

    /// How long to ask after a task in all, in place of what the schedule says.
    #[must_use]
    pub fn poll_deadline(mut self, limit: Duration) -> Self {
        self.poll_deadline = Some(limit);
        self
    }

    /// How long to wait, once the images are there, for a charge that the seller tells late (Atlas Cloud does, some
    /// seconds to minutes after). Not at all unless set; then the cost is what the estimate allows at most.
    #[must_use]
    pub fn price_wait(mut self, limit: Duration) -> Self {
        self.price_wait = limit;
        self
    }

    /// How often and how long to try again what was surely not billed; three attempts unless set.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// At most so many images a minute, input images included: calls of this client and its clones wait for their turn
    /// before they are sent, as [`ImageRate`] says. No limit unless set.
    #[must_use]
    pub fn images_per_minute(mut self, limit: u32) -> Self {
        self.rate = Some(Rate::Own(limit));
        self
    }

    /// A limit on images a minute that this client shares with others of the same key or account.
    #[must_use]
    pub fn image_rate(mut self, rate: &ImageRate) -> Self {
        self.rate = Some(Rate::Shared(rate.clone()));
        self
    }

    /// Sends what the capability book would refuse, and a mask that lets nothing change, with a warning.
    #[must_use]
    pub fn unchecked(mut self, unchecked: bool) -> Self {
        self.unchecked = unchecked;
        self
    }

    /// Where a job was: its seller, base URL and options.
    #[must_use]
    pub fn address(mut self, address: &Address) -> Self {
        self.provider = Some(address.seller.clone());
        self.base_url = Some(address.base_url.clone());
        self.options.extend(address.options.iter().map(|(name, value)| (name.clone(), value.clone())));
        self
    }

    /// Other prices than the built-in ones.
    #[must_use]
    pub fn prices(mut self, prices: PriceBook) -> Self {
        self.prices = Some(prices);
        self
    }

    /// A limit on spending, shared by every call: the high end of each estimate is set aside before it is sent.
    #[must_use]
    pub fn budget(mut self, budget: Arc<dyn Budget>) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Where every job that could cost money is recorded.
    #[must_use]
    pub fn ledger(mut self, ledger: Arc<dyn Ledger>) -> Self {
        self.ledger = Some(ledger);
        self
    }

    /// Where jobs are written down before each step that costs money, so that they survive a crash.
    #[must_use]
    pub fn journal(mut self, journal: Arc<dyn Journal>) -> Self {
        self.journal = Some(journal);
        self
    }

    /// Builds a client that can estimate and preview, and needs no key for it. Sending fails.
    #[must_use]
    pub fn without_key(mut self) -> Self {
        self.without_key = true;
        self
    }

    /// Reads nothing from the environment.
    #[must_use]
    pub fn ignore_env(mut self) -> Self {
        self.ignore_env = true;
        self
    }
}
