//! JSON bodies, perhaps with files in them as data URLs that are encoded while they are sent.

use bytes::Bytes;
use serde::Serialize;

use crate::{Segment, Source, TransportError};

/// JSON text in pieces, so that a data URL of a file on disk is base64-encoded while it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JsonBody {
    /// The text, piece by piece.
    pub segments: Vec<Segment>,
}

impl JsonBody {
    /// The JSON of `value`; keys stay in the order in which it gives them.
    ///
    /// # Errors
    ///
    /// When `value` has no JSON form, such as a map whose keys are not strings.
    pub fn from_value(value: &impl Serialize) -> Result<Self, TransportError> {
        Ok(Self { segments: vec![Segment::Bytes(text_of(value)?.into())] })
    }

    /// The JSON of `value`, in which each string value that equals a placeholder is sent as the data URL of
    /// its source: `"data:<media type>;base64,…"`. With an empty media type the bare base64 is sent.
    ///
    /// ```
    /// use impasto_transport::{Body, JsonBody, Source};
    /// use serde_json::json;
    ///
    /// let value = json!({"images": [{"image_url": "@0"}], "prompt": "a fox"});
    /// let png = Source::Bytes(vec![1, 2, 3].into());
    /// let body = JsonBody::with_sources(&value, &[("@0".to_owned(), png, "image/png".to_owned())])?;
    /// assert_eq!(
    ///     Body::from(body).to_bytes("")?,
    ///     br#"{"images":[{"image_url":"data:image/png;base64,AQID"}],"prompt":"a fox"}"#[..],
    /// );
    /// # Ok::<(), impasto_transport::TransportError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When `value` has no JSON form, or a placeholder does not occur in it: nothing is dropped silently.
    pub fn with_sources(
        value: &impl Serialize,
        sources: &[(String, Source, String)],
    ) -> Result<Self, TransportError> {
        Self::filled(&text_of(value)?.into(), sources)
    }

    fn filled(text: &Bytes, sources: &[(String, Source, String)]) -> Result<Self, TransportError> {
        let mut tokens = Vec::with_capacity(sources.len());
        for (placeholder, _, _) in sources {
            tokens.push(text_of(placeholder)?);
        }
        let mut segments = Vec::new();
        let mut seen = vec![false; sources.len()];
        let mut copied = 0;
        let mut at = 0;
        while let Some(open) = memchr::memchr(b'"', &text[at..]).map(|offset| at + offset) {
            let close = end_of_string(text, open);
            at = close;
            // The text is our own and compact, so a key is a string with a colon right behind it.
            if text.get(close) == Some(&b':') {
                continue;
            }
            let Some(index) = tokens.iter().position(|token| token[..] == text[open..close]) else {
                continue;
            };
            seen[index] = true;
            let (_, source, media_type) = &sources[index];
            let prefix = if media_type.is_empty() {
                String::from("\"")
            } else {
                format!("\"data:{media_type};base64,")
            };
            segments.push(Segment::Bytes(text.slice(copied..open)));
            segments.push(Segment::Bytes(prefix.into()));
            segments.push(Segment::Base64(source.clone()));
            // The closing quote is the first byte of the next piece.
            copied = close - 1;
        }
        segments.push(Segment::Bytes(text.slice(copied..)));
        match seen.iter().position(|seen| !seen) {
            None => Ok(Self { segments }),
            Some(index) => Err(TransportError::invalid_request(format!(
                "the JSON body has no string {:?} to put a file in",
                sources[index].0
            ))),
        }
    }
}

fn text_of(value: &impl Serialize) -> Result<Vec<u8>, TransportError> {
    serde_json::to_vec(value).map_err(|error| {
        TransportError::invalid_request(format!("the body has no JSON form: {error}")).with_source(error)
    })
}

/// The index behind the closing quote of the string that opens at `open`.
fn end_of_string(text: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < text.len() {
        match text[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Body;

    #[test]
    fn only_string_values_are_replaced_and_keys_stay_in_order() {
        #[derive(Serialize)]
        struct Request<'a> {
            z: &'a str,
            hole: &'a str,
            list: [&'a str; 2],
            a: u8,
        }
        let value = Request { z: "say \"hole\" \\", hole: "hole", list: ["hole", "x"], a: 1 };
        let sources = [("hole".to_owned(), Source::Bytes(Bytes::from_static(b"hi")), String::new())];
        let body = Body::from(JsonBody::with_sources(&value, &sources).unwrap());
        let text = body.to_bytes("").unwrap();
        assert_eq!(text, br#"{"z":"say \"hole\" \\","hole":"aGk=","list":["aGk=","x"],"a":1}"#[..]);
        assert_eq!(text.len() as u64, body.content_length(""));
    }

    #[test]
    fn a_source_without_its_place_is_an_error() {
        let sources = [("@1".to_owned(), Source::Bytes(Bytes::new()), "image/png".to_owned())];
        let error = JsonBody::with_sources(&serde_json::json!({"@1": "@2"}), &sources).unwrap_err();
        assert!(error.to_string().contains("@1"), "{error}");
    }
}
