//! The models as a seller sells them.

use impasto::capability::Capabilities;
use impasto::{Book, ModelId, Seller};
use serde::Serialize;

use super::rules;
use crate::term::Term;

/// The object printed by `models --json`.
#[derive(Debug, Serialize)]
pub(crate) struct ModelsReport {
    ok: bool,
    provider: String,
    default_model: Option<String>,
    models: Vec<ModelView>,
}

#[derive(Debug, Serialize)]
struct ModelView {
    /// The id as this seller spells it.
    id: String,
    /// The bare OpenAI name.
    base: String,
    aliases: Vec<String>,
    about: String,
    /// What it can do here, every rule with its source and the day it was read.
    rules: Capabilities,
}

impl ModelsReport {
    pub(crate) fn new(seller: &Seller, book: &Book) -> Self {
        let models = book.sold_by(seller).into_iter().map(|sold| ModelView {
            aliases: book.entry(&sold.id).map(|entry| entry.aliases.clone()).unwrap_or_default(),
            id: sold.id.to_string(),
            base: sold.base,
            about: sold.about,
            rules: sold.rules,
        });
        Self {
            ok: true,
            provider: seller.id.clone(),
            default_model: seller.defaults.model.clone(),
            models: models.collect(),
        }
    }

    /// Keeps only this model, by its id, an alias or its bare name; where there is none, the names there are.
    pub(crate) fn keep(&mut self, model: &str) -> Result<(), String> {
        let wanted = ModelId::new(model);
        let exact = |view: &ModelView| view.id == model || view.aliases.iter().any(|alias| alias == model);
        let alike = |view: &ModelView| view.base == wanted.base_name();
        if self.models.iter().any(exact) {
            self.models.retain(exact);
        } else if self.models.iter().any(alike) {
            self.models.retain(alike);
        } else {
            let known: Vec<&str> = self.models.iter().map(|view| view.id.as_str()).collect();
            return Err(known.join(", "));
        }
        Ok(())
    }

    /// The list for people: what one chooses a model by.
    pub(crate) fn text(&self, term: &Term) -> String {
        let mut lines = Vec::new();
        for model in &self.models {
            let default = if self.default_model.as_ref() == Some(&model.id) { " (the default)" } else { "" };
            lines.push(format!("{}  {}{default}", term.heading(&model.id), model.about));
            for (name, value) in rules::short(&model.rules) {
                lines.push(format!("  {name:<10} {value}"));
            }
        }
        lines
            .push(format!("\nat {}; `impasto models MODEL` shows every rule with its source", self.provider));
        lines.join("\n")
    }

    /// Every rule of each model, with its source.
    pub(crate) fn details(&self, term: &Term) -> String {
        let mut lines = Vec::new();
        for model in &self.models {
            lines.push(format!("{} at {}: {}", term.heading(&model.id), self.provider, model.about));
            if !model.aliases.is_empty() {
                lines.push(format!("  also called {}", model.aliases.join(", ")));
            }
            lines.extend(rules::full(&model.rules));
        }
        lines.join("\n")
    }
}
