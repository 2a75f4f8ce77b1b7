//! What one call of the client costs when the reply is lost: three faults after the work, tried at the emulator.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use impasto::{BillingOutcome, Client, Deadlines, Error};
use impasto_emulator::Emulator;

/// Prints how often a request that is paid for is sent and charged when its reply is lost, and what the error says.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Prints nothing, and fails where a call is charged twice or an error keeps silent.
    #[arg(long)]
    check: bool,
}

/// A fault after the work: the seller charges, and the caller does not get what was charged.
struct Fault {
    name: &'static str,
    /// What the emulator is asked for.
    directive: &'static str,
}

/// The three that retrying clients pay for several times, and three more of their kind.
const FAULTS: &[Fault] = &[
    Fault { name: "HTTP 500 after the work", directive: "server-error" },
    Fault { name: "200, then the body is cut", directive: "cut;2000" },
    Fault { name: "client timeout while the server works", directive: "stall-after" },
    Fault { name: "connection reset after the work", directive: "reset-after" },
    Fault { name: "a proxy's 524 page after the work", directive: "html-524" },
    Fault { name: "200 with a web page", directive: "html-200" },
];

const KEY: &str = "sk-emulated";

/// How long the client waits; the picture is drawn before, so this is long.
const PATIENCE: Duration = Duration::from_secs(2);

/// What came of one call.
#[derive(Debug)]
pub struct Row {
    /// The fault, in words.
    pub fault: &'static str,
    /// How often the request was sent.
    pub sent: usize,
    /// How often it was charged.
    pub charged: usize,
    /// The error the caller got.
    pub error: Error,
}

/// Tries every fault, and prints or checks what comes of it.
///
/// # Errors
///
/// When the emulator cannot be started, or a promise is broken.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let rows = rows()?;
    if !args.check {
        println!("{:<40} {:>4} {:>7}  error", "one call, and then", "sent", "charged");
        for row in &rows {
            let error = &row.error;
            println!("{:<40} {:>4} {:>7}  {}: {error}", row.fault, row.sent, row.charged, error.billing());
            println!("{:<54} {}", "", error.hint().unwrap_or_default());
        }
    }
    for row in &rows {
        let Row { fault, sent, charged, error } = row;
        ensure!((*sent, *charged) == (1, 1), "{fault}: sent {sent} times and charged {charged} times");
        ensure!(error.billing() == BillingOutcome::Unknown, "{fault}: the error says {}", error.billing());
        ensure!(
            error.hint().is_some() && error.job().is_some(),
            "{fault}: the error does not say what to do"
        );
    }
    println!("faults: {} of {} calls sent once, charged once and told", rows.len(), rows.len());
    Ok(())
}

/// One call with each fault.
///
/// # Errors
///
/// When the emulator cannot be started, or a call succeeds in spite of its fault.
pub fn rows() -> anyhow::Result<Vec<Row>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let emulator = Emulator::builder().start().await?;
        // Drawn once and kept: afterwards the work takes no time.
        call(&client(&emulator, "done")?).await.context("the call without a fault")?;
        let mut rows = Vec::new();
        for fault in FAULTS {
            emulator.reset();
            let Err(error) = call(&client(&emulator, fault.directive)?).await else {
                anyhow::bail!("{}: the call succeeded", fault.name);
            };
            let charged = emulator.bill().for_key(KEY).len();
            rows.push(Row { fault: fault.name, sent: emulator.requests().len(), charged, error });
        }
        Ok(rows)
    })
}

fn client(emulator: &Emulator, directive: &str) -> anyhow::Result<Client> {
    let builder = Client::builder()
        .ignore_env()
        .provider("openai")
        .api_key(KEY)
        .base_url(format!("{}/with/{directive}/v1", emulator.url()))
        .deadlines(Deadlines::new().with_first_byte(Some(PATIENCE)));
    Ok(builder.build()?)
}

async fn call(client: &Client) -> Result<(), Error> {
    client.generate("a lighthouse at dusk").size("1024x1024").quality("low").send().await.map(|_| ())
}
