//! A file that a seller keeps for a while, so that a later request can name it by its address.

use impasto_transport::HttpRequest;
use impasto_types::ImageInput;
use serde::{Deserialize, Serialize};

use crate::adapter::ReplyHead;
use crate::error::{Error, ErrorKind};
use crate::target::Target;

/// A file as the seller keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UploadedFile {
    /// Where it is. Temporary: sellers delete uploads after a while.
    pub url: String,
    /// Its name, where the seller says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// Its media type, where the seller says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Its length in bytes, where the seller says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

impl Target {
    /// The request that stores `input` at the seller. It is free and may be repeated; give its reply to
    /// [`Target::read_upload`].
    ///
    /// # Errors
    /// When the seller stores no files, or the input is no local image.
    pub fn upload_request(&self, input: &ImageInput) -> Result<HttpRequest, Error> {
        self.adapter()?.upload_request(self, input)
    }

    /// Reads the reply of an upload, whatever its status.
    ///
    /// # Errors
    /// When the seller refused the file, or answered without an address.
    pub fn read_upload(&self, head: &ReplyHead, body: &[u8]) -> Result<UploadedFile, Error> {
        self.adapter()?.read_upload(self, head, body)
    }
}

/// What a dialect without uploads answers.
pub(crate) fn none(target: &Target) -> Error {
    let message = format!("{} stores no files; give the image itself to the edit", target.seller.name);
    Error::new(ErrorKind::InvalidRequest, message).with_field("upload")
}
