//! The crate's laws and its behaviour on real sockets, in one binary.

#[cfg(feature = "reqwest")]
mod reqwest;
mod scan;
