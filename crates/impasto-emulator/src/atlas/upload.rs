//! `POST /model/uploadMedia`: a file that a later task names by URL.

use std::sync::Arc;

use hyper::StatusCode;

use super::{bad_request, enveloped};
use crate::api_error::{ApiError, ApiResult};
use crate::form::Form;
use crate::json::Fields;
use crate::reply::Reply;
use crate::request::Request;
use crate::state::{Content, State, StoredFile};

/// The largest upload, in bytes.
const MAX_UPLOAD: usize = 50 * 1024 * 1024;

pub(crate) async fn serve(state: &Arc<State>, request: &mut Request) -> ApiResult<Reply> {
    if request.media_type() != "multipart/form-data" {
        return Err(bad_request("content type must be multipart/form-data"));
    }
    let form = Form::read_multipart(request).await?;
    let file = form.files_named("file").next().ok_or_else(|| bad_request("file is required"))?;
    if file.bytes.len() > MAX_UPLOAD {
        return Err(ApiError::other(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "too_large",
            "request body too large",
        ));
    }
    let mime = file.content_type.clone().unwrap_or_else(|| "application/octet-stream".to_owned());
    let extension: String = file
        .filename
        .rsplit_once('.')
        .map(|(_, extension)| extension.chars().filter(char::is_ascii_alphanumeric).take(8).collect())
        .unwrap_or_default();
    let id = state.ids.with_prefix("up_");
    let name = if extension.is_empty() { id } else { format!("{id}.{extension}") };
    let url = format!("{}/files/{name}", request.origin());
    let size = file.bytes.len() as u64;
    let kind = mime.split('/').next().unwrap_or("image").to_owned();
    let data = if request.directives.has("page-names") {
        Fields::new()
            .with("download_url", url)
            .with("file_name", file.filename.as_str())
            .with("content_type", mime.as_str())
            .with("size", size)
    } else {
        Fields::new()
            .with("type", kind)
            .with("download_url", url)
            .with("filename", file.filename.as_str())
            .with("size", size)
    };
    let stored = StoredFile {
        content: Content::Ready(file.bytes.clone()),
        mime,
        name: name.clone(),
        created: state.clock.unix_seconds(),
        expires_ms: state.expiry(&request.directives),
    };
    state.store_file(&name, stored);
    Ok(enveloped(data.object(), StatusCode::OK, 200, "success", &request.directives))
}
