//! The client: one seller, one key, everything that is shared between calls.

mod builder;
mod guard;

use std::sync::Arc;
use std::time::Duration;

use impasto_pricing::PriceBook;
use impasto_providers::{Book, ListedModel, Target};
use impasto_transport::retry::RetryPolicy;
use impasto_transport::{ApiKey, Clock, Deadlines, Entropy, HttpTransport, ScanLimits};
use impasto_types::{Date, ImageInput, ImageRequest, ModelId};

use crate::budget::Budget;
use crate::call::ImageCall;
use crate::cancel::CancelHandle;
use crate::error::Error;
use crate::journal::{JobRecord, Journal};
use crate::ledger::Ledger;
use crate::listing;
use crate::pace::ImageRate;
use crate::run;
use crate::schedule::{Durations, PollSchedule};
use crate::sink::Destination;
use crate::stream::GenerationStream;

pub use builder::ClientBuilder;

/// A client of one seller. Cheap to clone; clones share their connections.
///
/// ```no_run
/// # async fn run() -> Result<(), impasto::Error> {
/// let client = impasto::Client::from_env()?;
/// let generation = client.generate("a lighthouse at dusk").size("1536x1024").send().await?;
/// generation.first().save("lighthouse.png").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

/// What all clones of a client share.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) target: Target,
    pub(crate) book: Book,
    pub(crate) key: Option<ApiKey>,
    pub(crate) model: Option<ModelId>,
    pub(crate) transport: Arc<dyn HttpTransport>,
    /// Fetches images that wait behind URLs.
    pub(crate) downloads: Arc<dyn HttpTransport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) deadlines: Deadlines,
    pub(crate) limits: ScanLimits,
    pub(crate) max_refusal_bytes: usize,
    pub(crate) polls: PollSchedule,
    pub(crate) durations: Durations,
    pub(crate) price_wait: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) rate: Option<ImageRate>,
    pub(crate) unchecked: bool,
    pub(crate) prices: PriceBook,
    pub(crate) budget: Option<Arc<dyn Budget>>,
    pub(crate) ledger: Option<Arc<dyn Ledger>>,
    pub(crate) journal: Option<Arc<dyn Journal>>,
}

impl Client {
    /// A builder.
    #[must_use]
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client of the seller that the environment names (`IMPASTO_PROVIDER`), or of the first whose key is set.
    ///
    /// # Errors
    /// Of kind [`MissingKey`](crate::ErrorKind::MissingKey) when no seller's key is set; the message names the variables.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// A call that makes images from `prompt`.
    pub fn generate(&self, prompt: impl Into<String>) -> ImageCall {
        self.request(ImageRequest::generate(prompt))
    }

    /// A call that changes `image` by `prompt`.
    pub fn edit(&self, image: impl Into<ImageInput>, prompt: impl Into<String>) -> ImageCall {
        self.request(ImageRequest::edit(prompt).with_image(image))
    }

    /// A call for a request made elsewhere.
    pub fn request(&self, request: ImageRequest) -> ImageCall {
        ImageCall::new(self.clone(), request)
    }

    /// Takes up a job that was written down: polls, fetches and finishes it, never sending the paid request again once
    /// it may have left. The images go to `destination`, or where the record says.
    pub fn resume(&self, record: JobRecord, destination: Option<Arc<dyn Destination>>) -> GenerationStream {
        let client = self.clone();
        GenerationStream::new(CancelHandle::new(), |caller| run::resume(client, record, destination, caller))
    }

    /// The models the seller lists today, where it has a list. The list may lag behind what is sold.
    ///
    /// # Errors
    /// When the seller has no list, refuses, or cannot be reached.
    pub async fn list_models(&self) -> Result<Vec<ListedModel>, Error> {
        listing::models(self).await
    }

    /// The prices in use.
    #[must_use]
    pub fn prices(&self) -> &PriceBook {
        &self.inner.prices
    }

    /// The id of the seller.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.inner.target.seller.id
    }

    /// The base URL in use.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.inner.target.base_url
    }

    pub(crate) fn today(&self) -> Date {
        Date::from_unix(self.inner.clock.unix().as_secs())
    }
}
