//! What a seller reads in a mask image, as data.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};

/// Which pixels of a mask image a seller takes for the ones to be edited.
///
/// Sellers disagree: OpenAI and most of its resellers edit where alpha is 0, Ideogram's endpoints where the mask
/// is black or where it is white, and Atlas Cloud's own pages contradict each other. Seller data names the
/// polarity by its word, and [`MaskPolarity::Both`] serves where a seller's reading is in doubt.
///
/// ```
/// use impasto_pixels::MaskPolarity;
///
/// assert_eq!("white_is_edited".parse::<MaskPolarity>()?, MaskPolarity::WhiteIsEdited);
/// assert_eq!(MaskPolarity::Both.to_string(), "both");
/// assert!("purple_is_edited".parse::<MaskPolarity>().is_err());
/// # Ok::<(), impasto_pixels::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum MaskPolarity {
    /// Alpha 0 is edited, alpha 255 is kept (OpenAI).
    #[default]
    TransparentIsEdited,
    /// White is edited, black is kept.
    WhiteIsEdited,
    /// Black is edited, white is kept.
    BlackIsEdited,
    /// Transparent and white is edited, opaque and black is kept: right under the first two readings.
    Both,
}

impl MaskPolarity {
    /// Every polarity, in the order of the documentation.
    pub const ALL: [Self; 4] =
        [Self::TransparentIsEdited, Self::WhiteIsEdited, Self::BlackIsEdited, Self::Both];

    /// The word for it in seller data.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TransparentIsEdited => "transparent_is_edited",
            Self::WhiteIsEdited => "white_is_edited",
            Self::BlackIsEdited => "black_is_edited",
            Self::Both => "both",
        }
    }
}

impl fmt::Display for MaskPolarity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for MaskPolarity {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|polarity| polarity.as_str() == text).ok_or_else(|| {
            let allowed = Self::ALL.map(Self::as_str).join(", ");
            Error::new(ErrorKind::Unsupported, format!("{text:?} is no mask polarity; allowed are {allowed}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::MaskPolarity;

    #[test]
    fn words_read_back() {
        for polarity in MaskPolarity::ALL {
            assert_eq!(polarity.to_string().parse::<MaskPolarity>().unwrap(), polarity);
        }
        assert_eq!(
            "alpha".parse::<MaskPolarity>().unwrap_err().to_string(),
            "\"alpha\" is no mask polarity; allowed are transparent_is_edited, white_is_edited, black_is_edited, both"
        );
    }

    #[cfg(feature = "serde")]
    #[test]
    fn words_are_the_same_in_data() {
        for polarity in MaskPolarity::ALL {
            let json = serde_json::to_value(polarity).unwrap();
            assert_eq!(json, polarity.as_str());
            assert_eq!(serde_json::from_value::<MaskPolarity>(json).unwrap(), polarity);
        }
    }
}
