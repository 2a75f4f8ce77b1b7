//! Days as they are typed.

use impasto::Date;
use impasto::transport::{Clock as _, TokioClock};

use crate::failure::Failure;

/// The first second of a day (`2026-11-21`), or of the last so many days (`7d`), today included. Days are those of UTC.
pub(crate) fn since(text: &str) -> Result<u64, Failure> {
    from(text, TokioClock::new().unix().as_secs())
}

fn from(text: &str, now: u64) -> Result<u64, Failure> {
    let wrong = || {
        Failure::usage("since", format!("{text} is neither a day such as 2026-11-21 nor a time such as 7d"))
    };
    if let Some(days) = text.strip_suffix('d') {
        let days: u64 = days.parse().map_err(|_| wrong())?;
        let days = days.checked_sub(1).ok_or_else(wrong)?;
        return Ok((now - now % 86_400).saturating_sub(days.saturating_mul(86_400)));
    }
    let day: Date = text.parse().map_err(|_| wrong())?;
    Ok(u64::try_from(day.days_since_epoch()).unwrap_or(0) * 86_400)
}

#[cfg(test)]
mod tests {
    use super::from;

    #[test]
    fn days_begin_at_midnight() {
        let now = 1_795_219_200 + 3_600;
        for (text, expected) in [("1d", 1_795_219_200), ("2d", 1_795_132_800), ("2026-11-21", 1_795_219_200)]
        {
            assert_eq!(from(text, now).unwrap(), expected, "{text}");
        }
        for wrong in ["", "0d", "d", "week", "2026-11-31", "21.11.2026"] {
            assert_eq!(from(wrong, now).unwrap_err().field.as_deref(), Some("since"), "{wrong}");
        }
    }
}
