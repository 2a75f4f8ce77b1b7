//! The list of models with their prices.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::wire::lenient;

/// One item of `GET /models`, which needs no key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct ModelEntry {
    /// The full id with its task.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub model: Option<String>,
    /// `Image`, `Video`, `Audio` or `Text`.
    #[serde(
        default,
        rename = "type",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::string"
    )]
    pub kind: Option<String>,
    /// The name for people.
    #[serde(
        default,
        rename = "displayName",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::string"
    )]
    pub display_name: Option<String>,
    /// Who made the model.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub organization: Option<String>,
    /// The address of the model's schema.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub schema: Option<String>,
    /// Whether the console shows it; entries it does not show are not for sale.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::value")]
    pub display_console: Option<bool>,
    /// The listed prices. Not what is charged: that is the settled prediction's `price`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::value")]
    pub price: Option<ModelPrice>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The listed prices of a model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct ModelPrice {
    /// The discount in percent, as text.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub discount: Option<String>,
    /// After the discount.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::value")]
    pub actual: Option<PriceTag>,
    /// Before it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::value")]
    pub origin: Option<PriceTag>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A price as the seller writes it: decimal text in US dollars.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "mirrors a document; people write it out in tests")]
pub struct PriceTag {
    /// The price of one unit.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub base_price: Option<String>,
    /// The unit: `generation`, `image`, `second`, `minute`, `1k_chars`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub unit: Option<String>,
    /// The price of input, where it is told apart.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub input_price: Option<String>,
    /// The price of output, where it is told apart.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::string")]
    pub output_price: Option<String>,
    /// Fields this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
