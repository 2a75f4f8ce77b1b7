//! Runs one program and says what it took, as JSON: wall time, CPU, peak memory, and when the first image was whole
//! on disk.
//!
//! `bench-measure OUT_DIR BYTES PROGRAM [ARGUMENT…]`; `BYTES` is the length of an image to watch for, 0 for none.
//! It is a process of its own, and a small one, because a child's peak memory is never below its parent's.

use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use inotify::{Inotify, WatchMask};
use wait4::Wait4 as _;

fn main() -> io::Result<ExitCode> {
    let mut args = std::env::args_os().skip(1);
    let usage = || io::Error::other("expected OUT_DIR BYTES PROGRAM [ARGUMENT...]");
    let out = PathBuf::from(args.next().ok_or_else(usage)?);
    let bytes: u64 = args.next().and_then(|text| text.to_str()?.parse().ok()).ok_or_else(usage)?;
    let mut command = Command::new(args.next().ok_or_else(usage)?);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null());
    let watching = if bytes > 0 { Some(watch(out, bytes)?) } else { None };
    let start = Instant::now();
    let mut child = command.spawn()?;
    let used = child.wait4()?;
    let wall = start.elapsed();
    let first = watching.and_then(|found| found.try_recv().ok()).map(|at: Instant| at - start);
    println!(
        "{}",
        serde_json::json!({
            "wall_us": micros(wall),
            "user_us": micros(used.rusage.utime),
            "system_us": micros(used.rusage.stime),
            "peak_bytes": used.rusage.maxrss,
            "first_us": first.map(micros),
            "exit": used.status.code(),
        })
    );
    Ok(if used.status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Looks for the first visible file of this length.
fn watch(folder: PathBuf, bytes: u64) -> io::Result<mpsc::Receiver<Instant>> {
    let mut inotify = Inotify::init()?;
    let events = WatchMask::MODIFY | WatchMask::CREATE | WatchMask::CLOSE_WRITE | WatchMask::MOVED_TO;
    inotify.watches().add(&folder, events)?;
    let (found, receiver) = mpsc::channel();
    std::thread::spawn(move || -> io::Result<()> {
        let mut buffer = [0; 4096];
        loop {
            for event in inotify.read_events_blocking(&mut buffer)? {
                let Some(name) = event.name.filter(|name| !name.as_encoded_bytes().starts_with(b".")) else {
                    continue;
                };
                let whole = std::fs::metadata(folder.join(name)).is_ok_and(|file| file.len() == bytes);
                if whole {
                    // Nobody listens any more when the program ended first.
                    let _ = found.send(Instant::now());
                    return Ok(());
                }
            }
        }
    });
    Ok(receiver)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
