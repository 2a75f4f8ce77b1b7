//! Serves prepared replies from memory over plain HTTP/1.1, so that what a contender takes is its own.
//!
//! The base URL says what comes: `http://127.0.0.1:PORT/BYTES/DELAY_MS/v1` gives images of so many bytes and waits so
//! long before each event of a stream. It prints its port and serves until its stdin is closed.

use std::collections::HashMap;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use impasto_bench::http::{Connection, Length};
use impasto_bench::picture;
use serde_json::Value;

/// The pictures of each length, and the same as base64.
type Pictures = Arc<Mutex<HashMap<usize, (Arc<Vec<u8>>, Arc<String>)>>>;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let mut stdout = io::stdout();
    writeln!(stdout, "{}", listener.local_addr()?.port())?;
    stdout.flush()?;
    std::thread::spawn(move || {
        let pictures = Pictures::default();
        for socket in listener.incoming().flatten() {
            let pictures = Arc::clone(&pictures);
            // A contender that breaks off is told of by its own exit code.
            std::thread::spawn(move || serve(socket, &pictures));
        }
    });
    // The caller's end of the pipe closes with the caller, however it ends.
    io::stdin().read_to_end(&mut Vec::new()).map(drop)
}

fn serve(socket: TcpStream, pictures: &Pictures) -> io::Result<()> {
    let mut connection = Connection::new(socket)?;
    while let Some(head) = connection.head()? {
        if head.header("expect").is_some() {
            connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let is_json = head.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
        let mut body = Vec::new();
        connection.body(head.length(Length::Exact(0)), |piece| {
            if is_json {
                body.extend_from_slice(piece);
            }
            Ok(())
        })?;
        let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
        let path = head.first.split(' ').nth(1).unwrap_or_default();
        let host = head.header("host").unwrap_or_default();
        if !answer(&mut connection, pictures, path, host, &asked)? {
            break;
        }
    }
    Ok(())
}

/// Answers one request; says whether the connection goes on.
fn answer(
    connection: &mut Connection,
    pictures: &Pictures,
    path: &str,
    host: &str,
    asked: &Value,
) -> io::Result<bool> {
    let mut parts = path.trim_start_matches('/').splitn(3, '/');
    let mut number = || parts.next().and_then(|part| part.parse::<usize>().ok());
    let (Some(bytes), Some(delay)) = (number(), number()) else {
        return not_found(connection);
    };
    let rest = parts.next().unwrap_or_default();
    let (picture, base64) = prepared(pictures, bytes)?;
    match rest {
        "v1/images/generations" | "v1/images/edits" => {
            if asked["stream"].as_bool() == Some(true) {
                let partials = asked["partial_images"].as_u64().unwrap_or(0);
                stream(connection, &base64, partials, Duration::from_millis(delay as u64))?;
                return Ok(false);
            }
            let n = asked["n"].as_u64().unwrap_or(1).max(1);
            images(connection, &base64, n)?;
        }
        "v1/model/generateImage" => {
            json(
                connection,
                r#"{"code":200,"message":"success","data":{"id":"task","status":"processing"}}"#,
            )?;
        }
        "v1/model/prediction/task" => {
            let reply = format!(
                r#"{{"code":200,"message":"success","data":{{"id":"task","status":"completed","outputs":["http://{host}/{bytes}/{delay}/files/result.png"]}}}}"#
            );
            json(connection, &reply)?;
        }
        "files/result.png" => {
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: {}\r\n\r\n",
                picture.len()
            );
            connection.send(head.as_bytes())?;
            connection.send(&picture)?;
        }
        _ => return not_found(connection),
    }
    Ok(true)
}

fn prepared(pictures: &Pictures, bytes: usize) -> io::Result<(Arc<Vec<u8>>, Arc<String>)> {
    let mut pictures = pictures.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((picture, base64)) = pictures.get(&bytes) {
        return Ok((Arc::clone(picture), Arc::clone(base64)));
    }
    let picture = Arc::new(picture::of_length(bytes)?);
    let base64 = Arc::new(base64_simd::STANDARD.encode_to_string(&**picture));
    pictures.insert(bytes, (Arc::clone(&picture), Arc::clone(&base64)));
    Ok((picture, base64))
}

const USAGE: &str = r#"{"input_tokens":9,"output_tokens":1056,"total_tokens":1065,"input_tokens_details":{"text_tokens":9,"image_tokens":0},"output_tokens_details":{"text_tokens":0,"image_tokens":1056}}"#;

fn images(connection: &mut Connection, base64: &str, n: u64) -> io::Result<()> {
    let open = r#"{"created":1795219200,"background":"opaque","data":["#;
    let close = format!(r#"],"output_format":"png","quality":"medium","size":"1024x1024","usage":{USAGE}}}"#);
    let (before, after) = (r#"{"b64_json":""#, r#""}"#);
    let commas = n.saturating_sub(1) as usize;
    let length = open.len() + close.len() + commas + n as usize * (before.len() + base64.len() + after.len());
    let mut text = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_bench\r\ncontent-length: {length}\r\n\r\n{open}"
    );
    for index in 0..n {
        if index > 0 {
            text.push(',');
        }
        text.push_str(before);
        connection.send(text.as_bytes())?;
        connection.send(base64.as_bytes())?;
        after.clone_into(&mut text);
    }
    text.push_str(&close);
    connection.send(text.as_bytes())
}

fn stream(connection: &mut Connection, base64: &str, partials: u64, delay: Duration) -> io::Result<()> {
    connection.send(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\nx-request-id: req_bench\r\n\r\n",
    )?;
    let common = r#""created_at":1795219200,"size":"1024x1024","quality":"medium","background":"opaque","output_format":"png""#;
    for index in 0..=partials {
        std::thread::sleep(delay);
        let name = if index < partials { "partial_image" } else { "completed" };
        let before = format!(
            "event: image_generation.{name}\ndata: {{\"type\":\"image_generation.{name}\",\"b64_json\":\""
        );
        connection.send(before.as_bytes())?;
        connection.send(base64.as_bytes())?;
        let after = if index < partials {
            format!("\",{common},\"partial_image_index\":{index}}}\n\n")
        } else {
            format!("\",{common},\"usage\":{USAGE}}}\n\n")
        };
        connection.send(after.as_bytes())?;
    }
    Ok(())
}

fn json(connection: &mut Connection, text: &str) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        text.len()
    );
    connection.send(&[head.as_bytes(), text.as_bytes()].concat())
}

fn not_found(connection: &mut Connection) -> io::Result<bool> {
    connection.send(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")?;
    Ok(true)
}
