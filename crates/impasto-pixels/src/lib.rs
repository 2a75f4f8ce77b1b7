//! Image headers, masks and their polarity, and what changed outside a mask.
#![doc = include_str!("../README.md")]

mod audit;
#[cfg(feature = "codecs")]
mod codec;
#[cfg(feature = "codecs")]
mod drift;
mod error;
mod header;
#[cfg(feature = "codecs")]
mod mask;
mod polarity;
#[cfg(feature = "codecs")]
mod preview;
mod probe;
#[cfg(feature = "codecs")]
mod region;
mod sniff;
mod source;

pub use audit::audit;
#[cfg(feature = "codecs")]
pub use audit::{audit_transparency, has_transparency};
#[cfg(feature = "codecs")]
pub use drift::{Drift, DriftOptions, drift, recompose};
pub use error::{Error, ErrorKind};
pub use header::{facts_of_bytes, facts_of_file, read_facts};
#[cfg(feature = "codecs")]
pub use mask::{PreparedMask, ReadMask, mask_has_transparency, prepare_mask, read_mask, read_mask_image};
pub use polarity::MaskPolarity;
#[cfg(feature = "codecs")]
pub use preview::{Preview, preview};
pub use probe::HeaderProbe;
#[cfg(feature = "codecs")]
pub use region::EditRegion;
pub use sniff::sniff;
