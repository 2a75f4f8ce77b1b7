//! A seller at an address: what an adapter works against.

use std::collections::BTreeMap;
use std::sync::Arc;

use impasto_transport::{Document, HttpRequest, Origin};
use impasto_types::ImageRequest;
use serde::{Deserialize, Serialize};

use crate::adapter::{Adapter, Exchange, JobEvent, ReplyHead, ReplyPlan, Step};
use crate::atlas::Atlas;
use crate::error::{Error, ErrorKind};
use crate::job::Job;
use crate::listing::ListedModel;
use crate::openai::OpenAi;
use crate::seller::{DIALECTS, Seller};

/// A seller, the base URL it is reached at, and the options that are set for it. Holds no key.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Target {
    /// The seller's data.
    pub seller: Arc<Seller>,
    /// The base URL, without a slash at the end.
    pub base_url: String,
    /// Values for the names in the seller's paths, query and headers, such as `api_version`.
    pub options: BTreeMap<String, String>,
}

/// What is written down of a target, next to a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Address {
    /// The seller's id.
    pub seller: String,
    /// The base URL.
    pub base_url: String,
    /// The options.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
}

impl Target {
    /// The seller at its own base URL, with the options' defaults.
    #[must_use]
    pub fn new(seller: Arc<Seller>) -> Self {
        let base_url = trim(&seller.base_url);
        let mut options = BTreeMap::new();
        for (name, option) in &seller.options {
            if let Some(value) = &option.default {
                options.insert(name.clone(), value.clone());
            }
        }
        Self { seller, base_url, options }
    }

    /// Another base URL: a region, a proxy, the emulator.
    #[must_use]
    pub fn with_base_url(mut self, base_url: &str) -> Self {
        self.base_url = trim(base_url);
        self
    }

    /// Sets an option, such as `api_version`.
    #[must_use]
    pub fn with_option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.insert(name.into(), value.into());
        self
    }

    /// The origin that the key may go to.
    ///
    /// # Errors
    /// When the base URL is not an absolute http or https URL.
    pub fn origin(&self) -> Result<Origin, Error> {
        Origin::of(&self.base_url).map_err(|error| {
            Error::new(ErrorKind::Configuration, format!("the base URL of {}: {error}", self.seller.id))
                .with_field("base_url")
        })
    }

    /// What to write down so that a job finds its way back.
    #[must_use]
    pub fn address(&self) -> Address {
        Address {
            seller: self.seller.id.clone(),
            base_url: self.base_url.clone(),
            options: self.options.clone(),
        }
    }

    /// The job that `request` becomes here. `id` is the caller's.
    ///
    /// # Errors
    /// When the request cannot be meant, or cannot be said in this seller's API.
    pub fn start(&self, id: &str, request: ImageRequest) -> Result<Job, Error> {
        request.validate()?;
        self.adapter()?.start(self, id, request)
    }

    /// What `job` needs next.
    ///
    /// # Errors
    /// When the next request cannot be built.
    pub fn step(&self, job: &Job) -> Result<Step, Error> {
        self.adapter()?.step(self, job)
    }

    /// How to read the body behind `head`.
    ///
    /// # Errors
    /// When the seller's dialect is not known to this version.
    pub fn plan(&self, job: &Job, head: &ReplyHead) -> Result<ReplyPlan, Error> {
        Ok(self.adapter()?.plan(self, job, head))
    }

    /// Tells `job` of one JSON document of a successful reply.
    ///
    /// # Errors
    /// When the seller says in it that it failed.
    pub fn document(
        &self,
        job: &mut Job,
        head: &ReplyHead,
        document: &Document,
    ) -> Result<Vec<JobEvent>, Error> {
        self.adapter()?.document(self, job, head, document)
    }

    /// Tells `job` that a successful reply is over.
    ///
    /// # Errors
    /// When something promised is missing.
    pub fn end(&self, job: &mut Job, head: &ReplyHead) -> Result<Vec<JobEvent>, Error> {
        self.adapter()?.end(self, job, head)
    }

    /// Tells `job` of a reply that is not a success.
    ///
    /// # Errors
    /// The failure in neutral words; rarely none, where a dialect tells of progress by an error status.
    pub fn failure(&self, job: &mut Job, head: &ReplyHead, body: &[u8]) -> Result<Vec<JobEvent>, Error> {
        self.adapter()?.failure(self, job, head, body)
    }

    /// The failure of one image of a reply that went well otherwise, from the code and the message of its
    /// [`Failed`](impasto_types::ImageContent::Failed) content. Nobody says whether such an image is on the bill.
    #[must_use]
    pub fn image_failure(&self, code: Option<&str>, message: &str) -> Error {
        crate::images::failure(self, code, message)
    }

    /// The seller's id of the exchange whose reply has this head, for support.
    #[must_use]
    pub fn request_id(&self, head: &ReplyHead) -> Option<String> {
        crate::failure::request_id(self, head)
    }

    /// The exchange that asks for what a finished job was charged, at sellers that tell it some seconds or minutes
    /// after the images; none where nothing is to be learned. It is free. Its reply is read like any other, by
    /// [`Target::plan`], [`Target::document`] and [`Target::end`]; afterwards `job.delivery.price` may be known.
    ///
    /// # Errors
    /// When the request cannot be built.
    pub fn settle(&self, job: &Job) -> Result<Option<Exchange>, Error> {
        self.adapter()?.settle(self, job)
    }

    /// The request for the list of the seller's models. Its body is small; give it to [`Target::read_models`].
    ///
    /// # Errors
    /// When the request cannot be built.
    pub fn models_request(&self) -> Result<HttpRequest, Error> {
        self.adapter()?.models_request(self)
    }

    /// Reads the list of the seller's models, whatever the status of its reply. No gate: sellers sell models that
    /// they do not list (OpenAI's own list lagged behind the launch of 2.5).
    ///
    /// # Errors
    /// When the reply is a refusal, or not a list.
    pub fn read_models(&self, head: &ReplyHead, body: &[u8]) -> Result<Vec<ListedModel>, Error> {
        self.adapter()?.read_models(self, head, body)
    }

    pub(crate) fn adapter(&self) -> Result<&'static dyn Adapter, Error> {
        match self.seller.dialect.as_str() {
            "openai" => Ok(&OpenAi),
            "atlas" => Ok(&Atlas),
            other => Err(Error::new(
                ErrorKind::Configuration,
                format!("seller {}: dialect {other:?} is not one of {}", self.seller.id, DIALECTS.join(", ")),
            )
            .with_field("dialect")),
        }
    }
}

fn trim(base_url: &str) -> String {
    base_url.trim().trim_end_matches('/').to_owned()
}
