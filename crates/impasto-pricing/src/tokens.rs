//! Token formulas: how many tokens a prompt, an input image and an output image come to.
//!
//! Each function is pure and names its source. Where a formula is published it is reproduced exactly; where only
//! measurements exist the result is an [`Interval`](crate::Interval) that says so.

pub mod input;
pub mod output;
pub mod text;

/// Image output tokens that each partial image of a stream adds.
///
/// Source: OpenAI's image generation guide. Fewer partial images than asked for may arrive.
pub const PARTIAL_IMAGE_TOKENS: u64 = 100;
