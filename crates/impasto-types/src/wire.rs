//! Each seller's JSON, one to one, for people who bring their own HTTP stack.
//!
//! These types follow the sellers' documents and change with them. Every field of a reply is optional, unknown
//! enum values stay as they are, and unknown fields stay in `extra`.

pub mod atlas;
pub(crate) mod lenient;
pub mod openai;
pub(crate) mod said;

pub use said::Fields;
