//! The crate's laws and its behaviour on real sockets, in one binary.

mod deadlines;
mod exchange;
mod failures;
mod server;
mod upload;

mod scan;
