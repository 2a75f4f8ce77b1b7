//! What a seller sells.

use impasto_types::ModelId;
use impasto_types::capability::Capabilities;
use serde::Serialize;

use super::Book;
use crate::seller::Seller;

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
}
