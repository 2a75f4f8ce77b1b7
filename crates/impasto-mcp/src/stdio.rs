//! Speaks over the standard streams, as most clients start a server.

use rmcp::ServiceExt as _;

use crate::error::Error;
use crate::server::Server;

/// Serves one client on stdin and stdout, until it closes them. Nothing else may write to stdout meanwhile. Jobs may
/// still be running then: see [`Server::finish_jobs`].
///
/// # Errors
/// When the client does not begin as the protocol says.
pub async fn serve_stdio(server: Server) -> Result<(), Error> {
    let running = match server.serve(rmcp::transport::io::stdio()).await {
        Ok(running) => running,
        // A client that leaves before it said anything is no failure.
        Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(Error::new("protocol", error.to_string())),
    };
    match running.waiting().await {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::new("internal", format!("the session ended badly: {error}"))),
    }
}
