//! Image headers, masks and their polarity, and what changed outside a mask.
#![doc = include_str!("../README.md")]

mod error;
mod header;
mod probe;
mod sniff;
mod source;

pub use error::{Error, ErrorKind};
pub use header::{facts_of_bytes, facts_of_file, read_facts};
pub use probe::HeaderProbe;
pub use sniff::sniff;
