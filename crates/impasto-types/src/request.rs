//! The one request: what a caller wants, before any seller is chosen.

mod fields;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::input::{ImageInput, Mask};
use crate::model::ModelId;
use crate::open_enum::open_enum;
use crate::options::{Background, Complexity, InputFidelity, Moderation, OutputFormat, Quality, SvgOptions};
use crate::size::Size;

open_enum! {
    /// What is to be done.
    Operation {
        /// Make images from text (`/images/generations`).
        Generate = "generate",
        /// Make images from images and text (`/images/edits`).
        Edit = "edit",
    }
}

/// A request for images in neutral words. Only what is set is sent.
///
/// Field names are those of OpenAI's Images API. Fields that this version does not know go into
/// [`ImageRequest::extra`] and are sent by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ImageRequest {
    /// Generate or edit.
    pub operation: Operation,
    /// What to draw, or what to change. At most 32,000 characters at OpenAI.
    pub prompt: String,
    /// The model; the seller's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelId>,
    /// How many images, at least 1. More than a seller's limit is split into several calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// The size in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// The quality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    /// The background.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<Background>,
    /// The file format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_format: Option<OutputFormat>,
    /// 0 to 100, for jpeg and webp. Sellers' texts disagree on its direction; it is passed on as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_compression: Option<u8>,
    /// How strict the filter is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moderation: Option<Moderation>,
    /// How closely an edit keeps to its input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_fidelity: Option<InputFidelity>,
    /// How long the model plans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complexity: Option<Complexity>,
    /// Whether to answer as a stream of events.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stream: bool,
    /// How many unfinished images to stream, 0 to 3. Each costs 100 image tokens; fewer may arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial_images: Option<u8>,
    /// Frames of a gif, 2 to 16.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame_count: Option<u8>,
    /// Milliseconds a frame is shown, 10 to 655,350.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame_duration_ms: Option<u32>,
    /// What an svg needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub svg: Option<SvgOptions>,
    /// A stable, hashed id of the end user, for the seller's abuse checks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safety_identifier: Option<String>,
    /// The older name of [`ImageRequest::safety_identifier`]; still accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Input images of an edit, in order; at most 16 at OpenAI.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ImageInput>,
    /// Which part of the first image may change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<Mask>,
    /// A transparent PNG of drawn instructions laid over the first image; not together with a mask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub markup: Option<ImageInput>,
    /// Fields by their wire name, sent as they are.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if wants a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl ImageRequest {
    fn new(operation: Operation, prompt: impl Into<String>) -> Self {
        Self {
            operation,
            prompt: prompt.into(),
            model: None,
            n: None,
            size: None,
            quality: None,
            background: None,
            output_format: None,
            output_compression: None,
            moderation: None,
            input_fidelity: None,
            complexity: None,
            stream: false,
            partial_images: None,
            frame_count: None,
            frame_duration_ms: None,
            svg: None,
            safety_identifier: None,
            user: None,
            images: Vec::new(),
            mask: None,
            markup: None,
            extra: Map::new(),
        }
    }

    /// A request to make images from `prompt`.
    pub fn generate(prompt: impl Into<String>) -> Self {
        Self::new(Operation::Generate, prompt)
    }

    /// A request to change images by `prompt`; add them with [`ImageRequest::with_image`].
    pub fn edit(prompt: impl Into<String>) -> Self {
        Self::new(Operation::Edit, prompt)
    }

    /// How many images are wanted: `n`, or 1.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.n.unwrap_or(1)
    }

    /// Checks what is wrong with every seller: an empty prompt, `n` of 0, an edit without an image.
    ///
    /// What depends on the model is checked by [`crate::capability::Capabilities::check`].
    ///
    /// # Errors
    /// On the first field that cannot be meant, with what is allowed.
    pub fn validate(&self) -> Result<(), Error> {
        if self.prompt.trim().is_empty() {
            return Err(Error::invalid("prompt", "is empty; say what to draw"));
        }
        if self.n == Some(0) {
            return Err(Error::invalid("n", "0 images asked for; ask for at least 1"));
        }
        if let Some(value @ 101..) = self.output_compression {
            return Err(Error::invalid("output_compression", format!("{value} is not between 0 and 100")));
        }
        self.validate_images()?;
        self.validate_stream()?;
        self.validate_formats()?;
        for name in self.extra.keys() {
            let is_own = |fields: &[&str]| fields.contains(&name.as_str());
            if name.is_empty() || is_own(Self::VALUE_FIELDS) || is_own(Self::IMAGE_FIELDS) {
                return Err(Error::invalid(
                    "extra",
                    format!("{name:?} has a field of its own; set that instead of passing it by name"),
                ));
            }
        }
        Ok(())
    }

    fn validate_images(&self) -> Result<(), Error> {
        let editing = self.operation == Operation::Edit;
        if editing && self.images.is_empty() {
            return Err(Error::invalid("image", "an edit needs at least one input image"));
        }
        if self.operation == Operation::Generate {
            let stray = [
                (!self.images.is_empty(), "image"),
                (self.mask.is_some(), "mask"),
                (self.markup.is_some(), "markup"),
                (self.input_fidelity.is_some(), "input_fidelity"),
            ];
            if let Some((_, field)) = stray.into_iter().find(|(set, _)| *set) {
                return Err(Error::invalid(field, "belongs to an edit; a generation has no input images"));
            }
        }
        if self.mask.is_some() && self.markup.is_some() {
            return Err(Error::invalid("markup", "cannot be combined with a mask; send one of the two"));
        }
        Ok(())
    }

    fn validate_stream(&self) -> Result<(), Error> {
        match self.partial_images {
            Some(count @ 4..) => Err(Error::invalid(
                "partial_images",
                format!("{count} asked for; between 0 and 3 are allowed"),
            )),
            Some(1..) if !self.stream => {
                Err(Error::invalid("partial_images", "only a stream has partial images; set stream as well"))
            }
            _ => Ok(()),
        }
    }

    fn validate_formats(&self) -> Result<(), Error> {
        let format = self.output_format.as_ref();
        if self.background == Some(Background::Transparent) && format == Some(&OutputFormat::Jpeg) {
            return Err(Error::invalid(
                "background",
                "jpeg has no transparency; use output_format png or webp",
            ));
        }
        let gif = format == Some(&OutputFormat::Gif);
        let svg = format == Some(&OutputFormat::Svg);
        if (self.frame_count.is_some() || self.frame_duration_ms.is_some()) && !gif {
            return Err(Error::invalid("frame_count", "frames belong to output_format gif"));
        }
        if let Some(count) = self.frame_count.filter(|count| !(2..=16).contains(count)) {
            return Err(Error::invalid(
                "frame_count",
                format!("{count} frames asked for; 2 to 16 are allowed"),
            ));
        }
        if let Some(ms) = self.frame_duration_ms.filter(|ms| !(10..=655_350).contains(ms)) {
            return Err(Error::invalid(
                "frame_duration_ms",
                format!("{ms} is not between 10 and 655350 milliseconds"),
            ));
        }
        if self.svg.is_some() && !svg {
            return Err(Error::invalid("svg", "belongs to output_format svg"));
        }
        if svg && self.count() > 1 {
            return Err(Error::invalid("n", "an svg is made one at a time; leave n at 1"));
        }
        if gif || svg {
            let name = if gif { "gif" } else { "svg" };
            if self.stream || self.partial_images.is_some() {
                return Err(Error::invalid("stream", format!("output_format {name} cannot be streamed")));
            }
            if self.output_compression.is_some() {
                return Err(Error::invalid(
                    "output_compression",
                    format!("output_format {name} has no compression"),
                ));
            }
            if gif && self.mask.is_some() {
                return Err(Error::invalid("mask", "output_format gif takes no mask"));
            }
        }
        Ok(())
    }
}

/// Chainable setters, one for each field.
macro_rules! setters {
    ($( $(#[$meta:meta])* $name:ident => $field:ident : $type:ty ),+ $(,)?) => {
        impl ImageRequest {
            $( $(#[$meta])*
            #[must_use]
            pub fn $name(mut self, $field: impl Into<$type>) -> Self {
                self.$field = Some($field.into());
                self
            } )+
        }
    };
}

setters! {
    /// Sets the model.
    with_model => model: ModelId,
    /// Sets how many images.
    with_n => n: u32,
    /// Sets the size.
    with_size => size: Size,
    /// Sets the quality.
    with_quality => quality: Quality,
    /// Sets the background.
    with_background => background: Background,
    /// Sets the file format.
    with_output_format => output_format: OutputFormat,
    /// Sets the compression, 0 to 100.
    with_output_compression => output_compression: u8,
    /// Sets how strict the filter is.
    with_moderation => moderation: Moderation,
    /// Sets how closely an edit keeps to its input.
    with_input_fidelity => input_fidelity: InputFidelity,
    /// Sets how long the model plans.
    with_complexity => complexity: Complexity,
    /// Sets how many frames a gif has.
    with_frame_count => frame_count: u8,
    /// Sets how many milliseconds a frame is shown.
    with_frame_duration_ms => frame_duration_ms: u32,
    /// Sets what an svg needs.
    with_svg => svg: SvgOptions,
    /// Sets the hashed id of the end user.
    with_safety_identifier => safety_identifier: String,
    /// Sets the end user by the older name.
    with_user => user: String,
    /// Sets which part of the first image may change.
    with_mask => mask: Mask,
    /// Sets the drawn instructions over the first image.
    with_markup => markup: ImageInput,
}

impl ImageRequest {
    /// Asks for a stream of events.
    #[must_use]
    pub fn with_stream(mut self, stream: bool) -> Self {
        self.stream = stream;
        self
    }

    /// Asks for a stream with up to `count` (0 to 3) unfinished images.
    #[must_use]
    pub fn with_partial_images(mut self, count: u8) -> Self {
        self.stream = true;
        self.partial_images = Some(count);
        self
    }

    /// Adds an input image.
    #[must_use]
    pub fn with_image(mut self, image: impl Into<ImageInput>) -> Self {
        self.images.push(image.into());
        self
    }

    /// Adds a field by its wire name, sent as it is.
    #[must_use]
    pub fn with_extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::ImageRequest;
    use crate::options::{Background, InputFidelity, OutputFormat, SvgOptions};

    #[track_caller]
    fn refused(request: &ImageRequest, field: &str) {
        let error = request.validate().expect_err("should be refused");
        assert_eq!(error.field(), field, "{error}");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_field() {
        let cat = || ImageRequest::generate("a cat");
        assert_eq!(cat().validate(), Ok(()));
        refused(&ImageRequest::generate("  "), "prompt");
        refused(&cat().with_n(0_u32), "n");
        refused(&cat().with_output_compression(101), "output_compression");
        refused(&ImageRequest::edit("a cat"), "image");
        refused(&cat().with_image("a.png"), "image");
        refused(&cat().with_mask("m.png"), "mask");
        refused(&cat().with_input_fidelity(InputFidelity::High), "input_fidelity");
        refused(&cat().with_partial_images(4), "partial_images");
        let mut unstreamed = cat().with_partial_images(2);
        unstreamed.stream = false;
        refused(&unstreamed, "partial_images");
        refused(
            &cat().with_background(Background::Transparent).with_output_format(OutputFormat::Jpeg),
            "background",
        );
        refused(&cat().with_frame_count(4), "frame_count");
        refused(&cat().with_output_format(OutputFormat::Gif).with_frame_count(17), "frame_count");
        refused(&cat().with_output_format(OutputFormat::Gif).with_stream(true), "stream");
        refused(&cat().with_svg(SvgOptions::new("gpt-5.6-terra")), "svg");
        refused(&cat().with_output_format(OutputFormat::Svg).with_n(2_u32), "n");
        refused(&cat().with_extra("size", "1x1"), "extra");
        let edit = || ImageRequest::edit("a cat").with_image("a.png");
        refused(&edit().with_mask("m.png").with_markup("m.png"), "markup");
        assert_eq!(edit().with_mask("m.png").validate(), Ok(()));
    }

    #[test]
    fn a_request_survives_the_round_trip() {
        let request = ImageRequest::edit("héllo")
            .with_image("a.png")
            .with_mask("m.png")
            .with_quality("ultra")
            .with_extra("seed", 7);
        let json = serde_json::to_string(&request).unwrap();
        assert_eq!(serde_json::from_str::<ImageRequest>(&json).unwrap(), request, "{json}");
    }
}
