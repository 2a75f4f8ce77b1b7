//! The size of an image: fixed, automatic, or a word only a seller knows.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The size asked for (`size`), in pixels.
///
/// Reads `1024x1024`, also with `*` or `×` between the numbers as some sellers print it, `auto`, and keeps any
/// other word (`2K`, `16:9`) as it is.
///
/// ```
/// use impasto_types::Size;
///
/// assert_eq!("1536*1024".parse::<Size>()?, Size::Exact { width: 1536, height: 1024 });
/// assert_eq!("auto".parse::<Size>()?, Size::Auto);
/// assert_eq!("2K".parse::<Size>()?.to_string(), "2K");
/// # Ok::<(), impasto_types::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Size {
    /// The model chooses.
    Auto,
    /// Exactly this many pixels.
    Exact {
        /// Pixels from left to right.
        width: u32,
        /// Pixels from top to bottom.
        height: u32,
    },
    /// A seller's own word, sent as it is.
    Other(String),
}

impl Size {
    /// A size of `width` by `height` pixels.
    #[must_use]
    pub const fn exact(width: u32, height: u32) -> Self {
        Self::Exact { width, height }
    }

    /// Width and height, when they are known.
    #[must_use]
    pub const fn dimensions(&self) -> Option<(u32, u32)> {
        match self {
            Self::Exact { width, height } => Some((*width, *height)),
            Self::Auto | Self::Other(_) => None,
        }
    }

    /// The size with another sign between the numbers, as some sellers want it (`1024*1024`).
    #[must_use]
    pub fn with_separator(&self, separator: &str) -> String {
        match self {
            Self::Exact { width, height } => format!("{width}{separator}{height}"),
            other => other.to_string(),
        }
    }
}

impl FromStr for Size {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Error::invalid("size", "is empty; give WIDTHxHEIGHT, such as 1024x1024, or auto"));
        }
        if text.eq_ignore_ascii_case("auto") {
            return Ok(Self::Auto);
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::invalid(
                "size",
                format!("{text}: one number is no size; write WIDTHxHEIGHT, such as {text}x{text}"),
            ));
        }
        let Some((width, height)) = text.split_once(['x', 'X', '*', '×']) else {
            return Ok(Self::Other(text.to_owned()));
        };
        match (width.trim().parse::<u32>(), height.trim().parse::<u32>()) {
            (Ok(0), _) | (_, Ok(0)) => Err(Error::invalid(
                "size",
                format!("{text}: a side of 0 pixels; both sides must be at least 1"),
            )),
            (Ok(width), Ok(height)) => Ok(Self::Exact { width, height }),
            _ => Ok(Self::Other(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Size {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl TryFrom<&str> for Size {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<(u32, u32)> for Size {
    fn from((width, height): (u32, u32)) -> Self {
        Self::Exact { width, height }
    }
}

impl From<Size> for String {
    fn from(size: Size) -> Self {
        size.to_string()
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Exact { width, height } => write!(f, "{width}x{height}"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Size;

    #[track_caller]
    fn check(text: &str, expected: Option<&Size>) {
        assert_eq!(text.parse::<Size>().ok().as_ref(), expected, "{text:?}");
    }

    #[test]
    fn reads_what_people_and_sellers_write() {
        check("1024x1024", Some(&Size::exact(1024, 1024)));
        check(" 1024 X 1536 ", Some(&Size::exact(1024, 1536)));
        check("1024×1536", Some(&Size::exact(1024, 1536)));
        check("1024*1536", Some(&Size::exact(1024, 1536)));
        check("AUTO", Some(&Size::Auto));
        check("2k", Some(&Size::Other("2k".to_owned())));
        check("16:9", Some(&Size::Other("16:9".to_owned())));
        check("0x10", None);
        check("", None);
        check("1024", None);
        check("99999999999x1", Some(&Size::Other("99999999999x1".to_owned())));
    }
}
