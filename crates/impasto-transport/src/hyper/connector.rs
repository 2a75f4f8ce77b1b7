//! How a connection comes about: the address, TCP, a proxy, TLS, all within one deadline.

use std::{
    borrow::Cow,
    error::Error as StdError,
    fmt, io,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
    time::Duration,
};

use http::{HeaderValue, Uri, uri::Scheme};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::{HttpConnector, dns::Name};
use rustls::ClientConfig;
use tower_service::Service;

use super::{
    proxy::{Kind, Proxies, Proxy},
    stream::{Standing, Stream},
};
use crate::{Phase, Sent, TransportError, TransportErrorKind, failure::find, names, tls};

type BoxError = Box<dyn StdError + Send + Sync>;

/// What a connector is told when it is made.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) limit: Option<Duration>,
    pub(super) proxies: Proxies,
    pub(super) public_only: bool,
    pub(super) user_agent: HeaderValue,
}

/// Makes connections. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Connector(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    tcp: HttpConnector<Resolver>,
    /// Set up when it is first needed: loading root certificates reads files.
    tls: OnceLock<Arc<ClientConfig>>,
}

impl Connector {
    pub(super) fn new(settings: Settings) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver { public_only: settings.public_only });
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(Duration::from_secs(60)));
        Self(Arc::new(Inner { settings, tcp, tls: OnceLock::new() }))
    }

    /// Name and password that requests to `target` carry because a proxy reads them.
    pub(super) fn login(&self, target: &Uri) -> Result<Option<HeaderValue>, TransportError> {
        Ok(self.0.settings.proxies.towards(target)?.and_then(|proxy| proxy.login(target)))
    }

    async fn connect(self, target: Uri) -> Result<Stream, NotConnected> {
        let inner = &*self.0;
        let proxy = inner.settings.proxies.towards(&target)?;
        let encrypted = target.scheme() == Some(&Scheme::HTTPS);
        let to_proxy = proxy.as_ref().is_some_and(|proxy| proxy.kind == Kind::Https);
        // Not within the deadline: the server is not to blame for a slow disk.
        let tls = if encrypted || to_proxy { Some(self.tls().await?) } else { None };
        let work = inner.work(&target, proxy.as_ref(), encrypted, tls);
        match inner.settings.limit {
            None => work.await,
            Some(limit) => tokio::time::timeout(limit, work).await.unwrap_or_else(|elapsed| {
                Err(NotConnected::new(
                    TransportErrorKind::Timeout(Phase::Connect),
                    "no connection was made within the connect deadline",
                    elapsed,
                ))
            }),
        }
    }

    /// The settings of TLS. Two at once load the certificates twice, and one result is kept.
    async fn tls(&self) -> Result<Arc<ClientConfig>, NotConnected> {
        if let Some(tls) = self.0.tls.get() {
            return Ok(Arc::clone(tls));
        }
        match tokio::task::spawn_blocking(tls::with_platform_roots).await {
            Ok(built) => {
                let built = Arc::new(built?);
                Ok(Arc::clone(self.0.tls.get_or_init(|| built)))
            }
            Err(error) => {
                let message = "setting up the HTTP client failed";
                Err(NotConnected::new(TransportErrorKind::Other, message, error))
            }
        }
    }
}

impl Inner {
    async fn work(
        &self,
        target: &Uri,
        proxy: Option<&Proxy>,
        encrypted: bool,
        tls: Option<Arc<ClientConfig>>,
    ) -> Result<Stream, NotConnected> {
        let stream = match proxy {
            None => self.reach(target, "the server does not accept connections").await?,
            Some(proxy) => self.through(proxy, target, tls.as_ref()).await?,
        };
        match tls {
            Some(tls) if encrypted => encrypt(stream, target, tls).await,
            _ => Ok(stream),
        }
    }

    /// A plain connection to the host of `uri`.
    async fn reach(&self, uri: &Uri, refused: &'static str) -> Result<Stream, NotConnected> {
        match self.tcp.clone().call(uri.clone()).await {
            Ok(stream) => Ok(Stream::new(stream)),
            Err(error) if find::<NoAddress>(&error).is_some() => {
                Err(NotConnected::new(TransportErrorKind::Dns, "the host name has no usable address", error))
            }
            Err(error) => Err(NotConnected::new(TransportErrorKind::Connect, refused, error)),
        }
    }

    /// A connection to `target` that is as good as a direct one, or one to a proxy that reads the requests.
    async fn through(
        &self,
        proxy: &Proxy,
        target: &Uri,
        tls: Option<&Arc<ClientConfig>>,
    ) -> Result<Stream, NotConnected> {
        let mut stream = self.reach(&proxy.uri, "the proxy does not accept connections").await?;
        if let Some(tls) = tls.filter(|_| proxy.kind == Kind::Https) {
            // A tunnel is asked for in the words of HTTP/1.1.
            let mut tls = ClientConfig::clone(tls);
            tls.alpn_protocols.clear();
            stream = encrypt(stream, &proxy.uri, Arc::new(tls)).await?;
        }
        if proxy.reads(target) {
            return Ok(stream.read_by_a_proxy());
        }
        let user_agent = &self.settings.user_agent;
        proxy.tunnel(stream, target, user_agent).await.map_err(|error| {
            // hyper-util's error can be told only by its words.
            let message = if error.to_string().contains("authorization required") {
                "the proxy wants a name and a password, or other ones"
            } else {
                "the proxy does not lead to the server"
            };
            NotConnected::new(TransportErrorKind::Connect, message, error)
        })
    }
}

/// TLS with the host of `uri`, over a connection that leads there.
async fn encrypt(stream: Stream, uri: &Uri, tls: Arc<ClientConfig>) -> Result<Stream, NotConnected> {
    match HttpsConnector::from((Standing::new(stream), tls)).call(uri.clone()).await {
        Ok(stream) => Ok(Stream::new(stream)),
        Err(error) => {
            let own = find::<rustls::Error>(&*error).is_some() || find::<io::Error>(&*error).is_none();
            let (kind, message) = if own {
                (
                    TransportErrorKind::Tls,
                    "the encrypted connection was refused: the certificate or TLS itself",
                )
            } else {
                (TransportErrorKind::Connect, "the server does not accept connections")
            };
            Err(NotConnected::new(kind, message, error))
        }
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = NotConnected;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, NotConnected>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), NotConnected>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        Box::pin(self.clone().connect(target))
    }
}

/// Looks names up, and may refuse those that lead to private places.
#[derive(Debug, Clone, Copy)]
struct Resolver {
    public_only: bool,
}

impl Service<Name> for Resolver {
    type Response = names::Addresses;
    type Error = NoAddress;
    type Future = Pin<Box<dyn Future<Output = Result<names::Addresses, NoAddress>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), NoAddress>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (name, public_only) = (name.as_str().to_owned(), self.public_only);
        Box::pin(async move { names::resolve(name, public_only).await.map_err(NoAddress) })
    }
}

/// A name could not be looked up, or leads where it may not.
#[derive(Debug)]
struct NoAddress(io::Error);

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("looking the name up failed")
    }
}

impl StdError for NoAddress {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}

/// Why there is no connection; made into our own error once the client hands it back.
#[derive(Debug)]
pub(super) struct NotConnected {
    kind: TransportErrorKind,
    message: Cow<'static, str>,
    source: BoxError,
}

impl NotConnected {
    fn new(kind: TransportErrorKind, message: &'static str, source: impl Into<BoxError>) -> Self {
        Self { kind, message: message.into(), source: source.into() }
    }
}

impl From<TransportError> for NotConnected {
    fn from(error: TransportError) -> Self {
        Self { kind: error.kind(), message: error.message().to_owned().into(), source: error.into() }
    }
}

impl fmt::Display for NotConnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The sentence is told by the error that is made of this one.
        f.write_str("no connection")
    }
}

impl StdError for NotConnected {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}

/// What the client's error means when it had no connection to send anything over.
pub(super) fn of_connecting(error: hyper_util::client::legacy::Error) -> TransportError {
    let (kind, message) = match find::<NotConnected>(&error) {
        Some(known) => (known.kind, known.message.clone()),
        None => (TransportErrorKind::Connect, "no connection could be had".into()),
    };
    TransportError::new(kind, message).with_sent(Sent::No).with_source(error)
}
