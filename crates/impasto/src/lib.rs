#![doc = include_str!("../README.md")]

mod accounts;
mod aside;
#[cfg(feature = "blocking")]
pub mod blocking;
pub mod budget;
mod call;
mod caller;
mod cancel;
mod client;
pub mod compare;
mod deliver;
mod driver;
pub mod env;
mod error;
mod generation;
#[cfg(feature = "records")]
pub mod history;
mod image;
pub mod journal;
mod keeper;
pub mod ledger;
mod listing;
#[cfg(any(feature = "journal", feature = "records"))]
mod monthly;
mod pace;
mod preflight;
mod raw;
mod run;
mod schedule;
#[cfg(feature = "records")]
pub mod sidecar;
pub mod sink;
mod stream;
mod trace;
mod upload;

pub use call::ImageCall;
pub use cancel::CancelHandle;
pub use client::{Client, ClientBuilder};
pub use error::{Error, ErrorKind};
pub use generation::{Failure, Generation};
pub use image::{Image, Stored};
pub use pace::ImageRate;
pub use preflight::Preview;
pub use raw::{RawCall, RawReply};
pub use schedule::PollSchedule;
pub use stream::{Event, GenerationStream};

pub use impasto_pricing::{Actual, ActualSource, Currency, Decimal, Estimate, Money, PriceBook};
pub use impasto_providers::{Book, BookEntry, Job, Origin, Seller, Sellers, ToldTask, UploadedFile};
pub use impasto_transport::retry::RetryPolicy;
pub use impasto_transport::{ApiKey, Clock, Deadlines, Entropy, HttpTransport, ScanLimits, SeededEntropy};
pub use impasto_types::{
    Background, BillingOutcome, Complexity, Date, ImageFacts, ImageFormat, ImageInput, ImageRequest,
    ImageSource, InputFidelity, Mask, MaskReading, ModelId, Moderation, Operation, OutputFormat, Quality,
    ReasoningEffort, Size, SvgOptions, SvgUsage, TokenDetails, Usage, Warning, WarningKind, capability,
};

/// The HTTP layer below the facade, for people who bring their own.
pub use impasto_transport as transport;
