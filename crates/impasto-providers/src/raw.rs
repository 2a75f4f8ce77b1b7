//! Any endpoint of a seller: its address and the place of the key, and what replies say of tasks.

use http::Method;
use impasto_transport::{Body, HttpRequest, JsonBody, Origin, Repeat};
use serde_json::Value;

use crate::adapter::ReplyHead;
use crate::address::{self, Names};
use crate::error::{Error, ErrorKind};
use crate::failure;
use crate::target::Target;

/// Words for a task that is over, and went well.
const DONE: &[&str] = &["completed", "succeeded", "success", "done", "finished"];

/// Words for a task that is over, and went wrong.
const FAILED: &[&str] =
    &["failed", "failure", "error", "canceled", "cancelled", "timeout", "expired", "rejected"];

/// A task as a reply tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToldTask {
    /// The seller's id of it.
    pub id: String,
    /// The seller's word for how it stands; empty where it said none.
    pub status: String,
    /// Whether it is over.
    pub is_over: bool,
    /// Whether it went wrong.
    pub is_failed: bool,
}

impl Target {
    /// A request to `path` below the base URL, or to a whole URL at the seller's own origin. A `GET` or `HEAD` is free to
    /// repeat; anything else may cost money.
    ///
    /// # Errors
    /// When the path is none, the URL leads elsewhere, or the body cannot be written.
    pub fn raw_request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<HttpRequest, Error> {
        let invalid = |message: String| Error::new(ErrorKind::InvalidRequest, message).with_field("path");
        let odd = |c: char| c.is_whitespace() || c.is_control() || "{}\\#".contains(c);
        if path.contains(odd) {
            return Err(invalid(format!(
                "{path:?} is no path: it has a character that must be written as %XX"
            )));
        }
        let url = if path.starts_with("http://") || path.starts_with("https://") {
            let there = Origin::of(path).map_err(|error| invalid(error.to_string()))?;
            if there != self.origin()? {
                let message = format!(
                    "{path} is not at the origin of {}, and the key goes nowhere else",
                    self.seller.name
                );
                return Err(invalid(message));
            }
            path.to_owned()
        } else if path.starts_with('/') && !path.starts_with("//") {
            address::url(self, Names::default(), path)?
        } else {
            return Err(invalid(format!("{path:?} begins neither with / nor with the seller's own address")));
        };
        let free = method == Method::GET || method == Method::HEAD;
        let mut request = HttpRequest::get(url);
        request.method = method;
        if let Some(value) = body {
            let body = JsonBody::from_value(value).map_err(|error| invalid(error.to_string()))?;
            request.body = Body::Json(body);
        }
        let repeat = if free { Repeat::Free } else { Repeat::WhenNotBilled };
        address::dressed(self, Names::default(), request.with_repeat(repeat))
    }

    /// The free request that asks after a task.
    ///
    /// # Errors
    /// When the seller works without tasks.
    pub fn raw_poll(&self, task: &str) -> Result<HttpRequest, Error> {
        let path = self.seller.paths.poll.as_deref().ok_or_else(|| {
            let message = format!("{} has no tasks to ask after", self.seller.name);
            Error::new(ErrorKind::InvalidRequest, message).with_field("poll")
        })?;
        let names = Names { model: "", task };
        address::dressed(self, names, HttpRequest::get(address::url(self, names, path)?))
    }

    /// The failure that a reply tells of, whatever endpoint it came from.
    #[must_use]
    pub fn raw_failure(&self, head: &ReplyHead, body: &[u8]) -> Error {
        failure::of_reply(self, head, body)
    }
}

impl ToldTask {
    /// A task of which a reply said nothing.
    #[must_use]
    pub const fn unknown(id: String) -> Self {
        Self { id, status: String::new(), is_over: false, is_failed: false }
    }

    /// The task a reply tells of, in its `data` or bare.
    #[must_use]
    pub fn of(reply: &Value) -> Option<Self> {
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let inner = reply.get("data").filter(|data| data.is_object()).unwrap_or(reply);
        let id = ["id", "task_id", "prediction_id"].into_iter().find_map(|name| text(inner, name))?;
        let status = ["status", "state"].into_iter().find_map(|name| text(inner, name)).unwrap_or_default();
        let is = |words: &[&str]| words.iter().any(|word| status.eq_ignore_ascii_case(word));
        let is_failed = is(FAILED);
        Some(Self { id, is_over: is_failed || is(DONE), is_failed, status })
    }
}

#[cfg(test)]
mod tests {
    use super::ToldTask;
    use crate::{Sellers, Target};
    use http::Method;
    use serde_json::{Value, json};

    fn target(id: &str) -> Target {
        Target::new(Sellers::builtin().unwrap().find(id).unwrap().clone())
    }

    #[track_caller]
    fn url(seller: &str, path: &str, expected: &str) {
        let built = target(seller).raw_request(Method::GET, path, None);
        match built {
            Ok(request) => assert_eq!(request.url, expected),
            Err(error) => assert!(error.to_string().contains(expected), "{error}"),
        }
    }

    #[test]
    fn requests_stay_at_the_sellers_own_origin() {
        url("openai", "/models?limit=1", "https://api.openai.com/v1/models?limit=1");
        url(
            "atlas",
            "https://api.atlascloud.ai/v1/chat/completions",
            "https://api.atlascloud.ai/v1/chat/completions",
        );
        url("atlas", "https://api.atlascloud.ai.example.com/v1", "is not at the origin of Atlas Cloud");
        url("atlas", "https://api.atlascloud.ai@example.com/", "carries a user name");
        url("atlas", "http://api.atlascloud.ai/v1", "is not at the origin");
        url("openai", "//example.com/models", "begins neither with /");
        url("openai", "models", "begins neither with /");
        url("openai", "/mod els", "must be written as %XX");
        url("openai", "/{model}", "must be written as %XX");
    }

    #[test]
    fn tasks_are_found_in_the_envelope_and_bare() {
        let check = |reply: Value, expected: Option<(&str, bool, bool)>| {
            let told = ToldTask::of(&reply);
            let told = told.as_ref().map(|task| (task.id.as_str(), task.is_over, task.is_failed));
            assert_eq!(told, expected, "{reply}");
        };
        check(json!({"data": {"id": "a", "status": "processing"}}), Some(("a", false, false)));
        check(json!({"id": "b", "status": "Succeeded"}), Some(("b", true, false)));
        check(json!({"task_id": "c", "state": "failed"}), Some(("c", true, true)));
        check(json!({"id": "d"}), Some(("d", false, false)));
        check(json!({"data": [{"id": "model"}]}), None);
    }
}
