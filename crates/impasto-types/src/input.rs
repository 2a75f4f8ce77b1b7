//! Images that go in: from a file, from memory, by URL or by file id; and masks.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::image::{ImageFacts, ImageFormat};

/// Where the bytes of an input image come from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ImageSource {
    /// A file, read while it is sent and never held whole.
    File(PathBuf),
    /// Bytes in memory. They cannot be written into a journal; give a file where a job must survive a crash.
    #[serde(skip)]
    Bytes(Arc<[u8]>),
    /// An http(s) or `data:` URL, handed on as it is where the seller takes URLs.
    Url(String),
    /// The id of a file already uploaded to the seller (`file_id`).
    FileId(String),
}

impl fmt::Debug for ImageSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
            Self::Url(url) if url.starts_with("data:") => {
                write!(f, "Url(data URL of {} characters)", url.len())
            }
            Self::Url(url) => f.debug_tuple("Url").field(url).finish(),
            Self::FileId(id) => f.debug_tuple("FileId").field(id).finish(),
        }
    }
}

/// One input image: its source, and what is known of it.
///
/// The order of images matters: prompts say "image 1", and a mask belongs to the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImageInput {
    /// Where the bytes come from.
    pub source: ImageSource,
    /// The file name to send; made from the path and the format when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// What the header says. The facade fills it in before anything is checked or sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<ImageFacts>,
}

impl ImageInput {
    /// An image of the given source.
    #[must_use]
    pub const fn new(source: ImageSource) -> Self {
        Self { source, filename: None, facts: None }
    }

    /// The image in the file at `path`.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::new(ImageSource::File(path.into()))
    }

    /// The image in memory.
    pub fn bytes(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self::new(ImageSource::Bytes(bytes.into()))
    }

    /// The image behind an http(s) or `data:` URL.
    pub fn url(url: impl Into<String>) -> Self {
        Self::new(ImageSource::Url(url.into()))
    }

    /// An image uploaded before, by its file id.
    pub fn file_id(id: impl Into<String>) -> Self {
        Self::new(ImageSource::FileId(id.into()))
    }

    /// Sets the file name to send.
    #[must_use]
    pub fn with_filename(mut self, filename: impl Into<String>) -> Self {
        self.filename = Some(filename.into());
        self
    }

    /// Sets what the header says, as read by the caller.
    #[must_use]
    pub const fn with_facts(mut self, facts: ImageFacts) -> Self {
        self.facts = Some(facts);
        self
    }

    /// The name to send with the bytes: the given one, else the file's own, else `image`, always with the
    /// extension that fits the content (sellers judge by it).
    #[must_use]
    pub fn upload_name(&self) -> String {
        let given = self.filename.clone().or_else(|| match &self.source {
            ImageSource::File(path) => path.file_name().map(|name| name.to_string_lossy().into_owned()),
            _ => None,
        });
        let name = given.unwrap_or_else(|| "image".to_owned());
        let Some(format) = self.facts.map(|facts| facts.format) else {
            return name;
        };
        let promised =
            Path::new(&name).extension().and_then(|ext| ImageFormat::from_extension(&ext.to_string_lossy()));
        match promised {
            Some(same) if same == format => name,
            Some(_) => Path::new(&name).with_extension(format.extension()).to_string_lossy().into_owned(),
            None => format!("{name}.{}", format.extension()),
        }
    }

    /// The media type to send with the bytes, by content; `application/octet-stream` where nothing is known.
    #[must_use]
    pub fn media_type(&self) -> &'static str {
        self.facts.map_or("application/octet-stream", |facts| facts.format.media_type())
    }

    /// A short name for messages: the path, the URL's beginning, the id, or `image in memory`.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.source {
            ImageSource::File(path) => path.display().to_string(),
            ImageSource::Bytes(_) => self.filename.clone().unwrap_or_else(|| "image in memory".to_owned()),
            ImageSource::Url(url) if url.starts_with("data:") => "data URL".to_owned(),
            ImageSource::Url(url) => url.split(['?', '#']).next().unwrap_or(url).to_owned(),
            ImageSource::FileId(id) => id.clone(),
        }
    }
}

impl From<PathBuf> for ImageInput {
    fn from(path: PathBuf) -> Self {
        Self::file(path)
    }
}

impl From<&Path> for ImageInput {
    fn from(path: &Path) -> Self {
        Self::file(path)
    }
}

/// A path, or a URL when the text begins with `http://`, `https://` or `data:`.
impl From<&str> for ImageInput {
    fn from(text: &str) -> Self {
        if ["http://", "https://", "data:"].iter().any(|scheme| text.starts_with(scheme)) {
            Self::url(text)
        } else {
            Self::file(text)
        }
    }
}

impl From<Vec<u8>> for ImageInput {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

/// How the pixels of a mask image are to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MaskReading {
    /// Transparent pixels are edited if the image has any; else white ones.
    #[default]
    Auto,
    /// Alpha 0 is edited (OpenAI's own reading).
    TransparentIsEdited,
    /// White is edited.
    WhiteIsEdited,
    /// Black is edited.
    BlackIsEdited,
}

/// Which part of the first image an edit may change, said once for every seller.
///
/// Sellers disagree on what a mask image means; what each of them reads is data, and the mask is turned into it
/// before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mask {
    /// An image of the first image's size.
    Image {
        /// The mask.
        image: ImageInput,
        /// How to read it.
        #[serde(default)]
        reading: MaskReading,
    },
    /// The pixels of a rectangle, counted from the top left.
    Rectangle {
        /// Pixels from the left edge.
        x: u32,
        /// Pixels from the top edge.
        y: u32,
        /// Pixels from left to right.
        width: u32,
        /// Pixels from top to bottom.
        height: u32,
    },
}

impl Mask {
    /// A mask image, read by its alpha if it has transparent pixels and as black and white otherwise.
    pub fn image(image: impl Into<ImageInput>) -> Self {
        Self::Image { image: image.into(), reading: MaskReading::Auto }
    }

    /// The mask image, if it is one.
    #[must_use]
    pub const fn as_image(&self) -> Option<&ImageInput> {
        match self {
            Self::Image { image, .. } => Some(image),
            Self::Rectangle { .. } => None,
        }
    }
}

impl<T: Into<ImageInput>> From<T> for Mask {
    fn from(image: T) -> Self {
        Self::image(image)
    }
}

#[cfg(test)]
mod tests {
    use super::ImageInput;
    use crate::image::{ImageFacts, ImageFormat};

    #[track_caller]
    fn check(input: &ImageInput, expected: &str) {
        assert_eq!(input.upload_name(), expected);
    }

    #[test]
    fn the_extension_follows_the_content() {
        let png = ImageFacts::new(ImageFormat::Png, 1, 1, 68);
        check(&ImageInput::file("photos/a.jpg").with_facts(png), "a.png");
        check(&ImageInput::file("photos/a.PNG").with_facts(png), "a.PNG");
        check(&ImageInput::file("photos/a").with_facts(png), "a.png");
        check(&ImageInput::file("photos/v1.2").with_facts(png), "v1.2.png");
        check(&ImageInput::bytes(vec![1]).with_facts(png), "image.png");
        check(&ImageInput::bytes(vec![1]), "image");
    }
}
