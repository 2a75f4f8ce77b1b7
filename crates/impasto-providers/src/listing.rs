//! A seller's list of its models, read from either API.

use impasto_types::ModelId;
use impasto_types::wire::atlas::{ModelEntry, PriceTag};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::adapter::ReplyHead;
use crate::error::{Error, ErrorKind};
use crate::failure;
use crate::target::Target;

/// A model as its seller lists it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListedModel {
    /// The id to ask for.
    pub id: ModelId,
    /// The name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who made or owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// When it came, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<u64>,
    /// What it makes, in lower case: `image`, `video`, `text`; none where the list does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub makes: Option<String>,
    /// The listed price, decimal text as the seller writes it. What is charged may differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<String>,
    /// What the price is for: `image`, `generation`, ….
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The item as it stood in the list.
    #[serde(default)]
    pub raw: Map<String, Value>,
}

/// Reads a list, item by item; those that `item` cannot read are left out.
pub(crate) fn read(
    target: &Target,
    head: &ReplyHead,
    body: &[u8],
    item: impl Fn(&Map<String, Value>) -> Option<ListedModel>,
) -> Result<Vec<ListedModel>, Error> {
    if !head.is_success() {
        return Err(failure::of_reply(target, head, body));
    }
    let value: Value = serde_json::from_slice(body).map_err(|_| failure::of_reply(target, head, body))?;
    let list = value["data"].as_array().or_else(|| value["models"].as_array()).or_else(|| value.as_array());
    let Some(list) = list else {
        let error = failure::of_value(target, head, &value);
        let message = format!("the list of models is not a list: {}", error.message());
        return Err(Error::new(ErrorKind::UnexpectedReply, message).with_status(head.status));
    };
    Ok(list.iter().filter_map(Value::as_object).filter_map(item).collect())
}

/// An item of OpenAI's list: `{id, object, created, owned_by}`.
pub(crate) fn openai(item: &Map<String, Value>) -> Option<ListedModel> {
    let text = |key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(ListedModel {
        id: ModelId::new(text("id")?),
        name: None,
        owner: text("owned_by"),
        created: item.get("created").and_then(Value::as_u64),
        makes: None,
        price: None,
        unit: None,
        raw: item.clone(),
    })
}

/// An item of Atlas Cloud's list; what its console hides is not for sale.
pub(crate) fn atlas(item: &Map<String, Value>) -> Option<ListedModel> {
    let entry = ModelEntry::from_json(Value::Object(item.clone()))?;
    if entry.display_console == Some(false) {
        return None;
    }
    let actual: PriceTag = entry.price.and_then(|price| price.actual).unwrap_or_default();
    Some(ListedModel {
        id: ModelId::new(entry.model?),
        name: entry.display_name,
        owner: entry.organization,
        created: None,
        makes: entry.kind.map(|kind| kind.to_lowercase()),
        price: actual.base_price,
        unit: actual.unit,
        raw: item.clone(),
    })
}
