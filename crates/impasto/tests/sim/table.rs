//! The tables of `docs/billing.md` say what the client does: each row is played.

use std::fmt::Write as _;

use crate::failures::{Call, play};
use crate::support::in_virtual_time;

/// The sections with tables of failures, and where their rows are tried.
const SECTIONS: &[(&str, &str, usize)] = &[
    ("## Every seller that answers at once", "openai", 42),
    ("## Atlas Cloud", "atlas", 14),
    ("## Modelverse", "modelverse", 4),
];

#[test]
fn the_billing_page_is_true() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/billing.md");
    let page = std::fs::read_to_string(path).unwrap();
    let mut wrong = String::new();
    for (heading, seller, count) in SECTIONS {
        let section = page.split_once(heading).unwrap().1;
        let section = section.split("\n## ").next().unwrap();
        let rows: Vec<Vec<&str>> = section.lines().filter_map(cells).collect();
        assert_eq!(rows.len(), *count, "{heading}: its rows were not all read");
        for row in rows {
            let &[_, call, faults, billed, again, kind] = row.as_slice() else { panic!("{row:?}") };
            let call = if call == "stream" { Call::Stream } else { Call::Generate };
            let (told, (sent, ..)) = in_virtual_time(play(seller, call, faults));
            let said = told.strip_prefix(kind).map(str::trim_start);
            let billed = said.is_some_and(|said| said.starts_with(&billed.replace(' ', "_")));
            let repeated = told.contains("after 3 attempts");
            if !billed || repeated != (again == "yes") || (!repeated && sent != 1) {
                writeln!(wrong, "{heading}, {faults}: {told}, sent {sent} times").unwrap();
            }
        }
    }
    assert_eq!(wrong, "");
}

/// The cells of a row that names something to try.
fn cells(line: &str) -> Option<Vec<&str>> {
    let cells: Vec<&str> =
        line.strip_prefix('|')?.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
    let cells = cells[..cells.len() - 1].to_vec();
    (cells.len() == 6 && !["call", "---"].contains(&cells[1])).then_some(cells)
}
