//! A seller as data: one TOML file each.

mod read;

use std::collections::BTreeMap;

use impasto_transport::Origin;
use impasto_types::capability::Capabilities;
use impasto_types::{Date, Quality, Table};
use serde::Serialize;

use crate::address;
use crate::error::{Error, ErrorKind};

/// The dialects that there are adapters for.
pub(crate) const DIALECTS: &[&str] = &["atlas", "openai"];

/// Everything that makes a seller of an API dialect different from the others.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Seller {
    /// The id, as in `--provider`: lower-case letters, digits and dashes.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// Which adapter speaks to it: `openai` or `atlas`.
    pub dialect: String,
    /// The base URL as the seller's documents print it.
    pub base_url: String,
    /// The seller whose file applies instead when the base URL's path ends like this: Azure's second surface.
    pub surfaces: BTreeMap<String, String>,
    /// How the key is given.
    pub auth: Authentication,
    /// Names in paths, query and headers that people may set.
    pub options: BTreeMap<String, Options>,
    /// Query parameters of every call; those that name an unset option are left out.
    pub query: BTreeMap<String, String>,
    /// Headers of every call; those that name an unset option are left out.
    pub headers: BTreeMap<String, String>,
    /// Headers of the call that costs money, beside those; filled in the same way.
    pub submit_headers: BTreeMap<String, String>,
    /// The paths below the base URL.
    pub paths: Paths,
    /// What is sent when the caller does not say.
    pub defaults: Defaults,
    /// How the API differs from its dialect.
    pub quirks: Quirks,
    /// The seller's own error codes, by what they mean.
    pub errors: ErrorCodes,
    /// When to ask after a task, where the dialect has tasks.
    pub polls: Option<Polls>,
    /// How masks are read.
    pub mask: Mask,
    /// How the seller spells model ids.
    pub naming: Naming,
    /// The names under which models take images, where they differ by model (`atlas`).
    pub inputs: BTreeMap<String, InputFields>,
    /// Rules for all of the seller's models, over the models' own.
    pub limits: Capabilities,
    /// Rules for single models, over all others.
    pub models: BTreeMap<String, Capabilities>,
    /// Where all this stands.
    pub sources: Vec<SourceNote>,
}

/// How the key is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Authentication {
    /// Where it goes.
    pub style: KeyStyle,
    /// The header, for [`KeyStyle::Header`], or the word before the key, for [`KeyStyle::Prefix`].
    pub name: Option<String>,
    /// The environment variables that hold it, the first that is set wins.
    pub key_env: Vec<String>,
    /// The environment variable that holds another base URL.
    pub base_url_env: Option<String>,
}

/// Where the key goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyStyle {
    /// `Authorization: Bearer …`.
    #[default]
    Bearer,
    /// A header of its own.
    Header,
    /// `Authorization: <word> …`.
    Prefix,
}

/// A name in paths, query and headers that people may set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Options {
    /// The environment variable that sets it.
    pub env: Option<String>,
    /// Its value when nobody sets it.
    pub default: Option<String>,
    /// What it is.
    pub about: Option<String>,
}

/// The paths below the base URL. `{model}` is the model, `{task}` the seller's task, other names in braces are
/// options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Paths {
    /// Where images are made.
    pub generate: String,
    /// Where images are edited.
    pub edit: String,
    /// Where input images are stored first, at sellers that take only addresses.
    pub upload: Option<String>,
    /// Where a task is asked after, at sellers that answer with one.
    pub poll: Option<String>,
    /// Where the models are listed.
    pub models: String,
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            generate: "/images/generations".to_owned(),
            edit: "/images/edits".to_owned(),
            upload: None,
            poll: None,
            models: "/models".to_owned(),
        }
    }
}

/// What is sent when the caller does not say.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Defaults {
    /// The model.
    pub model: Option<String>,
    /// The quality; worth sending where sellers' own defaults differ.
    pub quality: Option<Quality>,
}

/// How the API differs from its dialect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Quirks {
    /// The model is not named in the body (it stands in the path).
    pub model_not_in_body: bool,
    /// How edits are sent.
    pub edit_encoding: EditEncoding,
    /// The form field of input images.
    pub image_field: ImageField,
    /// `response_format` to send; OpenAI's gpt-image models refuse the field, some sellers need it.
    pub response_format: Option<String>,
    /// How a size is said.
    pub size_fields: SizeFields,
    /// Fields that are left out with a warning, because the seller refuses or ignores them.
    pub leave_out: Vec<String>,
    /// `error.param` holds the id of the request.
    pub param_is_request_id: bool,
    /// The headers that hold the id of the request, the first present wins.
    pub request_id_headers: Vec<String>,
}

/// How edits are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EditEncoding {
    /// A multipart form; JSON when an image is given by URL or file id.
    #[default]
    Either,
    /// Always a multipart form; images by URL or file id are refused.
    Multipart,
    /// Always JSON; local images become data URLs.
    Json,
}

/// The form field of input images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ImageField {
    /// `image` for one image, `image[]` for several, as OpenAI's SDKs send them.
    #[default]
    ByCount,
    /// `image`, repeated.
    Repeated,
    /// `image[]`, always.
    Bracketed,
}

/// How a size is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SizeFields {
    /// `size`, as `WIDTHxHEIGHT`.
    #[default]
    Size,
    /// `width` and `height`, as numbers; `auto` is said by leaving both out.
    WidthAndHeight,
}

/// The seller's own error codes, by what they mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ErrorCodes {
    /// Money or credits are used up.
    pub quota: Vec<String>,
    /// Too many requests.
    pub rate_limit: Vec<String>,
    /// The safety system said no.
    pub moderation: Vec<String>,
    /// The request is wrong, whatever the status says.
    pub invalid_request: Vec<String>,
    /// The key is wrong.
    pub authentication: Vec<String>,
    /// The key may not do this.
    pub permission: Vec<String>,
    /// No such model.
    pub not_found: Vec<String>,
    /// Nobody is free to do the work; nothing was done.
    pub overloaded: Vec<String>,
    /// The seller failed.
    pub server: Vec<String>,
    /// The seller gave up waiting.
    pub timeout: Vec<String>,
}

/// When to ask after a task: the first time near the usual duration, then ever more rarely. In milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Polls {
    /// Before the first time.
    pub first_ms: u64,
    /// Before the second.
    pub next_ms: u64,
    /// Each further wait is this many per cent of the one before.
    pub growth_percent: u32,
    /// No wait is longer.
    pub cap_ms: u64,
    /// After this long in all the job is given back, still running at the seller.
    pub deadline_ms: u64,
}

/// How masks are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Mask {
    /// `transparent_is_edited`, `white_is_edited`, `black_is_edited`, or `both`: right under the first two readings.
    pub polarity: String,
}

impl Default for Mask {
    fn default() -> Self {
        Self { polarity: "transparent_is_edited".to_owned() }
    }
}

/// How the seller spells model ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Naming {
    /// Put before a bare OpenAI id, such as `openai/`.
    pub prefix: String,
    /// Put behind a bare OpenAI id when generating, such as `/text-to-image`.
    pub generate_suffix: String,
    /// Put behind a bare OpenAI id when editing, such as `/edit`.
    pub edit_suffix: String,
}

/// The names under which a model takes images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct InputFields {
    /// The field of the input images.
    pub image: String,
    /// Whether it holds a list; else it holds one image.
    pub list: bool,
    /// The field of the mask; none where the model takes no mask.
    pub mask: Option<String>,
}

impl Default for InputFields {
    fn default() -> Self {
        Self { image: "images".to_owned(), list: true, mask: None }
    }
}

/// Where a seller's data stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SourceNote {
    /// The document.
    pub title: String,
    /// The day it was read.
    pub checked: Date,
    /// What else is worth knowing of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Seller {
    /// Reads a seller's TOML file. `name` is the file's name, for errors.
    ///
    /// # Errors
    /// When it is not TOML, has a field nobody knows, or lacks one that is needed.
    #[cfg(feature = "toml")]
    pub fn from_toml(name: &str, text: &str) -> Result<Self, Error> {
        let file = crate::toml::read(text)
            .map_err(|why| Error::new(ErrorKind::Configuration, format!("{name}: {why}")))?;
        Self::from_table(name, file)
    }

    /// Reads a seller from a file that is a table already.
    pub(crate) fn from_table(name: &str, file: Table) -> Result<Self, Error> {
        let bad = |why: String| Error::new(ErrorKind::Configuration, format!("{name}: {why}"));
        let seller = read::seller(file).map_err(|error| bad(error.to_string()))?;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if seller.id.is_empty() || !seller.id.chars().all(plain) {
            return Err(bad(format!("id {:?} must be lower-case letters, digits and dashes", seller.id)));
        }
        seller.check().map_err(bad)?;
        Ok(seller)
    }

    /// What TOML cannot say is wrong: names that lead nowhere.
    fn check(&self) -> Result<(), String> {
        if !DIALECTS.contains(&self.dialect.as_str()) {
            return Err(format!("dialect {:?} is not one of {}", self.dialect, DIALECTS.join(", ")));
        }
        Origin::of(&self.base_url).map_err(|error| format!("base_url {:?}: {error}", self.base_url))?;
        if self.auth.style != KeyStyle::Bearer && self.auth.name.is_none() {
            return Err("auth.name is missing; this style needs one".to_owned());
        }
        let paths = [&self.paths.generate, &self.paths.edit, &self.paths.models];
        let more = self.paths.upload.iter().chain(&self.paths.poll);
        let templates =
            [&self.query, &self.headers, &self.submit_headers].into_iter().flat_map(BTreeMap::values);
        for template in paths.into_iter().chain(more).chain(templates) {
            for name in
                address::names_in(template).ok_or_else(|| format!("{template:?} has an open brace"))?
            {
                if !["model", "task"].contains(&name) && !self.options.contains_key(name) {
                    return Err(format!("{template:?} names {name}, which is not in [options]"));
                }
            }
        }
        Ok(())
    }

    /// The model id as this seller spells it: a bare OpenAI id gets the seller's prefix and suffix, one that has
    /// only the prefix the suffix; any other id passes as it is.
    #[must_use]
    pub fn spell(&self, model: &str, edit: bool) -> String {
        let naming = &self.naming;
        let suffix = if edit { &naming.edit_suffix } else { &naming.generate_suffix };
        let bare = if naming.prefix.is_empty() {
            model
        } else {
            model.strip_prefix(naming.prefix.as_str()).unwrap_or(model)
        };
        if bare.contains('/') {
            return model.to_owned();
        }
        format!("{}{bare}{suffix}", naming.prefix)
    }
}
