//! A runtime whose clock jumps, and clients that speak to the emulator over memory.

use std::future::Future;
use std::sync::Arc;

use impasto::transport::SeededEntropy;
use impasto::{Client, ClientBuilder};
use impasto_emulator::{Emulator, EmulatorBuilder};

use crate::wire::Wire;

pub(crate) const KEY: &str = "sk-emulated";

/// Runs a test in virtual time: whenever everybody waits, the clock jumps to whoever waits least.
pub(crate) fn in_virtual_time<F: Future>(test: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        // Blocking work is done in the order in which it was handed over.
        .max_blocking_threads(1)
        .build()
        .unwrap();
    runtime.block_on(test)
}

/// An emulator, and the way to it.
pub(crate) struct House {
    pub(crate) emulator: Arc<Emulator>,
    pub(crate) wire: Arc<Wire>,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::of(Emulator::builder()).await
    }

    pub(crate) async fn of(builder: EmulatorBuilder) -> Self {
        let emulator = Arc::new(builder.start().await.unwrap());
        let wire = Arc::new(Wire::new(Arc::clone(&emulator)));
        Self { emulator, wire }
    }

    /// A client of a seller whose requests pass through `/with/FAULTS`, if there are any.
    pub(crate) fn client(&self, provider: &str, faults: &str) -> ClientBuilder {
        let base = self.emulator.base_url(provider).unwrap();
        let base = match faults {
            "" => base,
            _ => base.replacen(&self.emulator.url(), &format!("{}/with/{faults}", self.emulator.url()), 1),
        };
        let transport: Arc<Wire> = Arc::clone(&self.wire);
        Client::builder()
            .ignore_env()
            .provider(provider)
            .api_key(KEY)
            .base_url(base)
            .transport(transport)
            .entropy(Arc::new(SeededEntropy::new(1)))
    }
}
