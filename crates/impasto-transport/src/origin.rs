//! Where a URL leads: scheme, host and port, and whether that is this machine or a private network.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use crate::TransportError;

/// The scheme, host and port of a URL: the place a key belongs to.
///
/// ```
/// use impasto_transport::Origin;
///
/// let own = Origin::of("https://api.openai.com/v1")?;
/// assert_eq!(own, Origin::of("https://API.openai.com:443/v1/images/generations")?);
/// assert_ne!(own, Origin::of("http://api.openai.com/v1")?);
/// assert!(Origin::of("http://127.0.0.1:4010/v1")?.is_loopback());
/// # Ok::<(), impasto_transport::TransportError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: Scheme,
    /// Lower case; an IPv6 address stands in brackets.
    host: String,
    port: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Scheme {
    Http,
    Https,
}

impl Origin {
    /// The origin of an absolute `http` or `https` URL.
    ///
    /// # Errors
    ///
    /// When the URL is not absolute, has another scheme, no host, a user name, or a host that readers of
    /// URLs disagree about (an IPv4 address in an unusual form such as `0x7f.1`, a name that is not ASCII).
    pub fn of(url: &str) -> Result<Self, TransportError> {
        let invalid = |why: &str| TransportError::invalid_request(format!("the URL {why}"));
        let (scheme, rest) = match url.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Scheme::Https, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Scheme::Http, rest),
            _ => return Err(invalid("must begin with `https://` or `http://`")),
        };
        // Readers of URLs disagree about these, and a key must not depend on who is right.
        if url.bytes().any(|byte| byte <= b' ' || byte == b'\\' || byte == 0x7f) {
            return Err(invalid("contains a space, a control character or a backslash"));
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(invalid("carries a user name or password; a key is given as the key"));
        }
        let (host, port) = split_port(authority).ok_or_else(|| invalid("has a port that is not a number"))?;
        let host = checked_host(host).map_err(invalid)?;
        let port = port.unwrap_or(match scheme {
            Scheme::Http => 80,
            Scheme::Https => 443,
        });
        Ok(Self { scheme, host, port })
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    /// The host in lower case; an IPv6 address stands in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, the scheme's own when the URL names none.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The connection is encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::Https
    }

    /// Whether `url` leads to this origin; a URL that cannot be read does not.
    #[must_use]
    pub fn is_origin_of(&self, url: &str) -> bool {
        Self::of(url).is_ok_and(|origin| origin == *self)
    }

    /// This machine itself, by name (`localhost`) or by address.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self.ip() {
            Some(ip) => is_loopback(ip),
            None => self.host == "localhost" || self.host.ends_with(".localhost"),
        }
    }

    /// This machine or a private network, as far as the name tells: loopback, RFC 1918, shared (RFC 6598),
    /// link-local, unique-local and unspecified addresses, and the names `localhost`, `*.local`,
    /// `*.internal` and `*.home.arpa`. A public name may still resolve to a private address; see [`is_private_address`].
    #[must_use]
    pub fn is_private(&self) -> bool {
        match self.ip() {
            Some(ip) => is_private_address(ip),
            None => {
                self.is_loopback()
                    || [".local", ".internal", ".home.arpa"].iter().any(|end| self.host.ends_with(end))
            }
        }
    }

    /// The address, if the host is one.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        match self.host.strip_prefix('[') {
            Some(rest) => rest.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
            None => self.host.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.host)?;
        match (self.scheme, self.port) {
            (Scheme::Http, 80) | (Scheme::Https, 443) => Ok(()),
            (_, port) => write!(f, ":{port}"),
        }
    }
}

/// Whether an address is this machine's or a private network's; see [`Origin::is_private`].
#[must_use]
pub fn is_private_address(ip: IpAddr) -> bool {
    match canonical(ip) {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_broadcast()
                || ip.is_multicast()
                || first == 0
                || (first == 100 && (64..128).contains(&second))
                || (first == 198 && (18..20).contains(&second))
        }
        IpAddr::V6(ip) => {
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_multicast()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
        }
    }
}

fn is_loopback(ip: IpAddr) -> bool {
    canonical(ip).is_loopback()
}

/// IPv4 in IPv6's clothes (mapped, or the NAT64 prefix) counts as what it leads to.
fn canonical(ip: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = ip else { return ip };
    if let Some(v4) = v6.to_ipv4_mapped() {
        return IpAddr::V4(v4);
    }
    match v6.octets() {
        [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] => IpAddr::V4(Ipv4Addr::new(a, b, c, d)),
        _ => ip,
    }
}

fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    // The colon of a port comes after the bracket of an IPv6 address.
    let bracket = authority.rfind(']').map_or(0, |at| at + 1);
    match authority[bracket..].rfind(':') {
        None => Some((authority, None)),
        Some(at) => {
            let (host, port) = authority.split_at(bracket + at);
            match &port[1..] {
                "" => Some((host, None)),
                digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                    Some((host, Some(digits.parse().ok()?)))
                }
                _ => None,
            }
        }
    }
}

fn checked_host(host: &str) -> Result<String, &'static str> {
    if host.is_empty() {
        return Err("has no host");
    }
    if !host.is_ascii() {
        return Err("has a host name that is not ASCII; write it in its `xn--` form");
    }
    if let Some(rest) = host.strip_prefix('[') {
        let address = rest.strip_suffix(']').and_then(|text| text.parse::<Ipv6Addr>().ok());
        return address.map(|address| format!("[{address}]")).ok_or("has a malformed IPv6 address");
    }
    let host = host.to_ascii_lowercase();
    if !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)) {
        return Err("has a host name with a character that host names do not have");
    }
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    // The URL standard reads a host whose last label looks like a number as an IPv4 address.
    let numeric = last.bytes().all(|byte| byte.is_ascii_digit())
        || last.strip_prefix("0x").is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if numeric && host.parse::<Ipv4Addr>().is_err() {
        return Err("has an IPv4 address in an unusual form; write it as four numbers");
    }
    Ok(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: &str) {
        match Origin::of(url) {
            Ok(origin) => {
                let mut shown = origin.to_string();
                if origin.is_loopback() {
                    shown.push_str(" loopback");
                } else if origin.is_private() {
                    shown.push_str(" private");
                }
                assert_eq!(shown, expected, "{url}");
            }
            Err(error) => assert!(
                expected.starts_with("error ") && error.to_string().contains(&expected[6..]),
                "{url}: {error}, expected {expected}"
            ),
        }
    }

    #[test]
    fn origins_are_read_alike_by_everyone_or_refused() {
        check("https://api.openai.com/v1/images", "https://api.openai.com");
        check("HTTPS://API.OpenAI.com:443?x=1", "https://api.openai.com");
        check("https://api.openai.com:/v1", "https://api.openai.com");
        check("http://localhost:4010#x", "http://localhost:4010 loopback");
        check("http://app.localhost", "http://app.localhost loopback");
        check("http://127.9.9.9/", "http://127.9.9.9 loopback");
        check("http://[::1]:80/", "http://[::1] loopback");
        check("http://[::ffff:127.0.0.1]/", "http://[::ffff:127.0.0.1] loopback");
        check("http://[64:ff9b::a00:1]/", "http://[64:ff9b::a00:1] private");
        check("http://10.1.2.3", "http://10.1.2.3 private");
        check("http://172.16.0.1", "http://172.16.0.1 private");
        check("http://192.168.0.1:8080", "http://192.168.0.1:8080 private");
        check("http://169.254.169.254/latest", "http://169.254.169.254 private");
        check("http://100.64.0.1", "http://100.64.0.1 private");
        check("http://0.0.0.0", "http://0.0.0.0 private");
        check("http://[fd00::1]", "http://[fd00::1] private");
        check("http://[fe80::1]", "http://[fe80::1] private");
        check("http://printer.local", "http://printer.local private");
        check("http://8.8.8.8", "http://8.8.8.8");
        check("api.openai.com/v1", "error must begin");
        check("ftp://host/", "error must begin");
        check("file:///etc/passwd", "error must begin");
        check("https://", "error no host");
        check("https:///path", "error no host");
        check("https://user:pw@host/", "error user name");
        check("https://good.com\\@evil.com", "error backslash");
        check("https://host/a b", "error space");
        check("https://host:99999/", "error port");
        check("https://host:8x/", "error port");
        check("http://0x7f.1/", "error IPv4");
        check("http://2130706433/", "error IPv4");
        check("http://127.1/", "error IPv4");
        check("http://[::1/", "error IPv6");
        check("https://bücher.example/", "error ASCII");
        check("https://ho%73t/", "error host name");
    }
}
