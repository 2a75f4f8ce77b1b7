//! What an edit changed outside its mask, and putting it back.
//!
//! A mask is advice to a gpt-image model, not a stencil (OpenAI image guide: "may not follow its exact shape with
//! complete precision"), and some gateways drop it without a word. Only the pixels can tell.

use image::imageops::{FilterType, resize};
use image::{ExtendedColorType, RgbaImage};

use crate::codec;
use crate::error::{Error, ErrorKind};
use crate::region::EditRegion;

/// How two images are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DriftOptions {
    /// A pixel has changed when one of its channels differs by more than this. 8 by default, which lets a good
    /// JPEG or WebP pass for the original; 0 finds every difference.
    pub threshold: u8,
    /// Scale the edited image to the original's size first, instead of refusing. Scaling alone changes edges, so
    /// expect some drift from it. Off by default.
    pub scale: bool,
}

impl Default for DriftOptions {
    fn default() -> Self {
        Self { threshold: 8, scale: false }
    }
}

impl DriftOptions {
    /// Sets from which difference on a pixel counts as changed.
    #[must_use]
    pub const fn with_threshold(mut self, threshold: u8) -> Self {
        self.threshold = threshold;
        self
    }

    /// Sets whether an edited image of another size is scaled to the original's.
    #[must_use]
    pub const fn with_scale(mut self, scale: bool) -> Self {
        self.scale = scale;
        self
    }
}

/// How much an edit changed where it should not have, and where it should.
///
/// Outside are the pixels the mask lets no change at; soft edges count as inside.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Drift {
    /// Pixels that should have stayed.
    pub outside_pixels: u64,
    /// How many of them changed.
    pub changed_pixels: u64,
    /// The changed part of the outside, 0 to 1; 0 when there is no outside.
    pub changed_fraction: f64,
    /// The largest difference of a channel outside, 0 to 255.
    pub max_delta: u8,
    /// The mean over the outside of each pixel's largest difference, 0 to 255.
    pub mean_delta: f64,
    /// The changed part of the inside, 0 to 1: an edit of 0 did nothing.
    pub inside_changed_fraction: f64,
}

/// Measures how much an edit changed outside its mask.
///
/// `before` and `after` are PNG, JPEG or WebP files, compared as they are shown. For an edit without a mask,
/// [`EditRegion::nothing`] measures the drift of the whole.
///
/// ```
/// use impasto_pixels::{DriftOptions, EditRegion, MaskPolarity, drift};
///
/// // Any two images will do: here, two masks.
/// let left = EditRegion::rectangle((10, 10), 0, 0, 5, 10)?;
/// let before = EditRegion::nothing(10, 10)?.render(MaskPolarity::WhiteIsEdited)?;
/// let after = left.render(MaskPolarity::WhiteIsEdited)?;
///
/// let kept = drift(&before, &after, &left, DriftOptions::default())?;
/// assert_eq!((kept.changed_pixels, kept.inside_changed_fraction), (0, 1.0));
/// let spilt = drift(&before, &after, &left.inverted(), DriftOptions::default())?;
/// assert_eq!((spilt.changed_fraction, spilt.max_delta), (1.0, 255));
/// # Ok::<(), impasto_pixels::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::SizeMismatch`] when the region is not of the size of `before`, or `after` is not and may not be
/// scaled; and whatever keeps the images from being decoded.
pub fn drift(
    before: &[u8],
    after: &[u8],
    region: &EditRegion,
    options: DriftOptions,
) -> Result<Drift, Error> {
    let (before, after) = pair(before, after, region, options.scale)?;
    let mut outside = Tally::default();
    let mut inside = Tally::default();
    for ((old, new), &coverage) in before.pixels().zip(after.pixels()).zip(region.coverage()) {
        let tally = if coverage == 0 { &mut outside } else { &mut inside };
        tally.add(delta(old.0, new.0), options.threshold);
    }
    Ok(Drift {
        outside_pixels: outside.pixels,
        changed_pixels: outside.changed,
        changed_fraction: ratio(outside.changed, outside.pixels),
        max_delta: outside.max,
        mean_delta: ratio(outside.sum, outside.pixels),
        inside_changed_fraction: ratio(inside.changed, inside.pixels),
    })
}

/// Pastes what should have stayed back over an edited image: outside the mask every pixel is the original's,
/// soft edges are blended. The result is a PNG of the original's size.
///
/// The seller's metadata (such as provenance marks) is not carried over: what comes out is no longer the file
/// the seller made.
///
/// # Errors
/// As [`drift`].
pub fn recompose(before: &[u8], after: &[u8], region: &EditRegion, scale: bool) -> Result<Vec<u8>, Error> {
    let (before, mut after) = pair(before, after, region, scale)?;
    for ((old, new), &coverage) in before.pixels().zip(after.pixels_mut()).zip(region.coverage()) {
        new.0 = match coverage {
            0 => old.0,
            u8::MAX => new.0,
            part => blend(old.0, new.0, part),
        };
    }
    codec::png(after.as_raw(), after.dimensions(), ExtendedColorType::Rgba8)
}

/// Decodes both images and makes sure that they and the region fit.
fn pair(
    before: &[u8],
    after: &[u8],
    region: &EditRegion,
    scale: bool,
) -> Result<(RgbaImage, RgbaImage), Error> {
    let named = |name: &'static str| move |error: Error| error.with_file(name);
    let before = codec::decode(before).map_err(named("the original"))?;
    let after = codec::decode(after).map_err(named("the edited image"))?;
    let (width, height) = before.dimensions();
    if region.dimensions() != (width, height) {
        let (w, h) = region.dimensions();
        return Err(mismatch(format!("the mask is {w}x{h}, the original {width}x{height} pixels")));
    }
    if after.dimensions() == (width, height) {
        return Ok((before, after));
    }
    if !scale {
        let (w, h) = after.dimensions();
        let message = format!(
            "the edited image is {w}x{h}, the original {width}x{height} pixels; scale it to compare all the same"
        );
        return Err(mismatch(message));
    }
    let after = resize(&after, width, height, FilterType::CatmullRom);
    Ok((before, after))
}

fn mismatch(message: String) -> Error {
    Error::new(ErrorKind::SizeMismatch, message)
}

#[derive(Default)]
struct Tally {
    pixels: u64,
    changed: u64,
    sum: u64,
    max: u8,
}

impl Tally {
    fn add(&mut self, delta: u8, threshold: u8) {
        self.pixels += 1;
        self.changed += u64::from(delta > threshold);
        self.sum += u64::from(delta);
        self.max = self.max.max(delta);
    }
}

/// The largest difference of a channel. The colour of what cannot be seen does not count.
fn delta(old: [u8; 4], new: [u8; 4]) -> u8 {
    if old[3] == 0 && new[3] == 0 {
        return 0;
    }
    old.into_iter().zip(new).map(|(old, new)| old.abs_diff(new)).max().unwrap_or_default()
}

/// A weighted mean in which the colour of a transparent pixel does not bleed.
fn blend(old: [u8; 4], new: [u8; 4], part: u8) -> [u8; 4] {
    let (old_weight, new_weight) =
        (u64::from(u8::MAX - part) * u64::from(old[3]), u64::from(part) * u64::from(new[3]));
    let weight = old_weight + new_weight;
    if weight == 0 {
        return [0; 4];
    }
    let mean = |old: u8, new: u8| {
        let sum = u64::from(old) * old_weight + u64::from(new) * new_weight;
        u8::try_from((sum + weight / 2) / weight).unwrap_or(u8::MAX)
    };
    let alpha = u8::try_from((weight + 127) / 255).unwrap_or(u8::MAX);
    [mean(old[0], new[0]), mean(old[1], new[1]), mean(old[2], new[2]), alpha]
}

#[expect(clippy::cast_precision_loss, reason = "counts and sums over 64 million pixels are exact in f64")]
fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
