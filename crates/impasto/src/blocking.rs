//! A blocking front, for programs without an async runtime.
//!
//! ```no_run
//! let client = impasto::blocking::Client::from_env()?;
//! let generation = client.wait(client.generate("a lighthouse at dusk").save("lighthouse.png"))?;
//! println!("{:?}", generation.first().path());
//! # Ok::<(), impasto::Error>(())
//! ```

use std::future::Future;
use std::ops::Deref;

use crate::client::ClientBuilder;
use crate::error::{Error, ErrorKind};

/// A [`crate::Client`] with a small runtime of its own.
///
/// It has every method of the async client; hand the future a call returns to [`Client::wait`].
#[derive(Debug)]
pub struct Client {
    client: crate::Client,
    runtime: tokio::runtime::Runtime,
}

impl Client {
    /// The blocking form of what `builder` builds.
    ///
    /// # Errors
    /// As [`ClientBuilder::build`]; also when no runtime can be started.
    pub fn new(builder: ClientBuilder) -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::io("no runtime could be started", error))?;
        let client = runtime.block_on(async { builder.build() })?;
        Ok(Self { client, runtime })
    }

    /// The blocking form of [`crate::Client::from_env`].
    ///
    /// # Errors
    /// As [`crate::Client::from_env`].
    pub fn from_env() -> Result<Self, Error> {
        Self::new(ClientBuilder::default())
    }

    /// Waits for what a call's future brings.
    ///
    /// # Errors
    /// Those of the future; also when called from within an async runtime, where it would deadlock.
    pub fn wait<T>(&self, future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        if tokio::runtime::Handle::try_current().is_ok() {
            let message = "the blocking client was called from within an async runtime";
            return Err(Error::new(ErrorKind::Configuration, message).with_hint("use the async client there"));
        }
        self.runtime.block_on(future)
    }
}

impl Deref for Client {
    type Target = crate::Client;

    fn deref(&self) -> &Self::Target {
        &self.client
    }
}
