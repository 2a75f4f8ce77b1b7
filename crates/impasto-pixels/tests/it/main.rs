//! What this crate promises of headers, masks and comparisons, checked on generated images.

// Marked as tests, so that helpers may expect.
#[cfg(test)]
mod headers;
#[cfg(test)]
mod samples;
