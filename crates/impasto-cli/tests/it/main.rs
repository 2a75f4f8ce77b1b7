//! The command as people run it: the built binary, a clean environment, an emulator to talk to.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod call;
mod edit;
mod emulate;
mod gallery;
mod generate;
mod help;
mod jobs;
mod json;
mod kept;
mod lists;
mod mcp;
mod price;
mod refusals;
mod sellers;
mod settings;
mod skill;
mod support;
