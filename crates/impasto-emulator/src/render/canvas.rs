//! A plain 8-bit pixel buffer, RGB or RGBA.

/// A rectangle inside a canvas; `right` and `bottom` are exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) left: u32,
    pub(crate) top: u32,
    pub(crate) right: u32,
    pub(crate) bottom: u32,
}

impl Area {
    pub(crate) const fn width(self) -> u32 {
        self.right.saturating_sub(self.left)
    }

    pub(crate) const fn height(self) -> u32 {
        self.bottom.saturating_sub(self.top)
    }

    /// Pixels.
    pub(crate) const fn size(self) -> u64 {
        self.width() as u64 * self.height() as u64
    }
}

/// Pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Canvas {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// 3 or 4.
    pub(crate) channels: usize,
    pub(crate) data: Vec<u8>,
}

impl Canvas {
    pub(crate) fn new(width: u32, height: u32, transparent: bool) -> Self {
        let channels = if transparent { 4 } else { 3 };
        Self { width, height, channels, data: vec![0; width as usize * height as usize * channels] }
    }

    pub(crate) const fn has_alpha(&self) -> bool {
        self.channels == 4
    }

    pub(crate) const fn whole(&self) -> Area {
        Area { left: 0, top: 0, right: self.width, bottom: self.height }
    }

    /// The part that lies inside the oval of a transparent picture.
    pub(crate) const fn inner(&self) -> Area {
        let (w, h) = (self.width, self.height);
        Area { left: w / 5, top: h / 5, right: w - w / 5, bottom: h - h / 5 }
    }

    pub(crate) fn rows_mut(&mut self) -> impl Iterator<Item = &mut [u8]> {
        let stride = self.width as usize * self.channels;
        self.data.chunks_exact_mut(stride.max(1))
    }

    pub(crate) fn pixel_mut(&mut self, x: u32, y: u32) -> &mut [u8] {
        let start = (y as usize * self.width as usize + x as usize) * self.channels;
        &mut self.data[start..start + self.channels]
    }

    pub(crate) fn pixel(&self, x: u32, y: u32) -> &[u8] {
        let start = (y as usize * self.width as usize + x as usize) * self.channels;
        &self.data[start..start + self.channels]
    }

    /// Replaces every `block` square by its middle pixel, for pictures that are not finished yet.
    pub(crate) fn coarsen(&mut self, block: u32) {
        let source = self.clone();
        for y in 0..self.height {
            let from_y = (y / block * block + block / 2).min(self.height - 1);
            for x in 0..self.width {
                let from_x = (x / block * block + block / 2).min(self.width - 1);
                self.pixel_mut(x, y).copy_from_slice(source.pixel(from_x, from_y));
            }
        }
    }

    /// Without the alpha channel, laid on white.
    pub(crate) fn flattened(&self) -> Self {
        if !self.has_alpha() {
            return self.clone();
        }
        let data = self
            .data
            .chunks_exact(4)
            .flat_map(|pixel| {
                let alpha = u16::from(pixel[3]);
                [0, 1, 2].map(|channel| over(pixel[channel], 255, alpha))
            })
            .collect();
        Self { width: self.width, height: self.height, channels: 3, data }
    }

    /// With an alpha channel.
    pub(crate) fn with_alpha(self) -> Self {
        if self.has_alpha() {
            return self;
        }
        let data = self.data.chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect();
        Self { channels: 4, data, ..self }
    }
}

/// `front` over `back` with `alpha` of 255.
pub(crate) fn over(front: u8, back: u8, alpha: u16) -> u8 {
    let mixed = (u16::from(front) * alpha + u16::from(back) * (255 - alpha) + 127) / 255;
    u8::try_from(mixed).unwrap_or(255)
}
