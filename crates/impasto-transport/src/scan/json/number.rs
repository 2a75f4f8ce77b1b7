//! The grammar of JSON numbers (RFC 8259, section 6).

/// Whether a number may contain this byte.
pub(super) fn may_contain(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

/// Whether the text is one number.
pub(super) fn is_number(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let (whole, rest) = split_digits(text);
    if whole.is_empty() || (whole.len() > 1 && whole[0] == b'0') {
        return false;
    }
    let rest = match rest.strip_prefix(b".") {
        None => rest,
        Some(rest) => match split_digits(rest) {
            ([], _) => return false,
            (_, rest) => rest,
        },
    };
    match rest {
        [] => true,
        [b'e' | b'E', rest @ ..] => {
            let rest = rest.strip_prefix(b"+").or_else(|| rest.strip_prefix(b"-")).unwrap_or(rest);
            matches!(split_digits(rest), ([_, ..], []))
        }
        _ => false,
    }
}

fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_that_of_serde_json() {
        for text in [
            "0", "-0", "12", "1.5", "-1.5e10", "1E+2", "1e-2", "0.0", "01", "-", "", "1.", ".5", "1e", "1e+",
            "--1", "+1", "1.2.3", "1-2", "0x1", "00",
        ] {
            let expected = serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert_eq!(is_number(text.as_bytes()), expected, "{text}");
        }
    }
}
