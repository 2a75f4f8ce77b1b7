//! The crate's laws and its behaviour on real sockets, in one binary.
//!
//! Alone: `cargo test -p impasto-transport --all-features`. Without the features only the scanner is tested.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "the helpers of tests panic as tests do")]

#[cfg(all(any(feature = "hyper", feature = "reqwest"), feature = "ring", feature = "test-util"))]
mod on_sockets;
mod scan;

#[test]
fn what_crosses_threads_may() {
    fn check<T: Send + Sync>() {}
    fn check_send<T: Send>() {}
    check::<impasto_transport::HttpRequest>();
    check::<impasto_transport::PreparedRequest>();
    check::<impasto_transport::ReplyScanner>();
    check::<impasto_transport::TransportError>();
    check::<impasto_transport::ApiKey>();
    check::<std::sync::Arc<dyn impasto_transport::HttpTransport>>();
    check::<std::sync::Arc<dyn impasto_transport::Clock>>();
    check_send::<impasto_transport::HttpResponse>();
}
