//! Edits: start from the first input image, change what the mask allows, leave the rest exactly as it was.

use image::imageops::{self, FilterType};
use image::{DynamicImage, RgbaImage};

use super::Picture;
use super::canvas::{Area, Canvas, over};
use super::label;
use super::region::Region;
use super::scene::Scene;

/// The decoded inputs of an edit.
#[derive(Debug)]
pub(crate) struct EditBase {
    /// The first input image.
    pub(crate) image: DynamicImage,
    /// Small versions of the other input images.
    pub(crate) others: Vec<RgbaImage>,
    pub(crate) region: Option<Region>,
    /// Drawn over the first image before the edit.
    pub(crate) markup: Option<RgbaImage>,
    /// Whether the caller asked for an opaque result.
    pub(crate) opaque: bool,
}

impl EditBase {
    /// The edited picture.
    pub(crate) fn apply(&self, scene: &Scene, picture: &Picture) -> Canvas {
        let mut canvas = self.start(picture);
        let paint = scene.paint(false);
        let region = self.region.as_ref().map(|region| region.scaled(canvas.width, canvas.height));
        // Without a mask the picture must stay recognisable; inside a mask the change must be plain.
        let strength = if region.is_some() { 217 } else { 72 };
        for y in 0..canvas.height {
            for x in 0..canvas.width {
                if region.as_ref().is_some_and(|region| !region.allows(x, y)) {
                    continue;
                }
                repaint(canvas.pixel_mut(x, y), paint.pixel(x, y), strength, region.is_some());
            }
        }
        let area = match &region {
            Some(region) => region.bounds(),
            None => Some(canvas.whole()),
        };
        let area = if picture.transparent && region.is_none() { Some(canvas.inner()) } else { area };
        if let Some(area) = area {
            let allowed = |x: u32, y: u32| region.as_ref().is_none_or(|region| region.allows(x, y));
            self.paste_others(&mut canvas, area, &allowed);
            match &region {
                Some(region) => label::stamp_inside(&mut canvas, region, area, &picture.labels()),
                None => label::stamp(&mut canvas, area, &picture.label()),
            }
        }
        canvas
    }

    /// The first image in the output's size and channels.
    fn start(&self, picture: &Picture) -> Canvas {
        let (w, h) = (picture.width, picture.height);
        let keeps_alpha = !self.opaque && (self.image.color().has_alpha() || picture.transparent);
        let mut image = self.image.to_rgba8();
        if let Some(markup) = &self.markup {
            imageops::overlay(&mut image, markup, 0, 0);
        }
        if image.dimensions() != (w, h) {
            image = imageops::resize(&image, w, h, FilterType::Triangle);
        }
        let canvas = Canvas { width: w, height: h, channels: 4, data: image.into_raw() };
        if keeps_alpha { canvas } else { canvas.flattened() }
    }

    /// Shows that the other input images arrived: small copies along the upper edge.
    fn paste_others(&self, canvas: &mut Canvas, area: Area, allowed: &dyn Fn(u32, u32) -> bool) {
        let side = (area.width().min(area.height()) / 5).max(1);
        for (number, other) in (0_u32..).zip(&self.others) {
            let (left, top) = (area.left + 8 + number * (side + 8), area.top + 8);
            for y in 0..side {
                for x in 0..side {
                    let (to_x, to_y) = (left + x, top + y);
                    if to_x >= area.right || to_y >= area.bottom || !allowed(to_x, to_y) {
                        continue;
                    }
                    let from = other.get_pixel(x * other.width() / side, y * other.height() / side);
                    repaint(canvas.pixel_mut(to_x, to_y), &from.0[..3], u16::from(from.0[3]), false);
                }
            }
        }
    }
}

/// Mixes `paint` into a pixel. Inside a mask the result is opaque and sure to differ from what was there.
fn repaint(pixel: &mut [u8], paint: &[u8], strength: u16, masked: bool) {
    let before = [pixel[0], pixel[1], pixel[2]];
    for (byte, value) in pixel.iter_mut().zip(paint) {
        *byte = over(*value, *byte, strength);
    }
    if masked {
        if pixel[..3] == before {
            pixel[1] ^= 0x20;
        }
        if let Some(alpha) = pixel.get_mut(3) {
            *alpha = 255;
        }
    }
}
