//! Where an edit may change pixels, and where there is room inside.

use super::canvas::Area;

/// Where an edit may change pixels.
#[derive(Debug, Clone)]
pub(crate) struct Region {
    width: u32,
    height: u32,
    /// One byte per pixel, not 0 where the picture may change.
    editable: Vec<u8>,
}

impl Region {
    /// A region from one flag per pixel.
    pub(crate) fn new(width: u32, height: u32, editable: Vec<u8>) -> Self {
        Self { width, height, editable }
    }

    /// The same region for a picture of another size.
    pub(crate) fn scaled(&self, width: u32, height: u32) -> Self {
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let pick = |to: u32, of: u32, from: u32| {
            usize::try_from(u64::from(to) * u64::from(from) / u64::from(of.max(1))).unwrap_or(usize::MAX)
        };
        let editable = (0..height)
            .flat_map(|y| {
                let row = pick(y, height, self.height) * self.width as usize;
                (0..width).map(move |x| row + pick(x, width, self.width))
            })
            .map(|position| self.editable.get(position).copied().unwrap_or(0))
            .collect();
        Self { width, height, editable }
    }

    pub(crate) fn allows(&self, x: u32, y: u32) -> bool {
        self.editable.get(y as usize * self.width as usize + x as usize).is_some_and(|flag| *flag != 0)
    }

    /// The smallest rectangle around everything editable.
    pub(crate) fn bounds(&self) -> Option<Area> {
        let mut bounds: Option<Area> = None;
        for (y, row) in (0_u32..).zip(self.editable.chunks_exact(self.width.max(1) as usize)) {
            let Some(first) = row.iter().position(|flag| *flag != 0) else { continue };
            let last = row.iter().rposition(|flag| *flag != 0).unwrap_or(first);
            let (left, right) = (u32::try_from(first).ok()?, u32::try_from(last).ok()? + 1);
            let area = bounds.get_or_insert(Area { left, top: y, right, bottom: y + 1 });
            area.left = area.left.min(left);
            area.right = area.right.max(right);
            area.bottom = y + 1;
        }
        bounds
    }

    /// Visits rectangles that are editable throughout: every one that cannot grow is among them, on a grid of `step`
    /// pixels.
    pub(crate) fn free_rectangles(&self, step: u32, mut visit: impl FnMut(Area)) {
        let step = step.max(1);
        let columns = self.width / step;
        // How many free cells lie above each column's lower edge, this row included.
        let mut heights = vec![0_u32; columns as usize];
        let mut rising: Vec<(u32, u32)> = Vec::new();
        for row in 0..self.height / step {
            for (column, height) in (0_u32..).zip(&mut heights) {
                *height = if self.frees_cell(column * step, row * step, step) { *height + 1 } else { 0 };
            }
            let bottom = (row + 1) * step;
            for (column, height) in (0_u32..).zip(heights.iter().copied().chain([0])) {
                let mut start = column;
                while let Some((left, tall)) = rising.pop_if(|(_, tall)| *tall >= height) {
                    if tall > height {
                        visit(Area {
                            left: left * step,
                            top: bottom - tall * step,
                            right: column * step,
                            bottom,
                        });
                    }
                    start = left;
                }
                if height > 0 {
                    rising.push((start, height));
                }
            }
            rising.clear();
        }
    }

    fn frees_cell(&self, left: u32, top: u32, step: u32) -> bool {
        (top..top + step).all(|y| (left..left + step).all(|x| self.allows(x, y)))
    }
}
