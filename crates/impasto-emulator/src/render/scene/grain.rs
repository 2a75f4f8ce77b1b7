//! Soft, wide patches of lighter and darker paint: smooth noise on lattices of two sizes.

use crate::ids::Random;

/// Noise of one size.
#[derive(Debug, Clone)]
struct Lattice {
    /// Knots in a row.
    columns: usize,
    knots: Vec<f32>,
    cell_height: f32,
    /// How far each column of a cell has gone from its left knot to its right one.
    easing: Vec<f32>,
}

/// Noise between -1 and 1.
#[derive(Debug, Clone)]
pub(super) struct Grain {
    lattices: [Lattice; 2],
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "coordinates are below 2^24 and not negative"
)]
impl Lattice {
    /// Cells of this size, with values up to `strength`. Wider than high, as brush strokes are.
    fn new(random: &mut Random, size: (u32, u32), cell: (u32, u32), strength: f32) -> Self {
        let (cell_width, cell_height) = (cell.0.max(4), cell.1.max(4));
        let columns = (size.0 / cell_width + 2) as usize;
        let rows = (size.1 / cell_height + 2) as usize;
        Self {
            columns,
            knots: (0..columns * rows).map(|_| random.between(-strength, strength)).collect(),
            cell_height: cell_height as f32,
            easing: (0..cell_width).map(|x| ease(x as f32 / cell_width as f32)).collect(),
        }
    }

    fn add_row(&self, y: f32, values: &mut [f32]) {
        let row = (y / self.cell_height) as usize * self.columns;
        let t = ease((y / self.cell_height).fract());
        let (above, below) = (&self.knots[row..], &self.knots[row + self.columns..]);
        let line =
            above.iter().zip(below).take(self.columns).map(|(above, below)| above + (below - above) * t);
        let cells = values.chunks_mut(self.easing.len());
        for (cell, (from, to)) in cells.zip(line.clone().zip(line.skip(1))) {
            for (value, t) in cell.iter_mut().zip(&self.easing) {
                *value += from + (to - from) * t;
            }
        }
    }
}

impl Grain {
    pub(super) fn new(random: &mut Random, width: u32, height: u32) -> Self {
        let size = (width, height);
        let mut lattice = |across: u32, down: u32, strength| {
            Lattice::new(random, size, (width / across, height / down), strength)
        };
        Self { lattices: [lattice(5, 12, 0.7), lattice(16, 40, 0.3)] }
    }

    /// The noise of row `y`.
    pub(super) fn row(&self, y: f32, values: &mut [f32]) {
        values.fill(0.0);
        for lattice in &self.lattices {
            lattice.add_row(y, values);
        }
    }
}

/// Starts and ends slowly.
fn ease(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::Grain;
    use crate::ids::Random;

    #[test]
    fn neighbours_hardly_differ() {
        for (width, height) in [(1024_u16, 1024_u16), (1536, 640), (256, 300), (17, 16)] {
            let grain = Grain::new(&mut Random::new(3), width.into(), height.into());
            let rows: Vec<Vec<f32>> = (0_u16..height)
                .map(|y| {
                    let mut row = vec![0.0; usize::from(width)];
                    grain.row(f32::from(y), &mut row);
                    row
                })
                .collect();
            // A step of either lattice: twice its strength along its shortest cell, at most one and a half times as steep.
            let step = |cells: [u16; 2], side: u16| {
                let cell = cells.map(|cells| f32::from((side / cells).max(4)));
                3.0 * (0.7 / cell[0] + 0.3 / cell[1])
            };
            let (across, down) = (step([5, 16], width), step([12, 40], height));
            for (y, row) in rows.iter().enumerate() {
                assert!(row.iter().all(|value| value.abs() <= 1.001));
                assert!(
                    row.windows(2).all(|pair| (pair[0] - pair[1]).abs() <= across + 0.001),
                    "{width}: row {y}"
                );
                if let Some(next) = rows.get(y + 1) {
                    assert!(
                        row.iter().zip(next).all(|(a, b)| (a - b).abs() <= down + 0.001),
                        "{width}: row {y}"
                    );
                }
            }
            assert!(rows.iter().flatten().any(|value| value.abs() > 0.2), "there is something");
        }
    }
}
