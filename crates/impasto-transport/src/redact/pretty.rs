//! JSON text, indented in the order in which it stands; its images are shown by their size and hash.

use super::render::describe_bytes;

/// A string of base64 shorter than this is shown as it is.
const SHORT: usize = 256;

/// Indents JSON text by two spaces. What is not JSON comes out as it went in, as far as can be.
pub(super) fn indent(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len().min(1 << 16) + 64);
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => {
                let end = end_of_string(text, at);
                push_string(&mut out, &text[at..end]);
                at = end;
                continue;
            }
            b'{' | b'[' => {
                let close = if byte == b'{' { b'}' } else { b']' };
                let next = text[at + 1..].iter().position(|byte| !byte.is_ascii_whitespace());
                if let Some(offset) = next.filter(|offset| text[at + 1 + offset] == close) {
                    out.push(char::from(byte));
                    out.push(char::from(close));
                    at += offset + 2;
                    continue;
                }
                depth += 1;
                out.push(char::from(byte));
                new_line(&mut out, depth);
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(char::from(byte));
            }
            b',' => {
                out.push(',');
                new_line(&mut out, depth);
            }
            b':' => out.push_str(": "),
            byte if byte.is_ascii_whitespace() => {}
            _ => {
                let rest = &text[at..];
                let len =
                    rest.iter().position(|byte| b"\"{}[],: \t\r\n".contains(byte)).unwrap_or(rest.len());
                out.push_str(&String::from_utf8_lossy(&rest[..len]));
                at += len;
                continue;
            }
        }
        at += 1;
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

/// The index behind the closing quote of the string that opens at `open`.
fn end_of_string(text: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while let Some(offset) = text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += offset;
        if text[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    text.len()
}

/// Shows a quoted string; the base64 in it, if it is long, by the size and hash of what it holds.
fn push_string(out: &mut String, quoted: &[u8]) {
    let shown = String::from_utf8_lossy(quoted);
    let inner = shown.trim_matches('"');
    let (prefix, base64) = match inner.split_once(";base64,") {
        Some((media_type, base64)) if media_type.starts_with("data:") => {
            (&inner[..media_type.len() + ";base64,".len()], base64)
        }
        _ => ("", inner),
    };
    let is_worth_it = base64.len() >= SHORT || (!prefix.is_empty() && !base64.starts_with('<'));
    match base64_simd::STANDARD.decode_to_vec(base64) {
        Ok(bytes) if is_worth_it => {
            out.extend(["\"", prefix, &describe_bytes(&bytes), "\""]);
        }
        _ => out.push_str(&shown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(indent(text.as_bytes()), expected);
    }

    #[test]
    fn json_is_indented_in_its_own_order() {
        check(
            r#"{"z":1,"a":[1,{"x":"a, b: {c}"},[],{}],"e":"\"","t":true}"#,
            "{\n  \"z\": 1,\n  \"a\": [\n    1,\n    {\n      \"x\": \"a, b: {c}\"\n    },\n    [],\n    {}\n  ],\n  \
             \"e\": \"\\\"\",\n  \"t\": true\n}",
        );
        check("{ }", "{}");
        check("not json", "notjson");
        check("\"open", "\"open");
    }

    #[test]
    fn images_are_shown_by_size_and_hash() {
        check(
            r#""data:image/png;base64,AQID""#,
            r#""data:image/png;base64,<3 bytes, sha256 039058c6f2c0cb49>""#,
        );
        let long = base64_simd::STANDARD.encode_to_string([0; 300]);
        assert!(indent(format!("\"{long}\"").as_bytes()).starts_with("\"<300 bytes, sha256 "));
        check(r#""AQID""#, r#""AQID""#);
    }
}
