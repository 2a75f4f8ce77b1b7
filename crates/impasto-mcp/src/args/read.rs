//! Arguments are read strictly: one that a tool does not have is refused by name, not dropped.

use std::sync::Arc;

use rmcp::model::JsonObject;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::error::Error;

/// Reads the arguments of one call.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    arguments: JsonObject,
}

impl Read {
    /// The arguments, if the tool with this input schema has all of them.
    pub(crate) fn new(schema: &JsonObject, arguments: Option<JsonObject>) -> Result<Self, Error> {
        let mut arguments = arguments.unwrap_or_default();
        // Clients fill what an assistant leaves out with null.
        arguments.retain(|_, value| !value.is_null());
        let known = schema.get("properties").and_then(Value::as_object);
        for name in arguments.keys() {
            if known.is_none_or(|known| !known.contains_key(name)) {
                let known: Vec<&str> =
                    known.iter().flat_map(|known| known.keys().map(String::as_str)).collect();
                let message = format!("no such argument; there are {}", known.join(", "));
                return Err(Error::argument(name, message));
            }
        }
        Ok(Self { arguments })
    }

    /// Part of them.
    pub(crate) fn part<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let value = Value::Object(self.arguments.clone());
        serde_path_to_error::deserialize(&value).map_err(|error| {
            let path = error.path().to_string();
            let message = error.inner().to_string();
            match missing(&message) {
                Some(name) => Error::argument(name, "is missing"),
                None if path == "." => Error::new("invalid_request", message),
                None => Error::argument(&path, message),
            }
        })
    }

    /// What decides which image it is: everything but how it is waited for and shown.
    pub(crate) fn identity(&self) -> JsonObject {
        let mut identity = self.arguments.clone();
        for name in ["wait", "dry_run", "idempotency_key", "preview", "max_cost"] {
            identity.remove(name);
        }
        identity
    }
}

/// The name in serde's "missing field `name`".
fn missing(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.split('`').next()
}

/// A list of texts, or the one text that a client sends in place of a list of one.
pub(super) fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a list of texts")]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many,
    })
}

/// The schema of a tool's arguments, put together from its parts.
pub(crate) fn input_schema(parts: &[JsonObject]) -> Arc<JsonObject> {
    let mut properties = JsonObject::new();
    let mut required: Vec<Value> = Vec::new();
    for part in parts {
        if let Some(Value::Object(more)) = part.get("properties") {
            properties.extend(more.clone());
        }
        if let Some(Value::Array(more)) = part.get("required") {
            required.extend(more.clone());
        }
    }
    let mut schema = JsonObject::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".to_owned(), Value::Array(required));
    }
    schema.insert("additionalProperties".to_owned(), json!(false));
    Arc::new(schema)
}

/// The schema of a type as it is read, with nothing to look up: not every client follows references.
pub(crate) fn schema_of<T: JsonSchema>() -> JsonObject {
    plain::<T>(SchemaSettings::draft2020_12())
}

/// The schema of a type as it is written.
pub(crate) fn schema_of_output<T: JsonSchema>() -> JsonObject {
    plain::<T>(SchemaSettings::draft2020_12().for_serialize())
}

/// Leaves out what not every client understands: lists of types with `null` (an argument that is not set is left out,
/// and so is a field of a result), and formats such as `uint32`, which are no standard.
fn simplify(schema: &mut Schema) {
    let is_null = |schema: &Value| schema["type"] == "null";
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| !is_null(choice));
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            schema.remove("anyOf");
            for (name, value) in only {
                // What a field says of itself goes before what its type says.
                if schema.get(&name).is_none() {
                    schema.insert(name, value);
                }
            }
        }
    }
    if let Some(Value::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if schema.get("type").is_some_and(|kind| kind == "integer") {
        schema.remove("format");
    }
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
}

fn plain<T: JsonSchema>(settings: SchemaSettings) -> JsonObject {
    let settings = settings.with(|settings| {
        settings.inline_subschemas = true;
        settings.transforms.push(Box::new(RecursiveTransform(simplify)));
    });
    let Value::Object(mut schema) = settings.into_generator().into_root_schema_for::<T>().to_value() else {
        return JsonObject::new();
    };
    for noise in ["$schema", "title", "description"] {
        schema.remove(noise);
    }
    schema
}
