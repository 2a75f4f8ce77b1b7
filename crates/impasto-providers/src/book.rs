//! The capability book: what each model can do, and what each seller makes of it.

mod render;

use std::collections::BTreeMap;

use impasto_types::ModelId;
use impasto_types::capability::{Capabilities, FreeSizes, LifeCycle, Rule, Sizes, Standing};
use impasto_types::{Date, Operation};
use serde::Deserialize;
use serde::de::DeserializeOwned;

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
        for model in &file.model {
            let base = match &model.like {
                None => Capabilities::default(),
                Some(like) => entries
                    .iter()
                    .find(|entry: &&BookEntry| entry.id == *like)
                    .map(|entry| entry.rules.clone())
                    .ok_or_else(|| bad(format!("{}: like = {like:?} is not a model above it", model.id)))?,
            };
            let rules = model.rules(&file.sources).map_err(|why| bad(format!("{}: {why}", model.id)))?;
            entries.push(BookEntry {
                id: model.id.clone(),
                aliases: model.aliases.clone(),
                about: model.about.clone(),
                rules: base.overlaid_by(&rules),
            });
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
    model: Vec<BookModel>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BookSource {
    title: String,
    checked: Date,
}

/// A model as it is written in the file: rules name their source by its key, so that each stands once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BookModel {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    about: String,
    /// The model above whose rules hold where this one states none.
    like: Option<String>,
    operations: Option<BookRule<Vec<Operation>>>,
    prompt_chars: Option<BookRule<u32>>,
    n: Option<BookRule<u32>>,
    size: Option<BookRule<BookSizes>>,
    quality: Option<BookRule<Vec<impasto_types::Quality>>>,
    background: Option<BookRule<Vec<impasto_types::Background>>>,
    output_format: Option<BookRule<Vec<impasto_types::OutputFormat>>>,
    output_compression: Option<BookRule<Vec<impasto_types::OutputFormat>>>,
    moderation: Option<BookRule<Vec<impasto_types::Moderation>>>,
    input_fidelity: Option<BookRule<Vec<impasto_types::InputFidelity>>>,
    complexity: Option<BookRule<Vec<impasto_types::Complexity>>>,
    stream: Option<BookRule<bool>>,
    partial_images: Option<BookRule<u8>>,
    input_images: Option<BookRule<u32>>,
    input_formats: Option<BookRule<Vec<impasto_types::ImageFormat>>>,
    input_bytes: Option<BookRule<u64>>,
    mask: Option<BookRule<bool>>,
    mask_bytes: Option<BookRule<u64>>,
    markup: Option<BookRule<bool>>,
    life_cycle: Option<BookRule<LifeCycle>>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields, bound = "T: DeserializeOwned")]
struct BookRule<T> {
    allowed: T,
    source: String,
    #[serde(default)]
    standing: Standing,
    note: Option<String>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct BookSizes {
    fixed: Vec<impasto_types::Size>,
    free: Option<FreeSizes>,
}

impl From<BookSizes> for Sizes {
    fn from(sizes: BookSizes) -> Self {
        let mut all = Self::default();
        all.fixed = sizes.fixed;
        all.free = sizes.free;
        all
    }
}

impl<T: Clone> BookRule<T> {
    fn resolve<U: From<T>>(&self, sources: &BTreeMap<String, BookSource>) -> Result<Rule<U>, String> {
        let source = sources
            .get(&self.source)
            .ok_or_else(|| format!("source {:?} is not in [sources]", self.source))?;
        let mut rule = Rule::new(U::from(self.allowed.clone()), source.title.clone(), source.checked)
            .with_standing(self.standing);
        rule.note.clone_from(&self.note);
        Ok(rule)
    }
}

impl BookModel {
    fn rules(&self, sources: &BTreeMap<String, BookSource>) -> Result<Capabilities, String> {
        let mut rules = Capabilities::default();
        macro_rules! resolve {
            ($($field:ident),+) => { $(
                if let Some(rule) = &self.$field {
                    rules.$field = Some(rule.resolve(sources)?);
                }
            )+ };
        }
        resolve!(
            operations,
            prompt_chars,
            n,
            size,
            quality,
            background,
            output_format,
            output_compression,
            moderation,
            input_fidelity,
            complexity,
            stream,
            partial_images,
            input_images,
            input_formats,
            input_bytes,
            mask,
            mask_bytes,
            markup,
            life_cycle
        );
        Ok(rules)
    }
}
