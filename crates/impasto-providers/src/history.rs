//! The tasks that a seller remembers: how somebody who lost a reply finds out whether there is a task behind it.

use impasto_transport::HttpRequest;
use impasto_types::ModelId;
use impasto_types::wire::atlas::{Envelope, History, HistoryItem};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::adapter::ReplyHead;
use crate::address::{self, Names};
use crate::error::{Error, ErrorKind};
use crate::failure;
use crate::target::Target;

/// A task as its seller lists it among the account's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PastTask {
    /// The id to ask after it with.
    pub id: String,
    /// The model, as the seller spells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelId>,
    /// How far it is: an open set of words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// When it was submitted, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<u64>,
    /// The body that was submitted; compare it with what was sent.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub request: Value,
    /// What came of it, in the seller's own JSON.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub result: Value,
}

/// One page of the account's own tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskPage {
    /// The tasks of this page.
    pub tasks: Vec<PastTask>,
    /// How many there are on all pages, where the seller says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

impl Target {
    /// The request for page `page`, from 1, of the account's own tasks, `size` a page. It is free and may be repeated;
    /// give its reply to [`Target::read_history`].
    ///
    /// ```
    /// use impasto_providers::{Sellers, Target};
    ///
    /// let target = Target::new(Sellers::builtin()?.find("atlas")?.clone());
    /// let request = target.history_request(1, 20)?;
    /// assert_eq!(request.url, "https://api.atlascloud.ai/api/v1/model/history?no=1&size=20");
    /// # Ok::<(), impasto_providers::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the seller lists no tasks: OpenAI's API has none.
    pub fn history_request(&self, page: u32, size: u32) -> Result<HttpRequest, Error> {
        if self.seller.dialect != "atlas" {
            let message = format!("{} lists no past tasks", self.seller.name);
            return Err(Error::new(ErrorKind::InvalidRequest, message).with_field("history"));
        }
        // atlascloud-mcp 1.7.0, `HistoryParams`.
        let url = address::url(self, Names::default(), "/model/history")?;
        let separator = if url.contains('?') { '&' } else { '?' };
        let request = HttpRequest::get(format!("{url}{separator}no={page}&size={size}"));
        address::dressed(self, Names::default(), request)
    }

    /// Reads a page of the account's own tasks, whatever the status of its reply. Items without an id are left out.
    ///
    /// # Errors
    /// When the reply is a refusal, or no such page.
    pub fn read_history(&self, head: &ReplyHead, body: &[u8]) -> Result<TaskPage, Error> {
        let refused = || failure::of_reply(self, head, body);
        if !head.is_success() {
            return Err(refused());
        }
        let envelope: Envelope = serde_json::from_slice(body).map_err(|_| refused())?;
        let history = History::from_json(envelope.content()).unwrap_or_default();
        let Some(items) = history.items else { return Err(refused()) };
        Ok(TaskPage { tasks: items.into_iter().filter_map(task).collect(), total: history.total })
    }
}

fn task(item: HistoryItem) -> Option<PastTask> {
    // What is no JSON is shown as the text that it is.
    let read = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
    Some(PastTask {
        id: item.id?,
        model: item.model.map(ModelId::new),
        status: item.status,
        created: item.created_at,
        request: item.request_body.map(read).unwrap_or_default(),
        result: item.result.unwrap_or_default(),
    })
}
