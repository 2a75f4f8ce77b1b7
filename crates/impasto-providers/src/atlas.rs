//! Atlas Cloud's media API: upload what is local, submit, ask after the task, fetch what it made.
//!
//! Sources: atlascloud-mcp 1.7.0, the Atlas Cloud documentation and its pages of the gpt-image models, read on
//! 2026-11-21. Where they contradict each other, both readings are taken.

mod inputs;
mod settings;
mod submit;
mod task;

use impasto_transport::{Document, HttpRequest, PullRules, ReplyKind};
use impasto_types::{BillingOutcome, ImageInput, ImageRequest};
use serde_json::Value;

use crate::adapter::{Adapter, Exchange, JobEvent, Purpose, ReplyHead, ReplyPlan, Step};
use crate::address::{self, Names};
use crate::error::{Error, ErrorKind};
use crate::failure;
use crate::images::{self, PULL_ALWAYS, PULL_IF_IMAGE};
use crate::job::{Job, Phase};
use crate::listing::{self, ListedModel};
use crate::said;
use crate::target::Target;
use crate::upload::UploadedFile;

/// The adapter of Atlas Cloud's media API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Atlas;

impl Adapter for Atlas {
    fn start(&self, target: &Target, id: &str, mut request: ImageRequest) -> Result<Job, Error> {
        let seller = &target.seller;
        let model = said::model(target, &request)?;
        // Atlas Cloud sells hundreds of models by one API; only those of the default's family know its words.
        if request.quality.is_none() && model.base_name().starts_with("gpt-image") {
            request.quality.clone_from(&seller.defaults.quality);
        }
        let mut job = Job::new(id, seller.id.clone(), model, request);
        settings::check(target)?;
        inputs::check(target, &job)?;
        job.phase = Phase::Upload;
        inputs::advance(&mut job)?;
        // Whatever cannot be said is found now, before anything is uploaded.
        submit::check(target, &job)?;
        if job.phase == Phase::Upload {
            inputs::upload(target, &job)?;
        }
        Ok(job)
    }

    fn step(&self, target: &Target, job: &Job) -> Result<Step, Error> {
        let send = |request: HttpRequest, purpose| Ok(Step::Send(Box::new(Exchange::new(request, purpose))));
        match job.phase {
            Phase::Upload => send(inputs::upload(target, job)?, Purpose::Upload),
            Phase::Submit => send(submit::request(target, job)?, Purpose::Submit),
            Phase::Poll => match &job.task {
                Some(task) if task.due => send(poll(target, job, &task.id)?, Purpose::Poll),
                Some(task) => Ok(Step::Wait { polls: task.polls }),
                None => Err(Error::new(ErrorKind::Configuration, "the job waits for a task and names none")),
            },
            Phase::Fetch => Ok(Step::Fetch(images::fetches(job))),
            Phase::Done => Ok(Step::Done),
        }
    }

    fn plan(&self, _target: &Target, _job: &Job, head: &ReplyHead) -> ReplyPlan {
        if !head.is_success() || head.media_type() == "text/html" {
            return ReplyPlan::Failure;
        }
        ReplyPlan::Scan { kind: ReplyKind::Json, pull: PullRules::new(PULL_ALWAYS, PULL_IF_IMAGE) }
    }

    fn document(
        &self,
        target: &Target,
        job: &mut Job,
        head: &ReplyHead,
        document: &Document,
    ) -> Result<Vec<JobEvent>, Error> {
        let value: Value = serde_json::from_slice(&document.json).map_err(|error| {
            Error::new(ErrorKind::UnexpectedReply, format!("the reply is not JSON: {error}"))
                .with_status(head.status)
        })?;
        match job.phase {
            Phase::Upload => inputs::uploaded(target, job, head, &value),
            _ => task::told(target, job, head, document, &value),
        }
    }

    fn end(&self, _target: &Target, job: &mut Job, head: &ReplyHead) -> Result<Vec<JobEvent>, Error> {
        // Each document moves the job on. One that stands where it stood got none, and must not send again.
        let silent = match job.phase {
            Phase::Submit => true,
            Phase::Upload => job.delivery.raw.is_null(),
            _ => false,
        };
        if silent {
            let message = "the reply ended without saying anything";
            return Err(Error::new(ErrorKind::UnexpectedReply, message).with_status(head.status));
        }
        if job.phase == Phase::Upload {
            job.delivery.raw = Value::Null;
            inputs::advance(job)?;
        }
        Ok(Vec::new())
    }

    fn failure(
        &self,
        target: &Target,
        job: &mut Job,
        head: &ReplyHead,
        body: &[u8],
    ) -> Result<Vec<JobEvent>, Error> {
        task::refused(target, job, head, body)
    }

    fn settle(&self, target: &Target, job: &Job) -> Result<Option<Exchange>, Error> {
        let over = matches!(job.phase, Phase::Fetch | Phase::Done) && job.delivery.price.is_none();
        match job.task.as_ref().filter(|_| over) {
            Some(task) => Ok(Some(Exchange::new(poll(target, job, &task.id)?, Purpose::Poll))),
            None => Ok(None),
        }
    }

    /// The list needs no key, so none is sent.
    fn models_request(&self, target: &Target) -> Result<HttpRequest, Error> {
        Ok(HttpRequest::get(address::url(target, Names::default(), &target.seller.paths.models)?)
            .with_header("accept", "application/json"))
    }

    fn read_models(&self, target: &Target, head: &ReplyHead, body: &[u8]) -> Result<Vec<ListedModel>, Error> {
        listing::read(target, head, body, listing::atlas)
    }

    fn upload_request(&self, target: &Target, input: &ImageInput) -> Result<HttpRequest, Error> {
        inputs::upload_of(target, Names::default(), input)
    }

    fn read_upload(&self, target: &Target, head: &ReplyHead, body: &[u8]) -> Result<UploadedFile, Error> {
        let unreadable = |_| failure::of_reply(target, head, body).with_billing(BillingOutcome::NotBilled);
        if !head.is_success() {
            return Err(failure::of_reply(target, head, body).with_billing(BillingOutcome::NotBilled));
        }
        inputs::read_upload(target, head, &serde_json::from_slice(body).map_err(unreadable)?)
    }
}

/// Asks after a task, at the base URL: an address that a reply names may lead elsewhere, and the key with it.
fn poll(target: &Target, job: &Job, task: &str) -> Result<HttpRequest, Error> {
    let names = Names { model: job.model.as_str(), task };
    let path = target.seller.paths.poll.as_deref().unwrap_or("/model/prediction/{task}");
    address::dressed(target, names, HttpRequest::get(address::url(target, names, path)?))
}
