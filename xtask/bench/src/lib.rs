//! What the programs of the benchmark share: plain HTTP over blocking sockets, test pictures, the kinds of work.

pub mod http;
pub mod picture;
pub mod work;
