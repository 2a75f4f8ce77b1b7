//! Fakes for tests (feature `test-util`).
//!
//! * [`CaptureTransport`]: what would be sent? It keeps each request and gives the same reply to all.
//! * [`ReplayTransport`]: how is a reply, or a row of them, taken? It gives canned replies in turn, with their
//!   cuts between chunks and their failures, and keeps the requests.
//! * [`FailingTransport`]: what follows when nothing comes through? It fails every time in the same way.
//! * [`NeverTransport`]: is a deadline kept, does cancelling work? It never answers.
//! * [`ManualClock`]: time that moves only when the test says so, or by itself when everybody waits.

mod clock;
mod transports;

pub use clock::ManualClock;
pub use transports::{Canned, CaptureTransport, FailingTransport, NeverTransport, ReplayTransport};
