//! Tasks: their walk through the statuses, their polls, and what they deliver.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::StatusCode;
use serde_json::{Value, json};

use super::{enveloped, not_found, webhook};
use crate::api_error::ApiResult;
use crate::bill::decimal;
use crate::clock::{Clock, rfc3339};
use crate::directives::Directives;
use crate::images::Order;
use crate::json::{Fields, Json};
use crate::prices;
use crate::reply::Reply;
use crate::request::Request;
use crate::state::{Content, State, StoredFile};

/// The statuses before the last one.
const WALK: [&str; 4] = ["created", "queued", "starting", "processing"];
/// The same with steps back.
const STUMBLE: [&str; 4] = ["queued", "processing", "created", "processing"];
const HOUR_MS: u64 = 3_600_000;
const SUCCESS: [&str; 6] = ["completed", "succeeded", "success", "complete", "done", "ready"];

/// One task.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a task")]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) order: Order,
    pub(crate) body: String,
    pub(crate) base64: bool,
    pub(crate) webhook: Option<webhook::Target>,
    /// Hours until its outputs are gone.
    pub(crate) object_hours: Option<u64>,
    /// Whether its record is deleted when it is finished.
    pub(crate) forget: bool,
    pub(crate) charge: Option<u64>,
    pub(crate) duration_ms: u64,
    /// What was asked for when it was submitted.
    directives: Directives,
    started_ms: u64,
    created_unix_ms: u64,
    polls: u64,
    /// Polls since it was first seen finished.
    polls_after_end: u64,
    finished: bool,
    announced: bool,
    outputs: Option<Vec<String>>,
    origin: String,
}

impl Task {
    pub(crate) fn new(state: &State, request: &Request, id: &str, key: &str, order: Order) -> Self {
        let directives = request.directives.clone();
        let step = u64::try_from(state.options.step_delay.as_millis()).unwrap_or(u64::MAX);
        let asked = directives.find("duration").and_then(crate::directives::Directive::number);
        Self {
            id: id.to_owned(),
            key: key.to_owned(),
            order,
            body: String::new(),
            base64: false,
            webhook: None,
            object_hours: None,
            forget: false,
            charge: None,
            duration_ms: asked.unwrap_or(step.saturating_mul(WALK.len() as u64)),
            directives,
            started_ms: state.clock.elapsed_ms(),
            created_unix_ms: state.clock.unix_millis(),
            polls: 0,
            polls_after_end: 0,
            finished: false,
            announced: false,
            outputs: None,
            origin: request.origin(),
        }
    }

    /// The last status.
    fn last_status(&self) -> &str {
        if self.fails() {
            return "failed";
        }
        match self.directives.find("status").and_then(|fault| fault.arguments.first()) {
            Some(word) => word,
            None if self.directives.has("succeeded") => "succeeded",
            None => "completed",
        }
    }

    fn fails(&self) -> bool {
        self.directives.has("failed") || self.directives.has("moderation")
    }

    /// Whether the work will be done, and so is charged.
    pub(crate) fn will_succeed(&self) -> bool {
        SUCCESS.contains(&self.last_status().to_ascii_lowercase().as_str())
    }

    /// The status now; counts as a poll.
    fn advance(&mut self, now_ms: u64) -> String {
        self.polls += 1;
        let walk = if self.directives.has("out-of-order") { STUMBLE } else { WALK };
        let twice = u64::from(self.directives.has("duplicate-status")) + 1;
        let steps = walk.len() as u64;
        let asked = self.directives.find("polls").map(|mode| mode.number().unwrap_or(steps + 1).max(1));
        // Statuses that go astray can only be seen if each poll shows one.
        let counted = asked.or_else(|| {
            (self.directives.has("out-of-order") || self.directives.has("duplicate-status"))
                .then_some(steps * twice + 1)
        });
        let step = match counted {
            Some(total) if self.polls >= total => steps,
            Some(total) => (self.polls - 1) * steps / (total - 1).max(1),
            None if self.duration_ms == 0 => steps,
            None => now_ms.saturating_sub(self.started_ms).saturating_mul(steps) / self.duration_ms,
        };
        if self.finished || step >= steps {
            if self.finished {
                self.polls_after_end += 1;
            }
            self.finished = true;
            return self.last_status().to_owned();
        }
        let position = usize::try_from(step).unwrap_or(0);
        walk[position].to_owned()
    }
}

/// All tasks.
#[derive(Debug, Default)]
pub(crate) struct Tasks(Mutex<HashMap<String, Task>>);

impl Tasks {
    pub(crate) fn add(&self, task: Task) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(task.id.clone(), task);
    }

    /// Changes a task.
    pub(crate) fn with<R>(&self, id: &str, change: impl FnOnce(&mut Task) -> R) -> Option<R> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(id).map(change)
    }

    /// Ends a task whatever the clock says.
    pub(crate) fn finish_now(&self, id: &str) {
        self.with(id, |task| task.finished = true);
    }

    /// The tasks of a key, newest first.
    pub(crate) fn of_key(&self, key: &str) -> Vec<Task> {
        let tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<Task> = tasks.values().filter(|task| task.key == key).cloned().collect();
        found.sort_by(|a, b| (b.started_ms, &b.id).cmp(&(a.started_ms, &a.id)));
        found
    }

    fn remove(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// The reply to a submit.
pub(crate) fn created(state: &State, request: &Request, id: &str) -> ApiResult<Reply> {
    let bare = request.directives.has("bare") || request.directives.has("bare-submit");
    let data =
        state.tasks.with(id, |task| describe(task, if bare { "processing" } else { "created" }, None, None));
    let data = data.ok_or_else(|| not_found("prediction not found"))?;
    if bare {
        return Ok(Reply::json(StatusCode::OK, data));
    }
    Ok(enveloped(data, StatusCode::OK, 200, "success", &request.directives))
}

/// `GET /model/prediction/{id}`.
pub(crate) async fn poll(state: &Arc<State>, request: &Request, id: &str) -> ApiResult<Reply> {
    let now = state.clock.elapsed_ms();
    let polled = state.tasks.with(id, |task| (task.advance(now), task.clone()));
    let (status, task) = polled.ok_or_else(|| not_found("prediction not found"))?;
    let lost = task.directives.find("lost").map_or(0, |fault| fault.number().unwrap_or(1));
    if task.polls <= lost {
        return Err(not_found("prediction not found"));
    }
    if !task.finished {
        let data = describe(&task, &status, None, None);
        return Ok(enveloped(data, StatusCode::OK, 200, "success", &request.directives));
    }
    let reply = finished(state, request, &task, &status).await?;
    announce(state, id);
    if task.forget {
        state.tasks.remove(id);
    }
    Ok(reply)
}

async fn finished(state: &Arc<State>, request: &Request, task: &Task, status: &str) -> ApiResult<Reply> {
    let modes = &request.directives;
    if !task.will_succeed() {
        return Ok(failure(task, status, modes));
    }
    let outputs = outputs(state, task).await?;
    let late = task.directives.find("late-price").map_or(0, |fault| fault.number().unwrap_or(1));
    let price = (task.polls_after_end >= late).then(|| price(task));
    let data = describe(task, status, Some(outputs), price);
    Ok(enveloped(data, StatusCode::OK, 200, "success", modes))
}

/// A failed task in one of its shapes.
fn failure(task: &Task, status: &str, modes: &Directives) -> Reply {
    let moderated = task.directives.has("moderation")
        || task.directives.find("failed").is_some_and(|fault| fault.says("moderation"));
    let error = match (task.fails(), moderated) {
        (true, true) => "Input Prompt violates policy",
        (true, false) => "system error, unknown error",
        (false, _) => "",
    };
    let mut data = describe_fields(task, status).with("outputs", Value::Null).with("error", error);
    if moderated {
        data = data.with("error_code", 1039);
    }
    let data = data.with("completed_at", rfc3339(task.created_unix_ms + task.duration_ms)).object();
    let says = |what: &str| task.directives.find("failed").is_some_and(|fault| fault.says(what));
    if says("500") {
        enveloped(data, StatusCode::INTERNAL_SERVER_ERROR, 500, "system error, unknown error", modes)
    } else if says("200") {
        enveloped(data, StatusCode::OK, 500, "system error, unknown error", modes)
    } else {
        enveloped(data, StatusCode::OK, 200, "success", modes)
    }
}

fn price(task: &Task) -> String {
    decimal(prices::openai(task.order.params.model.family).amount(task.order.usage))
}

fn describe_fields(task: &Task, status: &str) -> Fields {
    let host = if task.directives.has("foreign-poll-url") {
        "https://api.example.com"
    } else {
        task.origin.as_str()
    };
    Fields::new()
        .with("id", task.id.as_str())
        .with("model", task.order.params.model_name.as_str())
        .with("status", status)
        .with("urls", json!({ "get": format!("{host}/api/v1/model/prediction/{}", task.id) }))
        .with("created_at", rfc3339(task.created_unix_ms))
}

fn describe(task: &Task, status: &str, outputs: Option<Vec<Json>>, price: Option<String>) -> Json {
    let fields = describe_fields(task, status).with("error", "");
    let Some(outputs) = outputs else {
        return fields.with("outputs", Value::Null).object();
    };
    let null = task.directives.has("null-outputs");
    let seconds = Value::from(std::time::Duration::from_millis(task.duration_ms).as_secs_f64());
    let nsfw: Vec<Value> = outputs.iter().map(|_| Value::Bool(false)).collect();
    fields
        .with("outputs", if null { Json::from(Value::Null) } else { Json::List(outputs) })
        .with("completed_at", rfc3339(task.created_unix_ms + task.duration_ms))
        .with("executionTime", seconds.clone())
        .with("latency_ms", task.duration_ms)
        .with("timings", json!({ "inference": task.duration_ms }))
        .with("metrics", json!({ "predict_time": seconds }))
        .with("has_nsfw_contents", nsfw)
        .with_some("price", price)
        .object()
}

/// The outputs as URLs, data URIs, raw base64, or objects.
async fn outputs(state: &Arc<State>, task: &Task) -> ApiResult<Vec<Json>> {
    let pictures = task.order.pictures(state.options.seed);
    if task.base64 {
        let rendered = state.render(pictures).await?;
        let raw = task.directives.has("raw-base64");
        let prefix = if raw { "" } else { task.order.params.format.data_prefix() };
        return Ok(rendered.iter().map(|picture| Json::Blob(prefix, picture.base64.clone())).collect());
    }
    let urls = task.outputs.clone().unwrap_or_else(|| {
        let urls: Vec<String> = pictures
            .into_iter()
            .map(|picture| {
                let name = format!("{}.{}", state.ids.with_prefix("out_"), task.order.params.format.name());
                let by_header = task.object_hours.map(|hours| task.started_ms + hours * HOUR_MS);
                let file = StoredFile {
                    content: Content::Later(Arc::new(picture)),
                    mime: task.order.params.format.mime().to_owned(),
                    name: name.clone(),
                    created: state.clock.unix_seconds(),
                    expires_ms: state.expiry(&task.directives).or(by_header),
                };
                state.store_file(&name, file);
                format!("{}/files/{name}", task.origin)
            })
            .collect();
        state.tasks.with(&task.id, |task| task.outputs = Some(urls.clone()));
        urls
    });
    let objects = task.directives.has("object-outputs");
    Ok(urls
        .into_iter()
        .map(|url| if objects { Fields::new().with("url", url).object() } else { Json::from(url) })
        .collect())
}

/// Sends the webhook once the task's time is over.
pub(crate) fn announce_later(state: &Arc<State>, id: &str, duration_ms: u64) {
    let waits =
        state.tasks.with(id, |task| task.webhook.is_some() && !task.directives.has("polls")).unwrap_or(false);
    if !waits {
        return;
    }
    let (state, id) = (Arc::clone(state), id.to_owned());
    tokio::spawn(async move {
        Clock::sleep(std::time::Duration::from_millis(duration_ms)).await;
        state.tasks.finish_now(&id);
        announce(&state, &id);
    });
}

/// Sends the webhook of a finished task, once.
fn announce(state: &Arc<State>, id: &str) {
    let due = state.tasks.with(id, |task| {
        let due = !task.announced && task.webhook.is_some();
        task.announced = true;
        due.then(|| task.clone())
    });
    let Some(Some(task)) = due else { return };
    let state = Arc::clone(state);
    tokio::spawn(async move {
        let Some(target) = task.webhook.clone() else { return };
        let status = task.last_status().to_owned();
        let success = task.will_succeed();
        let outputs = if success { outputs(&state, &task).await.unwrap_or_default() } else { Vec::new() };
        let mut body = Fields::new()
            .with("session_id", task.id.as_str())
            .with("event_type", "image.task.terminal")
            .with("status", if success { "OK" } else { "ERROR" })
            .with("created_at", rfc3339(state.clock.unix_millis()));
        let payload = Fields::new()
            .with("model", task.order.params.model_name.as_str())
            .with("status", if success { "completed" } else { status.as_str() })
            .with("outputs", Json::List(outputs));
        body = body.with("payload", payload.object());
        if !success {
            body = body.with("error", "Input Prompt violates policy");
        }
        let body: Vec<u8> = body.object().into_chunks().concat();
        webhook::send(&state, &target, &task.id, &body).await;
    });
}

/// A task as the history lists it.
pub(crate) fn history_item(task: &Task, now_ms: u64) -> Value {
    let status = task.clone().advance(now_ms);
    let shown = match status.as_str() {
        "completed" | "succeeded" => "completed",
        "failed" => "failed",
        "created" => "created",
        "timeout" => "timeout",
        _ => "processing",
    };
    json!({
        "ID": task.id,
        "createdAt": task.created_unix_ms / 1000,
        "model": task.order.params.model_name,
        "requestBody": task.body,
        "result": { "status": status, "outputs": task.outputs },
        "status": shown,
    })
}
