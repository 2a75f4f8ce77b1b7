//! Connections and dispatch: from a hyper request to a reply on the wire.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, HeaderMap};
use hyper::service::service_fn;
use hyper::{Method, Response, StatusCode, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::api_error::ApiError;
use crate::body::{OnDelivered, ReplyBody};
use crate::clock::Clock;
use crate::connection::{Connection, ResetSwitch};
use crate::directives::Directives;
use crate::ids::key_label;
use crate::journal::RecordedRequest;
use crate::reply::{Fate, Reply, Step};
use crate::request::Phase;
use crate::request::{Location, Request};
use crate::seller::ErrorStyle;
use crate::state::State;
use crate::{control, dialect, faults, home, routes};

/// The memory of one direction of a connection without a socket.
const DUPLEX_BYTES: usize = 256 * 1024;

/// A connection without a socket: the caller's end, and the end to be served.
pub(crate) fn in_memory() -> (DuplexStream, DuplexStream) {
    tokio::io::duplex(DUPLEX_BYTES)
}

/// Accepts connections until `stop` changes; dropping the future drops all connections.
pub(crate) async fn run(
    listener: TcpListener,
    mut in_memory: mpsc::UnboundedReceiver<DuplexStream>,
    state: Arc<State>,
    mut stop: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                match accepted {
                    Ok((stream, _)) => {
                        let _ = stream.set_nodelay(true);
                        let reset = ResetSwitch::default();
                        let connection = Connection::new(stream, reset.clone());
                        connections.spawn(serve_connection(connection, reset, Arc::clone(&state), stop.clone()));
                    }
                    // Out of file descriptors, most likely: wait for some to come back.
                    Err(_) => Clock::sleep(Duration::from_millis(20)).await,
                }
            }
            Some(stream) = in_memory.recv() => {
                let reset = ResetSwitch::default();
                connections.spawn(serve_connection(stream, reset, Arc::clone(&state), stop.clone()));
            }
            _ = stop.changed() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
    while connections.join_next().await.is_some() {}
}

async fn serve_connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    reset: ResetSwitch,
    state: Arc<State>,
    mut stop: watch::Receiver<bool>,
) {
    let io = TokioIo::new(stream);
    let service = service_fn(move |request| {
        let (state, reset) = (Arc::clone(&state), reset.clone());
        async move { answer(state, reset, request).await }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().max_buf_size(1024 * 1024);
    let connection = builder.serve_connection(io, service);
    tokio::pin!(connection);
    tokio::select! {
        // A client that goes away early is no concern of the emulator.
        _ = connection.as_mut() => {}
        _ = stop.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

async fn answer(
    state: Arc<State>,
    reset: ResetSwitch,
    request: hyper::Request<Incoming>,
) -> Result<Response<ReplyBody>, io::Error> {
    let started = state.clock.elapsed_ms();
    let (parts, body) = request.into_parts();
    let location = Location::of(&parts.uri);
    let directives = Directives::of(&location, &parts.headers, &state.options.standing);
    let request_id = state.ids.with_prefix("req_");
    let quiet = location.path.starts_with("/_emulator");
    let recorded = record(&state, &parts.method, &parts.uri, &parts.headers, &request_id);
    let recorded_key = recorded.key.clone();
    let mut request =
        Request::new(parts.method, location, parts.headers, directives, request_id.clone(), body);
    if !quiet {
        request.journal_index = state.journal.add(recorded);
    }
    request.key_label = recorded_key;
    let mut reply = dispatch(&state, &mut request).await;
    request.drain().await;
    if !reply.headers.contains_key("x-request-id") {
        reply.set_header("x-request-id", &request_id);
    }
    let took = state.clock.elapsed_ms().saturating_sub(started);
    reply.set_header("openai-processing-ms", &took.to_string());
    // Whoever cares can tell that nobody was charged.
    reply.set_header("x-impasto-emulator", env!("CARGO_PKG_VERSION"));
    if !quiet {
        let status = reply.status.as_u16();
        state.journal.amend(request.journal_index, |entry| {
            entry.status = status;
            entry.body_length = request.body_length();
            entry.body = request.kept.take();
        });
    }
    match reply.fate {
        Fate::Send => Ok(to_wire(reply, &state, reset, &request.method)),
        Fate::Reset => {
            reset.set();
            Err(io::ErrorKind::ConnectionReset.into())
        }
        Fate::Stall => std::future::pending().await,
    }
}

async fn dispatch(state: &Arc<State>, request: &mut Request) -> Reply {
    if request.path == "/" {
        return home::page(state, request);
    }
    if let Some(path) = request.path.strip_prefix("/_emulator").map(str::to_owned) {
        return control::serve(state, request, &path);
    }
    if let Err(message) = faults::check_known(request.directives.iter()) {
        let error = ApiError::invalid("unknown_emulator_directive", "", message);
        return dialect::error_reply(ErrorStyle::OpenAi, &error, &request.request_id);
    }
    faults::activate(state, request);
    let style = routes::error_style(&request.path);
    // Where work is charged, the faults before it wait until the prompt was read, which may ask for some.
    let early =
        if request.phase() == Phase::Submit { None } else { faults::before(state, request, style).await };
    let reply = match early {
        Some(reply) => reply,
        None => routes::serve(state, request).await,
    };
    // Faults after the work need work that was done.
    if request.phase() == Phase::Submit && !reply.status.is_success() {
        return reply;
    }
    faults::after(reply, &request.directives, &request.request_id, style)
}

fn record(
    state: &State,
    method: &Method,
    uri: &hyper::Uri,
    headers: &HeaderMap,
    request_id: &str,
) -> RecordedRequest {
    let mut key = None;
    let headers = headers
        .iter()
        .map(|(name, value)| {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            let secret = name == AUTHORIZATION || name == "api-key" || name == "x-api-key";
            let text = if secret { hide_key(&text, &mut key) } else { text };
            (name.as_str().to_owned(), text)
        })
        .collect();
    RecordedRequest {
        index: 0,
        at_ms: state.clock.unix_millis(),
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers,
        body_length: 0,
        body: None,
        key,
        status: 0,
        request_id: request_id.to_owned(),
    }
}

/// Replaces a key by its label and notes the label.
fn hide_key(value: &str, key: &mut Option<String>) -> String {
    let (scheme, secret) = value.trim().split_once(' ').unwrap_or(("", value.trim()));
    if secret.is_empty() {
        return value.to_owned();
    }
    let label = key_label(secret.trim());
    let shown = if scheme.is_empty() { label.clone() } else { format!("{scheme} {label}") };
    key.get_or_insert(label);
    shown
}

fn to_wire(reply: Reply, state: &Arc<State>, reset: ResetSwitch, method: &Method) -> Response<ReplyBody> {
    let length = reply.known_length();
    let on_delivered = (!reply.charges.is_empty()).then(|| {
        let (state, charges) = (Arc::clone(state), reply.charges.clone());
        let note: OnDelivered =
            Arc::new(move || charges.iter().for_each(|charge| state.meter.delivered(*charge)));
        note
    });
    let plain = reply.is_plain();
    let close_delimited = reply.close_delimited;
    let mut response = Response::new(if method == Method::HEAD || !reply_has_body(reply.status) {
        ReplyBody::chunks(Vec::<Bytes>::new(), on_delivered)
    } else if plain {
        let chunks = reply.body.into_iter().filter_map(|step| match step {
            Step::Data(bytes) => Some(bytes),
            _ => None,
        });
        ReplyBody::chunks(chunks, on_delivered)
    } else {
        ReplyBody::steps(reply.body, reply.limit, length.filter(|_| !close_delimited), reset, on_delivered)
    });
    if close_delimited {
        *response.version_mut() = Version::HTTP_10;
    }
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response
}

fn reply_has_body(status: StatusCode) -> bool {
    status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED
}
