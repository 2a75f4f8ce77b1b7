//! A driver without I/O: renders what a job sends, and feeds it replies through the real scanner.

use std::fmt::Write as _;

use http::{HeaderMap, HeaderName, HeaderValue};
use impasto_providers::{Error, Job, JobEvent, Purpose, ReplyHead, ReplyPlan, Sellers, Step, Target};
use impasto_transport::redact::render_request;
use impasto_transport::{HttpRequest, Piece, ReplyScanner, ScanLimits};
use impasto_types::{ImageContent, ImageFacts, ImageFormat, ImageInput, ImageRequest};

/// A PNG's first eight bytes in base64: enough for the scanner to know it by.
pub(crate) const PNG: &str = "iVBORw0KGgoAAAANSUhEUg==";

/// A seller at its own address.
pub(crate) fn target(seller: &str) -> Target {
    Target::new(Sellers::builtin().unwrap().find(seller).unwrap().clone())
}

/// The job that a plain generation becomes at a seller.
pub(crate) fn generation(seller: &str) -> (Target, Job) {
    started(target(seller), ImageRequest::generate("a lighthouse").with_model("gpt-image-2"))
}

pub(crate) fn started(target: Target, request: ImageRequest) -> (Target, Job) {
    let job = target.start("job-1", request).unwrap();
    (target, job)
}

/// An image in memory with its facts read.
pub(crate) fn image(format: ImageFormat, bytes: &'static [u8], name: &str) -> ImageInput {
    let facts = ImageFacts::new(format, 64, 48, bytes.len() as u64);
    ImageInput::bytes(bytes.to_vec()).with_filename(name).with_facts(facts)
}

/// A file on disk with its facts read; nobody opens it.
pub(crate) fn file(path: &str, format: ImageFormat, bytes: u64) -> ImageInput {
    ImageInput::file(path).with_facts(ImageFacts::new(format, 64, 48, bytes))
}

/// What came of one exchange.
pub(crate) struct Outcome {
    pub(crate) events: Vec<JobEvent>,
    pub(crate) error: Option<Error>,
    pub(crate) blobs: Vec<Vec<u8>>,
}

/// A reply as it stands on the wire.
pub(crate) struct Reply<'a> {
    pub(crate) status: u16,
    pub(crate) content_type: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a [u8],
}

impl<'a> Reply<'a> {
    pub(crate) fn json(status: u16, body: &'a str) -> Self {
        Self { status, content_type: "application/json", headers: &[], body: body.as_bytes() }
    }

    pub(crate) fn events(body: &'a str) -> Self {
        Self { status: 200, content_type: "text/event-stream", headers: &[], body: body.as_bytes() }
    }

    pub(crate) fn text(status: u16, content_type: &'a str, body: &'a str) -> Self {
        Self { status, content_type, headers: &[], body: body.as_bytes() }
    }

    pub(crate) fn with_headers(mut self, headers: &'a [(&'a str, &'a str)]) -> Self {
        self.headers = headers;
        self
    }

    fn head(&self) -> ReplyHead {
        let mut headers = HeaderMap::new();
        if !self.content_type.is_empty() {
            headers.insert("content-type", HeaderValue::from_str(self.content_type).unwrap());
        }
        for (name, value) in self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.insert(name, HeaderValue::from_str(value).unwrap());
        }
        ReplyHead::new(self.status, headers)
    }
}

/// Feeds a reply to a job as a driver does.
pub(crate) fn feed(target: &Target, job: &mut Job, reply: &Reply<'_>) -> Outcome {
    let mut outcome = Outcome { events: Vec::new(), error: None, blobs: Vec::new() };
    if let Err(error) = read(target, job, reply, &mut outcome) {
        outcome.error = Some(error);
    }
    outcome
}

fn read(target: &Target, job: &mut Job, reply: &Reply<'_>, outcome: &mut Outcome) -> Result<(), Error> {
    let head = reply.head();
    match target.plan(job, &head)? {
        ReplyPlan::Scan { kind, pull } => {
            let mut scanner = ReplyScanner::new(kind, pull, ScanLimits::default());
            // In pieces that fall in the middle of everything.
            for chunk in reply.body.chunks(7) {
                scanner.push(chunk.to_vec().into());
                drain(target, job, &head, &mut scanner, outcome)?;
            }
            scanner.end();
            drain(target, job, &head, &mut scanner, outcome)?;
            outcome.events.extend(target.end(job, &head)?);
        }
        ReplyPlan::Image => {
            outcome.blobs.push(reply.body.to_vec());
            outcome.events.extend(target.end(job, &head)?);
        }
        ReplyPlan::Failure => outcome.events.extend(target.failure(job, &head, reply.body)?),
        other => panic!("no test knows the plan {other:?}"),
    }
    Ok(())
}

fn drain(
    target: &Target,
    job: &mut Job,
    head: &ReplyHead,
    scanner: &mut ReplyScanner,
    outcome: &mut Outcome,
) -> Result<(), Error> {
    while let Some(piece) = scanner.next().unwrap() {
        match piece {
            Piece::BlobStart(_) => outcome.blobs.push(Vec::new()),
            Piece::BlobData { id, bytes } => outcome.blobs[id.0 as usize].extend_from_slice(bytes),
            Piece::Document(document) => outcome.events.extend(target.document(job, head, &document)?),
            _ => {}
        }
    }
    Ok(())
}

/// What came of an exchange in a few lines: events, error, then the delivery.
pub(crate) fn told(job: &Job, outcome: &Outcome) -> String {
    let mut text = String::new();
    for event in &outcome.events {
        let line = match event {
            JobEvent::Accepted { task_id } => format!("accepted {task_id}"),
            JobEvent::Status { status } => format!("status {status}"),
            JobEvent::Partial { partial_index, blob } => format!("partial {partial_index} = blob {blob}"),
            JobEvent::Image { index, content } => format!("image {index} = {}", shown(content, outcome)),
            other => format!("{other:?}"),
        };
        writeln!(text, "{line}").unwrap();
    }
    match &outcome.error {
        Some(error) => writeln!(text, "{}", shown_error(error)).unwrap(),
        None => writeln!(text, "then {:?}", job.phase).unwrap(),
    }
    text
}

fn shown(content: &ImageContent, outcome: &Outcome) -> String {
    match content {
        ImageContent::Blob(id) => format!("blob of {} bytes", outcome.blobs[*id as usize].len()),
        ImageContent::Url(url) => format!("at {url}"),
        ImageContent::Failed { code, message } => {
            format!(
                "failed{}: {message}",
                code.as_deref().map(|code| format!(" [{code}]")).unwrap_or_default()
            )
        }
        other => format!("{other:?}"),
    }
}

/// An error in one line: kind, billing, then whatever else is known.
pub(crate) fn shown_error(error: &Error) -> String {
    let mut line = format!("{} ({})", error.kind().as_str(), error.billing().as_str());
    let parts = [
        ("field", error.field()),
        ("code", error.code()),
        ("type", error.seller_type()),
        ("id", error.request_id()),
        ("task", error.task_id()),
        ("stage", error.moderation_stage()),
    ];
    for (name, value) in parts {
        if let Some(value) = value {
            write!(line, " {name}={value}").unwrap();
        }
    }
    write!(line, ": {}", error.message()).unwrap();
    line
}

/// What a job sends next, as canonical text.
pub(crate) fn sent(target: &Target, job: &Job) -> String {
    match target.step(job).unwrap() {
        Step::Send(exchange) => rendered(&exchange.request, exchange.purpose),
        other => format!("{other:?}"),
    }
}

/// The purpose, the place of the key and the rule for repeating, then the request itself.
fn rendered(request: &HttpRequest, purpose: Purpose) -> String {
    format!("{purpose:?}, key {:?}, repeat {:?}\n\n{}", request.auth, request.repeat, render_request(request))
}
