//! The transport over hyper (feature `hyper`): rustls, connection reuse, no redirects, no cookies, no decompression,
//! streaming both ways.

use std::{future::poll_fn, pin::Pin, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Request, header};
use http_body::Body as _;
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};

use crate::{
    BodySource, Deadlines, HttpResponse, HttpTransport, PreparedRequest, ResponseBody, TransportError,
    body::{Upload, checked},
    failure,
};

mod address;
mod connector;
mod proxy;
mod stream;

use connector::{Connector, Settings};
use proxy::Proxies;

/// How this library introduces itself when the request does not.
const USER_AGENT: &str = concat!("impasto/", env!("CARGO_PKG_VERSION"));

/// Sends requests with hyper. Cheap to clone; clones share their connections.
///
/// Nothing is set up before it is needed: a process that talks only to this machine in the clear loads no root
/// certificates, and none are loaded before the first `https` request. The proxies that the environment names
/// (`HTTPS_PROXY`, `NO_PROXY` …) are respected, but requests to this machine never go through a proxy. Sending needs a
/// running tokio runtime.
///
/// It keeps only the connect deadline, fixed when it is built; wrap it into a
/// [`TimedTransport`](crate::TimedTransport) for the others.
#[derive(Debug, Clone)]
pub struct HyperTransport {
    client: Client<Connector, Upload>,
    connector: Connector,
    user_agent: HeaderValue,
    public_only: bool,
}

/// Settings for a [`HyperTransport`].
#[derive(Debug, Clone)]
#[must_use]
pub struct HyperTransportBuilder {
    connect: Option<Duration>,
    idle_connection: Duration,
    user_agent: HeaderValue,
    proxies: Proxies,
    public_only: bool,
    idle_per_host: usize,
    #[cfg(feature = "http2")]
    http2_in_the_clear: bool,
}

impl HyperTransport {
    /// A transport with the default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Settings to start from.
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder {
            connect: Deadlines::new().connect,
            idle_connection: Duration::from_secs(90),
            user_agent: HeaderValue::from_static(USER_AGENT),
            proxies: Proxies::of_environment(),
            public_only: false,
            idle_per_host: 32,
            #[cfg(feature = "http2")]
            http2_in_the_clear: false,
        }
    }
}

impl Default for HyperTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl HyperTransportBuilder {
    /// The time within which a connection must stand, its address, a proxy and TLS included: 10 s; `None` for no limit.
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

    /// The `user-agent` of requests that have none, and of requests to a proxy for a tunnel: `impasto/` and the version.
    pub fn user_agent(mut self, user_agent: HeaderValue) -> Self {
        self.user_agent = user_agent;
        self
    }

    /// Whether the proxies that the environment names (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`) are
    /// respected: yes, unless a [`proxy`](Self::proxy) is set. They are read at the first request that could need one.
    pub fn system_proxy(mut self, respected: bool) -> Self {
        self.proxies = self.proxies.with_environment(respected);
        self
    }

    /// Sends everything but requests to this machine through this proxy, such as `http://proxy:3128`; in place of the
    /// environment's proxies, and of one set before.
    ///
    /// The scheme may be `http`, `https`, `socks5` or `socks5h`; none means `http`. A name and a password in the URL are
    /// for the proxy, and go to nobody else. A SOCKS proxy looks the hosts up itself, under either name.
    ///
    /// # Errors
    ///
    /// When the URL is not that of a proxy.
    pub fn proxy(mut self, url: &str) -> Result<Self, TransportError> {
        self.proxies = Proxies::all(url)?;
        Ok(self)
    }

    /// Whether requests to this machine and to private networks are refused, whatever name leads there: no.
    /// For downloads of URLs that came in a reply. Names that a proxy looks up are the proxy's to refuse.
    pub fn public_only(mut self, only: bool) -> Self {
        self.public_only = only;
        self
    }

    /// Builds the transport. Nothing is set up yet, so nothing can fail.
    #[must_use]
    pub fn build(self) -> HyperTransport {
        let connector = Connector::new(Settings {
            limit: self.connect,
            proxies: self.proxies,
            public_only: self.public_only,
            user_agent: self.user_agent.clone(),
        });
        let mut builder = Client::builder(TokioExecutor::new());
        builder
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(self.idle_connection)
            .pool_max_idle_per_host(self.idle_per_host)
            // Nothing is sent twice by this. A request is tried on another connection only when it waited for a kept one
            // that turned out closed and hyper hands it back untouched: `TrySendError` has the message only of what
            // was never taken from the connection's queue (hyper 1.12.0, over HTTP/1 and HTTP/2 alike), and hyper-util
            // (0.1.21, `send_request`) goes on only with that, and never after a fresh connection.
            .retry_canceled_requests(true);
        #[cfg(feature = "http2")]
        {
            // The default window of 64 KB would make each image wait for the way back dozens of times.
            builder.http2_adaptive_window(true);
            builder.http2_only(self.http2_in_the_clear);
        }
        HyperTransport {
            client: builder.build(connector.clone()),
            connector,
            user_agent: self.user_agent,
            public_only: self.public_only,
        }
    }
}

#[async_trait]
impl HttpTransport for HyperTransport {
    async fn send(&self, request: PreparedRequest) -> Result<HttpResponse, TransportError> {
        let (uri, origin) = address::checked(&request.url)?;
        if self.public_only && origin.is_private() {
            let message =
                format!("{origin} is on this machine or a private network, which is not allowed here");
            return Err(TransportError::invalid_request(message));
        }
        let segments = checked(request.segments).await?;
        let mut headers = request.headers;
        let body = match request.content_length {
            Some(length) => {
                headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
                Upload::new(segments, length)
            }
            None => Upload::none(),
        };
        headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        headers.entry(header::USER_AGENT).or_insert_with(|| self.user_agent.clone());
        if let Some(login) = self.connector.login(&uri)? {
            headers.insert(header::PROXY_AUTHORIZATION, login);
        }
        let mut outgoing = Request::new(body);
        *outgoing.method_mut() = request.method;
        *outgoing.uri_mut() = uri;
        *outgoing.headers_mut() = headers;
        let response = self.client.request(outgoing).await.map_err(of_sending)?;
        let (head, body) = response.into_parts();
        let body = ResponseBody::from_source(Box::new(Incoming(body)));
        Ok(HttpResponse::new(head.status, head.headers, body))
    }
}

/// An error before the reply's headers were whole.
fn of_sending(error: hyper_util::client::legacy::Error) -> TransportError {
    if error.is_connect() { connector::of_connecting(error) } else { failure::of_exchange(error) }
}

/// The body of a reply, as it comes.
struct Incoming(hyper::body::Incoming);

#[async_trait]
impl BodySource for Incoming {
    async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        loop {
            let frame = poll_fn(|context| Pin::new(&mut self.0).poll_frame(context)).await;
            let Some(frame) = frame.transpose().map_err(failure::of_body)? else { return Ok(None) };
            // Trailers say nothing that anybody asked for.
            if let Ok(data) = frame.into_data() {
                return Ok(Some(data));
            }
        }
    }
}
