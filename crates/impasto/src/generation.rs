//! What a call delivered.

use impasto_pricing::{Actual, Estimate, Money};
use impasto_providers::Job;
use impasto_types::{Background, ModelId, OutputFormat, Quality, Size, SvgUsage, Usage, Warning};
use serde_json::Value;

use crate::error::Error;
use crate::image::Image;

/// What a call delivered: the images, what the seller says of them, and what did not go as asked.
#[derive(Debug)]
#[non_exhaustive]
pub struct Generation {
    /// The images, in order. At least one.
    pub images: Vec<Image>,
    /// Parts that failed while others were delivered; paid images are never thrown away for a sibling's failure.
    pub failures: Vec<Failure>,
    /// What the caller should know: unverified fields, life cycle, differences between request and delivery.
    pub warnings: Vec<Warning>,
    /// The seller's id.
    pub provider: String,
    /// The model that was asked for, as the seller spells it.
    pub model: ModelId,
    /// The model the seller says it used, where it says so.
    pub reported_model: Option<ModelId>,
    /// When it was made, in seconds since 1970, as the seller says.
    pub created: Option<u64>,
    /// The size the seller says it made.
    pub size: Option<Size>,
    /// The quality the seller says it used.
    pub quality: Option<Quality>,
    /// The background the seller says it made.
    pub background: Option<Background>,
    /// The format the seller says it delivered.
    pub output_format: Option<OutputFormat>,
    /// What the seller says was used, all calls added up.
    pub usage: Option<Usage>,
    /// The second bill of an svg.
    pub svg_usage: Option<SvgUsage>,
    /// What the seller says it charged, as the decimal text it wrote, one a call.
    pub prices: Vec<String>,
    /// The seller's ids of the exchanges, one a call.
    pub request_ids: Vec<String>,
    /// The seller's ids of its tasks, where there were any.
    pub task_ids: Vec<String>,
    /// The replies' JSON without the image bytes, one a call.
    pub raw: Vec<Value>,
    /// How often something was sent that costs money.
    pub attempts: u32,
    /// What the calls were estimated to cost, one each; those without a known price are left out.
    pub estimates: Vec<Estimate>,
    /// What the calls cost, one each, as far as that is known.
    pub costs: Vec<Actual>,
    /// How many calls delivered something.
    pub calls: usize,
}

impl Generation {
    /// The first image. There is always one.
    #[must_use]
    pub fn first(&self) -> &Image {
        // A generation without an image is an error and never built.
        &self.images[0]
    }

    /// What all calls cost together; nothing where the price of one is not known.
    #[must_use]
    pub fn cost(&self) -> Option<Money> {
        if self.costs.len() < self.calls {
            return None;
        }
        let (first, others) = self.costs.split_first()?;
        others.iter().try_fold(first.amount.clone(), |sum, actual| sum.plus(&actual.amount).ok())
    }
}

/// A part of a request that failed while others were delivered.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failure {
    /// Which images of the request are missing for it, from 0.
    pub indexes: std::ops::Range<usize>,
    /// Why.
    pub error: Error,
    /// The job as it stood.
    pub job: Option<Job>,
}
