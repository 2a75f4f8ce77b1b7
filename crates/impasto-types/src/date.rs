//! A calendar date, for sources and life cycles.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// A day of the Gregorian calendar, written `YYYY-MM-DD`. Dates compare in order of time.
///
/// ```
/// use impasto_types::Date;
///
/// let shutdown: Date = "2026-10-23".parse()?;
/// assert!(shutdown < "2026-11-21".parse()?);
/// assert_eq!(Date::from_unix(1_793_232_000), "2026-10-29".parse()?);
/// # Ok::<(), impasto_types::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The date of `year`, `month` (1–12) and `day` (1–31).
    ///
    /// # Errors
    /// When there is no such day.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, Error> {
        if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
            return Err(Error::malformed(
                "date",
                format!("{year:04}-{month:02}-{day:02} is not a day of the calendar"),
            ));
        }
        Ok(Self { year, month, day })
    }

    /// The UTC day that `seconds` after 1970-01-01 falls in.
    #[must_use]
    pub fn from_unix(seconds: u64) -> Self {
        // Civil-from-days over 400-year eras, counted from 0000-03-01 so that leap days end a year.
        let days = seconds / 86_400 + 719_468;
        let era = days / 146_097;
        let of_era = days % 146_097;
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        Self {
            year: u16::try_from(year).unwrap_or(u16::MAX),
            month: u8::try_from(month).unwrap_or(12),
            day: u8::try_from(day).unwrap_or(31),
        }
    }

    /// The days from 1970-01-01 to this day; negative before it.
    #[must_use]
    pub fn days_since_epoch(self) -> i64 {
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month = i64::from(self.month);
        let shifted = if month > 2 { month - 3 } else { month + 9 };
        let of_year = (153 * shifted + 2) / 5 + i64::from(self.day) - 1;
        let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
        era * 146_097 + of_era - 719_468
    }
}

fn days_in(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

impl FromStr for Date {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = || Error::malformed("date", format!("{text:?} is not a date; write YYYY-MM-DD"));
        let mut parts = text.split('-');
        let (Some(year), Some(month), Some(day), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(bad());
        };
        if (year.len(), month.len(), day.len()) != (4, 2, 2) {
            return Err(bad());
        }
        let number =
            |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u16>().ok()).flatten();
        let (year, month, day) =
            (number(year).ok_or_else(bad)?, number(month).ok_or_else(bad)?, number(day).ok_or_else(bad)?);
        Self::new(year, u8::try_from(month).map_err(|_| bad())?, u8::try_from(day).map_err(|_| bad())?)
    }
}

impl TryFrom<String> for Date {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn unix_days_and_dates_agree() {
        for day in 0..40_000_u64 {
            let date = Date::from_unix(day * 86_400 + 3_600);
            assert_eq!(date.days_since_epoch(), i64::try_from(day).unwrap(), "{date}");
            assert_eq!(date.to_string().parse::<Date>().unwrap(), date);
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in
            ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "20261121", "2026-11-31", "+026-11-01"]
        {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        assert!("2028-02-29".parse::<Date>().is_ok());
    }
}
