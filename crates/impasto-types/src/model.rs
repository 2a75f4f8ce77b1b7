//! Model ids: open strings, with the families that prices and rules hang on.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A model id as a seller spells it: `gpt-image-2`, `openai/gpt-image-1/edit`, an Azure deployment name.
///
/// Any string is a model id: sellers invent ids and keep selling those that OpenAI has shut down.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelId(String);

impl ModelId {
    /// The model id `id`.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as it is spelled.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bare OpenAI name in the id: without a vendor prefix, a task suffix, or a snapshot date.
    ///
    /// ```
    /// use impasto_types::ModelId;
    ///
    /// assert_eq!(ModelId::new("openai/gpt-image-1/edit").base_name(), "gpt-image-1");
    /// assert_eq!(ModelId::new("gpt-image-2-2026-04-21").base_name(), "gpt-image-2");
    /// assert_eq!(ModelId::new("gpt-image-2.5-flare:official").base_name(), "gpt-image-2.5-flare");
    /// ```
    #[must_use]
    pub fn base_name(&self) -> &str {
        let without_tag = self.0.split(':').next().unwrap_or(&self.0);
        let name = without_tag
            .split('/')
            .find(|part| {
                part.starts_with("gpt-image")
                    || part.starts_with("chatgpt-image")
                    || part.starts_with("dall-e")
            })
            .unwrap_or(without_tag);
        strip_snapshot(name)
    }

    /// The family the id belongs to, by its bare name.
    #[must_use]
    pub fn family(&self) -> ModelFamily {
        match self.base_name() {
            "gpt-image-1" => ModelFamily::GptImage1,
            "gpt-image-1-mini" => ModelFamily::GptImage1Mini,
            "gpt-image-1.5" => ModelFamily::GptImage15,
            "chatgpt-image-latest" => ModelFamily::ChatGptImageLatest,
            "gpt-image-2" => ModelFamily::GptImage2,
            "gpt-image-2.5-sunburst" | "gpt-image-2.5-flare" => ModelFamily::GptImage25,
            "gpt-image-2.6-sunburst" | "gpt-image-2.6-flare" => ModelFamily::GptImage26,
            "dall-e-2" => ModelFamily::DallE2,
            "dall-e-3" => ModelFamily::DallE3,
            _ => ModelFamily::Unknown,
        }
    }
}

/// `name` without a trailing `-YYYY-MM-DD`.
fn strip_snapshot(name: &str) -> &str {
    let Some(cut) = name.len().checked_sub(11) else {
        return name;
    };
    let Some(tail) = name.get(cut..) else {
        return name;
    };
    let dated = tail.bytes().enumerate().all(|(at, b)| match at {
        0 | 5 | 8 => b == b'-',
        _ => b.is_ascii_digit(),
    });
    if dated { &name[..cut] } else { name }
}

impl From<&str> for ModelId {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

impl From<String> for ModelId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl From<&Self> for ModelId {
    fn from(id: &Self) -> Self {
        id.clone()
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A group of models that share token formulas and rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ModelFamily {
    /// `gpt-image-1`, shut down at OpenAI on 2026-10-23, still sold elsewhere.
    GptImage1,
    /// `gpt-image-1-mini`.
    GptImage1Mini,
    /// `gpt-image-1.5`.
    GptImage15,
    /// `chatgpt-image-latest`, which follows ChatGPT; priced as 1.5.
    ChatGptImageLatest,
    /// `gpt-image-2`.
    GptImage2,
    /// `gpt-image-2.5-sunburst` and `-flare`.
    GptImage25,
    /// `gpt-image-2.6-sunburst` and `-flare`.
    GptImage26,
    /// `dall-e-2`, retired on 2026-05-12.
    DallE2,
    /// `dall-e-3`, retired on 2026-05-12.
    DallE3,
    /// An id this version does not know.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::{ModelFamily, ModelId};

    #[track_caller]
    fn check(id: &str, family: ModelFamily) {
        assert_eq!(ModelId::new(id).family(), family, "{id}");
    }

    #[test]
    fn families_of_ids_as_sellers_spell_them() {
        check("gpt-image-1", ModelFamily::GptImage1);
        check("openai/gpt-image-1/edit", ModelFamily::GptImage1);
        check("openai/gpt-image-1-mini/text-to-image", ModelFamily::GptImage1Mini);
        check("gpt-image-1.5-2025-12-16", ModelFamily::GptImage15);
        check("gpt-image-2.6-flare", ModelFamily::GptImage26);
        check("gpt-image-2.5-flare:official", ModelFamily::GptImage25);
        check("azure/openai/gpt-image-2", ModelFamily::GptImage2);
        check("gpt-image-2-all", ModelFamily::Unknown);
        check("gpt-image-2.5", ModelFamily::Unknown);
        check("my-deployment", ModelFamily::Unknown);
        check("", ModelFamily::Unknown);
        check("é-2026-04-21", ModelFamily::Unknown);
    }
}
