//! Comparing what arrived with what was asked for.

use impasto_types::{
    Background, ImageFacts, ImageFormat, ImageRequest, OutputFormat, Size, Warning, WarningKind,
};

/// Compares one image that arrived with the request, by its header, and reports every downgrade.
///
/// Sellers deliver another size or format than asked, or an opaque image where a transparent one was ordered,
/// and call it success. What was not asked for (or left to the model with `auto`) is not judged.
///
/// ```
/// use impasto_pixels::audit;
/// use impasto_types::{ImageFacts, ImageFormat, ImageRequest, Size};
///
/// let request = ImageRequest::generate("a cat").with_size(Size::exact(1024, 1024));
/// let arrived = ImageFacts::new(ImageFormat::Png, 1254, 1254, 90_000);
/// let warnings = audit(&request, &arrived);
/// assert_eq!(warnings[0].message, "asked for 1024x1024, got 1254x1254");
/// ```
#[must_use]
pub fn audit(request: &ImageRequest, arrived: &ImageFacts) -> Vec<Warning> {
    let downgrade = |field, message| Warning::new(WarningKind::Downgrade, field, message);
    let mut warnings = Vec::new();
    if let Some(Size::Exact { width, height }) = request.size
        && (width, height) != arrived.shown_dimensions()
    {
        let (got_width, got_height) = arrived.shown_dimensions();
        let message = format!("asked for {width}x{height}, got {got_width}x{got_height}");
        warnings.push(downgrade("size", message));
    }
    if let Some(format) = &request.output_format
        && expected(format).is_some_and(|format| format != arrived.format)
    {
        warnings.push(downgrade("output_format", format!("asked for {format}, got {}", arrived.format)));
    }
    if request.background == Some(Background::Transparent) && arrived.alpha == Some(false) {
        let message = format!("asked for a transparent background, got a {} without alpha", arrived.format);
        warnings.push(downgrade("background", message));
    }
    warnings
}

/// Looks at the pixels of an image that was ordered with a transparent background: some arrive with an alpha
/// channel in which everything is opaque, often over a painted checkerboard.
///
/// Says nothing when no transparency was ordered, or when [`audit`] already sees that there is no alpha.
///
/// # Errors
/// When the image cannot be decoded.
#[cfg(feature = "codecs")]
pub fn audit_transparency(request: &ImageRequest, image: &[u8]) -> Result<Option<Warning>, crate::Error> {
    if request.background != Some(Background::Transparent) {
        return Ok(None);
    }
    let facts = crate::facts_of_bytes(image)?;
    if facts.alpha == Some(false) || has_transparency(image)? {
        return Ok(None);
    }
    let message =
        format!("asked for a transparent background, got a {} with no transparent pixel", facts.format);
    Ok(Some(Warning::new(WarningKind::Downgrade, "background", message)))
}

/// Whether any pixel of an image is really see-through, whatever its header promises.
///
/// # Errors
/// When the image cannot be decoded.
#[cfg(feature = "codecs")]
pub fn has_transparency(image: &[u8]) -> Result<bool, crate::Error> {
    let facts = crate::facts_of_bytes(image)?;
    if facts.alpha == Some(false) {
        return Ok(false);
    }
    if facts.format == ImageFormat::Png {
        return crate::mask::png_has_transparency(std::io::Cursor::new(image));
    }
    Ok(crate::codec::decode(image)?.pixels().any(|pixel| pixel.0[3] < u8::MAX))
}

fn expected(format: &OutputFormat) -> Option<ImageFormat> {
    Some(match format {
        OutputFormat::Png => ImageFormat::Png,
        OutputFormat::Jpeg => ImageFormat::Jpeg,
        OutputFormat::WebP => ImageFormat::WebP,
        OutputFormat::Gif => ImageFormat::Gif,
        OutputFormat::Svg => ImageFormat::Svg,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::audit;
    use impasto_types::{Background, ImageFacts, ImageFormat, ImageRequest, OutputFormat, Size};

    #[track_caller]
    fn check(request: &ImageRequest, arrived: &ImageFacts, expected: &[&str]) {
        let found: Vec<String> = audit(request, arrived)
            .into_iter()
            .map(|warning| format!("{}: {}", warning.field.unwrap_or_default(), warning.message))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn only_what_was_asked_for_is_judged() {
        let png = ImageFacts::new(ImageFormat::Png, 1024, 1536, 9).with_alpha(false);
        let cat = || ImageRequest::generate("a cat");
        check(&cat(), &png, &[]);
        check(&cat().with_size(Size::Auto).with_background(Background::Auto), &png, &[]);
        check(&cat().with_size(Size::exact(1024, 1536)).with_output_format(OutputFormat::Png), &png, &[]);
        check(&cat().with_output_format("tiff"), &png, &[]);
        check(&cat().with_size(Size::exact(1536, 1024)), &png.with_orientation(6), &[]);
        check(
            &cat()
                .with_size(Size::exact(2048, 2048))
                .with_output_format(OutputFormat::WebP)
                .with_background(Background::Transparent),
            &png,
            &[
                "size: asked for 2048x2048, got 1024x1536",
                "output_format: asked for webp, got png",
                "background: asked for a transparent background, got a png without alpha",
            ],
        );
    }
}
