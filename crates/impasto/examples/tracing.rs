//! What a program sees of its calls through `tracing`: `cargo run -p impasto --example tracing`.
//!
//! The built-in emulator answers on this machine, so that no key is needed: one call whose first attempt meets a rate
//! limit, one at a seller that works on a task, and one whose reply is lost after the work. Send the same spans to
//! OpenTelemetry with the crate tracing-opentelemetry in place of the printing layer: the names are those of its
//! conventions.

use impasto::{BillingOutcome, Client, ClientBuilder};
use impasto_emulator::Emulator;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let printed = tracing_subscriber::fmt::layer()
        .compact()
        .with_span_events(FmtSpan::CLOSE)
        .without_time()
        .with_filter(Targets::new().with_target("impasto", LevelFilter::DEBUG));
    tracing_subscriber::registry().with(printed).init();
    let emulator = Emulator::builder().start().await?;
    let client = at(&emulator, "openai", "rate-limit;times=1")?;
    client.generate("a lighthouse at dusk").quality("low").send().await?;
    let client = at(&emulator, "atlas", "duration;50")?;
    client.generate("a lighthouse at dusk").quality("low").send().await?;
    let client = at(&emulator, "openai", "reset-after")?;
    let lost = client.generate("a lighthouse at dusk").quality("low").send().await;
    anyhow::ensure!(lost.is_err_and(|error| error.billing() == BillingOutcome::Unknown));
    Ok(())
}

fn at(emulator: &Emulator, seller: &str, faults: &str) -> anyhow::Result<Client> {
    let (home, base) = (emulator.url(), emulator.base_url(seller).unwrap_or_default());
    let builder: ClientBuilder = Client::builder().ignore_env().provider(seller).api_key("sk-emulated");
    Ok(builder
        .base_url(base.replacen(&home, &format!("{home}/with/{faults}"), 1))
        .model("gpt-image-2")
        .build()?)
}
