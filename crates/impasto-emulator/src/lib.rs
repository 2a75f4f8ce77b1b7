//! A server that behaves like each seller of the gpt-image models, renders real images and meters the bill.
//!
//! It speaks each dialect from the sellers' own documents, with its own code: it shares nothing with the client crates,
//! so that it cannot agree with their mistakes. Any client in any language can be pointed at it.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), impasto_emulator::EmulatorError> {
//! use impasto_emulator::Emulator;
//!
//! let emulator = Emulator::builder().start().await?;
//! // Point an OpenAI client at `emulator.openai_base_url()`, with any key, then ask what it paid:
//! assert_eq!(emulator.bill().for_key("sk-test").total_usd(), "0");
//! # Ok(())
//! # }
//! ```

mod api_error;
mod atlas;
mod azure;
mod bill;
mod body;
mod cache;
mod clock;
mod connection;
mod control;
mod dialect;
mod directives;
mod downloads;
mod emulator;
mod error;
mod faults;
mod form;
mod home;
mod ids;
mod images;
mod inputs;
mod journal;
mod json;
mod models;
mod openai;
mod params;
mod prices;
mod quirks;
mod render;
mod reply;
mod request;
mod routes;
mod seller;
mod server;
mod sizes;
mod state;
mod uploads;
mod usage;

pub use bill::{Bill, Charge};
pub use emulator::{Emulator, EmulatorBuilder};
pub use error::EmulatorError;
pub use journal::RecordedRequest;
pub use usage::Usage;

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct ReadmeExamples;
