//! Pictures: deterministic, of exactly the asked size and format, and plainly marked as emulated.

pub(crate) mod canvas;
pub(crate) mod edit;
pub(crate) mod encode;
pub(crate) mod label;
pub(crate) mod region;
pub(crate) mod scene;
pub(crate) mod vector;

use std::sync::Arc;

use bytes::Bytes;

use self::canvas::Canvas;
use crate::ids::{Random, digest, seed_of};
use crate::inputs::EditSource;

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Png,
    Jpeg,
    WebP,
    Gif,
    Svg,
}

impl Format {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Png, Self::Jpeg, Self::WebP, Self::Gif, Self::Svg]
            .into_iter()
            .find(|format| format.name() == name)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::WebP => "webp",
            Self::Gif => "gif",
            Self::Svg => "svg",
        }
    }

    pub(crate) const fn mime(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
            Self::Svg => "image/svg+xml",
        }
    }

    /// The prefix of a data URI of this format.
    pub(crate) const fn data_prefix(self) -> &'static str {
        match self {
            Self::Png => "data:image/png;base64,",
            Self::Jpeg => "data:image/jpeg;base64,",
            Self::WebP => "data:image/webp;base64,",
            Self::Gif => "data:image/gif;base64,",
            Self::Svg => "data:image/svg+xml;base64,",
        }
    }
}

/// Frames of an animation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Animation {
    pub(crate) frames: u32,
    pub(crate) frame_ms: u32,
}

/// Everything a picture depends on.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    /// The emulator's seed.
    pub(crate) seed: u64,
    pub(crate) prompt: Arc<str>,
    pub(crate) model: Arc<str>,
    pub(crate) quality: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) transparent: bool,
    pub(crate) format: Format,
    /// Encoder quality for JPEG, 0 to 100.
    pub(crate) compression: u8,
    pub(crate) animation: Option<Animation>,
    /// Which of the n images this is, from 0.
    pub(crate) index: u32,
    /// How many times the same key asked for the same before.
    pub(crate) repeat: u64,
    /// How unfinished a partial image is: 0 is the final picture, higher is coarser.
    pub(crate) coarseness: u32,
    pub(crate) edit: Option<Arc<EditSource>>,
    /// The size in bytes to which a PNG is padded.
    pub(crate) weight: usize,
}

/// An encoded picture.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) bytes: Bytes,
    /// The same, as base64 text.
    pub(crate) base64: Bytes,
}

impl Picture {
    /// What identifies the encoded bytes.
    pub(crate) fn key(&self) -> [u8; 32] {
        let numbers = [
            self.seed,
            u64::from(self.width),
            u64::from(self.height),
            u64::from(self.transparent),
            u64::from(self.compression),
            u64::from(self.index),
            self.repeat,
            u64::from(self.coarseness),
            self.weight as u64,
            self.animation
                .map_or(0, |animation| (u64::from(animation.frames) << 32) | u64::from(animation.frame_ms)),
        ]
        .map(u64::to_le_bytes);
        let edit = self.edit.as_ref().map(|edit| edit.digest).unwrap_or_default();
        let texts = [&*self.prompt, &*self.model, self.quality, self.format.name()];
        digest(
            numbers
                .iter()
                .map(<[u8; 8]>::as_slice)
                .chain(texts.iter().map(|text| text.as_bytes()))
                .chain([edit.as_slice()]),
        )
    }

    /// Draws and encodes.
    pub(crate) fn render(&self) -> Result<Rendered, encode::EncodeError> {
        let bytes = match (self.format, self.animation) {
            (Format::Svg, _) => vector::svg(self, &mut self.random()).into_bytes(),
            (Format::Gif, animation) => {
                let animation = animation.unwrap_or(Animation { frames: 1, frame_ms: 200 });
                let frames: Vec<Canvas> = (0..animation.frames)
                    .map(|frame| self.draw(frame, animation.frames))
                    .collect::<Result<_, _>>()?;
                encode::gif(&frames, animation.frame_ms)?
            }
            _ => encode::still(&self.draw(0, 1)?, self)?,
        };
        let base64 = base64_simd::STANDARD.encode_type::<Vec<u8>>(&bytes);
        Ok(Rendered { bytes: bytes.into(), base64: base64.into() })
    }

    /// Draws one frame.
    fn draw(&self, frame: u32, frames: u32) -> Result<Canvas, encode::EncodeError> {
        let mut random = self.random();
        let scene = scene::Scene::plan(&self.prompt, &mut random, self.width, self.height).at(frame, frames);
        let mut canvas = if let Some(edit) = &self.edit {
            let edit = edit.decoded().map_err(|error| encode::EncodeError::inputs(&error.message))?;
            let mut canvas = edit.apply(&scene, self);
            if self.transparent && edit.region.is_none() && canvas.has_alpha() {
                scene.cut(&mut canvas);
            }
            canvas
        } else {
            let mut canvas = scene.paint(self.transparent);
            let area = if self.transparent { canvas.inner() } else { canvas.whole() };
            label::stamp(&mut canvas, area, &self.label());
            canvas
        };
        if self.coarseness > 0 {
            canvas.coarsen(8 << self.coarseness.min(4));
        }
        Ok(canvas)
    }

    fn random(&self) -> Random {
        let hash = digest([
            self.seed.to_le_bytes().as_slice(),
            self.prompt.as_bytes(),
            self.model.as_bytes(),
            self.quality.as_bytes(),
            u64::from(self.index).to_le_bytes().as_slice(),
            self.repeat.to_le_bytes().as_slice(),
        ]);
        Random::new(seed_of(&hash))
    }

    /// The text stamped onto the picture.
    pub(crate) fn label(&self) -> [String; 2] {
        [
            "EMULATED \u{b7} impasto".to_owned(),
            format!("{} {}x{} {} {}", self.model, self.width, self.height, self.quality, self.number()),
        ]
    }

    /// The same text laid out for ever smaller places.
    fn labels(&self) -> [Vec<String>; 4] {
        let short = ["EMULATED".to_owned(), "impasto".to_owned()];
        let size = format!("{}x{} {}", self.width, self.height, self.quality);
        let tall = short.iter().cloned().chain([self.model.to_string(), size, self.number()]).collect();
        [self.label().to_vec(), tall, short.to_vec(), short[..1].to_vec()]
    }

    /// Which picture of which call this is.
    fn number(&self) -> String {
        match self.repeat {
            0 => format!("#{}", self.index + 1),
            repeat => format!("#{} call {}", self.index + 1, repeat + 1),
        }
    }
}
