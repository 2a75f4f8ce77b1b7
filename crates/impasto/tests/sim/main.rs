//! What the client does when everything goes wrong: whole flows against the emulator, over memory, in virtual time.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a failing seed tells how it is run again")]

mod cancelled;
mod downloads;
mod failures;
mod killed;
mod paced;
mod polling;
mod random;
mod support;
mod table;
#[cfg(feature = "tracing")]
mod traced;
mod whole;
mod wire;
