//! How a run becomes a record.

use impasto_transport::RedactedUrl;
use impasto_types::{Date, ImageRequest};
use serde_json::Map;
use tokio::task::spawn_blocking;

use super::{CostRecord, FailureRecord, ImageRecord, PriceRange, ReplyRecord, RunRecord, VERSION, inputs};
use crate::client::Client;
use crate::generation::Generation;
use crate::image::{Image, Stored};
use crate::sidecar::sha256_of_file;

impl RunRecord {
    /// A record of `request` at the client's seller, of which nothing has come yet.
    pub async fn begin(client: &Client, request: &ImageRequest) -> Self {
        let inner = &client.inner;
        let at = inner.clock.unix().as_secs();
        let spoken = inputs::write(request);
        let read = request.clone();
        let looked_at = spawn_blocking(move || inputs::look_at(&read)).await;
        let model = request.model.clone().or_else(|| inner.model.clone());
        Self {
            version: VERSION,
            id: id(at, inner.entropy.u64()),
            software: concat!("impasto ", env!("CARGO_PKG_VERSION")).to_owned(),
            at,
            elapsed_ms: None,
            provider: inner.target.seller.id.clone(),
            base_url: RedactedUrl::new(&inner.target.base_url).to_string(),
            emulated: false,
            model: model.unwrap_or_else(|| "".into()),
            reported_model: None,
            request: spoken,
            inputs: looked_at.unwrap_or_default(),
            reply: ReplyRecord::default(),
            estimate: None,
            cost: None,
            request_ids: Vec::new(),
            task_ids: Vec::new(),
            attempts: 0,
            warnings: Vec::new(),
            images: Vec::new(),
            failures: Vec::new(),
            extra: Map::new(),
        }
    }

    /// The record with what a call delivered. The files of its images are read once more, for their hashes.
    #[must_use]
    pub async fn with_generation(mut self, generation: &Generation) -> Self {
        self.model = generation.model.clone();
        self.reported_model.clone_from(&generation.reported_model);
        self.reply = ReplyRecord {
            created: generation.created,
            size: generation.size.as_ref().map(ToString::to_string),
            quality: generation.quality.as_ref().map(ToString::to_string),
            background: generation.background.as_ref().map(ToString::to_string),
            output_format: generation.output_format.as_ref().map(ToString::to_string),
            usage: generation.usage.clone(),
            svg_usage: generation.svg_usage.clone(),
            prices: generation.prices.clone(),
        };
        self.estimate = range(generation);
        self.cost = generation.cost().map(|total| CostRecord {
            total,
            sources: generation.costs.iter().map(|cost| cost.source.as_str().to_owned()).collect(),
        });
        self.request_ids.clone_from(&generation.request_ids);
        self.task_ids.clone_from(&generation.task_ids);
        self.attempts = generation.attempts;
        self.warnings = generation.warnings.iter().map(Into::into).collect();
        self.failures = generation
            .failures
            .iter()
            .map(|failure| {
                let error = &failure.error;
                FailureRecord::new(error.kind().as_str(), error.to_string(), error.billing())
            })
            .collect();
        self.with_images(&generation.images).await
    }

    /// The record with images that came, although the call failed.
    #[must_use]
    pub async fn with_images(mut self, images: &[Image]) -> Self {
        let images: Vec<Image> =
            images.iter().filter(|image| matches!(image.stored, Stored::File { .. })).cloned().collect();
        let read = spawn_blocking(move || images.iter().filter_map(of_image).collect()).await;
        self.images = read.unwrap_or_default();
        self
    }
}

/// `20261121T083012-a3f9`: in order of time, and short enough to be typed.
fn id(at: u64, random: u64) -> String {
    let day = Date::from_unix(at).to_string().replace('-', "");
    let (hour, minute, second) = (at / 3_600 % 24, at / 60 % 60, at % 60);
    format!("{day}T{hour:02}{minute:02}{second:02}-{:04x}", random & 0xffff)
}

fn range(generation: &Generation) -> Option<PriceRange> {
    let (first, others) = generation.estimates.split_first()?;
    let mut sum =
        PriceRange { low: first.low.clone(), expected: first.expected.clone(), high: first.high.clone() };
    for more in others {
        sum.low = sum.low.plus(&more.low).ok()?;
        sum.expected = sum.expected.plus(&more.expected).ok()?;
        sum.high = sum.high.plus(&more.high).ok()?;
    }
    Some(sum)
}

fn of_image(image: &Image) -> Option<ImageRecord> {
    let path = image.path()?;
    let facts = image.facts;
    Some(ImageRecord {
        index: image.index,
        file: std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
        format: facts.map(|facts| facts.format.to_string()),
        width: facts.map(|facts| facts.width),
        height: facts.map(|facts| facts.height),
        bytes: image.stored.len(),
        sha256: sha256_of_file(path).ok(),
        revised_prompt: image.revised_prompt.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::id;

    #[test]
    fn ids_are_in_order_of_time() {
        assert_eq!(id(1_795_242_612, 0x0001_a3f9), "20261121T063012-a3f9");
        assert!(id(1_000_000_000, u64::MAX) < id(1_000_000_001, 0));
    }
}
