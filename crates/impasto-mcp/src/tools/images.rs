//! `generate_image` and `edit_image`.

use std::sync::Arc;

use impasto::history::RunRecord;
use impasto::sink::{Destination as _, Files};
use impasto::{Client, ImageRequest, Money};
use rmcp::model::CallToolResult;

use super::jobs::{left, take_up};
use super::wait;
use crate::answer;
use crate::args::{EditArgs, ImageArgs, RunArgs, SellerArgs};
use crate::error::Error;
use crate::jobs::{Asked, Claim, Job, Ordered, fingerprint};
use crate::output::{JobView, RangeView, sentence};
use crate::request;
use crate::server::Call;

/// Makes images.
pub(crate) async fn generate(call: &Call<'_>) -> Result<CallToolResult, Error> {
    let image: ImageArgs = call.read.part()?;
    make(call, request::generate(&image)?).await
}

/// Changes images.
pub(crate) async fn edit(call: &Call<'_>) -> Result<CallToolResult, Error> {
    let image: ImageArgs = call.read.part()?;
    let edit: EditArgs = call.read.part()?;
    make(call, request::edit(&image, &edit, &call.roots)?).await
}

async fn make(call: &Call<'_>, request: ImageRequest) -> Result<CallToolResult, Error> {
    let args: RunArgs = call.read.part()?;
    let seller: SellerArgs = call.read.part()?;
    let limit = wait::bounded(args.wait)?;
    let order = Order { call, request, args: &args, seller: &seller };
    if args.dry_run == Some(true) {
        return order.show().await;
    }
    let (job, replayed) = order.job().await?;
    let mut view = wait::wait(call, &job, limit, true).await;
    view.replayed |= replayed && view.status != "running";
    Ok(wait::answer(call, view, args.preview.unwrap_or(true)).await)
}

/// An image that was ordered.
struct Order<'a> {
    call: &'a Call<'a>,
    request: ImageRequest,
    args: &'a RunArgs,
    seller: &'a SellerArgs,
}

impl Order<'_> {
    fn files(&self) -> Result<Files, Error> {
        request::place(self.args, &self.request.prompt, &self.call.roots)
    }

    /// The job that makes it: a new one, or the one that was begun under its key. Says whether it was there before.
    async fn job(&self) -> Result<(Arc<Job>, bool), Error> {
        let Some(key) = &self.args.idempotency_key else { return Ok((self.start(None).await?, false)) };
        let keys = &self.call.shared.keys;
        let fingerprint = fingerprint(self.call.tool, &self.call.read.identity());
        match keys.ask(key, &fingerprint).await? {
            Asked::Taken(job) => {
                self.call.shared.jobs.keep(&job);
                Ok((job, true))
            }
            Asked::Free(claimed) => {
                let files = self.files()?;
                let claim = claimed.claim(keys, files.describe()).await?;
                match self.start(Some((files, claim.clone()))).await {
                    Ok(job) => {
                        claimed.begun(&job);
                        Ok((job, false))
                    }
                    Err(error) => {
                        claim.withdraw().await;
                        Err(error)
                    }
                }
            }
            Asked::Left(claimed, destination) => {
                let records = left(self.call).await?.at(&destination);
                let record = records.into_iter().find(impasto::journal::JobRecord::is_resumable);
                let Some(record) = record else { return Err(interrupted(key)) };
                let claim = claimed.claim(keys, destination).await?;
                let job = take_up(self.call, record, Some(claim)).await?;
                claimed.begun(&job);
                Ok((job, true))
            }
        }
    }

    async fn client(&self) -> Result<Client, Error> {
        self.call.shared.settings.clients.client(self.seller.provider.as_deref()).await
    }

    async fn start(&self, claimed: Option<(Files, Claim)>) -> Result<Arc<Job>, Error> {
        let (files, claim) = match claimed {
            Some((files, claim)) => (files, Some(claim)),
            None => (self.files()?, None),
        };
        let client = self.client().await?;
        let ordered = Ordered {
            tool: self.call.tool,
            run: RunRecord::begin(&client, &self.request).await,
            expected: files.expected_paths(&self.request),
            destination: files.describe(),
            emulated: self.call.shared.emulated(),
            claim,
            records: self.call.shared.records(),
        };
        let mut call = client.request(self.request.clone()).destination(files);
        if let Some(limit) = self.limit() {
            call = call.max_cost(limit);
        }
        Ok(self.call.shared.jobs.start(ordered, call.events()))
    }

    /// What it may cost at most: by its arguments, and by the server's settings, whichever is less.
    fn limit(&self) -> Option<Money> {
        let own = self.args.max_cost.as_ref().map(|amount| amount.0.clone());
        let (Some(own), Some(general)) = (&own, &self.call.shared.settings.max_cost) else {
            return own.or_else(|| self.call.shared.settings.max_cost.clone());
        };
        let less = own.compare(general).is_some_and(std::cmp::Ordering::is_lt);
        Some(if less { own.clone() } else { general.clone() })
    }

    /// What would be sent, what it would cost, and where it would go.
    async fn show(&self) -> Result<CallToolResult, Error> {
        let files = self.files()?;
        let client = self.call.shared.settings.clients.unsent(self.seller.provider.as_deref())?;
        let preview = client.request(self.request.clone()).preview().await?;
        // What would make saving fail should be known now as well.
        files.prepare(&preview.request).await?;
        let mut warnings: Vec<String> = preview
            .warnings
            .iter()
            .map(|warning| sentence(warning.field.as_deref(), &warning.message))
            .collect();
        let estimate = match client.request(self.request.clone()).estimate().await {
            Ok(estimates) => RangeView::sum(&estimates),
            Err(error) => {
                warnings.push(format!("no price is known: {}", error.message()));
                None
            }
        };
        let paths = files.expected_paths(&preview.request);
        let view = JobView {
            status: "dry_run".to_owned(),
            tool: Some(self.call.tool.to_owned()),
            provider: Some(preview.provider.clone()),
            model: Some(preview.model.to_string()),
            billing: Some("not_billed".to_owned()),
            expected_paths: paths.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
            estimate,
            budget: Some(self.call.shared.budget().await),
            warnings,
            requests: preview.requests.clone(),
            ..JobView::default()
        };
        Ok(answer::job(&view, false).await)
    }
}

/// An earlier process began this image, and nobody knows what became of it.
fn interrupted(key: &str) -> Error {
    let message = format!(
        "{key} was begun before, and its image is not there: another process is at it, or ended early"
    );
    Error::new("interrupted", message)
        .with_field("idempotency_key")
        .with_billing(impasto::BillingOutcome::Unknown)
}
