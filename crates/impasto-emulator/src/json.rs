//! JSON with a fixed key order and image payloads that are shared, not copied.

use bytes::Bytes;
use serde_json::Value;

/// A JSON value to be sent. Objects keep their order; a blob is base64 text that is passed on without a copy.
#[derive(Debug, Clone)]
pub(crate) enum Json {
    /// Any ordinary value.
    Plain(Value),
    /// A string made of a prefix (such as `data:image/png;base64,`) and shared base64 text.
    Blob(&'static str, Bytes),
    /// JSON text as it stands.
    Raw(Bytes),
    /// A list.
    List(Vec<Self>),
    /// An object in the order given.
    Object(Vec<(&'static str, Self)>),
}

impl Json {
    /// The bytes of this value, as shared pieces in order.
    pub(crate) fn into_chunks(self) -> Vec<Bytes> {
        let mut writer = Writer::default();
        writer.value(self);
        writer.finish()
    }

    /// Appends this value to `writer`.
    pub(crate) fn write(self, writer: &mut Writer) {
        writer.value(self);
    }
}

impl<T: Into<Value>> From<T> for Json {
    fn from(value: T) -> Self {
        Self::Plain(value.into())
    }
}

/// An object under construction; absent fields are left out, never written as null.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(&'static str, Json)>);

impl Fields {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a field.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Json>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// Adds a field if there is a value for it.
    pub(crate) fn with_some(self, name: &'static str, value: Option<impl Into<Json>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The finished object.
    pub(crate) fn object(self) -> Json {
        Json::Object(self.0)
    }
}

impl From<Fields> for Json {
    fn from(fields: Fields) -> Self {
        fields.object()
    }
}

/// Collects text and shared pieces into a body.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    text: String,
    chunks: Vec<Bytes>,
}

impl Writer {
    /// Appends text as it stands.
    pub(crate) fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The pieces in order.
    pub(crate) fn finish(mut self) -> Vec<Bytes> {
        self.flush();
        self.chunks
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.chunks.push(Bytes::from(std::mem::take(&mut self.text)));
        }
    }

    fn value(&mut self, value: Json) {
        match value {
            Json::Plain(value) => self.text.push_str(&value.to_string()),
            Json::Blob(prefix, base64) => {
                self.text.push('"');
                self.text.push_str(prefix);
                self.flush();
                self.chunks.push(base64);
                self.text.push('"');
            }
            Json::Raw(text) => {
                self.flush();
                self.chunks.push(text);
            }
            Json::List(items) => self.items('[', ']', items, Self::value),
            Json::Object(fields) => self.items('{', '}', fields, |writer, (name, value)| {
                writer.text.push_str(&Value::from(name).to_string());
                writer.text.push(':');
                writer.value(value);
            }),
        }
    }

    fn items<T>(&mut self, open: char, close: char, items: Vec<T>, write: impl Fn(&mut Self, T)) {
        self.text.push(open);
        for (position, item) in items.into_iter().enumerate() {
            if position > 0 {
                self.text.push(',');
            }
            write(self, item);
        }
        self.text.push(close);
    }
}

#[cfg(test)]
mod tests {
    use super::{Fields, Json};
    use bytes::Bytes;

    #[test]
    fn order_is_kept_and_blobs_are_shared() {
        let blob = Bytes::from_static(b"QUJD");
        let json = Fields::new()
            .with("z", 1)
            .with(
                "data",
                Json::List(vec![Fields::new().with("b64_json", Json::Blob("data:,", blob.clone())).object()]),
            )
            .with_some("absent", None::<u64>)
            .with("a", "q\"")
            .object();
        let chunks = json.into_chunks();
        let text: Vec<u8> = chunks.iter().flat_map(|chunk| chunk.to_vec()).collect();
        assert_eq!(text, br#"{"z":1,"data":[{"b64_json":"data:,QUJD"}],"a":"q\""}"#);
        assert!(chunks.iter().any(|chunk| chunk.as_ptr() == blob.as_ptr()));
    }
}
