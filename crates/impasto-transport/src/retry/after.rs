//! How long the server asks to wait: in headers, and in the words of its message.

use std::time::{Duration, UNIX_EPOCH};

use http::HeaderMap;

/// The wait that the headers ask for: `retry-after-ms`, else `retry-after` as seconds (with a fraction) or as
/// a date. `unix` is now, since 1970-01-01 UTC.
///
/// What is not a positive length of time counts as nothing asked; what no `Duration` can hold is its maximum.
///
/// ```
/// use http::HeaderMap;
/// use impasto_transport::retry::retry_after;
/// use std::time::Duration;
///
/// let mut headers = HeaderMap::new();
/// headers.insert("retry-after", "1.5".parse()?);
/// assert_eq!(retry_after(&headers, Duration::ZERO), Some(Duration::from_millis(1500)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn retry_after(headers: &HeaderMap, unix: Duration) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(wait) = text("retry-after-ms").and_then(|text| seconds(text, 1e-3)) {
        return Some(wait);
    }
    let text = text("retry-after")?;
    seconds(text, 1.0).or_else(|| {
        let date = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
        date.checked_sub(unix).filter(|wait| !wait.is_zero())
    })
}

/// The wait in a message such as "Please try again in 467ms", "… in 1m2s" or "retry after 26 seconds".
#[must_use]
pub fn hint_in_message(message: &str) -> Option<Duration> {
    // ASCII lower case keeps the positions.
    let message = message.to_ascii_lowercase();
    ["again in ", "retry in ", "retry after ", "again after "]
        .iter()
        .filter_map(|words| message.find(words).map(|at| &message[at + words.len()..]))
        .find_map(span)
}

/// A span at the start of `text`: numbers, each with its unit.
fn span(text: &str) -> Option<Duration> {
    let mut total = None;
    let mut rest = text.trim_start();
    loop {
        let number_len = rest.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(rest.len());
        let (number, behind) = rest.split_at(number_len);
        let behind = behind.trim_start();
        let unit_len = behind.find(|char: char| !char.is_ascii_alphabetic()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit_len);
        let scale = match unit {
            "ms" | "millisecond" | "milliseconds" => 1e-3,
            "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
            "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
            "h" | "hour" | "hours" => 3600.0,
            "d" | "day" | "days" => 86_400.0,
            _ => return total,
        };
        let Some(part) = seconds(number.trim_end_matches('.'), scale).or_else(|| is_zero(number)) else {
            return total;
        };
        total = Some(total.unwrap_or(Duration::ZERO).saturating_add(part));
        rest = behind.trim_start();
    }
}

/// `6m0s`: a part may be zero.
fn is_zero(number: &str) -> Option<Duration> {
    number.parse::<f64>().is_ok_and(|number| number == 0.0).then_some(Duration::ZERO)
}

fn seconds(text: &str, scale: f64) -> Option<Duration> {
    let seconds = text.parse::<f64>().ok()? * scale;
    (seconds.is_finite() && seconds > 0.0)
        .then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}
