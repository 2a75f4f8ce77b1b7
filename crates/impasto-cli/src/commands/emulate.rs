//! `impasto emulate`: every seller's API on this machine, until Ctrl-C.

use std::time::Duration;

use impasto_emulator::{Emulator, EmulatorBuilder, EmulatorError};
use tokio::runtime::Builder;

use crate::args::EmulateArgs;
use crate::commands::no_runtime;
use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::term::Term;
use crate::view::EmulatorReport;

/// Serves until it is told to stop.
pub(crate) fn run(args: &EmulateArgs, term: &Term) -> Result<Exit, Failure> {
    let builder = builder(args)?;
    let runtime = Builder::new_multi_thread().enable_all().build().map_err(no_runtime)?;
    runtime.block_on(serve(builder, term))
}

fn builder(args: &EmulateArgs) -> Result<EmulatorBuilder, Failure> {
    let mut builder = Emulator::builder()
        .listen(args.listen)
        .seed(args.seed)
        .step_delay(Duration::from_millis(args.step_delay))
        .enforce_life_cycle(args.life_cycle);
    if let Some(directives) = &args.with {
        builder = builder.with(directives);
    }
    if let Some(path) = &args.fault_plan {
        let plan = std::fs::read_to_string(path)
            .map_err(|error| Failure::io("fault_plan", path.display(), &error))?;
        builder = builder.fault_plan(&plan);
    }
    if let (Some(faults), Some(probability)) = (&args.random_faults, args.fault_probability) {
        builder = builder.random_faults(faults, probability);
    }
    for pair in &args.azure_deployment {
        let wrong = || Failure::usage("azure_deployment", format!("{pair}: write NAME=MODEL"));
        let (name, model) = pair.split_once('=').ok_or_else(wrong)?;
        builder = builder.azure_deployment(name, model);
    }
    if let Some(seconds) = args.url_lifetime {
        builder = builder.url_lifetime(Duration::from_secs(seconds));
    }
    if let Some(unix) = args.fixed_time {
        builder = builder.clock_fixed(unix);
    }
    if let Some(mib) = args.cache {
        builder = builder.cache_bytes(mib.saturating_mul(1 << 20));
    }
    Ok(builder)
}

async fn serve(builder: EmulatorBuilder, term: &Term) -> Result<Exit, Failure> {
    let mut emulator =
        builder.start().await.map_err(|error| Failure::usage(field_of(&error), error.to_string()))?;
    let mut stop =
        Stop::listen().map_err(|error| Failure::own(format!("Ctrl-C cannot be listened for: {error}")))?;
    let report = EmulatorReport::new(&emulator, &config::sellers()?);
    if term.wants_json() {
        term.print_json_line(&report);
    } else {
        for (seller, url) in &report.base_urls {
            term.print(format_args!("{seller:<12} {url}"));
        }
    }
    term.say(format_args!(
        "serving on {} until Ctrl-C; any key works and nothing costs money; the bill: {}",
        report.url, report.bill_url
    ));
    tokio::select! {
        () = emulator.stopped() => return Err(Failure::own("the emulator stopped by itself")),
        () = stop.asked() => {}
    }
    let bill = emulator.bill();
    emulator.shutdown().await;
    let (requests, images) = (bill.len(), bill.images());
    term.say(format_args!("stopped; {requests} requests and {images} images would have been charged"));
    Ok(Exit::Ok)
}

/// The argument at fault.
fn field_of(error: &EmulatorError) -> &'static str {
    match error {
        EmulatorError::Plan(_) => "fault_plan",
        EmulatorError::Directive(_) => "with",
        _ => "listen",
    }
}

/// Listens for Ctrl-C, and on Unix also for being asked to end, as by a test suite that is done.
struct Stop {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Stop {
    /// Begins to listen at once: whoever reads that the emulator serves may ask it to stop the next moment.
    fn listen() -> std::io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Ready when it shall stop.
    #[cfg(unix)]
    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Ready when it shall stop.
    #[cfg(not(unix))]
    async fn asked(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
