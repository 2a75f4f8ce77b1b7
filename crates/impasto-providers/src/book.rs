//! The capability book: what each model can do, and what each seller makes of it.

#[cfg(feature = "pages")]
mod pages;
mod sold;

use std::collections::BTreeMap;

use impasto_types::capability::Capabilities;
use impasto_types::{Date, ModelId, Table};

use crate::carried;
use crate::error::{Error, ErrorKind};
use crate::seller::Seller;

pub use sold::SoldModel;

/// OpenAI's models as OpenAI sells them, as `cargo xtask data` makes it from `book/*.toml`.
const BUILTIN: &str = include_str!("../carried/book.json");

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
        let mut entries = Vec::new();
        for (name, file) in carried::files(BUILTIN)? {
            read(&name, file, &mut entries)?;
        }
        Ok(Self { entries })
    }

    /// Reads a book from TOML. `name` is the file's name, for errors.
    ///
    /// # Errors
    /// When it is not TOML, has a field nobody knows, or names a source that it does not list.
    #[cfg(feature = "toml")]
    pub fn from_toml(name: &str, text: &str) -> Result<Self, Error> {
        let file = crate::toml::read(text)
            .map_err(|why| Error::new(ErrorKind::Configuration, format!("{name}: {why}")))?;
        let mut entries = Vec::new();
        read(name, file, &mut entries)?;
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
        // In the map's order the shorter of two beginnings of a name stands first: `*` is before all that names hold.
        let mut keys: Vec<&str> = seller.models.keys().filter(begins).map(String::as_str).collect();
        keys.push(base);
        if model.as_str() != base {
            keys.push(model.as_str());
        }
        let said = keys.into_iter().filter_map(|key| seller.models.get(key));
        said.fold(own.overlaid_by(&seller.limits), |rules, over| rules.overlaid_by(over))
    }
}

/// Adds the models of a file.
fn read(name: &str, mut file: Table, entries: &mut Vec<BookEntry>) -> Result<(), Error> {
    let bad = |error: impasto_types::Error| Error::new(ErrorKind::Configuration, format!("{name}: {error}"));
    let sources = sources(&mut file).map_err(bad)?;
    let models = file.tables("model").map_err(bad)?;
    file.end().map_err(bad)?;
    for model in models {
        let entry = entry(model, &sources, entries).map_err(bad)?;
        entries.push(entry);
    }
    Ok(())
}

/// What the book was read from, by the key that rules name it with: title and day.
fn sources(file: &mut Table) -> Result<BTreeMap<String, (String, Date)>, impasto_types::Error> {
    let mut sources = BTreeMap::new();
    for (key, mut source) in file.tables_by_name("sources")? {
        sources.insert(key, (source.needed_text("title")?, source.needed_date("checked")?));
        source.end()?;
    }
    Ok(sources)
}

/// One model. Its rules name their source by its key, so that each source stands once in the file.
fn entry(
    mut model: Table,
    sources: &BTreeMap<String, (String, Date)>,
    above: &[BookEntry],
) -> Result<BookEntry, impasto_types::Error> {
    let id = model.needed_text("id")?;
    let mut model = model.renamed(&id);
    let about = model.text("about")?.unwrap_or_default();
    let aliases = model.texts("aliases")?;
    let base = match model.text("like")? {
        None => Capabilities::default(),
        Some(like) => {
            let like_that = above.iter().find(|entry| entry.id == like).map(|entry| entry.rules.clone());
            like_that.ok_or_else(|| model.wrong("like", format!("{like:?} is not a model above it")))?
        }
    };
    let stray = |key: &str| format!("source {key:?} is not in [sources]");
    for (field, rule) in model.iter_mut() {
        let key = rule["source"].as_str().unwrap_or_default();
        let Some((title, checked)) = sources.get(key) else {
            return Err(impasto_types::Error::malformed(format!("{id}.{field}"), stray(key)));
        };
        let (title, checked) = (title.clone(), checked.to_string());
        rule["source"] = title.into();
        rule["checked"] = checked.into();
    }
    let rules = base.overlaid_by(&Capabilities::read(model)?);
    Ok(BookEntry { id, aliases, about, rules })
}
