//! Sixels: bands of six rows, colour by colour, in a fixed palette with the error spread to the neighbours.

use std::fmt::Write as _;

use image::RgbaImage;

/// Steps of each of the three colours; their cube is the palette.
const STEPS: i32 = 6;

/// A pixel that shows nothing.
const CLEAR: u8 = u8::MAX;

/// The image. Transparent pixels are left as they are.
pub(super) fn encode(pixels: &RgbaImage) -> String {
    let (width, height) = pixels.dimensions();
    let indexes = dither(pixels);
    let mut text = format!("\u{1b}P0;1;0q\"1;1;{width};{height}");
    for index in 0..STEPS * STEPS * STEPS {
        // Percent, as the protocol has them.
        let [r, g, b] = steps(index).map(|step| step * 100 / (STEPS - 1));
        let _ = write!(text, "#{index};2;{r};{g};{b}");
    }
    for top in (0..height).step_by(6) {
        band(&mut text, &indexes, width as usize, top as usize);
        text.push('-');
    }
    text.push_str("\u{1b}\\\n");
    text
}

/// Six rows, each colour in a line of its own over the same place.
fn band(text: &mut String, indexes: &[u8], width: usize, top: usize) {
    let rows: Vec<&[u8]> = indexes.chunks(width).skip(top).take(6).collect();
    let mut used = [false; 256];
    for index in rows.iter().copied().flatten() {
        used[usize::from(*index)] = true;
    }
    for colour in (0..CLEAR).filter(|colour| used[usize::from(*colour)]) {
        let _ = write!(text, "#{colour}");
        let mut run = (0_usize, 0_u8);
        for x in 0..width {
            let bits = rows
                .iter()
                .enumerate()
                .fold(0_u8, |bits, (y, row)| bits | u8::from(row.get(x) == Some(&colour)) << y);
            if run.1 != bits && run.0 > 0 {
                push(text, run);
                run.0 = 0;
            }
            run = (run.0 + 1, bits);
        }
        push(text, run);
        text.push('$');
    }
}

fn push(text: &mut String, (count, bits): (usize, u8)) {
    let sixel = char::from(bits + 63);
    if count > 3 {
        let _ = write!(text, "!{count}{sixel}");
    } else {
        text.extend(std::iter::repeat_n(sixel, count));
    }
}

fn steps(index: i32) -> [i32; 3] {
    [index / (STEPS * STEPS), index / STEPS % STEPS, index % STEPS]
}

/// The palette's index of each pixel, by Floyd and Steinberg.
fn dither(pixels: &RgbaImage) -> Vec<u8> {
    let width = pixels.width() as usize;
    let mut indexes = Vec::with_capacity(width * pixels.height() as usize);
    // The errors of this row and of the next, with a margin on both sides.
    let (mut here, mut below) = (vec![[0_i32; 3]; width + 2], vec![[0_i32; 3]; width + 2]);
    for row in pixels.rows() {
        for (x, pixel) in row.enumerate() {
            let [r, g, b, a] = pixel.0;
            if a < 128 {
                indexes.push(CLEAR);
                continue;
            }
            let mut index = 0;
            for (channel, value) in [r, g, b].into_iter().enumerate() {
                let wanted = (i32::from(value) + here[x + 1][channel] / 16).clamp(0, 255);
                let step = (wanted * (STEPS - 1) + 127) / 255;
                let error = wanted - step * 255 / (STEPS - 1);
                here[x + 2][channel] += error * 7;
                below[x][channel] += error * 3;
                below[x + 1][channel] += error * 5;
                below[x + 2][channel] += error;
                index = index * STEPS + step;
            }
            indexes.push(u8::try_from(index).unwrap_or(CLEAR));
        }
        std::mem::swap(&mut here, &mut below);
        below.fill([0; 3]);
    }
    indexes
}

#[cfg(test)]
mod tests {
    use super::{CLEAR, dither, encode};
    use image::{Rgba, RgbaImage};

    /// The palette's indexes, read back off the sixels as a terminal does.
    fn decode(text: &str, width: usize, height: usize) -> Vec<u8> {
        let body = text.split_once("\"1;1;").unwrap().1.split_once('#').unwrap().1;
        let body = format!("#{}", body.split('\u{1b}').next().unwrap());
        let mut pixels = vec![CLEAR; width * height];
        let (mut x, mut top, mut colour, mut repeat) = (0, 0, 0_u8, 1);
        let mut rest = body.chars().peekable();
        while let Some(c) = rest.next() {
            let mut number = || {
                let mut text = String::new();
                while let Some(digit) = rest.next_if(char::is_ascii_digit) {
                    text.push(digit);
                }
                text.parse::<usize>().unwrap()
            };
            match c {
                '#' => {
                    colour = u8::try_from(number()).unwrap();
                    while rest.next_if(|c| c.is_ascii_digit() || *c == ';').is_some() {}
                }
                '!' => repeat = number(),
                '$' => x = 0,
                '-' => (x, top) = (0, top + 6),
                sixel => {
                    let bits = sixel as u8 - 63;
                    for _ in 0..std::mem::replace(&mut repeat, 1) {
                        for y in (0..6).filter(|y| bits >> y & 1 == 1) {
                            pixels[(top + y) * width + x] = colour;
                        }
                        x += 1;
                    }
                }
            }
        }
        pixels
    }

    #[test]
    fn a_terminal_reads_back_what_was_drawn() {
        let byte = |number: u32| u8::try_from(number).unwrap();
        let mut pixels = RgbaImage::from_fn(37, 20, |x, y| Rgba([byte(x * 6), byte(y * 12), 77, 255]));
        pixels.put_pixel(5, 7, Rgba([0, 0, 0, 0]));
        assert_eq!(decode(&encode(&pixels), 37, 20), dither(&pixels));
        assert_eq!(dither(&pixels)[7 * 37 + 5], CLEAR);
    }

    #[test]
    fn plain_colours_stay_what_they_are() {
        let red = RgbaImage::from_pixel(4, 4, Rgba([255, 0, 0, 255]));
        assert!(dither(&red).iter().all(|index| *index == 5 * 36));
    }
}
