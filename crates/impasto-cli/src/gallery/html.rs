//! Text and addresses as they may stand in HTML.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

/// Text for an element or a quoted attribute: whatever a prompt says, it stays text.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Nothing that HTML forbids, and nothing that turns what follows around.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() && c != '\n' && c != '\t' => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// The address of a file as seen from the page: relative, so that both can be moved together.
pub(super) fn relative(page: &Path, file: &Path) -> String {
    let folder = page.parent().unwrap_or(Path::new(""));
    let (from, to) = (absolute(folder), absolute(file));
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let mut path = PathBuf::new();
    for _ in from.components().skip(common) {
        path.push("..");
    }
    path.extend(to.components().skip(common));
    let mut address = String::new();
    for (at, part) in path.components().enumerate() {
        if at > 0 {
            address.push('/');
        }
        let part = match part {
            Component::ParentDir => "..".into(),
            other => other.as_os_str().to_string_lossy(),
        };
        address.push_str(&encode(&part));
    }
    // A name such as "javascript:x.png" must not be read as a scheme.
    format!("./{address}")
}

/// The path with links followed, where it is there.
fn absolute(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

fn encode(part: &str) -> String {
    let mut encoded = String::new();
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::{escape, relative};
    use std::path::Path;

    #[test]
    fn nothing_gets_out_of_its_place() {
        assert_eq!(
            escape("<img src=x onerror=\"a('b')\"> & so"),
            "&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt; &amp; so"
        );
        assert_eq!(escape("a\u{0}\u{202e}b\nc"), "a b\nc");
    }

    #[test]
    fn addresses_are_relative_and_encoded() {
        let check = |page: &str, file: &str, expected: &str| {
            assert_eq!(relative(Path::new(page), Path::new(file)), expected);
        };
        check("/none/a/page.html", "/none/a/fox.png", "./fox.png");
        check("/none/a/page.html", "/none/a/b c/fo\"x#1.png", "./b%20c/fo%22x%231.png");
        check("/none/a/b/page.html", "/none/c/fox.png", "./../../c/fox.png");
        check("/none/a/page.html", "/none/a/javascript:x.png", "./javascript%3Ax.png");
        check("/none/a/page.html", "/none/a/füchse.png", "./f%C3%BCchse.png");
    }
}
