//! Nothing that has the shape of a key stands in the repository, unless it is obviously made up.

use crate::findings::Findings;
use crate::repository::File;

/// What a key looks like: a beginning, then at least so many characters of a kind.
struct Shape {
    beginning: &'static str,
    at_least: usize,
    what: &'static str,
}

/// Beginnings that announce a secret, compared without regard to case.
const SHAPES: &[Shape] = &[
    Shape { beginning: "sk-", at_least: 16, what: "an OpenAI-style key" },
    Shape { beginning: "apikey-", at_least: 16, what: "an Atlas-style key" },
    Shape { beginning: "bearer ", at_least: 16, what: "a bearer token" },
    Shape { beginning: "api-key: ", at_least: 16, what: "an Azure-style key" },
    Shape { beginning: "x-api-key: ", at_least: 16, what: "a key" },
    Shape { beginning: "akia", at_least: 16, what: "an AWS access key" },
    Shape { beginning: "aiza", at_least: 30, what: "a Google API key" },
    Shape { beginning: "ghp_", at_least: 30, what: "a GitHub token" },
    Shape { beginning: "hf_", at_least: 30, what: "a Hugging Face token" },
    Shape { beginning: "r8_", at_least: 30, what: "a Replicate token" },
    Shape { beginning: "x-amz-signature=", at_least: 32, what: "a signed URL" },
];

/// Words that no real key contains.
const OBVIOUS: &[&str] = &[
    "test",
    "fake",
    "example",
    "dummy",
    "redacted",
    "your",
    "placeholder",
    "secret",
    "emulat",
    "synthetic",
    "sample",
    "planted",
    "abcdef",
    "123456",
    "000000",
    "xxxx",
    "not-a",
    "wrong",
    "hidden",
];

/// Checks one file, line by line.
pub fn check(file: &File, findings: &mut Findings) {
    if file.is("lock") {
        return;
    }
    for (line, text) in file.lines() {
        let text = text.to_ascii_lowercase();
        for shape in SHAPES {
            if has_key(&text, shape) {
                let what = shape.what;
                let message = format!(
                    "looks like {what}: remove it and revoke it if it was real; a made-up one says `fake` or `test`"
                );
                findings.error(&file.path, Some(line), message);
            }
        }
    }
}

/// Whether `text`, in lower case, holds something of this shape that is not obviously made up.
fn has_key(text: &str, shape: &Shape) -> bool {
    text.match_indices(shape.beginning).any(|(at, beginning)| {
        let rest = &text[at + beginning.len()..];
        let end = rest.find(|c: char| !is_key_character(c)).unwrap_or(rest.len());
        let key = &rest[..end];
        // `task-…` holds `sk-`, and is none.
        let begins_here = !text[..at].ends_with(is_key_character);
        begins_here && key.len() >= shape.at_least && !is_obviously_made_up(key)
    })
}

fn is_key_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// A fake says so, or repeats itself, or has no digit: a random key of this length has many.
fn is_obviously_made_up(key: &str) -> bool {
    let mut distinct: Vec<char> = key.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    OBVIOUS.iter().any(|word| key.contains(word))
        || distinct.len() <= 5
        || !key.contains(|c: char| c.is_ascii_digit())
}
