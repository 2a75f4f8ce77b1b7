#![doc = include_str!("../README.md")]

mod answer;
mod args;
mod catalogue;
mod clients;
mod error;
#[cfg(feature = "http")]
mod http;
mod jobs;
mod output;
mod preview;
mod progress;
mod request;
mod roots;
mod server;
mod stdio;
mod tools;

pub use catalogue::TOOL_NAMES;
pub use clients::{Clients, Settings};
pub use error::Error;
#[cfg(feature = "http")]
pub use http::{HttpServer, serve_http};
pub use server::Server;
pub use stdio::serve_stdio;
