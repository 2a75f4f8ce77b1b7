//! One adapter for each API dialect, without I/O, and the sellers as data.
//!
//! An adapter turns an [`ImageRequest`](impasto_types::ImageRequest) into a [`Job`]: a small, serialisable value
//! that says what to send next and is told what came back. Nothing here opens a socket, reads a clock or an
//! environment variable, or ever sees a key; so every request can be pinned to the byte, and a job can be written
//! down before each step that costs money.
//!
//! ```
//! use impasto_providers::{Sellers, Step, Target};
//! use impasto_types::ImageRequest;
//!
//! let sellers = Sellers::builtin()?;
//! let target = Target::new(sellers.find("openai")?.clone());
//! let request = ImageRequest::generate("a lighthouse at dusk").with_model("gpt-image-2");
//! let job = target.start("job-1", request)?;
//! let Step::Send(exchange) = target.step(&job)? else { panic!("a new job sends something") };
//! assert_eq!(exchange.request.url, "https://api.openai.com/v1/images/generations");
//! # Ok::<(), impasto_providers::Error>(())
//! ```

mod adapter;
mod address;
mod atlas;
mod book;
mod carried;
mod error;
mod failure;
mod history;
mod images;
mod job;
mod listing;
mod openai;
mod raw;
mod said;
mod seller;
mod sellers;
mod target;
#[cfg(feature = "toml")]
mod toml;
mod upload;
#[cfg(feature = "webhooks")]
pub mod webhook;

pub use adapter::{Exchange, Fetch, JobEvent, Purpose, ReplyHead, ReplyPlan, Step};
pub use book::{Book, BookEntry, SoldModel};
pub use error::{Error, ErrorKind};
pub use history::{PastTask, TaskPage};
pub use job::{Job, Phase, Task};
pub use listing::ListedModel;
pub use raw::ToldTask;
pub use seller::{
    Authentication, Defaults, EditEncoding, ErrorCodes, ImageField, InputFields, KeyStyle, Mask, Naming,
    Options, Paths, Polls, Quirks, Seller, SizeFields, SourceNote,
};
pub use sellers::{Origin, Sellers};
pub use target::{Address, Target};
pub use upload::UploadedFile;
