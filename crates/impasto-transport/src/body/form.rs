//! `multipart/form-data` (RFC 7578), byte for byte as the official SDKs send it.

use bytes::Bytes;

use crate::{Entropy, Segment, Source};

/// A form; its parts are sent in the order in which they stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// The parts.
    pub parts: Vec<Part>,
}

/// One part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// What it carries.
    pub content: PartContent,
}

/// What a part of a form carries.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PartContent {
    /// A scalar: no `Content-Type`, no file name.
    Text(String),
    /// A file.
    File {
        /// The name told to the server.
        filename: String,
        /// Its `Content-Type`.
        content_type: String,
        /// Where its bytes lie.
        source: Source,
    },
}

impl Form {
    /// An empty form.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same form with one more scalar.
    #[must_use]
    pub fn with_text(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parts.push(Part { name: name.into(), content: PartContent::Text(value.into()) });
        self
    }

    /// The same form with one more file.
    #[must_use]
    pub fn with_file(
        mut self,
        name: impl Into<String>,
        filename: impl Into<String>,
        content_type: impl Into<String>,
        source: impl Into<Source>,
    ) -> Self {
        let content = PartContent::File {
            filename: filename.into(),
            content_type: content_type.into(),
            source: source.into(),
        };
        self.parts.push(Part { name: name.into(), content });
        self
    }

    /// A boundary that occurs in none of the parts that are at hand. Files on disk are not searched: 128
    /// random bits do not occur in them by chance, and nobody could have put them there beforehand.
    #[must_use]
    pub fn boundary(&self, entropy: &dyn Entropy) -> String {
        loop {
            let boundary = format!("impasto-{:016x}{:016x}", entropy.u64(), entropy.u64());
            if !self.parts.iter().any(|part| part.contains(boundary.as_bytes())) {
                return boundary;
            }
        }
    }

    pub(crate) fn segments(&self, boundary: &str) -> Vec<Segment> {
        let mut segments = Vec::new();
        let mut text = String::new();
        for part in &self.parts {
            text.push_str("--");
            text.push_str(boundary);
            text.push_str("\r\nContent-Disposition: form-data; name=\"");
            push_escaped(&mut text, &part.name);
            match &part.content {
                PartContent::Text(value) => {
                    text.push_str("\"\r\n\r\n");
                    text.push_str(value);
                }
                PartContent::File { filename, content_type, source } => {
                    text.push_str("\"; filename=\"");
                    push_escaped(&mut text, filename);
                    text.push_str("\"\r\nContent-Type: ");
                    // A line break here would begin a header of its own.
                    text.extend(content_type.chars().filter(|char| !char.is_control()));
                    text.push_str("\r\n\r\n");
                    segments.push(Segment::Bytes(Bytes::from(std::mem::take(&mut text))));
                    segments.push(match source {
                        Source::Bytes(bytes) => Segment::Bytes(bytes.clone()),
                        Source::File(file) => Segment::File(file.clone()),
                    });
                }
            }
            text.push_str("\r\n");
        }
        text.push_str("--");
        text.push_str(boundary);
        text.push_str("--\r\n");
        segments.push(Segment::Bytes(Bytes::from(text)));
        segments
    }
}

impl Part {
    fn contains(&self, needle: &[u8]) -> bool {
        let found = |text: &[u8]| memchr::memmem::find(text, needle).is_some();
        found(self.name.as_bytes())
            || match &self.content {
                PartContent::Text(value) => found(value.as_bytes()),
                PartContent::File { filename, source, .. } => {
                    found(filename.as_bytes()) || matches!(source, Source::Bytes(bytes) if found(bytes))
                }
            }
    }
}

/// As browsers and the official SDKs do: the three characters that would end the name are percent-encoded,
/// everything else is raw UTF-8 (the HTML standard, "multipart form data").
fn push_escaped(text: &mut String, name: &str) {
    for char in name.chars() {
        match char {
            '"' => text.push_str("%22"),
            '\r' => text.push_str("%0D"),
            '\n' => text.push_str("%0A"),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Body, SeededEntropy};

    #[test]
    fn the_bytes_are_those_of_the_official_sdks() {
        let form = Form::new()
            .with_text("prompt", "a fox, \"müde\"\r\nin snow")
            .with_text("n", "2")
            .with_file("image[]", "fü\"ch\r\ns.png", "image/png", Bytes::from_static(b"\x89PNG"))
            .with_file("mask", "mask.png", "image/png", Bytes::from_static(b"M"));
        let body = Body::from(form);
        let expected = "--B\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na fox, \"müde\"\r\nin snow\r\n\
            --B\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n2\r\n\
            --B\r\nContent-Disposition: form-data; name=\"image[]\"; filename=\"fü%22ch%0D%0As.png\"\r\n\
            Content-Type: image/png\r\n\r\n@PNG\r\n\
            --B\r\nContent-Disposition: form-data; name=\"mask\"; filename=\"mask.png\"\r\n\
            Content-Type: image/png\r\n\r\nM\r\n--B--\r\n";
        let bytes = body.to_bytes("B").unwrap();
        let shown: Vec<u8> = bytes.iter().map(|&byte| if byte == 0x89 { b'@' } else { byte }).collect();
        assert_eq!(String::from_utf8(shown).unwrap(), expected);
        assert_eq!(bytes.len() as u64, body.content_length("B"));
        assert_eq!(body.content_type("B").unwrap(), "multipart/form-data; boundary=B");
    }

    #[test]
    fn a_boundary_that_occurs_in_a_part_is_not_taken() {
        let taken = Form::new().boundary(&SeededEntropy::new(5));
        let form = Form::new().with_text("prompt", format!("--{taken}--"));
        let boundary = form.boundary(&SeededEntropy::new(5));
        assert_ne!(boundary, taken);
        // RFC 2046 allows at most 70 characters.
        assert!(boundary.len() <= 70);
    }
}
