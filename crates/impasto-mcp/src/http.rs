//! Streamable HTTP on this machine, for clients that connect to a server that is already running.
//!
//! A page in a browser can send requests to this machine too, and by DNS rebinding even under a name of its own. So
//! only loopback is listened on, `Host` has to name it, and a request with a foreign `Origin` is refused.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;

use crate::error::Error;
use crate::server::Server;

/// A server that listens.
#[derive(Debug)]
pub struct HttpServer {
    listener: TcpListener,
    address: SocketAddr,
    server: Server,
}

/// Listens on `address`, which has to be on this machine; port 0 takes a free one.
///
/// # Errors
/// When the address is not a loopback one, or cannot be listened on.
pub async fn serve_http(server: Server, address: SocketAddr) -> Result<HttpServer, Error> {
    if !address.ip().is_loopback() {
        let message = format!("{address} is not on this machine; only 127.0.0.1 and [::1] are served");
        return Err(Error::new("configuration", message).with_field("http").with_hint(
            "Whoever reaches this server can spend its budget. Put a proxy with a login in front of it to serve \
             others.",
        ));
    }
    let failed = |error: io::Error| Error::new("io", format!("{address}: {error}")).with_field("http");
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(HttpServer { listener, address, server })
}

impl HttpServer {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL for clients.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }

    /// Serves until it is dropped.
    ///
    /// # Errors
    /// When no more connections can be accepted.
    pub async fn run(self) -> Result<(), Error> {
        let server = self.server;
        let service = StreamableHttpService::new(
            move || Ok(server.for_session()),
            Arc::new(LocalSessionManager::default()),
            config(self.address),
        );
        let service = TowerToHyperService::new(service);
        loop {
            let (stream, _) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                // One connection that failed says nothing of the next.
                Err(error) if is_passing(&error) => continue,
                Err(error) => return Err(Error::new("io", error.to_string())),
            };
            let service = service.clone();
            tokio::spawn(async move {
                let connection = hyper::server::conn::http1::Builder::new();
                // A client that went away in the middle is no news.
                let _ = connection.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    }
}

/// Only this machine's own names are let in, with or without the port, and pages of this server's own origin.
fn config(address: SocketAddr) -> StreamableHttpServerConfig {
    let port = address.port();
    let names = ["localhost", "127.0.0.1", "[::1]"];
    let hosts = names.iter().map(|name| format!("{name}:{port}"));
    let origins = names.iter().map(|name| format!("http://{name}:{port}"));
    StreamableHttpServerConfig::default().with_allowed_hosts(hosts).with_allowed_origins(origins)
}

fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
