//! Deadlines on real sockets, in time that the test moves.

use std::{sync::Arc, time::Duration};

use impasto_transport::{
    Clock, Deadlines, HttpRequest, HttpTransport, Phase, Sent, TimedTransport, TokioClock, TransportError,
    TransportErrorKind,
    test_util::{Canned, ManualClock, NeverTransport, ReplayTransport},
    within,
};
use tokio::sync::oneshot;

use super::server::{answer, prepare, read_request, serve};

/// Waits until somebody sleeps by the clock, then lets the time pass.
async fn pass(clock: &ManualClock, time: Duration) {
    while clock.sleepers() == 0 {
        tokio::task::yield_now().await;
    }
    clock.advance(time);
}

fn check(error: &TransportError, phase: Phase, words: &str) {
    assert_eq!(error.kind(), TransportErrorKind::Timeout(phase));
    assert_eq!(error.sent(), Sent::Maybe);
    assert_eq!(error.to_string(), words);
}

#[tokio::test]
async fn a_server_that_never_answers_is_left() {
    for (_, transport) in transports!() {
        let (received, was_received) = oneshot::channel();
        let (url, server) = serve(async move |mut stream| {
            read_request(&mut stream).await;
            received.send(()).unwrap();
            // The connection is closed by the client.
            assert_eq!(tokio::io::AsyncReadExt::read(&mut stream, &mut [0]).await.unwrap(), 0);
        })
        .await;
        let clock = ManualClock::new();
        let transport = TimedTransport::new(transport, Arc::new(clock.clone()));
        let request = prepare(HttpRequest::get(url), Deadlines::default()).unwrap();
        let sending = tokio::spawn(async move { transport.send(request).await });
        was_received.await.unwrap();
        pass(&clock, Duration::from_secs(299)).await;
        pass(&clock, Duration::from_secs(1)).await;
        let error = sending.await.unwrap().unwrap_err();
        check(
            &error,
            Phase::FirstByte,
            "the server did not begin to answer within the first-byte deadline of 300.000 s",
        );
        server.await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_stops_within_the_body_is_left() {
    for (_, transport) in transports!() {
        let (url, server) = serve(async |mut stream| {
            read_request(&mut stream).await;
            answer(&mut stream, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsome").await;
            assert_eq!(tokio::io::AsyncReadExt::read(&mut stream, &mut [0]).await.unwrap(), 0);
        })
        .await;
        let clock = ManualClock::new();
        let transport = TimedTransport::new(transport, Arc::new(clock.clone()));
        let mut response =
            transport.send(prepare(HttpRequest::get(url), Deadlines::default()).unwrap()).await.unwrap();
        assert_eq!(response.body.chunk().await.unwrap().unwrap(), "some");
        let reading = tokio::spawn(async move { response.body.chunk().await });
        pass(&clock, Duration::from_secs(120)).await;
        let error = reading.await.unwrap().unwrap_err();
        check(&error, Phase::Idle, "the server stopped sending within the idle deadline of 120.000 s");
        server.await.unwrap();
    }
}

#[tokio::test]
async fn the_total_is_kept_however_busy_the_server_is() {
    let clock = ManualClock::new();
    let reply = Canned::new(200).with_chunk("a").then_stalls();
    let transport = TimedTransport::new(ReplayTransport::new([reply]), Arc::new(clock.clone()));
    let deadlines = Deadlines::default().with_total(Some(Duration::from_secs(150)));
    let request = prepare(HttpRequest::get("http://127.0.0.1:9/"), deadlines).unwrap();
    let mut response = transport.send(request).await.unwrap();
    clock.advance(Duration::from_secs(100));
    assert_eq!(response.body.chunk().await.unwrap().unwrap(), "a");
    let reading = tokio::spawn(async move { response.body.chunk().await });
    pass(&clock, Duration::from_secs(50)).await;
    let error = reading.await.unwrap().unwrap_err();
    check(&error, Phase::Total, "the exchange was not over within the total deadline of 150.000 s");
}

#[tokio::test]
async fn time_may_move_by_itself() {
    let clock = ManualClock::auto();
    let transport = TimedTransport::new(NeverTransport, Arc::new(clock.clone()));
    let request = prepare(HttpRequest::get("http://127.0.0.1:9/"), Deadlines::default()).unwrap();
    let error = transport.send(request).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Timeout(Phase::FirstByte));
    assert_eq!(clock.now(), Duration::from_secs(300));
    assert_eq!(clock.sleepers(), 0);

    let (one, two) = (clock.sleep(Duration::from_secs(5)), clock.sleep(Duration::from_secs(2)));
    tokio::join!(
        async {
            one.await;
            assert_eq!(clock.now(), Duration::from_secs(305));
        },
        async {
            two.await;
            assert_eq!(clock.now(), Duration::from_secs(302));
        }
    );
}

#[tokio::test(start_paused = true)]
async fn tokios_paused_time_is_followed() {
    let clock = TokioClock::new();
    let never = std::future::pending::<()>();
    assert!(within(&clock, Some(Duration::from_secs(30)), never).await.is_err());
    assert_eq!(clock.now(), Duration::from_secs(30));
    assert_eq!(within(&clock, Some(Duration::ZERO), async { 1 }).await, Ok(1), "what is ready is never late");
    assert_eq!(within(&clock, None, async { 2 }).await, Ok(2));
    assert!(clock.unix() > Duration::from_secs(1_767_225_600));
}
