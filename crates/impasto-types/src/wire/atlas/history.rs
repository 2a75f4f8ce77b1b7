//! The list of an account's own tasks.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::wire::lenient;

/// The content of `GET /model/history`, in the usual envelope: one page of tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct History {
    /// The tasks.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::list")]
    pub items: Option<Vec<HistoryItem>>,
    /// Which page it is, from 1.
    #[serde(
        default,
        rename = "pageNo",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::u64"
    )]
    pub page_no: Option<u64>,
    /// How many tasks a page has at most.
    #[serde(
        default,
        rename = "pageSize",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::u64"
    )]
    pub page_size: Option<u64>,
    /// How many tasks there are on all pages.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::u64")]
    pub total: Option<u64>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A task as the history lists it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct HistoryItem {
    /// The id to ask after it with.
    #[serde(
        default,
        rename = "ID",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::string"
    )]
    pub id: Option<String>,
    /// When it was submitted, in seconds since 1970.
    #[serde(
        default,
        rename = "createdAt",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::u64"
    )]
    pub created_at: Option<u64>,
    /// The full id of the model.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub model: Option<String>,
    /// The body that was submitted, as JSON in a text.
    #[serde(
        default,
        rename = "requestBody",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::string"
    )]
    pub request_body: Option<String>,
    /// As in a prediction: `status`, `outputs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// `created`, `processing`, `completed`, `failed` or `timeout`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub status: Option<String>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
