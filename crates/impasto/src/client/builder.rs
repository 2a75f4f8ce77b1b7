//! How a client is set up: what is not set comes from the environment.

use std::sync::Arc;
use std::time::Duration;

use impasto_pricing::PriceBook;
use impasto_providers::{Address, Book, Sellers, Target};
use impasto_transport::retry::RetryPolicy;
use impasto_transport::{
    ApiKey, Clock, Deadlines, Entropy, HttpTransport, OsEntropy, ScanLimits, TimedTransport, TokioClock,
};
use impasto_types::ModelId;

use crate::budget::Budget;
use crate::env;
use crate::error::{Error, ErrorKind};
use crate::journal::Journal;
use crate::ledger::Ledger;
use crate::pace::ImageRate;
use crate::schedule::PollSchedule;

use super::{Client, Inner};

/// Builds a [`Client`]. What is not set comes from the environment.
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

    /// How large a reply and an image may be.
    #[must_use]
    pub fn limits(mut self, limits: ScanLimits) -> Self {
        self.limits = Some(limits);
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

    /// Sends what the capability book would refuse, with a warning.
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

    fn env(&self, name: &str) -> Option<String> {
        if self.ignore_env { None } else { env::read(name) }
    }

    /// The client.
    ///
    /// # Errors
    /// When the seller is not known, the key is missing or cannot be one, or the base URL is not one.
    pub fn build(self) -> Result<Client, Error> {
        let sellers = match &self.sellers {
            Some(sellers) => sellers.clone(),
            None => Sellers::builtin()?,
        };
        let provider = self
            .provider
            .clone()
            .or_else(|| self.env(env::PROVIDER.name))
            .or_else(|| self.first_with_key(&sellers))
            .unwrap_or_else(|| "openai".to_owned());
        let seller = sellers.find(&provider)?;
        let base_url = self.base_url.clone().or_else(|| self.env(seller.auth.base_url_env.as_deref()?));
        let seller = sellers.find_for(&provider, base_url.as_deref())?;
        let mut target = Target::new(Arc::clone(seller));
        if let Some(url) = &base_url {
            target = target.with_base_url(url);
        }
        for (name, option) in &seller.options {
            if let Some(value) = option.env.as_deref().and_then(|name| self.env(name)) {
                target = target.with_option(name, value);
            }
        }
        for (name, value) in &self.options {
            if !seller.options.contains_key(name) {
                let known: Vec<&str> = seller.options.keys().map(String::as_str).collect();
                let message = format!("{} has no such option; it has {}", seller.name, known.join(", "));
                return Err(Error::new(ErrorKind::Configuration, message).with_field(name));
            }
            target = target.with_option(name, value);
        }
        target.origin()?;
        if target.base_url.contains("YOUR-") && !self.without_key {
            let variable = seller.auth.base_url_env.as_deref().unwrap_or("the base URL");
            let message = format!("{} has no address of its own for everybody", seller.name);
            return Err(Error::new(ErrorKind::Configuration, message)
                .with_field("base_url")
                .with_hint(format!("set {variable}, or give the base URL: {}", seller.base_url)));
        }
        let key = if self.without_key { None } else { Some(self.key(seller)?) };
        let deadlines = self.deadlines.unwrap_or_default();
        let clock: Arc<dyn Clock> = self.clock.clone().unwrap_or_else(|| Arc::new(TokioClock::new()));
        let rate = self.rate.as_ref().map(|rate| match rate {
            Rate::Own(limit) => ImageRate::with_clock(*limit, Arc::clone(&clock)),
            Rate::Shared(rate) => rate.clone(),
        });
        let transport = match self.transport.clone() {
            Some(transport) => transport,
            None => default_transport(deadlines)?,
        };
        let mut polls = self
            .polls
            .or_else(|| target.seller.polls.as_ref().map(PollSchedule::of_seller))
            .unwrap_or_default();
        polls.deadline = self.poll_deadline.unwrap_or(polls.deadline);
        let model = self.model.clone().or_else(|| self.env(env::MODEL.name).map(ModelId::from));
        Ok(Client {
            inner: Arc::new(Inner {
                target,
                book: Book::builtin()?,
                key,
                model,
                transport: Arc::new(TimedTransport::new(transport, Arc::clone(&clock))),
                clock,
                entropy: self.entropy.unwrap_or_else(|| Arc::new(OsEntropy::new())),
                deadlines,
                limits: self.limits.unwrap_or_default(),
                polls,
                price_wait: self.price_wait,
                retry: self.retry.unwrap_or_default(),
                rate,
                unchecked: self.unchecked,
                prices: self.prices.unwrap_or_else(PriceBook::builtin),
                budget: self.budget,
                ledger: self.ledger,
                journal: self.journal,
            }),
        })
    }

    /// The first seller, in the order people are most likely to mean, whose key is set.
    fn first_with_key(&self, sellers: &Sellers) -> Option<String> {
        let set = |id: &str| {
            let seller = sellers.find(id).ok()?;
            seller.auth.key_env.iter().any(|name| self.env(name).is_some()).then(|| id.to_owned())
        };
        let usual = ["openai", "azure", "atlas", "modelverse", "yescale"];
        usual.into_iter().find_map(set).or_else(|| sellers.iter().find_map(|(seller, _)| set(&seller.id)))
    }

    fn key(&self, seller: &impasto_providers::Seller) -> Result<ApiKey, Error> {
        let names = seller.auth.key_env.join(" or ");
        let found = self.key.clone().map(|key| (key, None)).or_else(|| {
            seller.auth.key_env.iter().find_map(|name| Some((self.env(name)?, Some(name.clone()))))
        });
        let Some((key, from)) = found else {
            return Err(Error::new(ErrorKind::MissingKey, format!("no key for {}", seller.name))
                .with_provider(&seller.id)
                .with_hint(format!("set {names}, or give the key to the client")));
        };
        ApiKey::new(key).map_err(|error| {
            let message = match from {
                Some(name) => format!("{name}: {error}"),
                None => error.to_string(),
            };
            Error::new(ErrorKind::Configuration, message).with_field("api_key").with_provider(&seller.id)
        })
    }
}

#[cfg(feature = "reqwest")]
#[expect(clippy::unnecessary_wraps, reason = "the same shape as without the feature")]
fn default_transport(deadlines: Deadlines) -> Result<Arc<dyn HttpTransport>, Error> {
    Ok(Arc::new(impasto_transport::ReqwestTransport::builder().connect_timeout(deadlines.connect).build()))
}

#[cfg(not(feature = "reqwest"))]
fn default_transport(_deadlines: Deadlines) -> Result<Arc<dyn HttpTransport>, Error> {
    Err(Error::new(ErrorKind::Configuration, "no transport: this build has no HTTP client of its own")
        .with_hint("give the builder a transport, or turn on the feature reqwest"))
}
