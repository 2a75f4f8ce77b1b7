//! Painting a planned landscape, row by row and channel by channel.

use super::{Rgb, Scene, Tower, mix};
use crate::render::canvas::Canvas;

/// One row while it is painted, channel by channel, and what all rows share.
struct Row {
    planes: [Vec<f32>; 3],
    strokes: Vec<f32>,
    warmth: Vec<f32>,
    /// Squared horizontal distance from the sun, per column.
    distances: Vec<f32>,
    /// Where land begins, per column.
    skyline: Vec<f32>,
    /// The highest and the lowest point of the skyline.
    highest: f32,
    lowest: f32,
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "coordinates are below 2^24 and colours are clamped to 0..=255"
)]
impl Row {
    fn new(scene: &Scene) -> Self {
        let columns = scene.width as usize;
        let skyline: Vec<f32> = (0..columns)
            .map(|x| scene.layers.iter().map(|layer| layer.ridge[x]).fold(f32::INFINITY, f32::min))
            .collect();
        Self {
            planes: [0, 1, 2].map(|_| vec![0.0; columns]),
            strokes: vec![0.0; columns],
            warmth: vec![0.0; columns],
            distances: (0..columns).map(|x| (x as f32 - scene.sun_x).powi(2)).collect(),
            highest: skyline.iter().copied().fold(f32::INFINITY, f32::min),
            lowest: skyline.iter().copied().fold(0.0, f32::max),
            skyline,
        }
    }

    /// Writes the row as bytes, opaque where there is an alpha channel.
    fn pack(&self, pixels: &mut [u8], channels: usize) {
        let [red, green, blue] = &self.planes;
        let colours = red.iter().zip(green).zip(blue);
        for (pixel, ((red, green), blue)) in pixels.chunks_exact_mut(channels).zip(colours) {
            pixel[0] = red.clamp(0.0, 255.0) as u8;
            pixel[1] = green.clamp(0.0, 255.0) as u8;
            pixel[2] = blue.clamp(0.0, 255.0) as u8;
            if let Some(alpha) = pixel.get_mut(3) {
                *alpha = 255;
            }
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "coordinates are below 2^24 and colours are clamped to 0..=255"
)]
impl Scene {
    /// Paints everything; with `transparent` only an oval stays, the rest has alpha 0.
    pub(crate) fn paint(&self, transparent: bool) -> Canvas {
        let mut canvas = Canvas::new(self.width, self.height, transparent);
        let channels = canvas.channels;
        let mut row = Row::new(self);
        for (y, pixels) in canvas.rows_mut().enumerate() {
            self.paint_row(y as f32, &mut row);
            row.pack(pixels, channels);
            if transparent {
                self.cut_oval(y as f32, pixels);
            }
        }
        canvas
    }

    fn paint_row(&self, y: f32, row: &mut Row) {
        let t = (y / (self.height as f32 * 0.72)).min(1.0);
        let sky = mix(self.palette.sky_top, self.palette.sky_low, t);
        self.grain.row(y, &mut row.strokes);
        if y < row.lowest {
            self.paint_sky(y, sky, row);
        }
        if y + 1.0 > row.highest {
            for x in 0..row.strokes.len() {
                if y + 1.0 > row.skyline[x] {
                    let (land, hidden) = self.land(x, y, sky, row.strokes[x]);
                    for (plane, value) in row.planes.iter_mut().zip(land) {
                        plane[x] = plane[x] * (1.0 - hidden) + value;
                    }
                }
            }
        }
        if let Some(tower) = self.tower {
            self.paint_tower(tower, y, row);
        }
    }

    fn paint_sky(&self, y: f32, sky: Rgb, row: &mut Row) {
        let vertical = (y - self.sun_y).powi(2);
        let spread = self.sun_radius * self.sun_radius * 7.0;
        for (warmth, distance) in row.warmth.iter_mut().zip(&row.distances) {
            *warmth = 0.6 * spread / (distance + vertical + spread);
        }
        for (channel, plane) in row.planes.iter_mut().enumerate() {
            let (from, step) = (sky[channel], self.palette.sun[channel] - sky[channel]);
            for ((value, warmth), stroke) in plane.iter_mut().zip(&row.warmth).zip(&row.strokes) {
                *value = from + step * warmth + stroke * 5.0;
            }
        }
        if vertical <= (self.sun_radius + 1.0).powi(2) {
            for (x, distance) in row.distances.iter().enumerate() {
                let disc = (self.sun_radius - (distance + vertical).sqrt() + 0.5).clamp(0.0, 1.0);
                if disc > 0.0 {
                    for (plane, sun) in row.planes.iter_mut().zip(self.palette.sun) {
                        plane[x] += (sun - plane[x]) * disc;
                    }
                }
            }
        }
    }

    /// The colour of the land in front of the sky, weighted by how much of the pixel it hides.
    fn land(&self, x: usize, y: f32, sky: Rgb, stroke: f32) -> (Rgb, f32) {
        let (mut colour, mut hidden) = ([0.0; 3], 0.0);
        for layer in self.layers.iter().rev() {
            let below = y + 1.0 - layer.ridge[x];
            if below <= 0.0 {
                continue;
            }
            let cover = below.min(1.0) * (1.0 - hidden);
            let depth = (below * layer.fade).min(1.0);
            let strength = if layer.water { 9.0 } else { 6.0 };
            for channel in 0..3 {
                let mut value = layer.light[channel] + (layer.dark[channel] - layer.light[channel]) * depth;
                if layer.water {
                    value = value * 0.6 + sky[channel] * 0.4;
                }
                colour[channel] += cover * (value + stroke * strength).clamp(0.0, 255.0);
            }
            hidden += cover;
            if hidden >= 1.0 {
                break;
            }
        }
        (colour, hidden)
    }

    fn paint_tower(&self, tower: Tower, y: f32, row: &mut Row) {
        if y < tower.top - tower.half_width * 2.0 || y > tower.bottom {
            return;
        }
        let along = ((y - tower.top) / (tower.bottom - tower.top)).clamp(0.0, 1.0);
        let lamp = y < tower.top;
        let half = tower.half_width * (0.6 + 0.4 * along) * if lamp { 0.8 } else { 1.0 };
        let body = if ((along * 6.0) as u32).is_multiple_of(2) {
            [236.0, 232.0, 224.0]
        } else {
            [188.0, 52.0, 48.0]
        };
        for x in 0..row.strokes.len() {
            let offset = x as f32 - tower.x;
            let cover = (half - offset.abs() + 0.5).clamp(0.0, 1.0);
            if cover > 0.0 {
                let shade = 1.0 - 0.35 * (offset / half + 1.0) * 0.5;
                let target = if lamp { self.palette.sun } else { body.map(|channel| channel * shade) };
                for (plane, target) in row.planes.iter_mut().zip(target) {
                    plane[x] += (target - plane[x]) * cover;
                }
            }
        }
    }

    /// Makes everything outside an oval transparent; needs an alpha channel.
    pub(crate) fn cut(&self, canvas: &mut Canvas) {
        for (y, row) in canvas.rows_mut().enumerate() {
            self.cut_oval(y as f32, row);
        }
    }

    fn cut_oval(&self, y: f32, row: &mut [u8]) {
        let (rx, ry) = (self.width as f32 * 0.46, self.height as f32 * 0.46);
        let dy = ((y + 0.5 - self.height as f32 * 0.5) / ry).powi(2);
        for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
            let dx = ((x as f32 + 0.5 - self.width as f32 * 0.5) / rx).powi(2);
            let inside = ((1.0 - dx - dy) * rx.min(ry) * 0.5).clamp(0.0, 1.0);
            pixel[3] = pixel[3].min((inside * 255.0) as u8);
            if pixel[3] == 0 {
                pixel.fill(0);
            }
        }
    }
}
