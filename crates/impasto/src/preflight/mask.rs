//! Turns the neutral mask into the image that the seller reads.

use impasto_types::{ImageFormat, ImageRequest, ImageSource, Mask, MaskReading, Warning};

use crate::error::Error;

/// Replaces the request's mask by one of `polarity`; leaves it where it says so already.
pub(super) async fn draw(request: &mut ImageRequest, polarity: &str) -> Result<Vec<Warning>, Error> {
    let Some(mask) = &request.mask else { return Ok(Vec::new()) };
    if !needs_drawing(mask, polarity) {
        return Ok(Vec::new());
    }
    drawn(request, polarity).await
}

/// Whether the mask must be decoded and drawn anew. A PNG with transparency is what most sellers read; a mask that
/// is elsewhere (by URL, by file id) cannot be looked at and goes as it is.
fn needs_drawing(mask: &Mask, polarity: &str) -> bool {
    let Mask::Image { image, reading } = mask else { return true };
    if matches!(image.source, ImageSource::Url(_) | ImageSource::FileId(_)) {
        return false;
    }
    let transparent =
        image.facts.is_some_and(|facts| facts.format == ImageFormat::Png && facts.alpha == Some(true));
    let as_it_is = polarity == "transparent_is_edited"
        && transparent
        && matches!(reading, MaskReading::Auto | MaskReading::TransparentIsEdited);
    !as_it_is
}

#[cfg(feature = "masks")]
async fn drawn(request: &mut ImageRequest, polarity: &str) -> Result<Vec<Warning>, Error> {
    use impasto_pixels::MaskPolarity;
    use impasto_types::ImageInput;

    use crate::error::ErrorKind;

    let polarity: MaskPolarity = polarity.parse().map_err(|error: impasto_pixels::Error| {
        Error::new(ErrorKind::Configuration, error.to_string()).with_field("mask.polarity")
    })?;
    let Some(mask) = request.mask.clone() else { return Ok(Vec::new()) };
    let first = request.images.first().and_then(|image| image.facts);
    // Decoding takes milliseconds: not on a thread that others wait for.
    let prepared =
        tokio::task::spawn_blocking(move || impasto_pixels::prepare_mask(&mask, first.as_ref(), polarity))
            .await
            .map_err(|error| Error::io("mask", std::io::Error::other(error)))?
            .map_err(|error| Error::invalid("mask", error.to_string()).with_source(error))?;
    let image = ImageInput::bytes(prepared.png).with_facts(prepared.facts).with_filename("mask.png");
    request.mask = Some(Mask::Image { image, reading: MaskReading::TransparentIsEdited });
    Ok(prepared.warnings)
}

#[cfg(not(feature = "masks"))]
#[expect(clippy::unused_async, reason = "the same shape as with the feature")]
async fn drawn(_request: &mut ImageRequest, _polarity: &str) -> Result<Vec<Warning>, Error> {
    Err(Error::invalid("mask", "must be drawn anew for this seller, and this build cannot decode images")
        .with_hint("give a PNG whose transparent pixels are to be edited, or turn on the feature masks"))
}
