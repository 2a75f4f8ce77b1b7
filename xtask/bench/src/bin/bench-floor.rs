//! The floor: what the work costs at least. One thread per connection, a blocking socket, the base64 found by a plain
//! search and decoded slice by slice into the file. It checks nothing and knows nothing but the replies of the bench
//! server.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64_simd::{Out, STANDARD};
use impasto_bench::http::{Connection, Head, Length, split_url};
use impasto_bench::work::{ATLAS_MODEL, INPUTS, MODEL, Order, PROMPT, Work, input, mask};

const MARK: &[u8] = b"\"b64_json\":\"";
/// The most text that is decoded at a time; a multiple of 4.
const SLICE: usize = 64 * 1024;
/// How much of a file is read at a time.
const FILE_PIECE: usize = 256 * 1024;

fn main() -> io::Result<()> {
    let order = Order::from_args().map_err(io::Error::other)?;
    let (authority, base) = split_url(&order.base_url)?;
    match order.work {
        Work::Generate { n } => {
            let mut connection = Connection::open(authority)?;
            generate(&mut connection, base, n, |index| order.image(index))
        }
        Work::Many { requests, at_once } => {
            let next = AtomicUsize::new(0);
            std::thread::scope(|scope| {
                let worker = || -> io::Result<()> {
                    let mut connection = Connection::open(authority)?;
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        if index >= requests {
                            return Ok(());
                        }
                        generate(&mut connection, base, 1, |_| order.image(index))?;
                    }
                };
                let workers: Vec<_> = (0..at_once).map(|_| scope.spawn(worker)).collect();
                workers.into_iter().try_for_each(|worker| {
                    worker.join().unwrap_or_else(|_| Err(io::Error::other("a thread stopped")))
                })
            })
        }
        Work::Edit => edit(&order, &mut Connection::open(authority)?, base),
        Work::Stream { partials } => {
            let body = format!(
                r#"{{"model":"{MODEL}","prompt":"{PROMPT}","stream":true,"partial_images":{partials}}}"#
            );
            let mut connection = Connection::open(authority)?;
            post(&mut connection, &format!("{base}/images/generations"), &body)?;
            let head = reply(&mut connection)?;
            receive(&mut connection, &head, |index| {
                if index < partials { order.partial(index) } else { order.image(0) }
            })
        }
        Work::Atlas => atlas(&order, &mut Connection::open(authority)?, base),
    }
}

fn generate(
    connection: &mut Connection,
    base: &str,
    n: usize,
    path: impl Fn(usize) -> PathBuf,
) -> io::Result<()> {
    let body = format!(r#"{{"model":"{MODEL}","prompt":"{PROMPT}","n":{n}}}"#);
    post(connection, &format!("{base}/images/generations"), &body)?;
    let head = reply(connection)?;
    receive(connection, &head, path)
}

fn edit(order: &Order, connection: &mut Connection, base: &str) -> io::Result<()> {
    let field = |name: &str, value: &str| {
        format!("--boundary\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let file = |name: &str| {
        format!(
            "--boundary\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"image.png\"\r\ncontent-type: image/png\r\n\r\n"
        )
    };
    let mut parts: Vec<(String, Option<PathBuf>)> =
        vec![(field("model", MODEL), None), (field("prompt", PROMPT), None)];
    for index in 0..INPUTS {
        parts.push((file("image[]"), Some(input(&order.inputs, index))));
    }
    parts.push((file("mask"), Some(mask(&order.inputs))));
    let close = "--boundary--\r\n";
    let mut length = close.len() as u64;
    for (text, path) in &parts {
        length += text.len() as u64;
        if let Some(path) = path {
            length += std::fs::metadata(path)?.len() + 2;
        }
    }
    let head = format!(
        "POST {base}/images/edits HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer sk-bench\r\ncontent-type: multipart/form-data; boundary=boundary\r\ncontent-length: {length}\r\n\r\n"
    );
    connection.send(head.as_bytes())?;
    let mut buffer = vec![0; FILE_PIECE];
    for (text, path) in &parts {
        connection.send(text.as_bytes())?;
        if let Some(path) = path {
            let mut file = File::open(path)?;
            loop {
                let len = file.read(&mut buffer)?;
                if len == 0 {
                    break;
                }
                connection.send(&buffer[..len])?;
            }
            connection.send(b"\r\n")?;
        }
    }
    connection.send(close.as_bytes())?;
    drop(buffer);
    let head = reply(connection)?;
    receive(connection, &head, |_| order.image(0))
}

fn atlas(order: &Order, connection: &mut Connection, base: &str) -> io::Result<()> {
    let text = |connection: &mut Connection, head: &Head| -> io::Result<String> {
        let mut whole = Vec::new();
        connection.body(head.length(Length::ToTheEnd), |piece| {
            whole.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(String::from_utf8_lossy(&whole).into_owned())
    };
    post(
        connection,
        &format!("{base}/model/generateImage"),
        &format!(r#"{{"model":"{ATLAS_MODEL}","prompt":"{PROMPT}"}}"#),
    )?;
    let head = reply(connection)?;
    let submitted = text(connection, &head)?;
    let id = after(&submitted, "\"id\":\"")?;
    get(connection, &format!("{base}/model/prediction/{id}"))?;
    let head = reply(connection)?;
    let polled = text(connection, &head)?;
    let (_, path) = split_url(after(&polled, "\"outputs\":[\"")?)?;
    get(connection, path)?;
    let head = reply(connection)?;
    let mut file = File::create(order.image(0))?;
    connection.body(head.length(Length::ToTheEnd), |piece| file.write_all(piece))
}

fn after<'a>(text: &'a str, mark: &str) -> io::Result<&'a str> {
    let missing = || io::Error::other(format!("no {mark} in the reply"));
    let (_, rest) = text.split_once(mark).ok_or_else(missing)?;
    Ok(rest.split('"').next().unwrap_or_default())
}

fn post(connection: &mut Connection, path: &str, body: &str) -> io::Result<()> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer sk-bench\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        connection.socket.peer_addr()?,
        body.len()
    );
    connection.send(head.as_bytes())
}

fn get(connection: &mut Connection, path: &str) -> io::Result<()> {
    let host = connection.socket.peer_addr()?;
    connection.send(format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n").as_bytes())
}

fn reply(connection: &mut Connection) -> io::Result<Head> {
    let head = connection.head()?.ok_or_else(|| io::Error::other("no reply"))?;
    if !head.first.contains(" 200 ") {
        return Err(io::Error::other(head.first));
    }
    Ok(head)
}

/// Where in the reply we are.
enum At {
    /// Before a mark, of which so much was seen at the end of the last piece.
    Outside(usize),
    /// In base64, whose last few characters may wait for more.
    Inside(File),
}

fn receive(connection: &mut Connection, head: &Head, path: impl Fn(usize) -> PathBuf) -> io::Result<()> {
    let mut out = vec![0; SLICE / 4 * 3];
    let (mut quad, mut held) = ([0; 4], 0);
    let (mut at, mut index) = (At::Outside(0), 0);
    connection.body(head.length(Length::ToTheEnd), |piece| {
        let mut rest = piece;
        while !rest.is_empty() {
            match &mut at {
                At::Outside(seen) => match find(rest, seen) {
                    Some(end) => {
                        rest = &rest[end..];
                        at = At::Inside(File::create(path(index))?);
                        index += 1;
                    }
                    None => rest = &[],
                },
                At::Inside(file) => {
                    let end = memchr::memchr(b'"', rest);
                    let mut text = &rest[..end.unwrap_or(rest.len())];
                    rest = &rest[(text.len() + usize::from(end.is_some()))..];
                    while held > 0 && held < 4 && !text.is_empty() {
                        quad[held] = text[0];
                        held += 1;
                        text = &text[1..];
                    }
                    if held == 4 {
                        decode(file, &quad, &mut out)?;
                        held = 0;
                    }
                    let whole = text.len() & !3;
                    for slice in text[..whole].chunks(SLICE) {
                        decode(file, slice, &mut out)?;
                    }
                    for &byte in &text[whole..] {
                        quad[held] = byte;
                        held += 1;
                    }
                    if end.is_some() {
                        at = At::Outside(0);
                    }
                }
            }
        }
        Ok(())
    })
}

/// The end of the mark in `text`, of which `seen` bytes came before.
fn find(text: &[u8], seen: &mut usize) -> Option<usize> {
    if *seen > 0 {
        let left = &MARK[*seen..];
        if text.starts_with(left) {
            return Some(left.len());
        }
        if left.starts_with(text) {
            *seen += text.len();
            return None;
        }
        *seen = 0;
    }
    if let Some(at) = memchr::memmem::find(text, MARK) {
        return Some(at + MARK.len());
    }
    *seen = (1..MARK.len()).rev().find(|&len| text.ends_with(&MARK[..len])).unwrap_or(0);
    None
}

fn decode(file: &mut File, text: &[u8], out: &mut [u8]) -> io::Result<()> {
    let decoded = STANDARD.decode(text, Out::from_slice(out)).map_err(io::Error::other)?;
    file.write_all(decoded)
}
