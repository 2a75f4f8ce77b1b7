//! `upload_media`.

use rmcp::model::CallToolResult;

use crate::answer;
use crate::args::{SellerArgs, UploadArgs};
use crate::error::Error;
use crate::output::UploadView;
use crate::server::Call;

/// Stores an image at a seller.
pub(crate) async fn store(call: &Call<'_>) -> Result<CallToolResult, Error> {
    let args: UploadArgs = call.read.part()?;
    let seller: SellerArgs = call.read.part()?;
    let path = call.roots.readable("path", &args.path)?;
    let client = call.shared.settings.clients.client(seller.provider.as_deref()).await?;
    let file = client.upload(path).await?;
    let provider = client.provider().to_owned();
    let words = format!("Stored at {provider} for a while: {}", file.url);
    let answer = UploadView {
        status: "ok".to_owned(),
        provider: Some(provider),
        url: Some(file.url),
        filename: file.filename,
        bytes: file.bytes,
        error: None,
    };
    Ok(answer::plain(words, &answer))
}
