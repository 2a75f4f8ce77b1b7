//! Our library as somebody would use it: the facade, images into files.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use impasto::sink::{Files, Fsync};
use impasto::{Client, Generation, ImageInput, Mask, PollSchedule};
use impasto_bench::work::{ATLAS_MODEL, INPUTS, MODEL, Order, PROMPT, Work, input, mask};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let order = Order::from_args()?;
    // One request is one thread's work; many at once use the machine, as a service would.
    let mut builder = match order.work {
        Work::Many { .. } => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    builder.enable_all().build()?.block_on(run(&order))
}

async fn run(order: &Order) -> Result<(), Box<dyn std::error::Error>> {
    let client = client(order)?;
    match order.work {
        Work::Generate { n } => {
            let n = u32::try_from(n)?;
            whole(&client.generate(PROMPT).n(n).destination(files(&order.out, "image")).send().await?)
        }
        Work::Many { requests, at_once } => many(&client, order, requests, at_once).await,
        Work::Edit => {
            let mut call = client.edit(ImageInput::file(input(&order.inputs, 0)), PROMPT);
            for index in 1..INPUTS {
                call = call.image(ImageInput::file(input(&order.inputs, index)));
            }
            let call = call.mask(Mask::image(mask(&order.inputs)));
            whole(&call.destination(files(&order.out, "image")).send().await?)
        }
        Work::Stream { partials } => {
            let files = files(&order.out, "image").with_partials(true);
            let call = client.generate(PROMPT).partial_images(u8::try_from(partials)?).destination(files);
            whole(&call.stream().finish().await?)
        }
        Work::Atlas => whole(&client.generate(PROMPT).destination(files(&order.out, "image")).send().await?),
    }
}

fn client(order: &Order) -> Result<Client, impasto::Error> {
    let builder = Client::builder().ignore_env().api_key("sk-bench").base_url(&order.base_url);
    if order.work != Work::Atlas {
        return builder.provider("openai").model(MODEL).build();
    }
    let mut polls = PollSchedule::default();
    polls.first = std::time::Duration::ZERO;
    builder.provider("atlas").model(ATLAS_MODEL).polls(polls).build()
}

async fn many(
    client: &Client,
    order: &Order,
    requests: usize,
    at_once: usize,
) -> Result<(), Box<dyn std::error::Error>> {
    let next = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..at_once)
        .map(|_| {
            let (client, next, out) = (client.clone(), Arc::clone(&next), order.out.clone());
            tokio::spawn(async move {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= requests {
                        return Ok::<(), impasto::Error>(());
                    }
                    let files = files(&out, &format!("image-{index}"));
                    client.generate(PROMPT).destination(files).send().await?;
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await??;
    }
    Ok(())
}

fn files(out: &Path, name: &str) -> Files {
    // The floor and the peers leave flushing to the system; `BENCH_FSYNC` asks for our default.
    let fsync = if std::env::var_os("BENCH_FSYNC").is_some() { Fsync::default() } else { Fsync::Never };
    Files::within(out, name).with_fsync(fsync)
}

fn whole(generation: &Generation) -> Result<(), Box<dyn std::error::Error>> {
    match generation.failures.first() {
        Some(failure) => Err(failure.error.to_string().into()),
        None => Ok(()),
    }
}
