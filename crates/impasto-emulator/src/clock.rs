//! The emulator's only source of time, so that a test can fix it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Time as the emulator sees it: a wall clock for `created` fields and a steady one for task walks.
///
/// Both run on Tokio's clock, so a paused runtime gives virtual time.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    /// Unix time in milliseconds at the start.
    epoch_ms: u64,
    /// Whether `created` fields stand still.
    fixed: bool,
    started: tokio::time::Instant,
}

impl Clock {
    /// The machine's clock.
    #[expect(clippy::disallowed_methods, reason = "this module is the emulator's clock")]
    pub(crate) fn system() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { epoch_ms: millis(since_epoch), fixed: false, started: tokio::time::Instant::now() }
    }

    /// A wall clock that always shows `unix_seconds`; task walks still take their time.
    pub(crate) fn fixed(unix_seconds: u64) -> Self {
        Self {
            epoch_ms: unix_seconds.saturating_mul(1000),
            fixed: true,
            started: tokio::time::Instant::now(),
        }
    }

    /// Unix seconds for reply fields.
    pub(crate) fn unix_seconds(&self) -> u64 {
        self.unix_millis() / 1000
    }

    /// Unix milliseconds for reply fields.
    pub(crate) fn unix_millis(&self) -> u64 {
        if self.fixed { self.epoch_ms } else { self.epoch_ms.saturating_add(self.elapsed_ms()) }
    }

    /// Milliseconds since the emulator started; never stands still.
    pub(crate) fn elapsed_ms(&self) -> u64 {
        millis(self.started.elapsed())
    }

    /// Waits on this clock.
    #[expect(clippy::disallowed_methods, reason = "this module is the emulator's clock")]
    pub(crate) async fn sleep(duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// A duration in whole milliseconds, saturating.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Year, month, day and the seconds of the day, for Unix seconds.
fn civil(seconds: u64) -> (u64, u64, u64, u64) {
    // The calendar counted from March 0000, in eras of 400 years.
    let z = seconds / 86_400 + 719_468;
    let era = z / 146_097;
    let day_of_era = z % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day, seconds % 86_400)
}

/// `YYYY-MM-DDTHH:MM:SSZ` for Unix milliseconds.
pub(crate) fn rfc3339(unix_ms: u64) -> String {
    let (year, month, day, rest) = civil(unix_ms / 1000);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// A date for an HTTP header, such as `Sat, 21 Nov 2026 00:00:00 GMT`.
pub(crate) fn http_date(seconds: u64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, day, rest) = civil(seconds);
    let name = |names: &[&'static str], position: u64| {
        usize::try_from(position).ok().and_then(|position| names.get(position)).copied().unwrap_or_default()
    };
    let (weekday, month) = (name(&DAYS, seconds / 86_400 % 7), name(&MONTHS, month - 1));
    format!(
        "{weekday}, {day:02} {month} {year:04} {:02}:{:02}:{:02} GMT",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

#[cfg(test)]
mod tests {
    use super::{http_date, rfc3339};

    #[test]
    fn dates_are_civil() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (1_795_219_200, "2026-11-21T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds * 1000), text);
        }
        assert_eq!(http_date(1_795_219_200), "Sat, 21 Nov 2026 00:00:00 GMT");
    }
}
