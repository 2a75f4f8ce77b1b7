//! A painted landscape planned from a prompt: a sky with a sun or moon, ridges, water, soft paint.

mod grain;
mod paint;

use self::grain::Grain;
use crate::ids::Random;

type Rgb = [f32; 3];

/// Colours and mood of one kind of landscape.
#[derive(Debug, Clone, Copy)]
struct Palette {
    sky_top: Rgb,
    sky_low: Rgb,
    sun: Rgb,
    far: Rgb,
    near: Rgb,
}

const fn palette(sky_top: Rgb, sky_low: Rgb, sun: Rgb, far: Rgb, near: Rgb) -> Palette {
    Palette { sky_top, sky_low, sun, far, near }
}

const DAWN: Palette = palette(
    [58.0, 78.0, 130.0],
    [250.0, 190.0, 150.0],
    [255.0, 230.0, 190.0],
    [150.0, 130.0, 165.0],
    [52.0, 54.0, 86.0],
);
const NOON: Palette = palette(
    [66.0, 136.0, 208.0],
    [204.0, 232.0, 246.0],
    [255.0, 250.0, 225.0],
    [128.0, 168.0, 176.0],
    [44.0, 96.0, 66.0],
);
const DUSK: Palette = palette(
    [45.0, 30.0, 90.0],
    [250.0, 130.0, 80.0],
    [255.0, 212.0, 122.0],
    [128.0, 72.0, 112.0],
    [34.0, 20.0, 52.0],
);
const NIGHT: Palette = palette(
    [8.0, 12.0, 40.0],
    [44.0, 64.0, 114.0],
    [242.0, 240.0, 220.0],
    [34.0, 44.0, 84.0],
    [8.0, 12.0, 28.0],
);
const FOREST: Palette = palette(
    [110.0, 160.0, 150.0],
    [226.0, 236.0, 204.0],
    [255.0, 246.0, 204.0],
    [96.0, 136.0, 116.0],
    [22.0, 56.0, 42.0],
);
const DESERT: Palette = palette(
    [90.0, 150.0, 190.0],
    [250.0, 220.0, 170.0],
    [255.0, 240.0, 200.0],
    [206.0, 146.0, 98.0],
    [136.0, 72.0, 44.0],
);
const WINTER: Palette = palette(
    [120.0, 150.0, 190.0],
    [236.0, 241.0, 248.0],
    [255.0, 250.0, 240.0],
    [186.0, 200.0, 218.0],
    [104.0, 124.0, 150.0],
);
const MOODS: [Palette; 7] = [DAWN, NOON, DUSK, NIGHT, FOREST, DESERT, WINTER];

/// Words that choose a mood, so that a picture has something to do with its prompt.
const WORDS: &[(&str, Palette)] = &[
    ("night", NIGHT),
    ("moon", NIGHT),
    ("star", NIGHT),
    ("dusk", DUSK),
    ("sunset", DUSK),
    ("evening", DUSK),
    ("dawn", DAWN),
    ("sunrise", DAWN),
    ("morning", DAWN),
    ("snow", WINTER),
    ("winter", WINTER),
    ("ice", WINTER),
    ("desert", DESERT),
    ("sand", DESERT),
    ("forest", FOREST),
    ("tree", FOREST),
    ("garden", FOREST),
];
/// Words that bring water.
const WATER: &[&str] =
    &["sea", "ocean", "lake", "water", "river", "beach", "boat", "ship", "lighthouse", "island", "harbour"];

/// One ridge of hills, or the water's edge.
#[derive(Debug, Clone)]
struct Layer {
    /// Where the layer begins, per column.
    ridge: Vec<f32>,
    light: Rgb,
    dark: Rgb,
    /// One over the height in which light turns into dark.
    fade: f32,
    water: bool,
}

/// A tower with a lamp, for prompts that ask for a lighthouse.
#[derive(Debug, Clone, Copy)]
struct Tower {
    x: f32,
    top: f32,
    bottom: f32,
    half_width: f32,
}

/// A planned landscape.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    width: u32,
    height: u32,
    palette: Palette,
    sun_x: f32,
    sun_y: f32,
    sun_radius: f32,
    /// From back to front.
    layers: Vec<Layer>,
    tower: Option<Tower>,
    grain: Grain,
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "coordinates are below 2^24 and colours are clamped to 0..=255"
)]
impl Scene {
    /// Decides what there is to see.
    pub(crate) fn plan(prompt: &str, random: &mut Random, width: u32, height: u32) -> Self {
        let words = prompt.to_lowercase();
        let mood = MOODS[random.below(MOODS.len() as u64) as usize];
        let mood = WORDS.iter().find(|(word, _)| words.contains(word)).map_or(mood, |(_, palette)| *palette);
        let shift = [0, 1, 2].map(|_| random.between(-14.0, 14.0));
        let palette = Palette {
            sky_top: add(mood.sky_top, shift),
            sky_low: add(mood.sky_low, shift.map(|s| s * 0.5)),
            far: add(mood.far, shift),
            near: add(mood.near, shift.map(|s| s * 0.7)),
            sun: mood.sun,
        };
        let (w, h) = (width as f32, height as f32);
        let wet = WATER.iter().any(|word| words.contains(word)) || random.below(3) == 0;
        let sun_x = w * random.between(0.15, 0.85);
        let sun_y = h * random.between(0.16, 0.44);
        let sun_radius = w.min(h) * random.between(0.05, 0.11);
        let layers = plan_layers(random, &palette, w, h, wet);
        let tower = words.contains("lighthouse").then(|| plan_tower(random, layers.last(), w, h));
        let grain = Grain::new(random, width, height);
        Self { width, height, palette, sun_x, sun_y, sun_radius, layers, tower, grain }
    }

    /// The same place a little later: the sun moves along its arc.
    pub(crate) fn at(mut self, frame: u32, frames: u32) -> Self {
        if frames > 1 {
            let turn = frame as f32 / frames as f32 * std::f32::consts::TAU;
            self.sun_x += self.width as f32 * 0.12 * turn.sin();
            self.sun_y += self.height as f32 * 0.08 * (1.0 - turn.cos());
        }
        self
    }

    /// Width in pixels.
    pub(crate) const fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub(crate) const fn height(&self) -> u32 {
        self.height
    }

    /// The main colours as CSS, for the vector picture: sky top, sky low, sun, far, near.
    pub(crate) fn css(&self) -> [String; 5] {
        let palette = &self.palette;
        [palette.sky_top, palette.sky_low, palette.sun, palette.far, palette.near].map(|colour| {
            let [r, g, b] = colour.map(|channel| channel.clamp(0.0, 255.0) as u8);
            format!("#{r:02x}{g:02x}{b:02x}")
        })
    }

    /// Sun position and radius.
    pub(crate) const fn sun(&self) -> (f32, f32, f32) {
        (self.sun_x, self.sun_y, self.sun_radius)
    }

    /// The ridges from back to front, sampled at every `step` columns.
    pub(crate) fn ridges(&self, step: usize) -> Vec<Vec<f32>> {
        self.layers.iter().map(|layer| layer.ridge.iter().step_by(step.max(1)).copied().collect()).collect()
    }
}

fn plan_layers(random: &mut Random, palette: &Palette, w: f32, h: f32, wet: bool) -> Vec<Layer> {
    let count = 3 + random.below(2);
    #[expect(clippy::cast_precision_loss, reason = "at most four layers")]
    let mut layers: Vec<Layer> = (0..count)
        .map(|k| {
            let nearness = k as f32 / (count - 1) as f32;
            let base = h * (0.50 + 0.34 * nearness + random.between(-0.03, 0.03));
            let swing = h * random.between(0.03, 0.09) * (1.2 - 0.5 * nearness);
            let light = mix(palette.far, palette.near, nearness);
            ridge_layer(random, w, base, swing, light, h)
        })
        .collect();
    if wet {
        let level = h * random.between(0.64, 0.72);
        let light = mix(palette.sky_low, palette.far, 0.45);
        let water = Layer {
            ridge: vec![level; columns(w).count()],
            light,
            dark: mix(light, palette.near, 0.6),
            fade: 1.0 / (h * 0.35),
            water: true,
        };
        let place = layers.len() - 1;
        layers.insert(place, water);
    }
    layers
}

#[expect(clippy::cast_precision_loss, reason = "column numbers are small")]
fn ridge_layer(random: &mut Random, w: f32, base: f32, swing: f32, light: Rgb, h: f32) -> Layer {
    let waves: Vec<(f32, f32, f32)> = [1.3, 2.9, 6.1, 13.7]
        .iter()
        .map(|frequency| {
            let frequency = frequency * random.between(0.8, 1.25);
            (
                frequency * std::f32::consts::TAU / w,
                random.between(0.0, std::f32::consts::TAU),
                swing / frequency.powf(0.8),
            )
        })
        .collect();
    let ridge = columns(w)
        .map(|x| {
            waves
                .iter()
                .fold(base, |y, (frequency, phase, size)| y + (x as f32 * frequency + phase).sin() * size)
        })
        .collect();
    Layer { ridge, light, dark: light.map(|channel| channel * 0.62), fade: 1.0 / (h * 0.3), water: false }
}

fn plan_tower(random: &mut Random, front: Option<&Layer>, w: f32, h: f32) -> Tower {
    let x = w * random.between(0.2, 0.8);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "x lies inside the picture")]
    let ground = front.and_then(|layer| layer.ridge.get(x as usize)).copied().unwrap_or(h * 0.8);
    Tower {
        x,
        top: (ground - h * 0.42).max(h * 0.12),
        bottom: ground + h * 0.02,
        half_width: w.min(h) * 0.035,
    }
}

/// The columns of a picture of this width.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "widths are small and positive")]
fn columns(width: f32) -> std::ops::Range<u32> {
    0..width as u32
}

fn mix(from: Rgb, to: Rgb, t: f32) -> Rgb {
    [0, 1, 2].map(|channel| from[channel] + (to[channel] - from[channel]) * t)
}

fn add(colour: Rgb, shift: Rgb) -> Rgb {
    [0, 1, 2].map(|channel| (colour[channel] + shift[channel]).clamp(0.0, 255.0))
}
