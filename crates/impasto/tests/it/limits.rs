//! How much of a reply is accepted, and from where images are fetched.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use http::{HeaderMap, StatusCode};
use impasto::transport::test_util::{Canned, ReplayTransport};
use impasto::transport::{HttpResponse, HttpTransport, PreparedRequest, ResponseBody, TransportError};
use impasto::{BillingOutcome, Client, ClientBuilder, Error, ErrorKind, Generation, ScanLimits};

use crate::support::{KEY, builder, emulator};

/// A one-pixel PNG.
const TINY: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";

fn tiny() -> Vec<u8> {
    base64_simd::STANDARD.decode_to_vec(TINY).unwrap()
}

fn in_reply() -> Canned {
    Canned::json(200, format!(r#"{{"created": 1, "data": [{{"b64_json": "{TINY}"}}]}}"#))
}

fn behind(url: &str) -> Canned {
    Canned::json(200, format!(r#"{{"created": 1, "data": [{{"url": "{url}"}}]}}"#))
}

fn picture() -> Canned {
    Canned::new(200).with_header("content-type", "image/png").with_chunk(tiny())
}

/// Makes one call to a seller that gives these replies; how it ends, and how many of them were asked for.
async fn call(
    replies: impl IntoIterator<Item = Canned>,
    set: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> (Result<Generation, Error>, Vec<String>) {
    let transport = Arc::new(ReplayTransport::new(replies));
    let builder = Client::builder().ignore_env().provider("openai").api_key(KEY).transport(transport.clone());
    let outcome = set(builder).build().unwrap().generate("a fox").send().await;
    (outcome, transport.requests().into_iter().map(|request| request.url).collect())
}

#[track_caller]
fn expect(outcome: Result<Generation, Error>, kind: ErrorKind, billing: BillingOutcome, words: &str) {
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.billing()), (kind, billing), "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

#[tokio::test]
async fn limits_of_a_reply_can_be_set() {
    use BillingOutcome::Unknown;
    let limits = ScanLimits::default();
    let unexpected = ErrorKind::UnexpectedReply;

    let (outcome, _) = call([in_reply()], |builder| builder.limits(limits.with_blob(20))).await;
    expect(outcome, unexpected, Unknown, "limit of 20 bytes");
    let (outcome, _) = call([picture()], |builder| builder.limits(limits.with_blob(20))).await;
    expect(outcome, unexpected, Unknown, "limit of 20 bytes");
    let (outcome, _) = call([in_reply()], |builder| builder.limits(limits.with_document(20))).await;
    expect(outcome, unexpected, Unknown, "limit of 20 bytes");
    let (outcome, _) = call([in_reply()], |builder| builder.limits(limits.with_depth(2))).await;
    expect(outcome, unexpected, Unknown, "limit of 2");
    let event =
        format!("data: {{\"type\": \"image_generation.completed\", \"x\": \"{}\"}}\n\n", "y".repeat(100));
    let (outcome, _) =
        call([Canned::event_stream(event)], |builder| builder.limits(limits.with_document(64))).await;
    expect(outcome, unexpected, Unknown, "limit of 64 bytes");
    let wordy = in_reply().with_header("x-wordy", &"y".repeat(1000));
    let (outcome, _) = call([wordy.clone()], |builder| builder.max_header_bytes(1000)).await;
    expect(outcome, unexpected, Unknown, "more than the limit of 1000");
    let (outcome, _) = call([wordy], |builder| builder).await;
    assert_eq!(outcome.unwrap().images.len(), 1);
    let (outcome, _) = call([picture()], |builder| builder).await;
    assert_eq!(outcome.unwrap().first().bytes().await.unwrap(), tiny());

    // Of an image behind a URL it is known that it was made.
    let replies = || [behind("https://images.example/1.png"), picture()];
    let (outcome, _) = call(replies(), |builder| builder.limits(limits.with_blob(20))).await;
    expect(outcome, unexpected, BillingOutcome::Billed, "limit of 20 bytes");
    let (outcome, _) = call(replies(), |builder| builder).await;
    assert_eq!(outcome.unwrap().images.len(), 1);
}

#[tokio::test]
async fn of_a_long_refusal_its_status_is_told() {
    let refusal = || {
        let words = "y".repeat(1000);
        Canned::json(400, format!(r#"{{"error": {{"code": "moderation_blocked", "message": "{words}"}}}}"#))
    };
    let (outcome, _) = call([refusal()], |builder| builder).await;
    expect(outcome, ErrorKind::Moderation, BillingOutcome::NotBilled, "yyy");
    let (outcome, _) = call([refusal()], |builder| builder.max_refusal_bytes(100)).await;
    expect(outcome, ErrorKind::InvalidRequest, BillingOutcome::NotBilled, "status 400");
}

#[tokio::test]
async fn images_are_fetched_from_public_addresses_only_if_one_wishes() {
    let public = "https://images.example/1.png";
    let elsewhere = |to: &str| Canned::new(302).with_header("location", to);
    for (replies, asked) in [
        (vec![behind("http://127.0.0.1:4010/files/1.png")], 1),
        (vec![behind("http://localhost/1.png")], 1),
        (vec![behind("https://[fd00::1]/1.png")], 1),
        (vec![behind("http://169.254.169.254/latest/meta-data")], 1),
        (vec![behind(public), elsewhere("http://10.0.0.8/1.png")], 2),
    ] {
        let (outcome, requests) = call(replies, |builder| builder.public_downloads_only(true)).await;
        expect(outcome, ErrorKind::InvalidRequest, BillingOutcome::Billed, "in a private network");
        assert_eq!(requests.len(), asked, "{requests:?}");
    }
    let redirected = [behind(public), elsewhere("https://other.example/2.png"), picture()];
    let (outcome, requests) = call(redirected, |builder| builder.public_downloads_only(true)).await;
    assert_eq!(outcome.unwrap().images.len(), 1);
    assert_eq!(requests[1..], [public, "https://other.example/2.png"]);
    // Otherwise they may be anywhere.
    let local = [behind("http://127.0.0.1:4010/files/1.png"), picture()];
    assert!(call(local, |builder| builder).await.0.is_ok());
}

/// The seller may be on this machine all the same: what is refused is what it sends one to.
#[tokio::test]
async fn the_built_in_client_refuses_private_downloads_and_no_private_seller() {
    let emulator = emulator().await;
    let client = builder(&emulator).public_downloads_only(true).build().unwrap();
    client.generate("a fox").quality("low").send().await.unwrap();
    let outcome = client.generate("[[emulator:url]] a fox").quality("low").send().await;
    expect(outcome, ErrorKind::InvalidRequest, BillingOutcome::Billed, "in a private network");
}

#[tokio::test]
async fn redirects_of_downloads_end() {
    let url = "https://images.example/1.png";
    let again = || Canned::new(302).with_header("location", url);
    let replies = std::iter::once(behind(url)).chain((0..10).map(|_| again()));
    let (outcome, requests) = call(replies, |builder| builder).await;
    expect(outcome, ErrorKind::UnexpectedReply, BillingOutcome::Billed, "redirects more than 5 times");
    assert_eq!(requests.len(), 7);
    for status in [403, 404, 410] {
        let (outcome, _) = call([behind(url), Canned::new(status)], |builder| builder).await;
        expect(outcome, ErrorKind::Expired, BillingOutcome::Billed, &status.to_string());
    }
}

/// Counts how many requests are under way, and refuses each.
#[derive(Debug, Default)]
struct Crowd {
    now: AtomicUsize,
    most: AtomicUsize,
    all: AtomicUsize,
}

#[async_trait]
impl HttpTransport for Crowd {
    async fn send(&self, _: PreparedRequest) -> Result<HttpResponse, TransportError> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        self.all.fetch_add(1, Ordering::SeqCst);
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        self.now.fetch_sub(1, Ordering::SeqCst);
        Ok(HttpResponse::new(
            StatusCode::BAD_REQUEST,
            HeaderMap::new(),
            ResponseBody::from_chunks(Vec::new()),
        ))
    }
}

#[tokio::test]
async fn a_call_of_many_images_asks_for_some_at_a_time() {
    let crowd = Arc::new(Crowd::default());
    let builder = Client::builder().ignore_env().provider("openai").api_key(KEY).transport(crowd.clone());
    let error = builder.build().unwrap().generate("a fox").n(400_u32).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert_eq!((crowd.all.load(Ordering::SeqCst), crowd.most.load(Ordering::SeqCst)), (40, 16));
}
