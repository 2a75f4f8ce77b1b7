//! Exchanges over reqwest with servers of bare sockets.

mod deadlines;
mod exchange;
mod failures;
mod server;
mod upload;
