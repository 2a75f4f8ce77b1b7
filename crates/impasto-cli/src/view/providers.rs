//! The sellers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use impasto::{Origin, Seller, Sellers, env};
use serde::Serialize;

use crate::term::Term;

/// The object printed by `providers --json`.
#[derive(Debug, Serialize)]
pub(crate) struct ProvidersReport {
    ok: bool,
    providers: Vec<ProviderView>,
    /// Where the user's own sellers are looked for.
    sellers_folder: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct ProviderView {
    id: String,
    name: String,
    dialect: String,
    base_url: String,
    base_url_env: Option<String>,
    key_env: Vec<String>,
    key_set: bool,
    default_model: Option<String>,
    options: BTreeMap<String, OptionView>,
    /// `built_in`, or the file.
    origin: String,
    sources: Vec<SourceView>,
}

#[derive(Debug, Serialize)]
struct OptionView {
    about: Option<String>,
    env: Option<String>,
    default: Option<String>,
}

#[derive(Debug, Serialize)]
struct SourceView {
    title: String,
    checked: String,
    note: Option<String>,
}

impl ProvidersReport {
    pub(crate) fn new(sellers: &Sellers, sellers_folder: Option<PathBuf>) -> Self {
        let providers = sellers.iter().map(|(seller, origin)| ProviderView::new(seller, origin)).collect();
        Self { ok: true, providers, sellers_folder }
    }

    /// The same for people: one block a seller.
    pub(crate) fn text(&self, term: &Term) -> String {
        let mut lines = Vec::new();
        for provider in &self.providers {
            let set = if provider.key_set { "set" } else { "not set" };
            let keys = provider.key_env.join(" or ");
            let origin = if provider.origin == BUILT_IN { "built in" } else { provider.origin.as_str() };
            lines.push(format!("{} {}", term.heading(&format!("{:<12}", provider.id)), provider.name));
            lines.push(format!("  base URL   {}", provider.base_url));
            lines.push(format!("  key        {keys} ({set})"));
            lines.push(format!("  from       {origin}"));
        }
        if let Some(folder) = &self.sellers_folder {
            lines.push(format!("\nyour own sellers: TOML files in {}", folder.display()));
        }
        lines.join("\n")
    }
}

/// The origin of a seller of our own.
const BUILT_IN: &str = "built_in";

impl ProviderView {
    fn new(seller: &Seller, origin: &Origin) -> Self {
        let options = seller.options.iter().map(|(name, option)| {
            let view = OptionView {
                about: option.about.clone(),
                env: option.env.clone(),
                default: option.default.clone(),
            };
            (name.clone(), view)
        });
        let sources = seller.sources.iter().map(|source| SourceView {
            title: source.title.clone(),
            checked: source.checked.to_string(),
            note: source.note.clone(),
        });
        Self {
            id: seller.id.clone(),
            name: seller.name.clone(),
            dialect: seller.dialect.clone(),
            base_url: seller.base_url.clone(),
            base_url_env: seller.auth.base_url_env.clone(),
            key_env: seller.auth.key_env.clone(),
            key_set: seller.auth.key_env.iter().any(|name| env::read(name).is_some()),
            default_model: seller.defaults.model.clone(),
            options: options.collect(),
            origin: match origin {
                Origin::File(name) => name.clone(),
                _ => BUILT_IN.to_owned(),
            },
            sources: sources.collect(),
        }
    }
}
