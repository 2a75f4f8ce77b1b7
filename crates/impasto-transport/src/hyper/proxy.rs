//! Which proxy a request goes through, if any, and what it is asked for.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use http::{HeaderMap, HeaderValue, Uri, header, uri::Scheme};
use hyper_util::client::{
    legacy::connect::proxy::{SocksV5, Tunnel},
    proxy::matcher::{Intercept, Matcher},
};
use tower_service::Service as _;

use super::stream::{Standing, Stream};
use crate::{Origin, TransportError};

/// The proxies there are.
#[derive(Clone)]
pub(super) enum Proxies {
    None,
    /// Those of the environment, once they are read.
    Environment(Arc<OnceLock<Matcher>>),
    /// One for everything.
    All(Intercept),
}

/// How a proxy is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// By HTTP, in the clear.
    Http,
    /// By HTTP, encrypted.
    Https,
    /// By SOCKS 5.
    Socks,
}

/// A proxy for one request.
pub(super) struct Proxy {
    pub(super) kind: Kind,
    /// Its own address, the port included.
    pub(super) uri: Uri,
    found: Intercept,
}

impl Proxies {
    pub(super) fn of_environment() -> Self {
        Self::Environment(Arc::default())
    }

    /// The proxies of the environment or none, unless there is one for everything.
    pub(super) fn with_environment(self, respected: bool) -> Self {
        match (self, respected) {
            (Self::All(proxy), _) => Self::All(proxy),
            (Self::None, true) => Self::of_environment(),
            (environment, true) => environment,
            (_, false) => Self::None,
        }
    }

    /// The proxy at `url`, for everything.
    pub(super) fn all(url: &str) -> Result<Self, TransportError> {
        let unusable = || TransportError::invalid_request("the URL of the proxy cannot be used");
        let found = Matcher::builder().all(url).build().intercept(&Uri::from_static("https://host/"));
        let found = found.ok_or_else(unusable)?;
        Proxy::new(found.clone()).map_err(|error| unusable().with_source(error))?;
        Ok(Self::All(found))
    }

    /// The proxy on the way to `target`; none on the way to this machine.
    pub(super) fn towards(&self, target: &Uri) -> Result<Option<Proxy>, TransportError> {
        if Origin::of(&target.to_string()).is_ok_and(|origin| origin.is_loopback()) {
            return Ok(None);
        }
        let found = match self {
            Self::None => None,
            Self::Environment(matcher) => matcher.get_or_init(Matcher::from_env).intercept(target),
            Self::All(proxy) => Some(proxy.clone()),
        };
        found.map(Proxy::new).transpose()
    }
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Environment(_) => "Environment",
            Self::All(_) => "All",
        })
    }
}

impl Proxy {
    fn new(found: Intercept) -> Result<Self, TransportError> {
        let (kind, port) = match found.uri().scheme_str() {
            Some("http") => (Kind::Http, 80),
            Some("https") => (Kind::Https, 443),
            Some("socks5" | "socks5h") => (Kind::Socks, 1080),
            _ => {
                let message = "the proxy is of a kind that is not known here; http, https and socks5 are";
                return Err(TransportError::invalid_request(message));
            }
        };
        Ok(Self { kind, uri: with_port(found.uri(), port)?, found })
    }

    /// Name and password for a proxy that reads the requests to `target`, rather than passing on what it cannot read.
    pub(super) fn login(&self, target: &Uri) -> Option<HeaderValue> {
        if self.reads(target) { self.found.basic_auth().cloned() } else { None }
    }

    /// Whether the proxy is given the requests to `target` themselves.
    pub(super) fn reads(&self, target: &Uri) -> bool {
        self.kind != Kind::Socks && target.scheme() == Some(&Scheme::HTTP)
    }

    /// A way through the proxy at the end of `stream` to `target`. The proxy learns the host and the port, and the name
    /// and password meant for it.
    pub(super) async fn tunnel(
        &self,
        stream: Stream,
        target: &Uri,
        user_agent: &HeaderValue,
    ) -> Result<Stream, Box<dyn std::error::Error + Send + Sync>> {
        let standing = Standing::new(stream);
        // Without a port, a tunnel would lead to 443 whatever the scheme.
        let port = if target.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
        let target = with_port(target, port)?;
        if self.kind == Kind::Socks {
            let mut socks = SocksV5::new(self.uri.clone(), standing);
            if let Some((name, password)) = self.found.raw_auth() {
                socks = socks.with_auth(name.to_owned(), password.to_owned());
            }
            return Ok(socks.call(target).await?);
        }
        let mut tunnel = Tunnel::new(self.uri.clone(), standing);
        if let Some(login) = self.found.basic_auth() {
            tunnel = tunnel.with_auth(login.clone());
        }
        let introduction = HeaderMap::from_iter([(header::USER_AGENT, user_agent.clone())]);
        Ok(tunnel.with_headers(introduction).call(target).await?)
    }
}

/// The same place with its port written out.
fn with_port(uri: &Uri, standard: u16) -> Result<Uri, TransportError> {
    let unreadable =
        || TransportError::invalid_request("the host or port of a proxy or server cannot be read");
    let authority = uri.authority().ok_or_else(unreadable)?.as_str();
    let host = uri.host().ok_or_else(unreadable)?;
    let port = match authority.strip_prefix(host) {
        Some("" | ":") => standard,
        // Not every text after the colon is a port, and none is taken for the standard one.
        _ => uri.port_u16().ok_or_else(unreadable)?,
    };
    let whole = Uri::builder()
        .scheme(uri.scheme().cloned().unwrap_or(Scheme::HTTP))
        .authority(format!("{host}:{port}"))
        .path_and_query("/");
    whole.build().map_err(|error| unreadable().with_source(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(matcher: Matcher) -> Proxies {
        Proxies::Environment(Arc::new(OnceLock::from(matcher)))
    }

    fn check(proxies: &Proxies, target: &'static str, expected: Option<&str>) {
        let proxy = proxies.towards(&Uri::from_static(target)).expect("a known kind of proxy");
        let found = proxy.map(|proxy| format!("{:?} {}", proxy.kind, proxy.uri));
        assert_eq!(found.as_deref(), expected, "{target}");
    }

    #[test]
    fn the_environment_says_which_proxy_and_where_none() {
        let proxies = environment(
            Matcher::builder()
                .http("http://plain:3128")
                .https("https://secure")
                .no("inside.example, 192.168.0.0/16")
                .build(),
        );
        check(&proxies, "http://images.example/", Some("Http http://plain:3128/"));
        check(&proxies, "https://images.example/", Some("Https https://secure:443/"));
        check(&proxies, "https://inside.example/", None);
        check(&proxies, "https://deep.inside.example:8443/", None);
        check(&proxies, "http://192.168.3.4/", None);
        for own in ["http://127.0.0.1:9/", "https://localhost/", "http://[::1]:9/", "http://app.localhost/"] {
            check(&proxies, own, None);
        }
        let proxies = environment(Matcher::builder().all("socks5h://name:word@far").build());
        check(&proxies, "https://images.example/", Some("Socks socks5h://far:1080/"));
        check(&Proxies::None, "https://images.example/", None);
    }

    #[test]
    fn one_proxy_is_for_everything_but_this_machine() {
        let proxies = Proxies::all("proxy.example:3128").expect("a proxy");
        check(&proxies, "https://images.example/", Some("Http http://proxy.example:3128/"));
        check(&proxies, "http://10.0.0.1/", Some("Http http://proxy.example:3128/"));
        check(&proxies, "http://localhost:4010/", None);
        check(&proxies.with_environment(false), "http://10.0.0.1/", Some("Http http://proxy.example:3128/"));
    }

    #[test]
    fn what_cannot_be_a_proxy_is_refused_without_repeating_it() {
        for url in ["", "ftp://name:secret@proxy/", "http://", "http://proxy:port/", "socks4://proxy/"] {
            let error = Proxies::all(url).expect_err(url);
            assert_eq!(error.to_string(), "the URL of the proxy cannot be used", "{url}");
            assert!(!format!("{error:?}").contains("secret"), "{error:?}");
        }
        let error = environment(Matcher::builder().all("socks4://proxy/").build());
        let error = error.towards(&Uri::from_static("https://images.example/"));
        assert!(error.is_err_and(|error| error.to_string().contains("not known here")));
    }

    #[test]
    fn the_login_is_for_proxies_that_read() {
        let proxies = Proxies::all("http://Aladdin:opensesame@proxy").expect("a proxy");
        let login = |target| {
            let proxy = proxies.towards(&Uri::from_static(target)).expect("a known kind").expect("a proxy");
            proxy.login(&Uri::from_static(target))
        };
        assert_eq!(login("http://images.example/").expect("a login"), "Basic QWxhZGRpbjpvcGVuc2VzYW1l");
        assert!(login("https://images.example/").is_none(), "the server would get it");
        assert!(!format!("{proxies:?}").contains("sesame"));
    }
}
