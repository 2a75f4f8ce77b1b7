//! The commands behind `cargo xtask`, as a library so that the tests call the very checks that CI runs.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to its caller")]

pub mod bench;
pub mod cargo;
pub mod ci;
pub mod data;
pub mod docs;
pub mod faults;
pub mod findings;
pub mod fixtures;
pub mod layers;
pub mod mode;
pub mod package;
pub mod prices;
pub mod repository;
pub mod tidy;
pub mod weigh;
