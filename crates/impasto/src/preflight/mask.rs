//! Turns the neutral mask into the image that the seller reads.

use impasto_types::{ImageFormat, ImageInput, ImageRequest, ImageSource, Mask, MaskReading, Warning};

use crate::error::Error;

/// Replaces the request's mask by one of `polarity`; leaves it where it says so already. A mask that lets nothing
/// change is refused, because the edit would be paid for and do nothing; `unchecked` makes that a warning.
pub(super) async fn draw(
    request: &mut ImageRequest,
    polarity: &str,
    unchecked: bool,
) -> Result<Vec<Warning>, Error> {
    match &request.mask {
        None => Ok(Vec::new()),
        // What is elsewhere (behind a URL, a file id) cannot be looked at and goes as it is.
        Some(Mask::Image { image, .. })
            if matches!(image.source, ImageSource::Url(_) | ImageSource::FileId(_)) =>
        {
            Ok(Vec::new())
        }
        Some(mask) => {
            let first = request.images.first().and_then(|image| image.facts);
            let (drawn, warnings) = drawing::draw(mask.clone(), first, polarity, unchecked).await?;
            if let Some(image) = drawn {
                request.mask = Some(Mask::Image { image, reading: MaskReading::TransparentIsEdited });
            }
            Ok(warnings)
        }
    }
}

/// A PNG with an alpha channel: what most sellers read, unless its pixels say otherwise.
fn has_alpha(image: &ImageInput, reading: MaskReading, polarity: &str) -> bool {
    polarity == "transparent_is_edited"
        && image.facts.is_some_and(|facts| facts.format == ImageFormat::Png && facts.alpha == Some(true))
        && matches!(reading, MaskReading::Auto | MaskReading::TransparentIsEdited)
}

#[cfg(feature = "masks")]
mod drawing {
    use impasto_pixels::{MaskPolarity, ReadMask, facts_of_bytes, mask_has_transparency, read_mask};
    use impasto_types::{ImageFacts, ImageInput, Mask, MaskReading, Warning};

    use crate::aside::aside;
    use crate::error::{Error, ErrorKind};

    /// The mask drawn anew, where it must be, and what is odd about it.
    type Drawn = (Option<ImageInput>, Vec<Warning>);

    pub(super) async fn draw(
        mask: Mask,
        first: Option<ImageFacts>,
        polarity: &str,
        unchecked: bool,
    ) -> Result<Drawn, Error> {
        let wanted: MaskPolarity = polarity.parse().map_err(|error: impasto_pixels::Error| {
            Error::new(ErrorKind::Configuration, error.to_string()).with_field("mask.polarity")
        })?;
        let looks_right = match &mask {
            Mask::Image { image, reading } => super::has_alpha(image, *reading, polarity),
            _ => false,
        };
        // Decoding takes milliseconds: not on a thread that others wait for.
        aside(move || draw_now(&mask, first, wanted, looks_right, unchecked))
            .await
            .map_err(|error| Error::io("mask", error))?
    }

    fn draw_now(
        mask: &Mask,
        first: Option<ImageFacts>,
        polarity: MaskPolarity,
        looks_right: bool,
        unchecked: bool,
    ) -> Result<Drawn, Error> {
        if looks_right && let Some(as_it_is) = look(mask, unchecked)? {
            return Ok(as_it_is);
        }
        let invalid =
            |error: impasto_pixels::Error| Error::invalid("mask", error.to_string()).with_source(error);
        let read = read_mask(mask, first.as_ref()).map_err(invalid)?;
        refuse_nothing(&read, unchecked)?;
        let png = read.region.render(polarity).map_err(invalid)?;
        let facts = facts_of_bytes(&png).map_err(invalid)?;
        let image = ImageInput::bytes(png).with_facts(facts).with_filename("mask.png");
        Ok((Some(image), read.warnings))
    }

    /// Whether a mask with an alpha channel can go as it is: its bytes are the caller's own then. Not when every pixel
    /// is opaque, which sellers take for a mask that keeps everything.
    fn look(mask: &Mask, unchecked: bool) -> Result<Option<Drawn>, Error> {
        let Mask::Image { image, reading } = mask else { return Ok(None) };
        // The usual case, told by a few rows.
        if mask_has_transparency(image).unwrap_or(false) {
            return Ok(Some((None, Vec::new())));
        }
        let by_alpha = Mask::Image { image: image.clone(), reading: MaskReading::TransparentIsEdited };
        match read_mask(&by_alpha, None) {
            // What only the seller can read is for the seller to refuse.
            Err(_) => Ok(Some((None, Vec::new()))),
            // It was left open how it is read: by white, then.
            Ok(read) if read.region.edits_nothing() && *reading == MaskReading::Auto => Ok(None),
            Ok(read) => {
                refuse_nothing(&read, unchecked)?;
                // What else is odd about it is the caller's own wish: it is not touched.
                let warnings = if read.region.edits_nothing() { read.warnings } else { Vec::new() };
                Ok(Some((None, warnings)))
            }
        }
    }

    fn refuse_nothing(read: &ReadMask, unchecked: bool) -> Result<(), Error> {
        if unchecked || !read.region.edits_nothing() {
            return Ok(());
        }
        let (none_is, make) = match read.reading {
            Some(MaskReading::WhiteIsEdited) => ("white", "paint white, or make transparent,"),
            Some(MaskReading::BlackIsEdited) => ("black", "paint black"),
            _ => ("transparent", "make transparent"),
        };
        let message = format!("lets no pixel change: none of its pixels is {none_is}");
        Err(Error::invalid("mask", message).with_hint(format!(
            "nothing was sent: {make} what is to be edited, say how the mask is read, or leave it out"
        )))
    }
}

#[cfg(not(feature = "masks"))]
mod drawing {
    use impasto_types::{ImageFacts, ImageInput, Mask, Warning};

    use crate::error::Error;

    #[expect(clippy::unused_async, reason = "the same shape as with the feature")]
    pub(super) async fn draw(
        mask: Mask,
        _first: Option<ImageFacts>,
        polarity: &str,
        _unchecked: bool,
    ) -> Result<(Option<ImageInput>, Vec<Warning>), Error> {
        match mask {
            Mask::Image { image, reading } if super::has_alpha(&image, reading, polarity) => {
                Ok((None, Vec::new()))
            }
            _ => Err(Error::invalid(
                "mask",
                "must be drawn anew for this seller, and this build cannot decode images",
            )
            .with_hint("give a PNG whose transparent pixels are to be edited, or turn on the feature masks")),
        }
    }
}
