//! How a run becomes a record.

use std::time::Duration;

use impasto_transport::RedactedUrl;
use impasto_types::{Date, ImageRequest};
use serde_json::Map;

use super::{CostRecord, FailureRecord, ImageRecord, PriceRange, ReplyRecord, RunRecord, VERSION, inputs};
use crate::aside::aside;
use crate::client::Client;
use crate::generation::Generation;
use crate::image::{Image, Stored};
use crate::sidecar::sha256_of_file;

impl RunRecord {
    /// A record of `request` at the client's seller, of which nothing has come yet.
    pub async fn begin(client: &Client, request: &ImageRequest) -> Self {
        let inner = &client.inner;
        let now = inner.clock.unix();
        let at = now.as_secs();
        let spoken = inputs::write(request);
        let read = request.clone();
        let looked_at = aside(move || inputs::look_at(&read)).await;
        let model = request.model.clone().or_else(|| inner.model.clone());
        Self {
            version: VERSION,
            id: id(now, inner.entropy.u64()),
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
        let read = aside(move || images.iter().filter_map(of_image).collect()).await;
        self.images = read.unwrap_or_default();
        self
    }
}

/// `20261121T083012-1c7a3f`: in order of time, to the millisecond, and short enough to be typed.
fn id(at: Duration, random: u64) -> String {
    let (seconds, milliseconds) = (at.as_secs(), at.subsec_millis());
    let day = Date::from_unix(seconds).to_string().replace('-', "");
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{day}T{hour:02}{minute:02}{second:02}-{milliseconds:03x}{:03x}", random & 0xfff)
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
    use std::time::Duration;

    use super::id;

    #[test]
    fn ids_are_in_order_of_time() {
        let at = Duration::from_millis;
        assert_eq!(id(at(1_795_242_612_455), 0x0001_aa3f), "20261121T063012-1c7a3f");
        assert!(id(at(1_000_000_000_999), u64::MAX) < id(at(1_000_000_001_000), 0));
        assert!(id(at(1_000_000_000_015), u64::MAX) < id(at(1_000_000_000_016), 0));
    }
}
