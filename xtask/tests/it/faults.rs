//! One call whose reply is lost is sent once, charged once, and told.

use impasto::BillingOutcome;
use xtask::faults;

#[test]
fn a_lost_reply_is_paid_once() {
    let rows = faults::rows().unwrap();
    assert!(rows.len() >= 3);
    for row in rows {
        assert_eq!((row.sent, row.charged), (1, 1), "{}", row.fault);
        assert_eq!(row.error.billing(), BillingOutcome::Unknown, "{}", row.fault);
        assert!(row.error.hint().is_some(), "{}", row.fault);
    }
}
