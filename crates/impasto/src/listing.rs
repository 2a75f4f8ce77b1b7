//! The seller's own list of models.

use impasto_providers::{ListedModel, ReplyHead};
use impasto_transport::{Auth, HttpResponse};

use crate::client::Client;
use crate::error::Error;

/// The longest list that is read.
const MAX_LIST: usize = 16 << 20;

/// Fetches and reads the list. It is free, and asked for once.
pub(crate) async fn models(client: &Client) -> Result<Vec<ListedModel>, Error> {
    let inner = &client.inner;
    let provider = &inner.target.seller.id;
    let request = inner.target.models_request()?;
    let own = inner.target.origin()?;
    // Lists that need no key are asked for without one: it goes only where it must.
    let key = if request.auth == Auth::None { None } else { inner.key.as_ref() };
    let failed = |error| Error::of_transport(error, false).with_provider(provider);
    let prepared = request.prepare(key, &own, &*inner.entropy, inner.deadlines).map_err(failed)?;
    let HttpResponse { status, headers, body, .. } = inner.transport.send(prepared).await.map_err(failed)?;
    let body = body.collect(MAX_LIST).await.map_err(failed)?;
    let head = ReplyHead::new(status.as_u16(), headers);
    inner.target.read_models(&head, &body).map_err(|error| Error::from(error).with_provider(provider))
}
