//! What of a request a seller is told: its default quality, without the fields that it does not take.

use impasto_transport::Source;
use impasto_types::{ImageInput, ImageRequest, ImageSource, Mask, ModelId, Operation};

use crate::error::Error;
use crate::target::Target;

/// The model as the seller spells it.
pub(crate) fn model(target: &Target, request: &ImageRequest) -> Result<ModelId, Error> {
    let seller = &target.seller;
    let named = request.model.as_ref().map(ModelId::as_str).or(seller.defaults.model.as_deref());
    let Some(named) = named.filter(|named| !named.is_empty()) else {
        return Err(Error::invalid("model", format!("{} has no default model; name one", seller.name)));
    };
    Ok(ModelId::new(seller.spell(named, request.operation == Operation::Edit)))
}

/// The request without the fields a seller refuses or ignores; the facade has warned of them.
pub(crate) fn trimmed(request: &ImageRequest, leave_out: &[String]) -> ImageRequest {
    let mut request = request.clone();
    for field in leave_out {
        match field.as_str() {
            "n" => request.n = None,
            "size" => request.size = None,
            "quality" => request.quality = None,
            "background" => request.background = None,
            "output_format" => request.output_format = None,
            "output_compression" => request.output_compression = None,
            "moderation" => request.moderation = None,
            "input_fidelity" => request.input_fidelity = None,
            "complexity" => request.complexity = None,
            "partial_images" => request.partial_images = None,
            "stream" => {
                request.stream = false;
                request.partial_images = None;
            }
            "safety_identifier" => request.safety_identifier = None,
            "user" => request.user = None,
            other => {
                request.extra.remove(other);
            }
        }
    }
    request
}

/// The mask as an image. A rectangle has been drawn by then.
pub(crate) fn mask(request: &ImageRequest) -> Result<Option<&ImageInput>, Error> {
    match &request.mask {
        None => Ok(None),
        Some(Mask::Image { image, .. }) => Ok(Some(image)),
        Some(_) => Err(Error::invalid("mask", "must be drawn as an image before it can be sent")),
    }
}

/// The bytes of a local image, read when they are sent.
pub(crate) fn source(input: &ImageInput) -> Result<Source, Error> {
    match &input.source {
        ImageSource::Bytes(bytes) => {
            Ok(Source::Bytes(bytes::Bytes::from_owner(std::sync::Arc::clone(bytes))))
        }
        ImageSource::File(path) => {
            let facts = input.facts.ok_or_else(|| {
                Error::invalid(
                    "image",
                    format!("{}: its header must be read before it can be sent", input.label()),
                )
            })?;
            Ok(Source::File(impasto_transport::FileSource::new(path.clone(), facts.bytes)))
        }
        _ => Err(Error::invalid("image", format!("{} is not a file", input.label()))),
    }
}
