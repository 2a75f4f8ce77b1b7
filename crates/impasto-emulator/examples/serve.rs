//! Runs the emulator until it is interrupted: `cargo run --example serve -- 127.0.0.1:4010`.

use std::net::SocketAddr;

use impasto_emulator::Emulator;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the example tells where it listens")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let addr: SocketAddr = std::env::args().nth(1).as_deref().unwrap_or("127.0.0.1:4010").parse()?;
    let emulator = Emulator::builder().listen(addr).start().await?;
    println!("{}", emulator.url());
    tokio::signal::ctrl_c().await?;
    emulator.shutdown().await;
    Ok(())
}
