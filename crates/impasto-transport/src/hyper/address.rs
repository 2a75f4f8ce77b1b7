//! The URL of a request as hyper wants it, going exactly where the key was meant to go.

use http::Uri;

use crate::{Origin, TransportError};

/// The address that a URL names, and its origin.
///
/// The origin is read by the reader that chose where the key goes. Scheme, host and port of the address are written from
/// it, and read once more by the one who connects: they must be the same.
pub(super) fn checked(text: &str) -> Result<(Uri, Origin), TransportError> {
    let origin = Origin::of(text)?;
    let address = format!("{origin}{}", path_and_query(text));
    let uri = Uri::try_from(address)
        .map_err(|error| TransportError::invalid_request("the URL cannot be read").with_source(error))?;
    let standard = if origin.is_https() { 443 } else { 80 };
    let agree = uri.scheme_str() == Some(origin.scheme())
        && uri.host() == Some(origin.host())
        && uri.port_u16().unwrap_or(standard) == origin.port()
        && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    if agree {
        Ok((uri, origin))
    } else {
        Err(TransportError::invalid_request("the URL can be read in two ways; write its host plainly"))
    }
}

/// What stands after the host, without a fragment. What browsers would encode is encoded, and nothing else: whoever
/// signed the URL signed what a browser sends. A `%` stays as it is, for it may begin what is encoded already.
fn path_and_query(text: &str) -> String {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = rest.find(['/', '?', '#']).map_or("", |at| &rest[at..]);
    let rest = rest.split('#').next().unwrap_or_default();
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    let mut out = String::with_capacity(rest.len() + 1);
    if path.is_empty() {
        out.push('/');
    }
    push_encoded(&mut out, path, b"\"<>`{}");
    if let Some(query) = query {
        out.push('?');
        push_encoded(&mut out, query, b"\"<>'");
    }
    out
}

/// Appends `text` with the bytes of `encoded`, and all that are not printable ASCII, as `%XX`
/// (URL standard, "path percent-encode set" and "special-query percent-encode set", read 2026-11-21).
fn push_encoded(out: &mut String, text: &str, encoded: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !encoded.contains(&byte) {
            out.push(char::from(byte));
        } else {
            let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: &str) {
        match checked(url) {
            Ok((uri, _)) => assert_eq!(uri.to_string(), expected, "{url}"),
            Err(error) => assert!(
                expected.starts_with("error ") && error.to_string().contains(&expected[6..]),
                "{url}: {error}, expected {expected}"
            ),
        }
    }

    #[test]
    fn a_url_leads_where_it_says_and_nothing_is_encoded_twice() {
        check("https://api.openai.com/v1/images", "https://api.openai.com/v1/images");
        check("HTTPS://API.OpenAI.com:443", "https://api.openai.com/");
        check("https://api.openai.com?x=1", "https://api.openai.com/?x=1");
        check("https://api.openai.com:/v1/", "https://api.openai.com/v1/");
        check("http://localhost:4010#x", "http://localhost:4010/");
        check("http://localhost:4010/a?b=c#d?e/f", "http://localhost:4010/a?b=c");
        check("http://[::1]:4010/a", "http://[::1]:4010/a");
        check("http://[0:0:0:0:0:0:0:1]:80/", "http://[::1]/");
        check("https://h.example/a%20b%2Fc?sig=a%2Bb%3D", "https://h.example/a%20b%2Fc?sig=a%2Bb%3D");
        check("https://h.example/100%?a=%zz", "https://h.example/100%?a=%zz");
        check("https://h.example/a\"<b>`{c}|^'[d]", "https://h.example/a%22%3Cb%3E%60%7Bc%7D|^'[d]");
        check("https://h.example/?a=\"<b>'&c=`{d}|^[e]", "https://h.example/?a=%22%3Cb%3E%27&c=`{d}|^[e]");
        check("https://h.example/müde?q=ß", "https://h.example/m%C3%BCde?q=%C3%9F");
        check("https://h.example//a//b?c?d=/e", "https://h.example//a//b?c?d=/e");
        check("https://h.example/?u=http://x@y/", "https://h.example/?u=http://x@y/");
        check("https://user:pw@h.example/", "error user name");
        check("https://h.example/a b", "error space");
        check("https://bücher.example/", "error ASCII");
        check(&format!("https://h.example/{}", "a".repeat(70_000)), "error cannot be read");
    }

    #[cfg(feature = "reqwest")]
    #[test]
    fn what_is_sent_is_what_the_url_standard_says() {
        for byte in (0x21..0x7f).filter(|byte| !b"#?\\".contains(byte)) {
            let byte = char::from(byte);
            for url in [format!("https://h.example/a{byte}b"), format!("https://h.example/?a{byte}b=c")] {
                let standard = reqwest::Url::parse(&url).expect("a URL");
                check(&url, standard.as_str());
            }
        }
    }
}
