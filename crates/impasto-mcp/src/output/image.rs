//! An image that is there.

use impasto::history::ImageRecord;
use rmcp::model::{ContentBlock, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::roots::uri_of;

/// An image that is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ImageView {
    /// Its file.
    pub(crate) path: String,
    /// The same as a file: URI.
    pub(crate) uri: String,
    /// png, jpeg, webp, ….
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<String>,
    /// WIDTHxHEIGHT in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<String>,
    /// Its length.
    pub(crate) bytes: u64,
    /// The SHA-256 of its bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    /// The prompt the seller used instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) revised_prompt: Option<String>,
}

impl From<&ImageRecord> for ImageView {
    fn from(image: &ImageRecord) -> Self {
        let size = image.width.zip(image.height).map(|(width, height)| format!("{width}x{height}"));
        Self {
            path: image.file.to_string_lossy().into_owned(),
            uri: uri_of(&image.file),
            format: image.format.clone(),
            size,
            bytes: image.bytes,
            sha256: image.sha256.clone(),
            revised_prompt: image.revised_prompt.clone(),
        }
    }
}

impl ImageView {
    /// The original, as a link and never inline: it is megabytes.
    pub(crate) fn link(&self) -> ContentBlock {
        let name = self.path.rsplit(['/', '\\']).next().unwrap_or(&self.path);
        let mut link = Resource::new(&self.uri, name).with_size(self.bytes);
        if let Some(format) = &self.format {
            link = link.with_mime_type(media_type(format));
        }
        ContentBlock::resource_link(link)
    }

    /// The image in a few words.
    pub(crate) fn words(&self) -> String {
        let what = [self.size.as_deref(), self.format.as_deref()];
        let what: Vec<&str> = what.into_iter().flatten().collect();
        format!("{} ({}, {} bytes)", self.path, what.join(" "), self.bytes)
    }
}

fn media_type(format: &str) -> String {
    match format {
        "svg" => "image/svg+xml".to_owned(),
        other => format!("image/{other}"),
    }
}
