//! async-openai as its documents use it: `bench-async-openai WORK BASE_URL OUT_DIR INPUT_DIR`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::types::images::{
    CreateImageEditRequestArgs, CreateImageRequestArgs, Image, ImageGenStreamEvent, ImageInput, ImageModel,
    ImagesResponse,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt as _;

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

const PROMPT: &str = "a lighthouse at dusk";

fn main() -> Outcome {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [work, base_url, out, inputs] = args.as_slice() else { return Err("four arguments".into()) };
    let mut builder = if work.starts_with("many") {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let run = run(work, base_url, Path::new(out), Path::new(inputs));
    builder.enable_all().build()?.block_on(run)
}

async fn run(work: &str, base_url: &str, out: &Path, inputs: &Path) -> Outcome {
    let config = OpenAIConfig::new().with_api_key("sk-bench").with_api_base(base_url);
    let client = Client::with_config(config);
    let (name, numbers) = work.split_once(':').unwrap_or((work, ""));
    let numbers: Vec<usize> = numbers.split(':').filter_map(|number| number.parse().ok()).collect();
    match name {
        "generate" => {
            let request = request().n(u8::try_from(numbers[0])?).build()?;
            save(client.images().generate(request).await?, out, "image").await
        }
        "many" => many(&client, numbers[0], numbers[1], out).await,
        "edit" => {
            let images: Vec<ImageInput> =
                (0..4).map(|index| inputs.join(format!("input-{index}.png")).into()).collect();
            let request = CreateImageEditRequestArgs::default()
                .image(images)
                .mask(inputs.join("mask.png"))
                .model(model())
                .prompt(PROMPT)
                .build()?;
            save(client.images().edit(request).await?, out, "image").await
        }
        "stream" => {
            let request = request().stream(true).partial_images(u8::try_from(numbers[0])?).build()?;
            let mut events = client.images().generate_stream(request).await?;
            let mut index = 0;
            while let Some(event) = events.next().await {
                let base64 = match event? {
                    ImageGenStreamEvent::PartialImage(event) => event.b64_json,
                    ImageGenStreamEvent::Completed(event) => event.b64_json,
                };
                tokio::fs::write(out.join(format!("{index}.png")), STANDARD.decode(base64)?).await?;
                index += 1;
            }
            Ok(())
        }
        _ => Err(format!("{work} is no kind of work").into()),
    }
}

async fn many(client: &Client<OpenAIConfig>, requests: usize, at_once: usize, out: &Path) -> Outcome {
    let next = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..at_once)
        .map(|_| {
            let (client, next, out) = (client.clone(), Arc::clone(&next), PathBuf::from(out));
            tokio::spawn(async move {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= requests {
                        return Outcome::Ok(());
                    }
                    let reply = client.images().generate(request().build()?).await?;
                    save(reply, &out, &format!("image-{index}")).await?;
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await??;
    }
    Ok(())
}

fn request() -> CreateImageRequestArgs {
    let mut request = CreateImageRequestArgs::default();
    request.model(model()).prompt(PROMPT);
    request
}

fn model() -> ImageModel {
    ImageModel::GptImage2
}

async fn save(reply: ImagesResponse, out: &Path, stem: &str) -> Outcome {
    for (index, image) in reply.data.iter().enumerate() {
        if let Image::B64Json { b64_json, .. } = &**image {
            let bytes = STANDARD.decode(b64_json.as_bytes())?;
            tokio::fs::write(out.join(format!("{stem}-{index}.png")), bytes).await?;
        }
    }
    Ok(())
}
