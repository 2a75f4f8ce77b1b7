//! The adapter: what one API dialect has to be able to do, all of it without I/O.

use std::fmt::Debug;

use http::HeaderMap;
use impasto_transport::{Document, HttpRequest, PullRules, ReplyKind};
use impasto_types::{ImageContent, ImageInput};

use crate::error::Error;
use crate::job::Job;
use crate::listing::ListedModel;
use crate::target::Target;
use crate::upload::{self, UploadedFile};

/// One API dialect. Stateless: everything a job knows is in the [`Job`].
///
/// A driver asks for the next step, does it, and tells what came back:
///
/// 1. [`Adapter::step`] gives an exchange, a wait, fetches, or says that the job is done.
/// 2. Of an exchange's reply, [`Adapter::plan`] sees the head and says how to read the body.
/// 3. [`Adapter::document`] sees each JSON document of a body that was scanned, [`Adapter::end`] its end;
///    [`Adapter::failure`] sees the body of a reply that is not a success.
pub(crate) trait Adapter: Send + Sync + Debug {
    /// The job that `request` becomes, if this dialect can say it.
    fn start(&self, target: &Target, id: &str, request: impasto_types::ImageRequest) -> Result<Job, Error>;

    /// What to do next.
    fn step(&self, target: &Target, job: &Job) -> Result<Step, Error>;

    /// How to read the body behind `head`.
    fn plan(&self, target: &Target, job: &Job, head: &ReplyHead) -> ReplyPlan;

    /// Reads one JSON document of a successful reply.
    fn document(
        &self,
        target: &Target,
        job: &mut Job,
        head: &ReplyHead,
        document: &Document,
    ) -> Result<Vec<JobEvent>, Error>;

    /// Reads the end of a successful reply: whatever was promised and did not come is an error here.
    fn end(&self, target: &Target, job: &mut Job, head: &ReplyHead) -> Result<Vec<JobEvent>, Error>;

    /// Reads a reply that is not a success. Some dialects tell of progress this way; then it is no error.
    fn failure(
        &self,
        target: &Target,
        job: &mut Job,
        head: &ReplyHead,
        body: &[u8],
    ) -> Result<Vec<JobEvent>, Error>;

    /// The exchange that asks a finished job's seller for the charge, where it tells it late. Free.
    fn settle(&self, _target: &Target, _job: &Job) -> Result<Option<Exchange>, Error> {
        Ok(None)
    }

    /// The request for the list of models.
    fn models_request(&self, target: &Target) -> Result<HttpRequest, Error>;

    /// Reads the list of models.
    fn read_models(&self, target: &Target, head: &ReplyHead, body: &[u8]) -> Result<Vec<ListedModel>, Error>;

    /// The request that stores a local image at the seller. Free.
    fn upload_request(&self, target: &Target, _input: &ImageInput) -> Result<HttpRequest, Error> {
        Err(upload::none(target))
    }

    /// Reads the reply of an upload, whatever its status.
    fn read_upload(&self, target: &Target, _head: &ReplyHead, _body: &[u8]) -> Result<UploadedFile, Error> {
        Err(upload::none(target))
    }
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// Send this and read the reply.
    Send(Box<Exchange>),
    /// Wait, tell the job by [`Job::waited`], then ask for the next step again: the seller works.
    Wait {
        /// How often the task was asked after already.
        polls: u32,
    },
    /// Fetch these images; in any order, without a key.
    Fetch(Vec<Fetch>),
    /// Nothing; the delivery is complete.
    Done,
}

/// One request, and why it is sent.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Exchange {
    /// The request, without the key.
    pub request: HttpRequest,
    /// Why it is sent.
    pub purpose: Purpose,
}

impl Exchange {
    /// An exchange of `request` for `purpose`.
    #[must_use]
    pub fn new(request: HttpRequest, purpose: Purpose) -> Self {
        Self { request, purpose }
    }
}

/// Why a request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// To store an input image at the seller; costs nothing.
    Upload,
    /// To have images made; costs money.
    Submit,
    /// To ask after a task; costs nothing.
    Poll,
}

/// An image to be fetched from a URL. The key never goes there.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fetch {
    /// Which image of the delivery it is, from 0.
    pub index: usize,
    /// The request.
    pub request: HttpRequest,
}

impl Fetch {
    /// A fetch of image `index`.
    #[must_use]
    pub fn new(index: usize, request: HttpRequest) -> Self {
        Self { index, request }
    }
}

/// The head of a reply.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReplyHead {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
}

impl ReplyHead {
    /// A head of `status` and `headers`.
    #[must_use]
    pub fn new(status: u16, headers: HeaderMap) -> Self {
        Self { status, headers }
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The media type without its parameters, in lower case; empty where there is none.
    #[must_use]
    pub fn media_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Whether the status is a success.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// How to read the body of a reply.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ReplyPlan {
    /// Scan it, pulling images out as they arrive.
    Scan {
        /// JSON or events, as far as its head tells; its first bytes decide.
        kind: ReplyKind,
        /// Which strings are images.
        pull: PullRules,
    },
    /// It is an image itself: it goes to a sink as it is and stands as blob 0.
    Image,
    /// Collect it, up to a small limit, and give it to [`Target::failure`](crate::Target::failure).
    Failure,
}

/// Something that happened to a job while a reply was read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum JobEvent {
    /// The seller accepted a task.
    Accepted {
        /// The seller's id of it.
        task_id: String,
    },
    /// The seller's task has a status.
    Status {
        /// The seller's word.
        status: String,
    },
    /// An unfinished image has arrived.
    Partial {
        /// Which unfinished image it is, from 0.
        partial_index: u32,
        /// The number of the blob in this reply.
        blob: u32,
    },
    /// An image of the delivery is known.
    Image {
        /// Which image of the delivery, from 0.
        index: usize,
        /// Where it is. Blobs are numbered within this reply.
        content: ImageContent,
    },
}
