//! Which strings of a reply are pulled out of it.

/// Which strings are pulled out of a reply, by the name of the key they stand under. The items of an array
/// stand under the key of the array.
///
/// `http` and `https` URLs, empty strings, `null`, and data URLs that are not base64 always stay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PullRules {
    /// Keys whose string is base64, bare or as a data URL: `b64_json`, `partial_image_b64`, `image_base64`.
    /// Anything else in it than base64 is a [`BlobProblem`](super::BlobProblem).
    pub always: Vec<String>,
    /// Keys whose string may be an image: `images`, `outputs`, `url`. Pulled only when it begins with
    /// `data:image/…;base64,` or with the base64 of a known kind of image (PNG, JPEG, WebP, GIF, SVG or other
    /// XML, AVIF, BMP).
    pub images: Vec<String>,
}

impl PullRules {
    /// Rules that pull nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Rules of these keys.
    pub fn new(always: &[&str], images: &[&str]) -> Self {
        let owned = |keys: &[&str]| keys.iter().map(|&key| key.to_owned()).collect();
        Self { always: owned(always), images: owned(images) }
    }
}
