//! Tells from the replies of this machine's own addresses whether an emulator of ours answers: then nothing is charged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use impasto::Deadlines;
use impasto::transport::{HttpResponse, HttpTransport, HyperTransport, PreparedRequest, TransportError};

use crate::plan::is_loopback;

/// The header by which the emulator makes itself known.
const HEADER: &str = "x-impasto-emulator";

/// Whether an emulator answers; known once it has answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Emulated(Arc<AtomicBool>);

impl Emulated {
    /// An emulator answers, that is known beforehand.
    pub(crate) fn yes() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    /// Whether one has answered.
    pub(crate) fn is(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The flag itself, for the ledger.
    pub(crate) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }

    /// The built-in HTTP client, with an eye on who answers.
    pub(crate) fn watching(&self) -> Arc<dyn HttpTransport> {
        let connect = Deadlines::default().connect;
        let transport = HyperTransport::builder().connect_timeout(connect).build();
        Arc::new(Watching { transport, emulated: self.clone() })
    }
}

#[derive(Debug)]
struct Watching {
    transport: HyperTransport,
    emulated: Emulated,
}

#[async_trait]
impl HttpTransport for Watching {
    async fn send(&self, request: PreparedRequest) -> Result<HttpResponse, TransportError> {
        // A seller elsewhere could say so as well, and charge all the same.
        let local = is_loopback(&request.url);
        let response = self.transport.send(request).await?;
        if local && response.headers.contains_key(HEADER) {
            self.emulated.0.store(true, Ordering::Relaxed);
        }
        Ok(response)
    }
}
