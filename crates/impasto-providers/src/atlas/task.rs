//! What a task's replies say: accepted, working, done or failed, in the envelope or bare.

use impasto_transport::Document;
use impasto_types::wire::atlas::{Envelope, Prediction};
use impasto_types::{BillingOutcome, ModelId};
use serde_json::Value;

use crate::adapter::{JobEvent, ReplyHead};
use crate::error::{Error, ErrorKind};
use crate::failure;
use crate::images;
use crate::job::{Job, Phase, Task};
use crate::target::Target;

/// How many polls may answer 404 or 400: a task just accepted is not known everywhere for about 30 seconds, which
/// are six polls of the usual schedule (the clients of Atlas Cloud wait as long).
const GRACE: u32 = 6;

/// Words of a refusal by the safety system, where no code says it (failures reported in public).
const MODERATION: &[&str] =
    &["violates policy", "safety review", "safety system", "content policy", "moderation"];

/// How a task stands, by its status. The set is open: a word nobody knows means that it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Works,
    Done,
    Failed(ErrorKind),
}

/// Reads a reply of success.
pub(super) fn told(
    target: &Target,
    job: &mut Job,
    head: &ReplyHead,
    document: &Document,
    value: &Value,
) -> Result<Vec<JobEvent>, Error> {
    let envelope = Envelope::from_json(value.clone()).unwrap_or_default();
    let prediction = Prediction::from_json(envelope.content()).unwrap_or_default();
    if prediction.price().is_some() {
        job.delivery.price = prediction.price();
    }
    match job.phase {
        Phase::Submit => submitted(target, job, head, document, value, &envelope, &prediction),
        Phase::Poll => polled(target, job, head, document, value, &envelope, &prediction),
        // Only the late charge was asked for.
        _ => Ok(Vec::new()),
    }
}

/// Reads a reply whose status is no success, or that is a web page. A failed task arrives this way too, so the
/// body is looked at before the status.
pub(super) fn refused(
    target: &Target,
    job: &mut Job,
    head: &ReplyHead,
    body: &[u8],
) -> Result<Vec<JobEvent>, Error> {
    let value = serde_json::from_slice::<Value>(body).ok().filter(Value::is_object);
    match (job.phase, value) {
        (Phase::Submit | Phase::Poll, Some(value)) => {
            told(target, job, head, &Document::from_json(body.to_vec()), &value)
        }
        (Phase::Submit, None) => {
            let error = failure::of_reply(target, head, body);
            // A proxy answered; what happened behind it is not known, whatever its status says.
            let billing = if head.status >= 500 { BillingOutcome::Unknown } else { error.billing() };
            Err(error.with_billing(billing))
        }
        // A page of the content network in place of the API: the task goes on behind it.
        (Phase::Poll, None) => Ok(works(job, None)),
        (Phase::Upload, _) => {
            Err(failure::of_reply(target, head, body).with_billing(BillingOutcome::NotBilled))
        }
        _ => Ok(Vec::new()),
    }
}

fn submitted(
    target: &Target,
    job: &mut Job,
    head: &ReplyHead,
    document: &Document,
    value: &Value,
    envelope: &Envelope,
    prediction: &Prediction,
) -> Result<Vec<JobEvent>, Error> {
    let standing = standing(prediction);
    let id = prediction.id().map(str::to_owned).or_else(|| id_of_url(target, prediction));
    let mut events = Vec::new();
    if let Some(id) = id {
        let status = prediction.status.clone().unwrap_or_default();
        job.task = Some(Task::new(id.clone(), status));
        job.delivery.task_id = Some(id.clone());
        job.phase = Phase::Poll;
        events.push(JobEvent::Accepted { task_id: id });
    }
    match standing {
        Some(Standing::Failed(kind)) => Err(failed(target, job, head, envelope, prediction, kind)),
        Some(Standing::Done) => {
            events.extend(status(prediction));
            events.extend(done(target, job, head, document, value, prediction)?);
            Ok(events)
        }
        _ if job.task.is_some() => {
            events.extend(status(prediction));
            Ok(events)
        }
        _ if !head.is_success() || envelope.code.is_some_and(|code| code >= 400) => {
            Err(failure::of_value(target, head, value))
        }
        _ => {
            let message = "the submit was answered with neither a task nor an image";
            Err(located(target, job, head, Error::new(ErrorKind::UnexpectedReply, message)))
        }
    }
}

fn polled(
    target: &Target,
    job: &mut Job,
    head: &ReplyHead,
    document: &Document,
    value: &Value,
    envelope: &Envelope,
    prediction: &Prediction,
) -> Result<Vec<JobEvent>, Error> {
    let polls = job.task.as_ref().map_or(0, |task| task.polls);
    let code = if head.is_success() { envelope.code.unwrap_or(200) } else { head.status.into() };
    let mut events = works(job, prediction.status.as_deref());
    match standing(prediction) {
        Some(Standing::Failed(kind)) => Err(failed(target, job, head, envelope, prediction, kind)),
        Some(Standing::Done) => {
            events.extend(done(target, job, head, document, value, prediction)?);
            Ok(events)
        }
        Some(Standing::Works) => Ok(events),
        None => match code {
            400 | 404 if polls < GRACE => Ok(events),
            // Retried like any other poll: rate limits, and failures that are not the task's.
            408 | 425 | 429 | 500.. => Ok(events),
            400.. => {
                let error = failure::of_value(target, head, value);
                Err(located(target, job, head, error))
            }
            _ => Ok(events),
        },
    }
}

/// The task goes on: counted, and to be waited for.
fn works(job: &mut Job, status: Option<&str>) -> Vec<JobEvent> {
    let Some(task) = &mut job.task else { return Vec::new() };
    task.polls = task.polls.saturating_add(1);
    task.due = false;
    match status.filter(|status| !status.is_empty()) {
        Some(status) => {
            status.clone_into(&mut task.status);
            vec![JobEvent::Status { status: status.to_owned() }]
        }
        None => Vec::new(),
    }
}

fn status(prediction: &Prediction) -> Option<JobEvent> {
    let status = prediction.status.clone().filter(|status| !status.is_empty())?;
    Some(JobEvent::Status { status })
}

/// How a task stands; nothing when the reply says nothing of it.
fn standing(prediction: &Prediction) -> Option<Standing> {
    let status = prediction.status.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
    Some(match status.as_str() {
        "" => {
            let outputs = prediction.outputs.as_ref().or(prediction.output.as_ref());
            if outputs.is_some_and(|outputs| !outputs.is_empty()) {
                Standing::Done
            } else if error_text(prediction).is_some() && prediction.id().is_some() {
                Standing::Failed(ErrorKind::Server)
            } else {
                return None;
            }
        }
        "completed" | "succeeded" | "success" | "complete" | "done" | "ready" => Standing::Done,
        "failed" | "failure" | "error" | "canceled" | "cancelled" => Standing::Failed(ErrorKind::Server),
        "timeout" | "timed_out" => Standing::Failed(ErrorKind::Timeout),
        "rejected" => Standing::Failed(ErrorKind::InvalidRequest),
        _ => Standing::Works,
    })
}

/// The images of a task that is done.
fn done(
    target: &Target,
    job: &mut Job,
    head: &ReplyHead,
    document: &Document,
    value: &Value,
    prediction: &Prediction,
) -> Result<Vec<JobEvent>, Error> {
    let delivery = &mut job.delivery;
    delivery.request_id = failure::request_id(target, head).or(delivery.request_id.take());
    delivery.model = prediction.model.as_deref().map(ModelId::new).or(delivery.model.take());
    delivery.raw = value.clone();
    // A job that is taken up again may be told once more of what it knows.
    delivery.images.clear();
    let mut events = Vec::new();
    let outputs = [&prediction.outputs, &prediction.output];
    for item in outputs.into_iter().flatten().find(|outputs| !outputs.is_empty()).into_iter().flatten() {
        images::take(job, document, item, &mut events);
    }
    for (image, seen) in job.delivery.images.iter_mut().zip(prediction.has_nsfw_contents.iter().flatten()) {
        image.extra.insert("has_nsfw_content".to_owned(), Value::Bool(*seen));
    }
    if job.delivery.images.is_empty() {
        let error = Error::new(ErrorKind::NoImage, "the task is done and names no output");
        return Err(located(target, job, head, error));
    }
    if let Some(error) = images::all_failed(target, job) {
        return Err(located(target, job, head, error));
    }
    job.phase = if images::any_waits(job) { Phase::Fetch } else { Phase::Done };
    Ok(events)
}

/// The failure of a task that had been accepted. Whether such a task is charged is documented nowhere.
fn failed(
    target: &Target,
    job: &Job,
    head: &ReplyHead,
    envelope: &Envelope,
    prediction: &Prediction,
    kind: ErrorKind,
) -> Error {
    let said = error_text(prediction).or_else(|| {
        let words = [&envelope.message, &envelope.msg];
        words.into_iter().flatten().find(|words| !["", "success", "ok"].contains(&words.as_str())).cloned()
    });
    let status = prediction.status.as_deref().unwrap_or("failed");
    let message = said.clone().unwrap_or_else(|| format!("the task ended as {status}, without a reason"));
    let in_error = prediction.error.as_ref().and_then(Value::as_object);
    let code = prediction
        .error_code
        .clone()
        .or_else(|| images::text_of(in_error?, &["code", "type"]))
        .or_else(|| code_in(&message))
        .or_else(|| Some(envelope.code.filter(|code| *code >= 400)?.to_string()));
    let by_code = code.as_deref().and_then(|code| failure::by_code(&target.seller.errors, code));
    let lower = message.to_lowercase();
    let kind = match by_code {
        Some(kind) => kind,
        None if MODERATION.iter().any(|words| lower.contains(words)) => ErrorKind::Moderation,
        None => kind,
    };
    let mut error = Error::new(kind, message).with_final();
    if let Some(code) = code {
        error = error.with_code(code);
    }
    if let Some(said) = said {
        error = error.with_seller_message(said);
    }
    if let Some(id) = &envelope.request_id {
        error = error.with_request_id(id.clone());
    }
    located(target, job, head, error)
}

/// The words of `error`: text, or an object with them.
fn error_text(prediction: &Prediction) -> Option<String> {
    match prediction.error.as_ref()? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Object(members) if !members.is_empty() => Some(
            images::text_of(members, &["message", "msg", "detail", "error"])
                .unwrap_or_else(|| Value::Object(members.clone()).to_string()),
        ),
        _ => None,
    }
}

/// The code at the end of a message: `… (code: generation_failed)`.
fn code_in(message: &str) -> Option<String> {
    let (_, tail) = message.rsplit_once("(code: ")?;
    tail.strip_suffix(')').map(str::to_owned)
}

/// An error with everything the job knows. A task was accepted, or may have been: nobody can say what it costs.
fn located(target: &Target, job: &Job, head: &ReplyHead, error: Error) -> Error {
    let mut error = error.with_status(head.status).with_billing(BillingOutcome::Unknown);
    if let Some(id) = failure::request_id(target, head) {
        error = error.with_request_id(id);
    }
    match &job.task {
        Some(task) => error.with_task_id(task.id.clone()),
        None => error,
    }
}

/// The id in the address that a reply names for polling, if it leads to the seller itself.
fn id_of_url(target: &Target, prediction: &Prediction) -> Option<String> {
    let url = prediction.urls.as_ref()?.get("get")?.as_str()?;
    let home = target.origin().ok()?;
    let path = url.split(['?', '#']).next()?;
    let last = path.rsplit('/').next().filter(|last| !last.is_empty())?;
    home.is_origin_of(url).then(|| last.to_owned())
}
