//! The book on paper: as markdown for the page of capabilities, as JSON for programs. Every rule with its source.

use std::fmt::Write as _;

use impasto_types::ModelId;
use impasto_types::capability::Capabilities;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Book;
use crate::seller::{KeyStyle, Seller};
use crate::sellers::{Origin, Sellers};

/// The rules in the order in which people ask for them.
const ORDER: &[&str] = &[
    "operations",
    "size",
    "quality",
    "n",
    "output_format",
    "output_compression",
    "background",
    "moderation",
    "complexity",
    "stream",
    "partial_images",
    "prompt_chars",
    "input_images",
    "input_formats",
    "input_bytes",
    "input_fidelity",
    "mask",
    "mask_bytes",
    "markup",
    "life_cycle",
];

/// The rules that the table at the top of the page compares.
const COMPARED: &[&str] = &[
    "size",
    "quality",
    "output_format",
    "n",
    "input_images",
    "input_fidelity",
    "mask",
    "stream",
    "life_cycle",
];

/// A model as a seller sells it, as far as is known. Sellers sell more than anybody has written down.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SoldModel {
    /// The id as the seller spells it.
    pub id: ModelId,
    /// The bare OpenAI name.
    pub base: String,
    /// What it is, in a few words; empty for models in no book.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// Every rule that holds: the model's own, under the seller's.
    pub rules: Capabilities,
}

impl Book {
    /// The models of a seller with the rules that hold there. Where ids name the task too (Atlas Cloud), those the
    /// seller's file names; elsewhere every model of the book and whatever else the file names.
    #[must_use]
    pub fn sold_by(&self, seller: &Seller) -> Vec<SoldModel> {
        let named = seller.models.keys().filter(|key| !key.ends_with('*'));
        let mut ids: Vec<String> = Vec::new();
        if seller.naming.generate_suffix.is_empty() && seller.naming.edit_suffix.is_empty() {
            ids.extend(self.iter().map(|entry| seller.spell(&entry.id, false)));
        }
        for id in named.map(|id| seller.spell(id, false)) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let sold = |id: String| {
            let id = ModelId::new(id);
            SoldModel {
                base: id.base_name().to_owned(),
                about: self.entry(&id).map(|entry| entry.about.clone()).unwrap_or_default(),
                rules: self.rules(seller, &id),
                id,
            }
        };
        ids.into_iter().map(sold).collect()
    }

    /// The book and the sellers as JSON: `models` as OpenAI sells them, `providers` with their own data and, for
    /// each model, all the rules that hold there.
    #[must_use]
    pub fn to_json(&self, sellers: &Sellers) -> Value {
        let models: Vec<Value> = self
            .iter()
            .map(|entry| json!({"id": entry.id, "aliases": entry.aliases, "about": entry.about, "rules": entry.rules}))
            .collect();
        let providers: Vec<Value> = sellers
            .iter()
            .map(|(seller, origin)| {
                json!({
                    "id": seller.id,
                    "name": seller.name,
                    "dialect": seller.dialect,
                    "base_url": seller.base_url,
                    "key_env": seller.auth.key_env,
                    "from": from(origin),
                    "mask": seller.mask.polarity,
                    "default_model": seller.defaults.model,
                    "default_quality": seller.defaults.quality,
                    "sources": seller.sources,
                    "models": self.sold_by(seller),
                })
            })
            .collect();
        json!({"models": models, "providers": providers})
    }

    /// The book and the sellers as markdown, every rule with its source and the day it was read.
    #[must_use]
    pub fn to_markdown(&self, sellers: &Sellers) -> String {
        let mut text = String::from(HEAD);
        self.compare(&mut text);
        for entry in self.iter() {
            heading(&mut text, 3, &format!("`{}`", entry.id));
            if !entry.about.is_empty() {
                paragraph(&mut text, &format!("{}.", capitalised(&entry.about)));
            }
            if !entry.aliases.is_empty() {
                let aliases: Vec<String> = entry.aliases.iter().map(|alias| format!("`{alias}`")).collect();
                paragraph(&mut text, &format!("Also {}.", aliases.join(", ")));
            }
            rules(&mut text, &entry.rules);
        }
        heading(&mut text, 2, "Sellers");
        paragraph(
            &mut text,
            "What a seller states goes before what the model can do at OpenAI. Where it states nothing, OpenAI's rules \
             are used, and nobody has verified them there.",
        );
        for (seller, origin) in sellers.iter() {
            provider(&mut text, seller, origin);
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }

    fn compare(&self, text: &mut String) {
        heading(text, 2, "Models at OpenAI");
        row(text, std::iter::once("model".to_owned()).chain(COMPARED.iter().map(|name| format!("`{name}`"))));
        row(text, (0..=COMPARED.len()).map(|_| "---".to_owned()));
        for entry in self.iter() {
            let all = members(&entry.rules);
            let cell =
                |name: &&str| all.get(*name).map_or_else(String::new, |rule| allowed(&rule["allowed"]));
            row(text, std::iter::once(format!("`{}`", entry.id)).chain(COMPARED.iter().map(cell)));
        }
        text.push('\n');
    }
}

const HEAD: &str = "<!-- Generated by `cargo xtask docs`. Do not edit: change crates/impasto-providers/book or \
                    crates/impasto-providers/sellers. -->

# Capabilities

What each model can do, and what each seller makes of it.
Every rule has a source and the day on which it was read.
What breaks a documented or observed rule is refused before anything is sent; what breaks an unverified one passes with
a warning; what no rule speaks of is sent as it is.
";

fn provider(text: &mut String, seller: &Seller, origin: &Origin) {
    heading(text, 3, &format!("{} (`{}`)", seller.name, seller.id));
    let keys: Vec<String> = seller.auth.key_env.iter().map(|name| format!("`{name}`")).collect();
    let style = match (seller.auth.style, seller.auth.name.as_deref().unwrap_or_default()) {
        (KeyStyle::Bearer, _) => "as `Authorization: Bearer`".to_owned(),
        (KeyStyle::Header, name) => format!("in the header `{name}`"),
        (KeyStyle::Prefix, name) => format!("as `Authorization: {name}`"),
    };
    let mut lines = vec![
        format!("Base URL `{}`, dialect `{}`, {}.", seller.base_url, seller.dialect, from(origin)),
        format!("The key from {}, {style}.", keys.join(" or ")),
        format!("Masks: `{}`.", seller.mask.polarity),
    ];
    if let Some(model) = &seller.defaults.model {
        lines.push(format!("The model is `{model}` when none is named."));
    }
    if let Some(quality) = &seller.defaults.quality {
        lines.push(format!("The quality is always sent: `{quality}` when none is named."));
    }
    if !seller.quirks.leave_out.is_empty() {
        let fields: Vec<String> = seller.quirks.leave_out.iter().map(|field| format!("`{field}`")).collect();
        lines.push(format!("Left out, with a warning: {}.", fields.join(", ")));
    }
    for line in lines {
        writeln!(text, "* {line}").ok();
    }
    text.push('\n');
    if !seller.limits.is_empty() {
        paragraph(text, "For all of its models:");
        rules(text, &seller.limits);
    }
    for (id, own) in &seller.models {
        paragraph(text, &format!("For `{id}`:"));
        rules(text, own);
    }
    paragraph(text, "Sources:");
    for source in &seller.sources {
        let note = source.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
        writeln!(text, "* {} ({}){note}", source.title, source.checked).ok();
    }
    text.push('\n');
}

fn from(origin: &Origin) -> String {
    match origin {
        Origin::Builtin => "built in".to_owned(),
        Origin::File(name) => format!("from {name}"),
    }
}

fn rules(text: &mut String, rules: &Capabilities) {
    row(text, ["rule", "allowed", "standing", "source", "read"].map(str::to_owned));
    row(text, (0..5).map(|_| "---".to_owned()));
    let all = members(rules);
    let words = |rule: &Value, key: &str| rule[key].as_str().unwrap_or_default().to_owned();
    for name in ORDER {
        let Some(rule) = all.get(*name) else { continue };
        let note = rule["note"].as_str().map(|note| format!(" ({note})")).unwrap_or_default();
        let cells = [
            format!("`{name}`"),
            format!("{}{note}", allowed(&rule["allowed"])),
            words(rule, "standing"),
            words(rule, "source"),
            words(rule, "checked"),
        ];
        row(text, cells);
    }
    text.push('\n');
}

/// The rules by name. They are plain data, so this cannot fail; if it did, the page would be visibly empty.
fn members(rules: &Capabilities) -> Map<String, Value> {
    match serde_json::to_value(rules) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// What is allowed, in words.
fn allowed(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Array(items) if items.is_empty() => "not taken".to_owned(),
        Value::Array(items) => items.iter().map(allowed).collect::<Vec<_>>().join(", "),
        Value::String(text) => text.clone(),
        Value::Object(members) if members.contains_key("fixed") => {
            let fixed = allowed(&members["fixed"]);
            match members.get("free") {
                None => fixed,
                Some(free) => format!(
                    "{fixed}; any other with sides in multiples of {} up to {}, at most {}:1, of {} to {} pixels",
                    free["multiple_of"],
                    free["max_side"],
                    free["max_ratio"],
                    free["min_pixels"],
                    free["max_pixels"]
                ),
            }
        }
        Value::Object(members) => {
            let life = [
                ("released", "released"),
                ("deprecated", "deprecated"),
                ("shutdown", "shut down"),
                ("successor", "successor"),
            ];
            let said = life
                .iter()
                .filter_map(|(key, word)| Some(format!("{word} {}", members.get(*key)?.as_str()?)));
            said.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

fn heading(text: &mut String, level: usize, words: &str) {
    if !text.ends_with("\n\n") {
        text.push('\n');
    }
    writeln!(text, "{} {words}\n", "#".repeat(level)).ok();
}

fn paragraph(text: &mut String, words: &str) {
    writeln!(text, "{words}\n").ok();
}

fn row(text: &mut String, cells: impl IntoIterator<Item = String>) {
    for cell in cells {
        write!(text, "| {} ", cell.replace('|', "\\|")).ok();
    }
    text.push_str("|\n");
}

fn capitalised(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
