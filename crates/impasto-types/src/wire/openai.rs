//! OpenAI's Images API, which most sellers speak: `/images/generations` and `/images/edits`.
//!
//! Sources: openai-python 3.52.0 (`types/image_*.py`, `images_response.py`), openai-node 7.55.0, the OpenAPI
//! document of 2026-08-21, all read on 2026-11-21.

mod error;
mod event;
mod reply;
mod request;

pub use error::{ErrorBody, ErrorEnvelope, ModerationDetails};
pub use event::{EventKind, ImageEvent};
pub use reply::{ImageData, ImagesResponse};
pub use request::{EditBody, GenerateBody, ImageRef, SvgBody, SvgReasoning};
