//! Input images: what is local is uploaded first, one request each, and named by its address from then on.

use base64_simd::STANDARD;
use bytes::Bytes;
use impasto_transport::{Body, Form, HttpRequest, Repeat, Source};
use impasto_types::wire::atlas::{Envelope, UploadedMedia};
use impasto_types::{BillingOutcome, ImageFormat, ImageInput, ImageSource, Mask};
use serde_json::Value;

use crate::adapter::{JobEvent, ReplyHead};
use crate::address::{self, Names};
use crate::error::{Error, ErrorKind};
use crate::failure;
use crate::job::{Job, Phase};
use crate::said;
use crate::target::Target;
use crate::upload::UploadedFile;

/// Refuses what Atlas Cloud has no field for.
pub(super) fn check(target: &Target, job: &Job) -> Result<(), Error> {
    let name = &target.seller.name;
    if job.request.markup.is_some() {
        return Err(Error::invalid("markup", format!("{name} has no field for it; leave it out")));
    }
    for input in all(job)? {
        if let ImageSource::FileId(id) = &input.source {
            let message = format!("{name} has no file ids; give {id} as a file or a URL");
            return Err(Error::invalid("image", message));
        }
    }
    Ok(())
}

/// The input images in their order, the mask last.
fn all(job: &Job) -> Result<Vec<&ImageInput>, Error> {
    let mask = said::mask(&job.request)?;
    Ok(job.request.images.iter().chain(mask).collect())
}

/// The addresses of the input images, and of the mask, once all are known.
pub(super) fn addresses(job: &Job) -> (&[String], Option<&str>) {
    let (images, mask) = job.uploads.split_at(job.request.images.len().min(job.uploads.len()));
    (images, mask.first().map(String::as_str))
}

/// Takes over the addresses of images that are on the web already, up to the next one that is not.
pub(super) fn advance(job: &mut Job) -> Result<(), Error> {
    let sources: Vec<ImageSource> = all(job)?.into_iter().map(|input| input.source.clone()).collect();
    while let Some(ImageSource::Url(url)) = sources.get(job.uploads.len())
        && !is_data_url(url)
    {
        job.uploads.push(url.clone());
    }
    if job.uploads.len() == sources.len() {
        job.phase = Phase::Submit;
    }
    Ok(())
}

/// The upload of the next image. It costs nothing, so it may be repeated.
pub(super) fn upload(target: &Target, job: &Job) -> Result<HttpRequest, Error> {
    let inputs = all(job)?;
    let input = inputs.get(job.uploads.len()).ok_or_else(|| {
        Error::new(ErrorKind::Configuration, "the job has nothing left to upload and says otherwise")
    })?;
    let names = Names { model: job.model.as_str(), ..Names::default() };
    upload_of(target, names, input)
}

/// The upload of one image.
pub(super) fn upload_of(target: &Target, names: Names<'_>, input: &ImageInput) -> Result<HttpRequest, Error> {
    let form = match &input.source {
        ImageSource::Url(url) => {
            let (media_type, bytes) = decoded(url)?;
            let extension = ImageFormat::from_media_type(&media_type).map_or("bin", ImageFormat::extension);
            Form::new().with_file("file", format!("image.{extension}"), media_type, Source::Bytes(bytes))
        }
        // Models look at the address's extension, so the name ends as the content does.
        _ => Form::new().with_file("file", input.upload_name(), input.media_type(), said::source(input)?),
    };
    let path = target.seller.paths.upload.as_deref().unwrap_or("/model/uploadMedia");
    let request = HttpRequest::post(address::url(target, names, path)?, Body::Multipart(form));
    Ok(address::dressed(target, names, request)?.with_repeat(Repeat::Free))
}

/// Reads the reply of an upload.
pub(super) fn uploaded(
    target: &Target,
    job: &mut Job,
    head: &ReplyHead,
    value: &Value,
) -> Result<Vec<JobEvent>, Error> {
    let file = read_upload(target, head, value)?;
    forget_bytes(job, &file.url);
    job.uploads.push(file.url);
    job.delivery.raw = value.clone();
    Ok(Vec::new())
}

/// What the reply of an upload says of the file.
pub(super) fn read_upload(target: &Target, head: &ReplyHead, value: &Value) -> Result<UploadedFile, Error> {
    let envelope = Envelope::from_json(value.clone()).unwrap_or_default();
    let media = UploadedMedia::from_json(envelope.content()).unwrap_or_default();
    if envelope.code.is_some_and(|code| code >= 400) {
        return Err(failure::of_value(target, head, value).with_billing(BillingOutcome::NotBilled));
    }
    let address = media.address().filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    let Some(address) = address else {
        let error = Error::new(ErrorKind::UnexpectedReply, "the upload was answered without an address");
        return Err(error.with_status(head.status).with_billing(BillingOutcome::NotBilled));
    };
    Ok(UploadedFile {
        url: address.to_owned(),
        filename: media.filename.or(media.file_name),
        media_type: media.content_type,
        bytes: media.size,
    })
}

/// Bytes in memory cannot be written down with the job; from now on their address stands for them.
fn forget_bytes(job: &mut Job, address: &str) {
    let position = job.uploads.len();
    let input = match job.request.images.get_mut(position) {
        Some(image) => Some(image),
        None => match &mut job.request.mask {
            Some(Mask::Image { image, .. }) => Some(image),
            _ => None,
        },
    };
    if let Some(input) = input
        && matches!(input.source, ImageSource::Bytes(_))
    {
        input.source = ImageSource::Url(address.to_owned());
    }
}

fn is_data_url(url: &str) -> bool {
    url.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
}

/// The media type and the bytes of a data URL. Not every model takes one, so it is uploaded as a file.
fn decoded(url: &str) -> Result<(String, Bytes), Error> {
    let bad = |why: &str| Error::invalid("image", format!("the data URL {why}"));
    let (header, text) = url[5..].split_once(',').ok_or_else(|| bad("has no comma before its content"))?;
    let mut parameters = header.split(';').map(str::trim);
    let media_type = parameters.next().filter(|name| !name.is_empty()).unwrap_or("application/octet-stream");
    if !parameters.any(|parameter| parameter.eq_ignore_ascii_case("base64")) {
        return Err(bad("is not base64; give the image as a file"));
    }
    let bytes = STANDARD.decode_to_vec(text.trim()).map_err(|_| bad("is not valid base64"))?;
    Ok((media_type.to_ascii_lowercase(), Bytes::from(bytes)))
}
