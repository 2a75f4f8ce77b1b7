//! What is sent: address, headers and the JSON of a generation.

use impasto_transport::{Body, HttpRequest, JsonBody};
use impasto_types::wire::openai::GenerateBody;
use impasto_types::{Operation, Size};
use serde_json::Value;

use super::edit;
use crate::address::{self, Names};
use crate::error::Error;
use crate::job::Job;
use crate::said::trimmed;
use crate::seller::SizeFields;
use crate::target::Target;

/// The one request of a job.
pub(super) fn request(target: &Target, job: &Job) -> Result<HttpRequest, Error> {
    let edit = job.request.operation == Operation::Edit;
    let paths = &target.seller.paths;
    let path = if edit { &paths.edit } else { &paths.generate };
    let body = if edit {
        edit::body(target, job)?
    } else {
        Body::Json(JsonBody::from_value(&common(target, job).fields())?)
    };
    let names = Names { model: job.model.as_str(), ..Names::default() };
    let request = HttpRequest::post(address::url(target, names, path)?, body);
    let request = address::dressed(target, names, request)?;
    address::with_headers(target, names, &target.seller.submit_headers, request)
}

/// The fields that a generation and a JSON edit share.
pub(super) fn common(target: &Target, job: &Job) -> GenerateBody {
    let quirks = &target.seller.quirks;
    let request = trimmed(&job.request, &quirks.leave_out);
    let model = (!quirks.model_not_in_body).then_some(job.model.as_str());
    let mut body = GenerateBody::from_request(&request, model);
    if quirks.size_fields == SizeFields::WidthAndHeight {
        match &request.size {
            Some(Size::Exact { width, height }) => {
                body.size = None;
                body.extra.insert("width".to_owned(), (*width).into());
                body.extra.insert("height".to_owned(), (*height).into());
            }
            Some(Size::Auto) => body.size = None,
            _ => {}
        }
    }
    if let Some(format) = &quirks.response_format {
        body.extra.entry("response_format").or_insert_with(|| Value::String(format.clone()));
    }
    body
}
