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
    id: String,
    aliases: Vec<String>,
    about: String,
    /// The id as this seller spells it.
    spelled: Spelled,
    /// What it can do here, every rule with its source and the day it was read.
    rules: Capabilities,
}

#[derive(Debug, Serialize)]
struct Spelled {
    generate: String,
    edit: String,
}

impl ModelsReport {
    pub(crate) fn new(seller: &Seller, book: &Book) -> Self {
        let view = |id: &str, aliases: &[String], about: &str| {
            let model = ModelId::new(seller.spell(id, false));
            ModelView {
                id: id.to_owned(),
                aliases: aliases.to_vec(),
                about: about.to_owned(),
                spelled: Spelled { generate: seller.spell(id, false), edit: seller.spell(id, true) },
                rules: book.rules(seller, &model),
            }
        };
        let own = seller.models.keys().filter(|id| book.entry(&ModelId::new(id.as_str())).is_none());
        let models = book
            .iter()
            .map(|entry| view(&entry.id, &entry.aliases, &entry.about))
            .chain(own.map(|id| view(id, &[], "this seller's own")))
            .collect();
        Self { ok: true, provider: seller.id.clone(), default_model: seller.defaults.model.clone(), models }
    }

    /// Keeps only this model; where there is none of the name, the names there are.
    pub(crate) fn keep(&mut self, model: &str) -> Result<(), String> {
        let bare = ModelId::new(model);
        let is = |view: &ModelView| {
            let names = [&view.id, &view.spelled.generate, &view.spelled.edit];
            names.into_iter().chain(&view.aliases).any(|name| name == model) || view.id == bare.base_name()
        };
        if !self.models.iter().any(is) {
            let known: Vec<&str> = self.models.iter().map(|view| view.id.as_str()).collect();
            return Err(known.join(", "));
        }
        self.models.retain(is);
        Ok(())
    }

    /// The list for people: what one chooses a model by.
    pub(crate) fn text(&self, term: &Term) -> String {
        let mut lines = Vec::new();
        for model in &self.models {
            let default = if self.default_model.as_ref() == Some(&model.id) { " (the default)" } else { "" };
            lines.push(format!("{}  {}{default}", term.heading(&model.id), model.about));
            if model.spelled.generate != model.id {
                lines.push(format!("  id         {}", model.spelled.generate));
            }
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
            if model.spelled.generate != model.id {
                lines.push(format!("  sold as {} and {}", model.spelled.generate, model.spelled.edit));
            }
            lines.extend(rules::full(&model.rules));
        }
        lines.join("\n")
    }
}
