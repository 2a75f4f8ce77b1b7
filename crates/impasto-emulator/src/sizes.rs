//! Which sizes a model makes, and what `auto` becomes.
//!
//! Rules for gpt-image-2 and later: OpenAI image generation guide and openai-python 3.52.0; messages as observed on
//! the API in April 2026. The GIF limits were measured on a relay in November 2026.

use crate::api_error::{ApiError, ApiResult};
use crate::models::Family;

/// The sizes of the legacy models.
pub(crate) const LEGACY_SIZES: [(u32, u32); 3] = [(1024, 1024), (1024, 1536), (1536, 1024)];
const MIN_PIXELS: u64 = 655_360;
const MAX_PIXELS: u64 = 8_294_400;
const MAX_EDGE: u32 = 3840;

/// `WIDTHxHEIGHT` with ASCII `x`.
pub(crate) fn parse(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once('x')?;
    let side = |text: &str| {
        let plain =
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        if plain { text.parse::<u32>().ok() } else { None }
    };
    Some((side(width)?, side(height)?))
}

/// Checks an explicit size.
pub(crate) fn check(family: Family, text: &str) -> ApiResult<(u32, u32)> {
    let size = parse(text);
    if family.is_legacy() {
        return size
            .filter(|size| LEGACY_SIZES.contains(size))
            .ok_or_else(|| refuse(text, "Supported sizes are 1024x1024, 1024x1536, 1536x1024, and auto."));
    }
    let (width, height) =
        size.ok_or_else(|| refuse(text, "Expected 'auto' or a size of the form WIDTHxHEIGHT."))?;
    match problem(width, height) {
        Some(reason) => Err(refuse(text, reason)),
        None => Ok((width, height)),
    }
}

/// Why a free size is not possible.
fn problem(width: u32, height: u32) -> Option<&'static str> {
    let (long, short) = (width.max(height), width.min(height));
    let pixels = u64::from(width) * u64::from(height);
    if !width.is_multiple_of(16) || !height.is_multiple_of(16) {
        Some("Width and height must both be divisible by 16.")
    } else if long > MAX_EDGE {
        Some("The longest edge must be less than or equal to 3840.")
    } else if u64::from(long) > 3 * u64::from(short) {
        Some("The aspect ratio must be between 1:3 and 3:1.")
    } else if pixels < MIN_PIXELS {
        Some("Requested resolution is below the current minimum pixel budget.")
    } else if pixels > MAX_PIXELS {
        Some("Requested resolution exceeds the current pixel budget.")
    } else {
        None
    }
}

/// Checks the size of one frame of a GIF: all frames are laid out on one sheet, which has the limits.
pub(crate) fn check_animation(text: &str, frames: u32) -> ApiResult<(u32, u32)> {
    let (width, height) =
        parse(text).ok_or_else(|| refuse(text, "Expected 'auto' or a size of the form WIDTHxHEIGHT."))?;
    let (columns, rows) = match frames {
        0..=9 => (3, 3),
        10..=12 => (4, 3),
        _ => (4, 4),
    };
    let (sheet_width, sheet_height) = (u64::from(width) * columns, u64::from(height) * rows);
    if !width.is_multiple_of(16) || !height.is_multiple_of(16) {
        Err(refuse(text, "Width and height must both be divisible by 16."))
    } else if width < 64 || height < 64 {
        Err(refuse(text, "Requested resolution is below the current minimum pixel budget."))
    } else if sheet_width.max(sheet_height) > u64::from(MAX_EDGE) || sheet_width * sheet_height > MAX_PIXELS {
        Err(refuse(text, "Requested resolution exceeds the current pixel budget for an animation."))
    } else {
        Ok((width, height))
    }
}

/// What `auto` becomes: the shape of the first input image where there is one, else a square.
pub(crate) fn auto(family: Family, input: Option<(u32, u32)>) -> (u32, u32) {
    match input {
        Some((width, height)) if !family.is_legacy() && problem(width, height).is_none() => (width, height),
        Some((width, height)) if u64::from(width) * 5 > u64::from(height) * 6 => LEGACY_SIZES[2],
        Some((width, height)) if u64::from(height) * 5 > u64::from(width) * 6 => LEGACY_SIZES[1],
        _ => LEGACY_SIZES[0],
    }
}

fn refuse(size: &str, reason: &str) -> ApiError {
    ApiError::user("invalid_value", "size", format!("Invalid size '{size}'. {reason}"))
}

#[cfg(test)]
mod tests {
    use super::{auto, check, check_animation};
    use crate::models::Family;

    #[test]
    fn free_sizes_follow_the_rules() {
        for (size, reason) in [
            ("1024x1024", ""),
            ("3840x2160", ""),
            ("1440x480", ""),
            ("1000x1000", "divisible by 16"),
            ("3856x2160", "longest edge"),
            ("2048x512", "aspect ratio"),
            ("512x512", "below the current minimum"),
            ("3840x2176", "exceeds the current pixel budget"),
            ("1024\u{d7}1024", "WIDTHxHEIGHT"),
            ("big", "WIDTHxHEIGHT"),
            ("0x1024", "WIDTHxHEIGHT"),
        ] {
            match check(Family::Two, size) {
                Ok(_) => assert_eq!(reason, "", "{size}"),
                Err(error) => {
                    assert!(
                        !reason.is_empty() && error.message.contains(reason),
                        "{size}: {}",
                        error.message
                    );
                }
            }
        }
        assert!(check(Family::OneMini, "1536x1024").is_ok());
        assert!(check(Family::OneMini, "2048x2048").is_err());
    }

    #[test]
    fn animations_share_one_sheet() {
        for (size, frames, fits) in [
            ("960x960", 9, true),
            ("976x976", 9, false),
            ("816x816", 12, true),
            ("720x720", 16, true),
            ("736x736", 16, false),
        ] {
            assert_eq!(check_animation(size, frames).is_ok(), fits, "{size} with {frames}");
        }
    }

    #[test]
    fn auto_follows_the_input() {
        assert_eq!(auto(Family::Two, Some((2048, 1152))), (2048, 1152));
        assert_eq!(auto(Family::One, Some((2048, 1152))), (1536, 1024));
        assert_eq!(auto(Family::Two, Some((300, 500))), (1024, 1536));
        assert_eq!(auto(Family::TwoFive, None), (1024, 1024));
    }
}
