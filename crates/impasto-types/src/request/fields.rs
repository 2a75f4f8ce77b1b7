//! The fields of a request by their names on the wire.

use super::ImageRequest;

impl ImageRequest {
    /// The wire names of the fields that hold a value, in the order in which a form sends them: what a server
    /// decides by comes first.
    ///
    /// ```
    /// assert_eq!(impasto_types::ImageRequest::VALUE_FIELDS[0], "model");
    /// ```
    pub const VALUE_FIELDS: &'static [&'static str] = &[
        "model",
        "prompt",
        "n",
        "size",
        "quality",
        "background",
        "output_format",
        "output_compression",
        "moderation",
        "input_fidelity",
        "complexity",
        "stream",
        "partial_images",
        "frame_count",
        "frame_duration_ms",
        "svg",
        "safety_identifier",
        "user",
    ];

    /// The wire names of the fields that hold images, in forms and in JSON. With [`Self::VALUE_FIELDS`] these are all
    /// that [`ImageRequest::extra`] may not say a second time.
    pub const IMAGE_FIELDS: &'static [&'static str] = &["image", "image[]", "images", "mask", "markup"];

    /// Whether a field is set, by its name on the wire; what is passed by name counts.
    #[must_use]
    pub fn is_set(&self, field: &str) -> bool {
        match field {
            "prompt" => !self.prompt.is_empty(),
            "model" => self.model.is_some(),
            "n" => self.n.is_some(),
            "size" => self.size.is_some(),
            "quality" => self.quality.is_some(),
            "background" => self.background.is_some(),
            "output_format" => self.output_format.is_some(),
            "output_compression" => self.output_compression.is_some(),
            "moderation" => self.moderation.is_some(),
            "input_fidelity" => self.input_fidelity.is_some(),
            "complexity" => self.complexity.is_some(),
            "stream" => self.stream,
            "partial_images" => self.partial_images.is_some(),
            "frame_count" => self.frame_count.is_some(),
            "frame_duration_ms" => self.frame_duration_ms.is_some(),
            "svg" => self.svg.is_some(),
            "safety_identifier" => self.safety_identifier.is_some(),
            "user" => self.user.is_some(),
            "image" | "image[]" | "images" => !self.images.is_empty(),
            "mask" => self.mask.is_some(),
            "markup" => self.markup.is_some(),
            other => self.extra.contains_key(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ImageRequest;
    use crate::options::{Background, InputFidelity, OutputFormat, SvgOptions};
    use crate::size::Size;

    #[test]
    fn every_field_is_known_by_its_name() {
        let mut request = ImageRequest::edit("a cat")
            .with_model("gpt-image-2")
            .with_n(2_u32)
            .with_size(Size::Auto)
            .with_quality("high")
            .with_background(Background::Opaque)
            .with_output_format(OutputFormat::Gif)
            .with_output_compression(50)
            .with_moderation("low")
            .with_input_fidelity(InputFidelity::High)
            .with_complexity("high")
            .with_partial_images(1)
            .with_frame_count(4)
            .with_frame_duration_ms(100_u32)
            .with_svg(SvgOptions::new("gpt-5.6-terra"))
            .with_safety_identifier("s")
            .with_user("u")
            .with_image("a.png")
            .with_mask("m.png")
            .with_markup("m.png");
        for name in ImageRequest::VALUE_FIELDS.iter().chain(ImageRequest::IMAGE_FIELDS) {
            assert!(request.is_set(name), "{name}");
            assert!(*name == "prompt" || !ImageRequest::generate("a cat").is_set(name), "{name}");
        }
        assert!(!request.is_set("seed"));
        request = request.with_extra("seed", 7);
        assert!(request.is_set("seed"));
    }
}
