//! OpenAI's Images API: one exchange, whole or as events. Most sellers speak it; their differences are data.

mod edit;
mod encode;
mod read;

use impasto_transport::{Document, HttpRequest, PullRules, ReplyKind};
use impasto_types::ImageRequest;

use crate::adapter::{Adapter, Exchange, JobEvent, Purpose, ReplyHead, ReplyPlan, Step};
use crate::address::{self, Names};
use crate::error::Error;
use crate::failure;
use crate::images::{self, PULL_ALWAYS, PULL_IF_IMAGE};
use crate::job::{Job, Phase};
use crate::listing::{self, ListedModel};
use crate::said;
use crate::target::Target;

/// The adapter of OpenAI's Images API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenAi;

impl Adapter for OpenAi {
    fn start(&self, target: &Target, id: &str, mut request: ImageRequest) -> Result<Job, Error> {
        let seller = &target.seller;
        let model = said::model(target, &request)?;
        if request.quality.is_none() {
            request.quality.clone_from(&seller.defaults.quality);
        }
        let job = Job::new(id, seller.id.clone(), model, request);
        // Whatever cannot be said is found now, before anything is written down or sent.
        encode::request(target, &job)?;
        Ok(job)
    }

    fn step(&self, target: &Target, job: &Job) -> Result<Step, Error> {
        match job.phase {
            Phase::Submit => {
                let request = encode::request(target, job)?;
                Ok(Step::Send(Box::new(Exchange::new(request, Purpose::Submit))))
            }
            Phase::Fetch => Ok(Step::Fetch(images::fetches(job))),
            Phase::Upload | Phase::Poll | Phase::Done => Ok(Step::Done),
        }
    }

    fn plan(&self, _target: &Target, _job: &Job, head: &ReplyHead) -> ReplyPlan {
        if !head.is_success() {
            return ReplyPlan::Failure;
        }
        let media_type = head.media_type();
        let pull = PullRules::new(PULL_ALWAYS, PULL_IF_IMAGE);
        match media_type.as_str() {
            "text/html" => ReplyPlan::Failure,
            other if other.starts_with("image/") => ReplyPlan::Image,
            // A server may ignore `stream`, or label events as JSON: the scanner looks for itself.
            other => ReplyPlan::Scan { kind: ReplyKind::of_content_type(other), pull },
        }
    }

    fn document(
        &self,
        target: &Target,
        job: &mut Job,
        head: &ReplyHead,
        document: &Document,
    ) -> Result<Vec<JobEvent>, Error> {
        read::document(target, job, head, document)
    }

    fn end(&self, target: &Target, job: &mut Job, head: &ReplyHead) -> Result<Vec<JobEvent>, Error> {
        read::end(target, job, head)
    }

    fn failure(
        &self,
        target: &Target,
        _job: &mut Job,
        head: &ReplyHead,
        body: &[u8],
    ) -> Result<Vec<JobEvent>, Error> {
        Err(failure::of_reply(target, head, body))
    }

    fn models_request(&self, target: &Target) -> Result<HttpRequest, Error> {
        let request = HttpRequest::get(address::url(target, Names::default(), &target.seller.paths.models)?);
        address::dressed(target, Names::default(), request)
    }

    fn read_models(&self, target: &Target, head: &ReplyHead, body: &[u8]) -> Result<Vec<ListedModel>, Error> {
        listing::read(target, head, body, listing::openai)
    }
}
