//! The part of an image that an edit may change, pixel by pixel.

use std::fmt;

use image::ExtendedColorType;

use crate::codec::{self, check_size};
use crate::error::{Error, ErrorKind};
use crate::polarity::MaskPolarity;

/// Which pixels of an image may change, and how much: 255 is fully editable, 0 is to stay exactly as it is.
///
/// Values in between are soft edges. They are kept through [`EditRegion::render`] as half-transparent or grey
/// pixels; what a seller makes of those is not documented anywhere, so [`EditRegion::hardened`] rounds them off.
///
/// ```
/// use impasto_pixels::{EditRegion, MaskPolarity, facts_of_bytes};
///
/// let sky = EditRegion::rectangle((640, 480), 0, 0, 640, 200)?;
/// let png = sky.render(MaskPolarity::TransparentIsEdited)?;
/// assert_eq!(facts_of_bytes(&png)?.dimensions(), (640, 480));
/// # Ok::<(), impasto_pixels::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct EditRegion {
    width: u32,
    height: u32,
    coverage: Vec<u8>,
}

impl EditRegion {
    /// A region in which nothing may change, for comparing edits that had no mask.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] for more than 64 million pixels, or a side of more than 32,768.
    pub fn nothing(width: u32, height: u32) -> Result<Self, Error> {
        Self::filled(width, height, 0)
    }

    /// A region in which everything may change.
    ///
    /// # Errors
    /// As [`EditRegion::nothing`].
    pub fn everything(width: u32, height: u32) -> Result<Self, Error> {
        Self::filled(width, height, u8::MAX)
    }

    /// The rectangle of `width` by `height` pixels, `x` from the left and `y` from the top, of an image of
    /// `image` pixels.
    ///
    /// # Errors
    /// [`ErrorKind::Mask`] when the rectangle is empty or not wholly inside the image; otherwise as
    /// [`EditRegion::nothing`].
    pub fn rectangle(image: (u32, u32), x: u32, y: u32, width: u32, height: u32) -> Result<Self, Error> {
        let mask = |message| Err(Error::new(ErrorKind::Mask, message));
        if width == 0 || height == 0 {
            return mask(format!(
                "a rectangle of {width}x{height} pixels is empty; both sides must be at least 1"
            ));
        }
        let (right, bottom) = (u64::from(x) + u64::from(width), u64::from(y) + u64::from(height));
        if right > u64::from(image.0) || bottom > u64::from(image.1) {
            return mask(format!(
                "the rectangle reaches to {right}x{bottom}, outside the image of {}x{} pixels",
                image.0, image.1
            ));
        }
        let mut region = Self::nothing(image.0, image.1)?;
        let (x, width) = (x as usize, width as usize);
        let rows = region.coverage.chunks_exact_mut(image.0 as usize);
        for row in rows.skip(y as usize).take(height as usize) {
            row[x..x + width].fill(u8::MAX);
        }
        Ok(region)
    }

    /// A region from one value for each pixel, row by row from the top left.
    ///
    /// # Errors
    /// [`ErrorKind::Mask`] when there is not exactly one value a pixel; otherwise as [`EditRegion::nothing`].
    pub fn from_coverage(width: u32, height: u32, coverage: Vec<u8>) -> Result<Self, Error> {
        check_size((width, height))?;
        let pixels = u64::from(width) * u64::from(height);
        if coverage.len() as u64 != pixels {
            let message =
                format!("{} values for {width}x{height} pixels; {pixels} are needed", coverage.len());
            return Err(Error::new(ErrorKind::Mask, message));
        }
        Ok(Self { width, height, coverage })
    }

    fn filled(width: u32, height: u32, value: u8) -> Result<Self, Error> {
        check_size((width, height))?;
        Ok(Self { width, height, coverage: vec![value; width as usize * height as usize] })
    }

    /// Width and height in pixels.
    #[must_use]
    pub const fn dimensions(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// How editable each pixel is, row by row from the top left.
    #[must_use]
    pub fn coverage(&self) -> &[u8] {
        &self.coverage
    }

    /// How editable one pixel is; `None` outside the image.
    #[must_use]
    pub fn at(&self, x: u32, y: u32) -> Option<u8> {
        let inside = x < self.width && y < self.height;
        inside.then(|| self.coverage[y as usize * self.width as usize + x as usize])
    }

    /// Whether no pixel may change at all.
    #[must_use]
    pub fn edits_nothing(&self) -> bool {
        self.coverage.iter().all(|&value| value == 0)
    }

    /// Whether every pixel may change freely.
    #[must_use]
    pub fn edits_everything(&self) -> bool {
        self.coverage.iter().all(|&value| value == u8::MAX)
    }

    /// The region with soft edges rounded: from 128 on a pixel is editable, below it stays.
    #[must_use]
    pub fn hardened(mut self) -> Self {
        for value in &mut self.coverage {
            *value = if *value >= 128 { u8::MAX } else { 0 };
        }
        self
    }

    /// The region turned round: what may change stays, and what stays may change.
    #[must_use]
    pub fn inverted(mut self) -> Self {
        for value in &mut self.coverage {
            *value = u8::MAX - *value;
        }
        self
    }

    /// The mask image that a seller of the given polarity reads as this region, as PNG.
    ///
    /// * [`MaskPolarity::TransparentIsEdited`]: black, transparent where editable and opaque elsewhere.
    /// * [`MaskPolarity::WhiteIsEdited`], [`MaskPolarity::BlackIsEdited`]: black and white without alpha.
    /// * [`MaskPolarity::Both`]: transparent white where editable, opaque black elsewhere. The white under the
    ///   transparent pixels is kept in the file.
    ///
    /// # Errors
    /// When the PNG cannot be encoded.
    pub fn render(&self, polarity: MaskPolarity) -> Result<Vec<u8>, Error> {
        let values = || self.coverage.iter().copied();
        let (pixels, colour): (Vec<u8>, _) = match polarity {
            MaskPolarity::TransparentIsEdited => {
                (values().flat_map(|value| [0, 0, 0, u8::MAX - value]).collect(), ExtendedColorType::Rgba8)
            }
            MaskPolarity::Both => (
                values().flat_map(|value| [value, value, value, u8::MAX - value]).collect(),
                ExtendedColorType::Rgba8,
            ),
            MaskPolarity::WhiteIsEdited => {
                (values().flat_map(|value| [value; 3]).collect(), ExtendedColorType::Rgb8)
            }
            MaskPolarity::BlackIsEdited => {
                (values().flat_map(|value| [u8::MAX - value; 3]).collect(), ExtendedColorType::Rgb8)
            }
        };
        codec::png(&pixels, self.dimensions(), colour)
    }
}

impl fmt::Debug for EditRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let editable = self.coverage.iter().filter(|&&value| value > 0).count();
        f.debug_struct("EditRegion")
            .field("width", &self.width)
            .field("height", &self.height)
            .field("editable", &editable)
            .finish_non_exhaustive()
    }
}
