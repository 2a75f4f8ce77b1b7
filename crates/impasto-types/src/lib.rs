//! The nouns of Impasto: one request for every seller, images, usage, capabilities.
//!
//! This crate has no I/O, no async and no clock. It builds with serde alone.
//!
//! * [`ImageRequest`] is what a caller wants, in neutral words; every seller's adapter reads it.
//! * [`Delivery`] is what a seller answered, in neutral words.
//! * [`capability`] says, with sources and dates, what a (seller, model) pair can do, and checks a request
//!   against it before any money is spent.
//! * [`wire`] mirrors each seller's JSON one to one, for people who bring their own HTTP stack.
//!
//! ```
//! use impasto_types::{ImageRequest, Quality, Size};
//!
//! let request = ImageRequest::generate("a lighthouse at dusk")
//!     .with_model("gpt-image-2")
//!     .with_size("1536x1024".parse::<Size>()?)
//!     .with_quality(Quality::High);
//! assert_eq!(request.size.as_ref().map(ToString::to_string).as_deref(), Some("1536x1024"));
//! # Ok::<(), impasto_types::Error>(())
//! ```

mod billing;
pub mod capability;
mod date;
mod delivery;
mod error;
mod image;
mod input;
mod model;
mod open_enum;
mod options;
mod request;
mod size;
mod table;
mod usage;
pub mod wire;

pub use billing::BillingOutcome;
pub use date::Date;
pub use delivery::{DeliveredImage, Delivery, ImageContent, Warning, WarningKind};
pub use error::{Error, ErrorKind};
pub use image::{ImageFacts, ImageFormat};
pub use input::{ImageInput, ImageSource, Mask, MaskReading};
pub use model::{ModelFamily, ModelId};
pub use options::{
    Background, Complexity, InputFidelity, Moderation, OutputFormat, Quality, ReasoningEffort, SvgOptions,
};
pub use request::{ImageRequest, Operation};
pub use size::Size;
pub use table::Table;
pub use usage::{SvgUsage, TokenDetails, Usage};
