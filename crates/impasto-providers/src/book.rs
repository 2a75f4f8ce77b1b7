//! The capability book: what each model can do, and what each seller makes of it.

mod render;

use std::collections::BTreeMap;

use impasto_types::Date;
use impasto_types::ModelId;
use impasto_types::capability::Capabilities;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind};
use crate::seller::Seller;

pub use render::SoldModel;

/// OpenAI's models as OpenAI sells them.
const MODELS: &str = include_str!("../book/models.toml");

/// The models' own rules, before any seller's.
#[derive(Clone, Debug, PartialEq)]
pub struct Book {
    entries: Vec<BookEntry>,
}

/// One model of the book.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BookEntry {
    /// The bare model id.
    pub id: String,
    /// Other ids of the same model: snapshots.
    pub aliases: Vec<String>,
    /// What it is, in a few words.
    pub about: String,
    /// Its rules at OpenAI.
    pub rules: Capabilities,
}

impl Book {
    /// The built-in book.
    ///
    /// # Errors
    /// Only if the built-in file is wrong, which the tests rule out.
    pub fn builtin() -> Result<Self, Error> {
        Self::from_toml("book/models.toml", MODELS)
    }

    /// Reads a book from TOML. `name` is the file's name, for errors.
    ///
    /// # Errors
    /// When it is not TOML, has a field nobody knows, or names a source that it does not list.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, Error> {
        let bad = |why: String| Error::new(ErrorKind::Configuration, format!("{name}: {why}"));
        let file: BookFile = crate::toml::read(text).map_err(bad)?;
        let mut entries = Vec::new();
        for mut model in file.model {
            let id =
                take_text(&mut model, "id").and_then(|id| id.ok_or_else(|| "a model has no id".to_owned()));
            let id = id.map_err(bad)?;
            let in_model = |why: String| bad(format!("{id}: {why}"));
            let about = take_text(&mut model, "about").map_err(in_model)?.unwrap_or_default();
            let aliases = model.remove("aliases").unwrap_or_else(|| Value::Array(Vec::new()));
            let aliases = serde_json::from_value(aliases).map_err(|error| in_model(error.to_string()))?;
            let base = match take_text(&mut model, "like").map_err(in_model)? {
                None => Capabilities::default(),
                Some(like) => entries
                    .iter()
                    .find(|entry: &&BookEntry| entry.id == like)
                    .map(|entry| entry.rules.clone())
                    .ok_or_else(|| in_model(format!("like = {like:?} is not a model above it")))?,
            };
            let rules = base.overlaid_by(&rules(model, &file.sources).map_err(in_model)?);
            entries.push(BookEntry { id, aliases, about, rules });
        }
        Ok(Self { entries })
    }

    /// The entry of a model, by its bare id or an alias.
    #[must_use]
    pub fn entry(&self, model: &ModelId) -> Option<&BookEntry> {
        let bare = model.as_str();
        let exact =
            self.entries.iter().find(|entry| entry.id == bare || entry.aliases.iter().any(|a| a == bare));
        exact.or_else(|| self.entries.iter().find(|entry| entry.id == model.base_name()))
    }

    /// Every entry, in the book's order: newest models first.
    pub fn iter(&self) -> impl Iterator<Item = &BookEntry> {
        self.entries.iter()
    }

    /// The rules of a model at a seller: the model's own, under the seller's limits, under what the seller says of
    /// this model. A model in no book has only the seller's limits.
    ///
    /// A seller says it under a beginning of the bare name (`gpt-image-*`), the bare name, or the id as it spells
    /// it; the more particular goes before.
    #[must_use]
    pub fn rules(&self, seller: &Seller, model: &ModelId) -> Capabilities {
        let own = self.entry(model).map(|entry| entry.rules.clone()).unwrap_or_default();
        let base = model.base_name();
        let begins = |key: &&String| key.strip_suffix('*').is_some_and(|start| base.starts_with(start));
        let mut keys: Vec<&str> = seller.models.keys().filter(begins).map(String::as_str).collect();
        keys.sort_by_key(|key| key.len());
        keys.push(base);
        if model.as_str() != base {
            keys.push(model.as_str());
        }
        let said = keys.into_iter().filter_map(|key| seller.models.get(key));
        said.fold(own.overlaid_by(&seller.limits), |rules, over| rules.overlaid_by(over))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BookFile {
    sources: BTreeMap<String, BookSource>,
    model: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BookSource {
    title: String,
    checked: Date,
}

/// A text that a model must have.
fn take_text(model: &mut Map<String, Value>, key: &str) -> Result<Option<String>, String> {
    match model.remove(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(format!("{key} = {other} is not text")),
    }
}

/// The rules of a model. In the file they name their source by its key, so that each source stands once.
fn rules(
    mut model: Map<String, Value>,
    sources: &BTreeMap<String, BookSource>,
) -> Result<Capabilities, String> {
    for (field, rule) in &mut model {
        let Some(key) = rule["source"].as_str() else {
            return Err(format!("{field} names no source"));
        };
        let source =
            sources.get(key).ok_or_else(|| format!("{field}: source {key:?} is not in [sources]"))?;
        rule["source"] = source.title.clone().into();
        rule["checked"] = source.checked.to_string().into();
    }
    serde_json::from_value(Value::Object(model)).map_err(|error| error.to_string())
}
