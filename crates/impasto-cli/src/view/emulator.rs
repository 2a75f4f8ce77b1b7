//! Where a running emulator is found.

use std::collections::BTreeMap;

use impasto::{Origin, Sellers};
use impasto_emulator::Emulator;
use serde::Serialize;

use crate::plan::mount_of;

/// The line printed by `emulate --json` once it listens.
#[derive(Debug, Serialize)]
pub(crate) struct EmulatorReport {
    ok: bool,
    /// The address it listens on.
    pub(crate) addr: String,
    /// `http://ADDRESS:PORT`.
    pub(crate) url: String,
    /// The base URL of each seller, as its own documents print it.
    pub(crate) base_urls: BTreeMap<String, String>,
    /// What was charged so far.
    pub(crate) bill_url: String,
}

impl EmulatorReport {
    pub(crate) fn new(emulator: &Emulator, sellers: &Sellers) -> Self {
        let url = emulator.url();
        let builtin = sellers.iter().filter(|(_, origin)| **origin == Origin::Builtin);
        Self {
            ok: true,
            addr: emulator.addr().to_string(),
            base_urls: builtin
                .map(|(seller, _)| (seller.id.clone(), format!("{url}{}", mount_of(&seller.id))))
                .collect(),
            bill_url: format!("{url}/_emulator/bill"),
            url,
        }
    }
}
