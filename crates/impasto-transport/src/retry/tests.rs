//! The table of the module's page, row by row, and the waits.

use super::*;
use crate::SeededEntropy;

fn decide(attempt: &Attempt<'_>) -> Decision {
    RetryPolicy::new(&["insufficient_quota", "billing_hard_limit_reached"])
        .decide(attempt, &SeededEntropy::new(3))
}

fn attempt(repeat: Repeat, outcome: Outcome<'_>) -> Attempt<'_> {
    Attempt { number: 1, repeat, outcome, elapsed: Duration::ZERO, unix: Duration::from_secs(1_767_225_600) }
}

/// `expected` is what a paid and what a free request does: `again`, or why it stops.
fn check_status(
    status: u16,
    headers: &[(&'static str, &str)],
    code: Option<&str>,
    billing: Billing,
    expected: [&str; 2],
) {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
        .collect();
    let status = StatusCode::from_u16(status).unwrap();
    check(Outcome::Reply { status, headers: &headers, code, message: None }, billing, expected);
}

fn check(outcome: Outcome<'_>, billing: Billing, expected: [&str; 2]) {
    assert_eq!(billing_of(outcome), billing, "{outcome:?}");
    for (repeat, expected) in [Repeat::WhenNotBilled, Repeat::Free].into_iter().zip(expected) {
        let shown = match decide(&attempt(repeat, outcome)) {
            Decision::After(_) => "again".to_owned(),
            Decision::Stop(reason) => format!("{reason:?}"),
        };
        assert_eq!(shown, expected, "{repeat:?} {outcome:?}");
    }
}

#[test]
fn the_table_holds() {
    use Billing::{Billed, NotBilled, Unknown};
    check_status(200, &[], None, Billed, ["Success", "Success"]);
    check_status(429, &[], None, NotBilled, ["again", "again"]);
    check_status(429, &[], Some("rate_limit_exceeded"), NotBilled, ["again", "again"]);
    check_status(429, &[], Some("insufficient_quota"), NotBilled, ["Quota", "Quota"]);
    check_status(400, &[], Some("billing_hard_limit_reached"), NotBilled, ["Quota", "Quota"]);
    check_status(503, &[], None, NotBilled, ["again", "again"]);
    for status in [500, 502, 504, 520, 524, 408] {
        check_status(status, &[], None, Unknown, ["MayBeBilled", "again"]);
    }
    check_status(499, &[], None, Unknown, ["MayBeBilled", "Final"]);
    for status in [301, 302, 307, 400, 401, 403, 404, 413, 422, 501] {
        check_status(status, &[], None, NotBilled, ["Final", "Final"]);
    }
    check_status(303, &[], None, Unknown, ["MayBeBilled", "Final"]);
    for status in [409, 425] {
        check_status(status, &[], None, NotBilled, ["Final", "again"]);
    }
    check_status(429, &[("x-should-retry", "false")], None, NotBilled, ["ServerSaysNo", "ServerSaysNo"]);
    check_status(409, &[("x-should-retry", "true")], None, NotBilled, ["again", "again"]);
    check_status(500, &[("x-should-retry", "true")], None, Unknown, ["MayBeBilled", "again"]);

    let error = |kind| TransportError::new(kind, "it failed");
    for kind in
        [TransportErrorKind::Dns, TransportErrorKind::Connect, TransportErrorKind::Timeout(Phase::Connect)]
    {
        check(Outcome::Error(&error(kind)), NotBilled, ["again", "again"]);
    }
    for kind in [TransportErrorKind::Tls, TransportErrorKind::Key, TransportErrorKind::InvalidRequest] {
        check(Outcome::Error(&error(kind)), NotBilled, ["Final", "Final"]);
    }
    for kind in [
        TransportErrorKind::Reset,
        TransportErrorKind::BodyCut,
        TransportErrorKind::Protocol,
        TransportErrorKind::Timeout(Phase::FirstByte),
        TransportErrorKind::Timeout(Phase::Idle),
        TransportErrorKind::Timeout(Phase::Total),
    ] {
        check(Outcome::Error(&error(kind)), Unknown, ["MayBeBilled", "again"]);
    }
    for kind in [TransportErrorKind::TooLarge, TransportErrorKind::Io, TransportErrorKind::Other] {
        check(Outcome::Error(&error(kind)), Unknown, ["MayBeBilled", "Final"]);
    }
    check(
        Outcome::Error(&error(TransportErrorKind::Reset).with_sent(Sent::No)),
        NotBilled,
        ["again", "again"],
    );
}

#[test]
fn the_caller_may_take_the_risk() {
    let policy = RetryPolicy::default().with_repeat_unknown(true);
    let error = TransportError::new(TransportErrorKind::Reset, "reset");
    let attempt = attempt(Repeat::WhenNotBilled, Outcome::Error(&error));
    assert!(matches!(policy.decide(&attempt, &SeededEntropy::new(1)), Decision::After(_)));
}

#[test]
fn waits_grow_with_jitter_and_end() {
    let policy = RetryPolicy::default().with_max_attempts(10);
    let entropy = SeededEntropy::new(9);
    let error = TransportError::new(TransportErrorKind::Connect, "refused");
    for (number, longest) in [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0), (6, 8.0), (9, 8.0)] {
        let attempt = Attempt { number, ..attempt(Repeat::Free, Outcome::Error(&error)) };
        let Decision::After(wait) = policy.decide(&attempt, &entropy) else { panic!("attempt {number}") };
        assert!((longest * 0.75..=longest).contains(&wait.as_secs_f64()), "{number}: {wait:?}");
    }
    let last = Attempt { number: 10, ..attempt(Repeat::Free, Outcome::Error(&error)) };
    assert_eq!(policy.decide(&last, &entropy), Decision::Stop(StopReason::AttemptsUsed));
    let late = Attempt { elapsed: Duration::from_secs(600), ..attempt(Repeat::Free, Outcome::Error(&error)) };
    assert_eq!(policy.decide(&late, &entropy), Decision::Stop(StopReason::OutOfTime));
}

/// `expected` in milliseconds; none means that nothing was asked.
fn check_after(headers: &[(&'static str, &str)], expected: Option<u64>) {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
        .collect();
    let now = Duration::from_secs(1_767_225_600);
    assert_eq!(retry_after(&headers, now), expected.map(Duration::from_millis), "{headers:?}");
}

#[test]
fn retry_after_is_read_in_all_its_forms() {
    check_after(&[], None);
    check_after(&[("retry-after", "2")], Some(2000));
    check_after(&[("retry-after", " 0.25 ")], Some(250));
    check_after(&[("retry-after", "Thu, 01 Jan 2026 00:00:30 GMT")], Some(30_000));
    check_after(&[("retry-after", "Wed, 31 Dec 2025 23:59:59 GMT")], None);
    check_after(&[("retry-after-ms", "467"), ("retry-after", "9")], Some(467));
    check_after(&[("retry-after-ms", "soon"), ("retry-after", "9")], Some(9000));
    for odd in ["0", "-1", "NaN", "inf", "", "soon", "1e400"] {
        check_after(&[("retry-after", odd)], None);
    }
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", "1e30".parse().unwrap());
    assert_eq!(retry_after(&headers, Duration::ZERO), Some(Duration::MAX));
    let outcome = Outcome::Reply {
        status: StatusCode::TOO_MANY_REQUESTS,
        headers: &headers,
        code: None,
        message: None,
    };
    let decision = decide(&attempt(Repeat::Free, outcome));
    assert_eq!(decision, Decision::Stop(StopReason::WaitTooLong(Duration::MAX)));
}

#[test]
fn messages_are_read_for_their_hints() {
    for (message, expected) in [
        ("Please try again in 467ms.", Some(467)),
        ("Rate limit reached. Please try again in 12s. Visit", Some(12_000)),
        ("Try again in 1m2s", Some(62_000)),
        ("try again in 6m0s", Some(360_000)),
        ("please try again in 1.5 seconds.", Some(1500)),
        ("Please retry after 26 seconds", Some(26_000)),
        ("try again in 1h", Some(3_600_000)),
        ("try again in 0s", Some(0)),
        ("try again in a moment", None),
        ("try again in 5", None),
        ("try again in 5 bananas", None),
        ("no hint", None),
        ("Überlast: try again in 2s", Some(2000)),
    ] {
        assert_eq!(hint_in_message(message), expected.map(Duration::from_millis), "{message}");
    }
}

#[test]
fn an_asked_wait_is_kept_and_spread() {
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", "20".parse().unwrap());
    let outcome = Outcome::Reply {
        status: StatusCode::TOO_MANY_REQUESTS,
        headers: &headers,
        code: None,
        message: None,
    };
    let Decision::After(wait) = decide(&attempt(Repeat::WhenNotBilled, outcome)) else { panic!("it waits") };
    assert!((20.0..=21.0).contains(&wait.as_secs_f64()), "{wait:?}");
}

proptest::proptest! {
    #[test]
    fn a_paid_request_is_repeated_only_when_it_was_surely_not_billed(
        status in 100_u16..1000,
        number in 1_u32..5,
        elapsed in 0_u64..700,
        headers in proptest::collection::vec(
            (
                proptest::sample::select(vec!["retry-after", "retry-after-ms", "x-should-retry"]),
                "(true|false|-?[0-9]{1,9}(\\.[0-9])?(e[0-9]{1,3})?|NaN|inf|soon)",
            ),
            0..3,
        ),
        seed: u64,
    ) {
        let policy = RetryPolicy::default();
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        let status = StatusCode::from_u16(status).unwrap();
        let outcome = Outcome::Reply { status, headers: &headers, code: None, message: None };
        let elapsed = Duration::from_secs(elapsed);
        for repeat in [Repeat::WhenNotBilled, Repeat::Free] {
            let attempt = Attempt { number, elapsed, ..attempt(repeat, outcome) };
            if let Decision::After(wait) = policy.decide(&attempt, &SeededEntropy::new(seed)) {
                assert!(repeat == Repeat::Free || billing_of(outcome) == Billing::NotBilled);
                assert!(number < policy.max_attempts && !wait.is_zero());
                assert!(wait <= policy.max_retry_after + Duration::from_secs(1));
                assert!(elapsed + wait <= policy.total.unwrap());
            }
        }
    }
}
