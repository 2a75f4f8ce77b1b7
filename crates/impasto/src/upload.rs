//! A file stored at the seller, so that requests can name it by its address.

use impasto_providers::{ReplyHead, UploadedFile};
use impasto_transport::retry::{Attempt, Decision, Outcome};
use impasto_transport::{HttpRequest, HttpResponse, TransportError};
use impasto_types::{ImageInput, ImageSource};

use crate::client::{Client, Inner};
use crate::error::{Error, ErrorKind};
use crate::preflight;

/// The longest reply that is read.
const MAX_REPLY: usize = 1 << 20;

impl Client {
    /// Stores a local image at the seller and tells its address there. Costs nothing, and is tried again where that
    /// may help. Uploads are temporary: Atlas Cloud deletes them after a while and asks not to use them as hosting
    /// (its documentation, read 2026-11-21).
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), impasto::Error> {
    /// let client = impasto::Client::builder().provider("atlas").build()?;
    /// let file = client.upload("harbour.png").await?;
    /// println!("{}", file.url);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the seller stores no files, the image is not a local one, cannot be read, or is refused.
    pub async fn upload(&self, image: impl Into<ImageInput>) -> Result<UploadedFile, Error> {
        let provider = &self.inner.target.seller.id;
        Box::pin(store(self, image.into())).await.map_err(|error| error.with_provider(provider))
    }
}

async fn store(client: &Client, mut image: ImageInput) -> Result<UploadedFile, Error> {
    let inner = &client.inner;
    if !matches!(image.source, ImageSource::File(_) | ImageSource::Bytes(_)) {
        let message = format!("{} is not a local image", image.label());
        return Err(Error::invalid("image", message).with_hint("give it to the edit as it is"));
    }
    preflight::inspect("image", 0, &mut image).await?;
    let request = inner.target.upload_request(&image)?;
    if inner.key.is_none() {
        return Err(Error::new(ErrorKind::MissingKey, format!("no key for {}", inner.target.seller.name))
            .with_hint("the client was built to estimate and preview only"));
    }
    let (mut number, started) = (1, inner.clock.now());
    loop {
        let (error, next) = match exchange(inner, &request).await {
            Ok((head, body)) => match inner.target.read_upload(&head, &body) {
                Ok(file) => return Ok(file),
                Err(error) => {
                    let next = decide(inner, number, started, &request, Reply::Head(&head, &error));
                    (Error::from(error), next)
                }
            },
            Err(error) => {
                let next = decide(inner, number, started, &request, Reply::None(&error));
                (Error::of_transport(error, false), next)
            }
        };
        let Decision::After(wait) = next else { return Err(error.with_attempts(number)) };
        inner.clock.sleep(wait).await;
        number += 1;
    }
}

async fn exchange(inner: &Inner, request: &HttpRequest) -> Result<(ReplyHead, bytes::Bytes), TransportError> {
    let own = impasto_transport::Origin::of(&inner.target.base_url)?;
    let prepared = request.prepare(inner.key.as_ref(), &own, &*inner.entropy, inner.deadlines)?;
    let HttpResponse { status, headers, body, .. } = inner.transport.send(prepared).await?;
    let body = body.collect(MAX_REPLY).await?;
    Ok((ReplyHead::new(status.as_u16(), headers), body))
}

/// How an attempt ended: a reply that is no address, or none at all.
#[derive(Clone, Copy)]
enum Reply<'a> {
    Head(&'a ReplyHead, &'a impasto_providers::Error),
    None(&'a TransportError),
}

fn decide(
    inner: &Inner,
    number: u32,
    started: std::time::Duration,
    request: &HttpRequest,
    reply: Reply<'_>,
) -> Decision {
    let outcome = match reply {
        Reply::Head(head, error) => Outcome::Reply {
            status: http::StatusCode::from_u16(head.status).unwrap_or(http::StatusCode::BAD_GATEWAY),
            headers: &head.headers,
            code: error.code(),
            message: Some(error.message()),
        },
        Reply::None(error) => Outcome::Error(error),
    };
    let (elapsed, unix) = (inner.clock.now().saturating_sub(started), inner.clock.unix());
    inner.retry.decide(&Attempt { number, repeat: request.repeat, outcome, elapsed, unix }, &*inner.entropy)
}
