//! What this crate promises of headers, masks and comparisons, checked on generated images.

// Marked as tests, so that helpers may expect.
#[cfg(test)]
#[cfg(feature = "codecs")]
mod comparisons;
#[cfg(test)]
mod headers;
#[cfg(test)]
#[cfg(feature = "codecs")]
mod masks;
#[cfg(test)]
mod samples;
