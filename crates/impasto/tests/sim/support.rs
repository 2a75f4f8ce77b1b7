//! A runtime whose clock jumps, and clients that speak to the emulator over memory.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use impasto::transport::{BoxFuture, Clock, SeededEntropy};
use impasto::{Client, ClientBuilder, ImageInput};
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

/// The date on which every test begins, in seconds since 1970: 2026-11-21.
const TODAY: u64 = 1_795_219_200;

/// The runtime's virtual time, with a date that is the same in every run.
#[derive(Debug)]
pub(crate) struct VirtualClock(tokio::time::Instant);

impl VirtualClock {
    pub(crate) fn new() -> Self {
        Self(tokio::time::Instant::now())
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn unix(&self) -> Duration {
        Duration::from_secs(TODAY) + self.0.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock of these tests")]
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// An emulator, and the way to it.
pub(crate) struct House {
    pub(crate) emulator: Arc<Emulator>,
    pub(crate) wire: Arc<Wire>,
}

impl House {
    pub(crate) async fn of(builder: EmulatorBuilder) -> Self {
        let emulator = Arc::new(builder.clock_fixed(TODAY).start().await.unwrap());
        let wire = Arc::new(Wire::new(Arc::clone(&emulator)));
        Self { emulator, wire }
    }

    /// A client of a seller, by memory and in virtual time.
    pub(crate) fn client(&self, provider: &str) -> ClientBuilder {
        self.client_with(provider, "")
    }

    /// The same, its requests passing through `/with/FAULTS`.
    pub(crate) fn client_with(&self, provider: &str, faults: &str) -> ClientBuilder {
        let mut base = self.emulator.base_url(provider).unwrap();
        if !faults.is_empty() {
            let home = self.emulator.url();
            base = base.replacen(&home, &format!("{home}/with/{faults}"), 1);
        }
        let transport: Arc<Wire> = Arc::clone(&self.wire);
        Client::builder()
            .ignore_env()
            .provider(provider)
            .api_key(KEY)
            .base_url(base)
            .transport(transport)
            .clock(Arc::new(VirtualClock::new()))
            .entropy(Arc::new(SeededEntropy::new(1)))
    }
}

/// A one-pixel PNG.
pub(crate) fn input() -> ImageInput {
    let tiny = base64_simd::STANDARD.decode_to_vec(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=",
    );
    ImageInput::bytes(tiny.unwrap())
}

/// A number that whoever runs the tests gives.
pub(crate) fn variable(name: &str) -> Option<u64> {
    let value = text_variable(name)?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
}

#[expect(clippy::disallowed_methods, reason = "the parameters of a test")]
pub(crate) fn text_variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
