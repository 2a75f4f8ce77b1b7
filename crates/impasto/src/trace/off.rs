//! The same without the feature `tracing`: nothing is recorded, and nothing is left of it in the program.

use std::time::Duration;

use impasto_pricing::Actual;
use impasto_transport::HttpRequest;
use impasto_transport::clock::BoxFuture;
use impasto_types::{BillingOutcome, ImageRequest};

use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::generation::Generation;
use crate::stream::Event;

#[derive(Clone, Copy, Debug)]
pub(crate) struct CallSpan;

impl CallSpan {
    pub(crate) fn new(_client: &Client, _request: &ImageRequest) -> Self {
        Self
    }

    #[expect(clippy::unused_self, reason = "the same shape as with the feature")]
    pub(crate) fn around(
        self,
        work: BoxFuture<'static, Result<Generation, Error>>,
    ) -> BoxFuture<'static, Result<Generation, Error>> {
        work
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct AttemptSpan;

impl AttemptSpan {
    pub(crate) fn new(_purpose: &'static str, _request: &HttpRequest, _job: &str, _number: u32) -> Self {
        Self
    }

    pub(crate) fn replied(_status: u16, _request_id: Option<&str>) {}

    pub(crate) async fn around<T>(&self, work: BoxFuture<'_, T>) -> T {
        work.await
    }

    #[expect(clippy::unused_self, reason = "the same shape as with the feature")]
    pub(crate) fn ended(self, _billing: BillingOutcome, _failure: Option<ErrorKind>) {}
}

pub(crate) fn event(_event: &Event) {}

pub(crate) fn waiting(_what_for: &'static str, _time: Duration) {}

pub(crate) fn settled(_job: &str, _billing: BillingOutcome, _cost: Option<&Actual>) {}
