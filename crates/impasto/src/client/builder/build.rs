//! From what was set, and the environment, to a client.

use std::sync::Arc;

use impasto_pricing::PriceBook;
use impasto_providers::{Book, Sellers, Target};
use impasto_transport::{ApiKey, Clock, Deadlines, HttpTransport, OsEntropy, TimedTransport, TokioClock};
use impasto_types::ModelId;

use super::{ClientBuilder, Rate};
use crate::client::guard::Guarded;
use crate::client::{Client, Inner};
use crate::env;
use crate::error::{Error, ErrorKind};
use crate::pace::ImageRate;
use crate::schedule::{Durations, PollSchedule};

/// The most bytes of a reply's headers.
const MAX_HEADERS: usize = 256 << 10;

/// The longest body of a refusal that is read.
const MAX_REFUSAL: usize = 1 << 20;

type Shared = Arc<dyn HttpTransport>;

impl ClientBuilder {
    /// The client.
    ///
    /// # Errors
    /// When the seller is not known, the key is missing or cannot be one, or the base URL is not one.
    pub fn build(self) -> Result<Client, Error> {
        let target = self.target()?;
        let key = if self.without_key { None } else { Some(self.key(&target.seller)?) };
        let deadlines = self.deadlines.unwrap_or_default();
        let clock: Arc<dyn Clock> = self.clock.clone().unwrap_or_else(|| Arc::new(TokioClock::new()));
        let rate = self.rate.as_ref().map(|rate| match rate {
            Rate::Own(limit) => ImageRate::with_clock(*limit, Arc::clone(&clock)),
            Rate::Shared(rate) => rate.clone(),
        });
        let (transport, downloads) = self.transports(&clock, deadlines)?;
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
                transport,
                downloads,
                clock,
                entropy: self.entropy.unwrap_or_else(|| Arc::new(OsEntropy::new())),
                deadlines,
                limits: self.limits.unwrap_or_default(),
                max_refusal_bytes: self.max_refusal_bytes.unwrap_or(MAX_REFUSAL),
                polls,
                durations: Durations::default(),
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

    /// The seller, where it is, and its options.
    fn target(&self) -> Result<Target, Error> {
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
        Ok(target)
    }

    /// What carries requests to the seller, and what fetches images from wherever they are.
    fn transports(&self, clock: &Arc<dyn Clock>, deadlines: Deadlines) -> Result<(Shared, Shared), Error> {
        let public_only = self.public_only()?;
        let headers = self.max_header_bytes.unwrap_or(MAX_HEADERS);
        let timed = |inner, public_only| -> Shared {
            let guarded = Guarded { inner, headers, public_only };
            Arc::new(TimedTransport::new(guarded, Arc::clone(clock)))
        };
        Ok(match self.transport.clone() {
            Some(own) => (timed(Arc::clone(&own), false), timed(own, public_only)),
            None if public_only => (
                timed(default_transport(deadlines, false)?, false),
                timed(default_transport(deadlines, true)?, true),
            ),
            None => {
                let shared = timed(default_transport(deadlines, false)?, false);
                (Arc::clone(&shared), shared)
            }
        })
    }

    fn public_only(&self) -> Result<bool, Error> {
        if let Some(only) = self.public_downloads_only {
            return Ok(only);
        }
        let name = env::PUBLIC_DOWNLOADS_ONLY.name;
        match self.env(name).as_deref() {
            None | Some("0" | "false" | "no") => Ok(false),
            Some("1" | "true" | "yes") => Ok(true),
            Some(_) => Err(Error::new(ErrorKind::Configuration, "must be 1 or 0").with_field(name)),
        }
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

    fn env(&self, name: &str) -> Option<String> {
        if self.ignore_env { None } else { env::read(name) }
    }
}

#[cfg(feature = "hyper")]
#[expect(clippy::unnecessary_wraps, reason = "the same shape as without the feature")]
fn default_transport(deadlines: Deadlines, public_only: bool) -> Result<Shared, Error> {
    let builder = impasto_transport::HyperTransport::builder().connect_timeout(deadlines.connect);
    Ok(Arc::new(builder.public_only(public_only).build()))
}

#[cfg(not(feature = "hyper"))]
fn default_transport(_deadlines: Deadlines, _public_only: bool) -> Result<Shared, Error> {
    Err(Error::new(ErrorKind::Configuration, "no transport: this build has no HTTP client of its own")
        .with_hint("turn on the feature hyper, or give the builder a transport"))
}
