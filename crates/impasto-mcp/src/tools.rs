//! What each tool does.

pub(crate) mod budget;
pub(crate) mod images;
pub(crate) mod jobs;
pub(crate) mod models;
pub(crate) mod prices;
pub(crate) mod upload;
mod wait;
