//! Regenerates and checks what the repository derives.

fn main() {}
