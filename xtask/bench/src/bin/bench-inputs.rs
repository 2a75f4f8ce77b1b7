//! Writes the inputs of an edit, and the pictures that the server sends, to compare with: `bench-inputs DIR BYTES…`.

use std::io;
use std::path::PathBuf;

use impasto_bench::picture;
use impasto_bench::work::{INPUTS, input, mask};

fn main() -> io::Result<()> {
    let mut args = std::env::args().skip(1);
    let folder = PathBuf::from(args.next().ok_or_else(|| io::Error::other("expected DIR [BYTES...]"))?);
    std::fs::create_dir_all(&folder)?;
    let image = picture::input()?;
    for index in 0..INPUTS {
        std::fs::write(input(&folder, index), &image)?;
    }
    std::fs::write(mask(&folder), picture::mask()?)?;
    for bytes in args {
        let picture = picture::of_length(bytes.parse().map_err(io::Error::other)?)?;
        std::fs::write(folder.join(format!("picture-{bytes}.png")), picture)?;
    }
    Ok(())
}
