//! The transport over reqwest (feature `reqwest`): rustls, connection reuse, no redirects, no cookies, no
//! decompression, streaming both ways.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderValue;
use reqwest::{
    Client, ClientBuilder, Proxy, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};

use crate::{
    BodySource, Deadlines, HttpResponse, HttpTransport, Origin, PreparedRequest, ResponseBody, Sent,
    TransportError, TransportErrorKind,
    body::{Upload, checked},
    names, tls,
};

mod failure;

/// How this library introduces itself when the request does not.
const USER_AGENT: &str = concat!("impasto/", env!("CARGO_PKG_VERSION"));

/// Sends requests with reqwest. Cheap to clone; clones share their connections.
///
/// Nothing is set up before it is needed: a process that talks only to this machine loads no root certificates,
/// and none are loaded before the first `https` request. The system's proxy settings are respected, but
/// requests to this machine never go through a proxy. Sending needs a running tokio runtime.
///
/// It keeps only the connect deadline, fixed when it is built; wrap it into a
/// [`TimedTransport`](crate::TimedTransport) for the others.
#[derive(Debug, Clone)]
pub struct ReqwestTransport {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    config: ReqwestTransportBuilder,
    /// To this machine, in the clear.
    local: OnceLock<Client>,
    /// To this machine, encrypted.
    local_tls: OnceLock<Client>,
    /// To everybody else.
    remote: OnceLock<Client>,
    tls: OnceLock<rustls::ClientConfig>,
}

/// Which of the clients carries a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    Local,
    LocalTls,
    Remote,
}

/// Settings for a [`ReqwestTransport`].
#[derive(Debug, Clone)]
#[must_use]
pub struct ReqwestTransportBuilder {
    connect: Option<Duration>,
    idle_connection: Duration,
    user_agent: HeaderValue,
    system_proxy: bool,
    proxies: Vec<Proxy>,
    public_only: bool,
    idle_per_host: usize,
    #[cfg(feature = "http2")]
    http2_in_the_clear: bool,
}

impl ReqwestTransport {
    /// A transport with the default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Settings to start from.
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder {
            connect: Deadlines::new().connect,
            idle_connection: Duration::from_secs(90),
            user_agent: HeaderValue::from_static(USER_AGENT),
            system_proxy: true,
            proxies: Vec::new(),
            public_only: false,
            idle_per_host: 32,
            #[cfg(feature = "http2")]
            http2_in_the_clear: false,
        }
    }

    /// The client for a route, built when it is first needed.
    async fn client(&self, route: Route) -> Result<&Client, TransportError> {
        let slot = self.shared.slot(route);
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        // Loading root certificates reads files. Two at once do it twice, and one result is kept.
        let shared = Arc::clone(&self.shared);
        let built = match tokio::task::spawn_blocking(move || shared.build(route)).await {
            Ok(built) => built?,
            Err(error) => {
                return Err(TransportError::new(
                    TransportErrorKind::Other,
                    "setting up the HTTP client failed",
                )
                .with_sent(Sent::No)
                .with_source(error));
            }
        };
        Ok(slot.get_or_init(|| built))
    }
}

impl Default for ReqwestTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl ReqwestTransportBuilder {
    /// The time within which a connection must stand, TLS included: 10 s; `None` for no limit.
    pub fn connect_timeout(mut self, limit: Option<Duration>) -> Self {
        self.connect = limit;
        self
    }

    /// How long an unused connection is kept for the next request: 90 s.
    pub fn idle_connection_timeout(mut self, limit: Duration) -> Self {
        self.idle_connection = limit;
        self
    }

    /// How many unused connections to one host are kept: 32, more than most sellers let a key do at once. A burst leaves no
    /// hundreds of them behind.
    pub fn idle_connections_per_host(mut self, most: usize) -> Self {
        self.idle_per_host = most;
        self
    }

    /// Whether HTTP/2 is spoken over plain `http` too, from the first byte: no. Only for servers known to understand it;
    /// over `https` both sides agree on it by themselves.
    #[cfg(feature = "http2")]
    pub fn http2_in_the_clear(mut self, spoken: bool) -> Self {
        self.http2_in_the_clear = spoken;
        self
    }

    /// The `user-agent` of requests that have none: `impasto/` and the version.
    pub fn user_agent(mut self, user_agent: HeaderValue) -> Self {
        self.user_agent = user_agent;
        self
    }

    /// Whether the system's proxy settings (`HTTPS_PROXY`, `NO_PROXY` …) are respected: yes.
    pub fn system_proxy(mut self, respected: bool) -> Self {
        self.system_proxy = respected;
        self
    }

    /// Sends everything but requests to this machine through this proxy, such as `http://proxy:3128`.
    ///
    /// # Errors
    ///
    /// When the URL is not that of a proxy.
    pub fn proxy(mut self, url: &str) -> Result<Self, TransportError> {
        let proxy = Proxy::all(url).map_err(|error| {
            TransportError::invalid_request("the URL of the proxy cannot be used")
                .with_source(error.without_url())
        })?;
        self.proxies.push(proxy);
        Ok(self)
    }

    /// Whether requests to this machine and to private networks are refused, whatever name leads there: no.
    /// For downloads of URLs that came in a reply.
    pub fn public_only(mut self, only: bool) -> Self {
        self.public_only = only;
        self
    }

    /// Builds the transport. Nothing is set up yet, so nothing can fail.
    #[must_use]
    pub fn build(self) -> ReqwestTransport {
        let shared = Shared {
            config: self,
            local: OnceLock::new(),
            local_tls: OnceLock::new(),
            remote: OnceLock::new(),
            tls: OnceLock::new(),
        };
        ReqwestTransport { shared: Arc::new(shared) }
    }
}

impl Shared {
    fn slot(&self, route: Route) -> &OnceLock<Client> {
        match route {
            Route::Local => &self.local,
            Route::LocalTls => &self.local_tls,
            Route::Remote => &self.remote,
        }
    }

    fn build(&self, route: Route) -> Result<Client, TransportError> {
        let config = &self.config;
        let tls = match (route, self.tls.get()) {
            (Route::Local, _) => tls::without_roots()?,
            (_, Some(tls)) => tls.clone(),
            (_, None) => {
                let tls = tls::with_platform_roots()?;
                self.tls.get_or_init(|| tls).clone()
            }
        };
        let mut builder = ClientBuilder::new()
            .tls_backend_preconfigured(tls)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .tcp_nodelay(true)
            .tcp_keepalive(Duration::from_secs(60))
            .pool_idle_timeout(config.idle_connection)
            .pool_max_idle_per_host(config.idle_per_host)
            .user_agent(config.user_agent.clone());
        if let Some(limit) = config.connect {
            builder = builder.connect_timeout(limit);
        }
        #[cfg(feature = "http2")]
        {
            // The default window of 64 KB would make each image wait for the way back dozens of times.
            builder = builder.http2_adaptive_window(true);
            if config.http2_in_the_clear {
                builder = builder.http2_prior_knowledge();
            }
        }
        if route != Route::Remote || !config.system_proxy {
            builder = builder.no_proxy();
        }
        if route == Route::Remote {
            builder = config.proxies.iter().cloned().fold(builder, ClientBuilder::proxy);
        }
        if config.public_only {
            builder = builder.dns_resolver(PublicOnly);
        }
        builder.build().map_err(|error| {
            TransportError::new(TransportErrorKind::Tls, "the HTTP client cannot be set up")
                .with_source(error.without_url())
        })
    }
}

#[async_trait]
impl HttpTransport for ReqwestTransport {
    async fn send(&self, request: PreparedRequest) -> Result<HttpResponse, TransportError> {
        let (url, origin) = checked_url(&request.url)?;
        if self.shared.config.public_only && origin.is_private() {
            let message =
                format!("{origin} is on this machine or a private network, which is not allowed here");
            return Err(TransportError::invalid_request(message));
        }
        let route = match (origin.is_loopback(), origin.is_https()) {
            (true, false) => Route::Local,
            (true, true) => Route::LocalTls,
            (false, _) => Route::Remote,
        };
        let segments = checked(request.segments).await?;
        let client = self.client(route).await?;
        let mut outgoing = client.request(request.method, url).headers(request.headers);
        if let Some(length) = request.content_length {
            outgoing = outgoing.header(http::header::CONTENT_LENGTH, length);
            outgoing = outgoing.body(reqwest::Body::wrap(Upload::new(segments, length)));
        }
        let mut response = outgoing.send().await.map_err(failure::of_sending)?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        Ok(HttpResponse::new(status, headers, ResponseBody::from_source(Box::new(Incoming(response)))))
    }
}

/// Reads the URL twice, with the reader that chose where the key goes and with the one that chooses where the
/// request goes: they must agree.
fn checked_url(text: &str) -> Result<(Url, Origin), TransportError> {
    let origin = Origin::of(text)?;
    let url = Url::parse(text)
        .map_err(|error| TransportError::invalid_request("the URL cannot be read").with_source(error))?;
    let agree = url.scheme() == origin.scheme()
        && url.host_str() == Some(origin.host())
        && url.port_or_known_default() == Some(origin.port())
        && url.username().is_empty()
        && url.password().is_none();
    if agree {
        Ok((url, origin))
    } else {
        Err(TransportError::invalid_request("the URL can be read in two ways; write its host plainly"))
    }
}

/// Refuses names that lead to private places.
#[derive(Debug)]
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        Box::pin(async move { Ok(Box::new(names::resolve(name, true).await?) as Addrs) })
    }
}

/// The body of a reply, as it comes.
struct Incoming(reqwest::Response);

#[async_trait]
impl BodySource for Incoming {
    async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        self.0.chunk().await.map_err(failure::of_body)
    }
}
