//! Nothing secret in print: headers, URLs, and whole requests as canonical text.

use std::fmt;

use http::{HeaderMap, HeaderName};

mod pretty;
mod render;
#[cfg(test)]
mod tests;

pub use render::{render_prepared, render_request};

/// What stands in place of a secret.
pub const REDACTED: &str = "[redacted]";

/// Header names that carry credentials. Others are treated so when their name says it: see [`is_secret_header`].
const SECRET_HEADERS: [&str; 8] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "api-key",
    "x-api-key",
    "x-goog-api-key",
    "ocp-apim-subscription-key",
];

/// Query parameters that sign a URL or carry a credential, in lower case.
const SECRET_PARAMETERS: [&str; 18] = [
    "sig",
    "signature",
    "sign",
    "token",
    "access_token",
    "auth",
    "key",
    "api_key",
    "apikey",
    "api-key",
    "key-pair-id",
    "policy",
    "expires",
    "awsaccesskeyid",
    "ossaccesskeyid",
    "googleaccessid",
    "security-token",
    "code",
];

/// Whether a header carries a credential.
///
/// ```
/// use http::HeaderName;
/// use impasto_transport::redact::is_secret_header;
///
/// assert!(is_secret_header(&HeaderName::from_static("api-key")));
/// assert!(is_secret_header(&HeaderName::from_static("x-auth-token")));
/// assert!(!is_secret_header(&HeaderName::from_static("x-request-id")));
/// ```
#[must_use]
pub fn is_secret_header(name: &HeaderName) -> bool {
    let name = name.as_str();
    SECRET_HEADERS.contains(&name)
        || ["-key", "-token", "-secret", "-signature", "-auth"].iter().any(|end| name.ends_with(end))
            && name != "idempotency-key"
}

/// Prints headers with their secrets hidden.
pub struct RedactedHeaders<'a>(&'a HeaderMap);

impl<'a> RedactedHeaders<'a> {
    /// A view of `headers` that can be printed.
    #[must_use]
    pub fn new(headers: &'a HeaderMap) -> Self {
        Self(headers)
    }

    /// Name and printable value, sorted by name.
    #[must_use]
    pub fn sorted(&self) -> Vec<(&'a str, String)> {
        let mut lines: Vec<_> = self
            .0
            .iter()
            .map(|(name, value)| {
                let shown = if value.is_sensitive() || is_secret_header(name) {
                    REDACTED.to_owned()
                } else {
                    String::from_utf8_lossy(value.as_bytes()).into_owned()
                };
                (name.as_str(), shown)
            })
            .collect();
        // Stable, so that values of one name keep their order.
        lines.sort_by_key(|(name, _)| *name);
        lines
    }
}

impl fmt::Debug for RedactedHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.sorted()).finish()
    }
}

/// Prints a URL with its secrets hidden: user names, passwords, and signed or secret query parameters. The
/// fragment is left out.
///
/// ```
/// use impasto_transport::RedactedUrl;
///
/// let url = "https://me:pw@host/a.png?width=2&X-Amz-Signature=abc&sig=d#top";
/// let shown = RedactedUrl::new(url).to_string();
/// assert_eq!(shown, "https://[redacted]@host/a.png?width=2&X-Amz-Signature=[redacted]&sig=[redacted]");
/// ```
pub struct RedactedUrl<'a>(&'a str);

impl<'a> RedactedUrl<'a> {
    /// A view of `url` that can be printed.
    #[must_use]
    pub fn new(url: &'a str) -> Self {
        Self(url)
    }
}

fn is_secret_parameter(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_PARAMETERS.contains(&name.as_str())
        || ["x-amz-", "x-goog-", "x-oss-", "x-ms-", "x-tos-", "x-cos-"]
            .iter()
            .any(|start| name.starts_with(start))
        || ["token", "secret", "signature", "password"].iter().any(|end| name.ends_with(end))
}

impl fmt::Display for RedactedUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.0.split('#').next().unwrap_or_default();
        let (base, query) = match url.split_once('?') {
            Some((base, query)) => (base, Some(query)),
            None => (url, None),
        };
        match base.split_once("://") {
            Some((scheme, rest)) => {
                let authority_len = rest.find('/').unwrap_or(rest.len());
                let (authority, path) = rest.split_at(authority_len);
                match authority.rsplit_once('@') {
                    Some((_, host)) => write!(f, "{scheme}://{REDACTED}@{host}{path}")?,
                    None => f.write_str(base)?,
                }
            }
            None => f.write_str(base)?,
        }
        let Some(query) = query else { return Ok(()) };
        for (index, pair) in query.split('&').enumerate() {
            f.write_str(if index == 0 { "?" } else { "&" })?;
            match pair.split_once('=') {
                Some((name, _)) if is_secret_parameter(name) => write!(f, "{name}={REDACTED}")?,
                _ => f.write_str(pair)?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for RedactedUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}
