//! As much of the Files API as edits by `file_id` need.

use std::sync::Arc;

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::api_error::{ApiError, ApiResult};
use crate::form::Form;
use crate::params::missing;
use crate::reply::Reply;
use crate::request::Request;
use crate::state::{Content, State, StoredFile};

/// `/files`, `/files/{id}` and `/files/{id}/content`.
pub(crate) async fn serve(state: &Arc<State>, request: &mut Request, path: &str) -> ApiResult<Reply> {
    if path == "/files" {
        return if request.method == Method::POST {
            upload(state, request).await
        } else {
            Ok(Reply::json(
                StatusCode::OK,
                json!({ "object": "list", "data": list(state), "has_more": false }),
            ))
        };
    }
    let id = path.trim_start_matches("/files/");
    let (id, wants_content) = match id.strip_suffix("/content") {
        Some(id) => (id, true),
        None => (id, false),
    };
    let file = state.file(id).ok_or_else(|| no_such_file(id))?;
    if request.method == Method::DELETE {
        state.remove_file(id);
        return Ok(Reply::json(StatusCode::OK, json!({ "id": id, "object": "file", "deleted": true })));
    }
    if wants_content {
        return Ok(Reply::bytes(StatusCode::OK, "application/octet-stream", state.read(&file)?));
    }
    Ok(Reply::json(StatusCode::OK, describe(id, &file)))
}

async fn upload(state: &State, request: &mut Request) -> ApiResult<Reply> {
    let form = Form::read_multipart(request).await?;
    let purpose = form.text("purpose")?.ok_or_else(|| missing("purpose"))?;
    if !["vision", "user_data", "assistants"].contains(&purpose) {
        return Err(ApiError::invalid(
            "invalid_value",
            "purpose",
            format!(
                "Invalid value: '{purpose}'. Supported values are: 'vision', 'user_data', and 'assistants'."
            ),
        ));
    }
    let file = form.files_named("file").next().ok_or_else(|| missing("file"))?;
    let id = state.ids.with_prefix("file-");
    let stored = StoredFile {
        content: Content::Ready(file.bytes.clone()),
        mime: file.content_type.clone().unwrap_or_default(),
        name: file.filename.clone(),
        created: state.clock.unix_seconds(),
        expires_ms: None,
    };
    let reply = Reply::json(StatusCode::OK, describe(&id, &stored));
    state.store_file(&id, stored);
    Ok(reply)
}

fn list(state: &State) -> Vec<Value> {
    state.files_with_prefix("file-").iter().map(|(id, file)| describe(id, file)).collect()
}

fn describe(id: &str, file: &StoredFile) -> Value {
    json!({
        "id": id,
        "object": "file",
        "bytes": file.content.size(),
        "created_at": file.created,
        "filename": file.name,
        "purpose": "vision",
        "status": "processed",
    })
}

fn no_such_file(id: &str) -> ApiError {
    ApiError::other(
        StatusCode::NOT_FOUND,
        "invalid_request_error",
        "file_not_found",
        format!("No such File object: {id}"),
    )
    .about("id")
}
