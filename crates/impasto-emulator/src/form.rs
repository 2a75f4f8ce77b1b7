//! Request fields, from a JSON body or from a multipart form, in one neutral shape.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::api_error::{ApiError, ApiResult};
use crate::request::Request;

/// A file part of a multipart form.
#[derive(Debug, Clone)]
pub(crate) struct FilePart {
    /// The field name as sent, such as `image[]`.
    pub(crate) field: String,
    pub(crate) filename: String,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: Bytes,
}

/// The fields of a request.
#[derive(Debug, Default)]
pub(crate) struct Form {
    pub(crate) values: Map<String, Value>,
    pub(crate) files: Vec<FilePart>,
    /// Whether numbers and booleans arrive as text.
    pub(crate) is_multipart: bool,
    /// The name that was asked for, where the model has another: an Azure deployment, a reseller's route.
    pub(crate) deployment: Option<String>,
}

impl Form {
    /// Reads JSON or multipart, whichever the content type says.
    pub(crate) async fn read(request: &mut Request) -> ApiResult<Self> {
        match request.media_type().as_str() {
            "multipart/form-data" => Self::read_multipart(request).await,
            // The last is curl's default for -d; the API reads it as JSON if it is JSON.
            "application/json" | "" | "application/x-www-form-urlencoded" => Self::read_json(request).await,
            other => Err(ApiError::other(
                hyper::StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "invalid_request_error",
                "unsupported_content_type",
                format!(
                    "Unsupported content type: '{other}'. This API method only accepts 'application/json' or 'multipart/form-data' requests."
                ),
            )),
        }
    }

    /// Reads a JSON object.
    pub(crate) async fn read_json(request: &mut Request) -> ApiResult<Self> {
        let bytes = request.bytes().await?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| {
            ApiError::invalid(
                "invalid_json",
                "",
                format!("We could not parse the JSON body of your request. {error}"),
            )
        })?;
        match value {
            Value::Object(mut values) => {
                values.retain(|_, value| !value.is_null());
                Ok(Self { values, ..Self::default() })
            }
            _ => {
                Err(ApiError::invalid("invalid_json", "", "The JSON body of your request must be an object."))
            }
        }
    }

    /// Reads a multipart form; a repeated text field keeps its last value.
    pub(crate) async fn read_multipart(request: &mut Request) -> ApiResult<Self> {
        let mut multipart = request.multipart()?;
        let mut form = Self { is_multipart: true, ..Self::default() };
        while let Some(field) = multipart.next_field().await.map_err(|error| broken(&error))? {
            let name = field.name().unwrap_or_default().to_owned();
            let filename = field.file_name().map(str::to_owned);
            let content_type = field.content_type().map(ToString::to_string);
            let bytes = field.bytes().await.map_err(|error| broken(&error))?;
            if let Some(filename) = filename {
                form.files.push(FilePart { field: name, filename, content_type, bytes });
            } else {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                insert_nested(&mut form.values, &name, text);
            }
        }
        Ok(form)
    }

    /// The files of a field, also under `name[]` and `name[0]`.
    pub(crate) fn files_named(&self, name: &str) -> impl Iterator<Item = &FilePart> {
        self.files.iter().filter(move |file| base_name(&file.field) == name)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// A text field.
    pub(crate) fn text(&self, name: &str) -> ApiResult<Option<&str>> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong_type(name, "a string", other)),
        }
    }

    /// A whole number; from a form also as digits.
    pub(crate) fn integer(&self, name: &str) -> ApiResult<Option<i64>> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if self.is_multipart && text.trim().parse::<i64>().is_ok() => {
                Ok(text.trim().parse().ok())
            }
            Some(value) => value.as_i64().map(Some).ok_or_else(|| wrong_type(name, "an integer", value)),
        }
    }

    /// A whole number within bounds.
    pub(crate) fn integer_within(&self, name: &str, low: i64, high: i64) -> ApiResult<Option<i64>> {
        match self.integer(name)? {
            Some(value) if value < low => Err(ApiError::invalid(
                "integer_below_min_value",
                name,
                format!(
                    "Invalid '{name}': integer below minimum value. Expected a value >= {low}, but got {value} instead."
                ),
            )),
            Some(value) if value > high => Err(ApiError::invalid(
                "integer_above_max_value",
                name,
                format!(
                    "Invalid '{name}': integer above maximum value. Expected a value <= {high}, but got {value} instead."
                ),
            )),
            value => Ok(value),
        }
    }

    /// A truth value; from a form as `true` or `false`.
    pub(crate) fn boolean(&self, name: &str) -> ApiResult<Option<bool>> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(Value::String(text)) if self.is_multipart && matches!(text.as_str(), "true" | "false") => {
                Ok(Some(text == "true"))
            }
            Some(other) => Err(wrong_type(name, "a boolean", other)),
        }
    }
}

/// `image` for `image`, `image[]` and `image[3]`.
pub(crate) fn base_name(field: &str) -> &str {
    field.split('[').next().unwrap_or(field)
}

/// Puts `svg[reasoning][effort]` into nested objects, as the SDKs mean it.
fn insert_nested(values: &mut Map<String, Value>, name: &str, text: String) {
    let mut path = name.split('[').map(|part| part.trim_end_matches(']'));
    let first = path.next().unwrap_or_default().to_owned();
    let rest: Vec<&str> = path.collect();
    if rest.is_empty() || rest.iter().any(|part| part.is_empty() || part.parse::<u64>().is_ok()) {
        values.insert(name.to_owned(), Value::String(text));
        return;
    }
    let mut target = values.entry(first).or_insert_with(|| Value::Object(Map::new()));
    for part in rest {
        if !target.is_object() {
            *target = Value::Object(Map::new());
        }
        let Value::Object(object) = target else { return };
        target = object.entry(part).or_insert_with(|| Value::Object(Map::new()));
    }
    *target = Value::String(text);
}

/// 400 for a value of the wrong JSON type.
pub(crate) fn wrong_type(name: &str, expected: &str, got: &Value) -> ApiError {
    let got = match got {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a decimal number",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    ApiError::invalid(
        "invalid_type",
        name,
        format!("Invalid type for '{name}': expected {expected}, but got {got} instead."),
    )
}

fn broken(error: &multer::Error) -> ApiError {
    ApiError::invalid(
        "invalid_multipart",
        "",
        format!("We could not parse the multipart body of your request. {error}"),
    )
}
