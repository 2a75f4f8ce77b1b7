//! What a seller or a mode does to a request before it is checked.

use serde_json::{Value, json};

use crate::api_error::ApiResult;
use crate::azure;
use crate::form::Form;
use crate::images::Exchange;
use crate::params::Operation;

/// Rewrites the fields; a generation may turn out to be an edit.
pub(crate) fn rewrite(
    exchange: &Exchange<'_>,
    form: &mut Form,
    operation: Operation,
) -> ApiResult<Operation> {
    azure::resolve(exchange.state, &exchange.surface, form)?;
    if exchange.request.directives.has("reverse-route") {
        form.values.remove("size");
        form.values.remove("quality");
    }
    if exchange.seller.id == "together" { Ok(together(form)) } else { Ok(operation) }
}

/// Together's own fields: `width` and `height`, and `image_url` for an edit.
fn together(form: &mut Form) -> Operation {
    let side = |name: &str| form.get(name).and_then(Value::as_u64);
    if let (Some(width), Some(height)) = (side("width"), side("height")) {
        form.values.insert("size".into(), json!(format!("{width}x{height}")));
    }
    match form.values.remove("image_url") {
        Some(url) => {
            form.values.insert("images".into(), json!([{ "image_url": url }]));
            Operation::Edit
        }
        None => Operation::Generate,
    }
}
