//! A client and an emulator that know each other.

use impasto::{Client, ClientBuilder};
use impasto_emulator::Emulator;

pub(crate) const KEY: &str = "sk-emulated";

pub(crate) async fn emulator() -> Emulator {
    Emulator::builder().start().await.unwrap()
}

pub(crate) fn builder(emulator: &Emulator) -> ClientBuilder {
    Client::builder().ignore_env().provider("openai").api_key(KEY).base_url(emulator.openai_base_url())
}

pub(crate) fn client(emulator: &Emulator) -> Client {
    builder(emulator).build().unwrap()
}
