//! The example of the repository's front page: one image, saved while it arrives.
#![expect(clippy::print_stdout, reason = "a program that talks to its user")]

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), impasto::Error> {
    let client = impasto::Client::from_env()?;
    let call = client.generate("a lighthouse at dusk").size("1536x1024");
    let generation = call.save("lighthouse.png").await?; // refuses an existing file before it costs
    println!("{:?}, {:?}", generation.first().path(), generation.cost());
    Ok(())
}
