//! Where a request goes and what every request carries: URL, query, headers, the place of the key.

use std::collections::BTreeMap;

use http::HeaderName;
use http::header::{ACCEPT, HeaderValue};
use impasto_transport::{Auth, HttpRequest};

use crate::error::{Error, ErrorKind};
use crate::seller::KeyStyle;
use crate::target::Target;

/// What the names in braces stand for, besides the target's options.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Names<'a> {
    /// `{model}`.
    pub(crate) model: &'a str,
    /// `{task}`.
    pub(crate) task: &'a str,
}

/// The URL of `path` below the base, with the seller's query.
pub(crate) fn url(target: &Target, names: Names<'_>, path: &str) -> Result<String, Error> {
    let mut base = target.base_url.as_str();
    // Azure's endpoint is written with and without /openai; the path brings its own.
    if path.starts_with("/openai/") {
        base = base.strip_suffix("/openai").unwrap_or(base);
    }
    let path = fill(target, names, path)?.ok_or_else(|| {
        Error::new(ErrorKind::Configuration, format!("the path {path} names an option that is not set"))
    })?;
    let mut url = format!("{base}{path}");
    let mut separator = if url.contains('?') { '&' } else { '?' };
    for (name, template) in &target.seller.query {
        let Some(value) = fill(target, names, template)? else { continue };
        url.push(separator);
        url.extend([escape(name).as_str(), "=", escape(&value).as_str()]);
        separator = '&';
    }
    Ok(url)
}

/// The request with the headers of every call and the place of the key.
pub(crate) fn dressed(
    target: &Target,
    names: Names<'_>,
    mut request: HttpRequest,
) -> Result<HttpRequest, Error> {
    request.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    with_headers(target, names, &target.seller.headers, request.with_auth(auth(target)?))
}

/// The request with headers from templates; those that name an unset option are left out.
pub(crate) fn with_headers(
    target: &Target,
    names: Names<'_>,
    templates: &BTreeMap<String, String>,
    mut request: HttpRequest,
) -> Result<HttpRequest, Error> {
    for (name, template) in templates {
        let Some(value) = fill(target, names, template)? else { continue };
        let bad = |what: &str| Error::new(ErrorKind::Configuration, format!("header {name}: {what}"));
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("is not a header name"))?;
        let value = HeaderValue::from_str(&value).map_err(|_| bad("has a value no header can carry"))?;
        request.headers.insert(name, value);
    }
    Ok(request)
}

fn auth(target: &Target) -> Result<Auth, Error> {
    let auth = &target.seller.auth;
    let name = || {
        let message = format!("seller {}: auth.name is missing for this style", target.seller.id);
        auth.name.clone().ok_or_else(|| Error::new(ErrorKind::Configuration, message))
    };
    Ok(match auth.style {
        KeyStyle::Bearer => Auth::Bearer,
        KeyStyle::Header => Auth::Header(name()?),
        KeyStyle::Prefix => Auth::Prefixed { scheme: name()? },
    })
}

/// `template` with each `{name}` replaced; nothing when a name is not set.
fn fill(target: &Target, names: Names<'_>, template: &str) -> Result<Option<String>, Error> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let close = rest[open..].find('}').map(|at| open + at).ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                format!("seller {}: {template:?} has an open brace", target.seller.id),
            )
        })?;
        filled.push_str(&rest[..open]);
        match &rest[open + 1..close] {
            "model" => filled.push_str(&escape(names.model)),
            "task" => filled.push_str(&escape(names.task)),
            name => match target.options.get(name) {
                Some(value) if !value.is_empty() => filled.push_str(value),
                _ => return Ok(None),
            },
        }
        rest = &rest[close + 1..];
    }
    filled.push_str(rest);
    Ok(Some(filled))
}

/// The names in braces of a template; nothing when a brace stays open.
pub(crate) fn names_in(template: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let close = open + rest[open..].find('}')?;
        names.push(&rest[open + 1..close]);
        rest = &rest[close + 1..];
    }
    Some(names)
}

/// Percent-encodes all but the characters that RFC 3986 calls unreserved.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let hex = |nibble: u8| char::from(b"0123456789ABCDEF"[usize::from(nibble)]);
            escaped.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    escaped
}
