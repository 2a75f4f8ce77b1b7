//! A short, printable piece of a reply that is not what it should be.

use std::fmt;

/// The most characters shown.
const CHARS: usize = 300;

/// Enough bytes for that many characters, and for white space that is folded away.
const BYTES: usize = 2048;

/// Collects the beginning of what was wrong.
#[derive(Debug, Default)]
pub(super) struct Excerpt(Vec<u8>);

impl Excerpt {
    /// Begins with the last bytes that were still right, so that the place can be found.
    pub(super) fn after(good: &[u8]) -> Self {
        Self(good[good.len().saturating_sub(60)..].to_vec())
    }

    /// Takes more; says whether it is enough.
    pub(super) fn extend(&mut self, bytes: &[u8]) -> bool {
        let room = BYTES - self.0.len();
        self.0.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.0.len() == BYTES
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&excerpt_of(&self.0))
    }
}

/// The text on one line, white space folded, nothing unprintable, at most 300 characters.
pub(super) fn excerpt_of(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(BYTES)]);
    let mut shown = String::new();
    let mut count = 0;
    for word in
        text.split(|char: char| char.is_whitespace() || char.is_control()).filter(|word| !word.is_empty())
    {
        let space = usize::from(count > 0);
        if space > 0 {
            shown.push(' ');
        }
        count += space;
        for char in word.chars() {
            if count + 1 >= CHARS {
                shown.push('…');
                return shown;
            }
            shown.push(char);
            count += 1;
        }
    }
    shown
}
