//! Strings that are copied: written properly where they were not, and keys turned into paths.

use super::{Fault, JsonScanner, Role, SLICE, State};
use crate::scan::blob_of;

/// The string that is being read.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// Where it begins in the copy, behind the quote.
    pub(super) start: usize,
    /// An escape that is not yet whole, from its backslash on.
    pub(super) escape: [u8; 6],
    pub(super) escape_len: usize,
    /// Where in the copy the escape of a high surrogate begins that waits for its other half.
    pub(super) high: Option<usize>,
    /// The first characters, unescaped, when the string may be a blob.
    pub(super) head: Vec<u8>,
}

impl JsonScanner {
    pub(super) fn begin_text(&mut self) {
        self.doc.push(b'"');
        self.text.start = self.doc.len();
        self.text.head.clear();
    }

    /// Copies text up to its closing quote, or as far as it goes.
    pub(super) fn copy_text(&mut self, input: &[u8], role: Role) -> Result<usize, Fault> {
        if self.text.escape_len > 0 {
            self.copy_escape(input[0])?;
            return Ok(1);
        }
        let input = &input[..input.len().min(SLICE)];
        let run =
            input.iter().position(|&byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(input.len());
        if run > 0 {
            self.end_high_surrogate();
            self.doc.extend_from_slice(&input[..run]);
            return Ok(run);
        }
        match input[0] {
            b'"' => self.end_text(role),
            b'\\' => {
                self.copy_escape(b'\\')?;
            }
            control => self.copy_control(control),
        }
        Ok(1)
    }

    pub(super) fn copy_control(&mut self, control: u8) {
        self.end_high_surrogate();
        self.doc.extend_from_slice(format!("\\u{control:04x}").as_bytes());
    }

    /// Takes one byte of an escape. Once it is whole it is copied, and its UTF-16 unit returned.
    pub(super) fn copy_escape(&mut self, byte: u8) -> Result<Option<u16>, Fault> {
        let Some(unit) = self.text.take_escape(byte)? else { return Ok(None) };
        let at = self.doc.len();
        match unit {
            0xdc00..0xe000 if self.text.high.take() != at.checked_sub(6) || at < 6 => {
                self.doc.extend_from_slice(b"\\ufffd");
            }
            _ => {
                if !(0xdc00..0xe000).contains(&unit) {
                    self.end_high_surrogate();
                }
                let escape = self.text.escape;
                let len = if escape[1] == b'u' { 6 } else { 2 };
                self.doc.extend_from_slice(&escape[..len]);
                if (0xd800..0xdc00).contains(&unit) {
                    self.text.high = Some(at);
                }
            }
        }
        Ok(Some(unit))
    }

    /// Something else than its other half follows a high surrogate: it stands for no character.
    pub(super) fn end_high_surrogate(&mut self) {
        if let Some(at) = self.text.high.take() {
            self.doc[at..at + 6].copy_from_slice(b"\\ufffd");
        }
    }

    pub(super) fn end_text(&mut self, role: Role) {
        self.end_high_surrogate();
        self.doc.push(b'"');
        match role {
            Role::Value => {
                self.guard_placeholder();
                self.end_value();
            }
            Role::Key => {
                self.take_key();
                self.state = State::Colon;
            }
        }
    }

    /// The seller's own string must not pass for a placeholder.
    pub(super) fn guard_placeholder(&mut self) {
        // Every character written as an escape, and a number of ten digits.
        const LONGEST: usize = 6 * (13 + 10) + 2;
        let quoted = &self.doc[self.text.start - 1..];
        if quoted.len() <= LONGEST
            && serde_json::from_slice::<String>(quoted).is_ok_and(|text| blob_of(&text).is_some())
        {
            let start = self.text.start;
            self.doc.splice(start..start, "\u{fffd}".bytes());
        }
    }

    pub(super) fn take_key(&mut self) {
        let quoted = &self.doc[self.text.start - 1..];
        let plain = &quoted[1..quoted.len() - 1];
        let key = if plain.contains(&b'\\') {
            serde_json::from_slice(quoted).unwrap_or_default()
        } else {
            String::from_utf8_lossy(plain).into_owned()
        };
        let rule = self.rules.of_key(&key);
        if let Some(container) = self.stack.last_mut() {
            container.rule = rule;
            self.path.truncate(container.path_len);
            if !self.path.is_empty() {
                self.path.push(b'.');
            }
            // Paths are for people; a key as long as a page is none.
            let shown = key.char_indices().nth(64).map_or(&key[..], |(end, _)| &key[..end]);
            self.path.extend_from_slice(shown.as_bytes());
        }
    }
}

impl Text {
    /// Takes one byte of an escape, from its backslash on; gives its UTF-16 unit once it is whole.
    pub(super) fn take_escape(&mut self, byte: u8) -> Result<Option<u16>, Fault> {
        self.escape[self.escape_len] = byte;
        self.escape_len += 1;
        let unit = match (self.escape_len, byte) {
            (1, _) | (2, b'u') => return Ok(None),
            (2, b'"' | b'\\' | b'/') => u16::from(byte),
            (2, b'b') => 0x08,
            (2, b'f') => 0x0c,
            (2, b'n') => 0x0a,
            (2, b'r') => 0x0d,
            (2, b't') => 0x09,
            (3..=6, _) if byte.is_ascii_hexdigit() => {
                if self.escape_len < 6 {
                    return Ok(None);
                }
                let digits = std::str::from_utf8(&self.escape[2..]).map_err(|_| Fault::NotJson)?;
                u16::from_str_radix(digits, 16).map_err(|_| Fault::NotJson)?
            }
            _ => return Err(Fault::NotJson),
        };
        self.escape_len = 0;
        Ok(Some(unit))
    }
}
