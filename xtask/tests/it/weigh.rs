//! What a build took is read from the system.

use xtask::weigh::seconds_in;

#[test]
fn the_time_of_ended_children_is_found_whatever_the_name() {
    let line = "71 (a) b (c) S 1 71 71 0 -1 4194560 1 2 3 4 5 6 1234 66 20 0 1 0 99 1 2";
    assert_eq!(seconds_in(line), Some(13.0));
    assert_eq!(seconds_in("71 (x) S 1"), None);
}
