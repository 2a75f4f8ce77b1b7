//! Base64 as sellers send it, decoded slice by slice: SIMD for clean text, a sieve before it for the rest.

use base64_simd::{Out, STANDARD};

/// Decodes one blob. Accepts both alphabets, white space anywhere, and missing padding.
#[derive(Debug)]
pub(super) struct Decoder {
    /// The values of a quad that is not yet whole.
    quad: [u8; 4],
    held: usize,
    padding: usize,
    /// Characters taken so far, white space included.
    position: u64,
    /// Something but the standard alphabet was seen: the sieve comes first from now on.
    messy: bool,
    sieved: Vec<u8>,
}

/// A character that does not belong, and where; none means the end of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bad {
    pub(super) at: u64,
    pub(super) found: Option<u8>,
}

/// The room that decoding `text` bytes may need.
pub(super) const fn room_for(text: usize) -> usize {
    text / 4 * 3 + 6
}

impl Decoder {
    pub(super) fn new() -> Self {
        Self { quad: [0; 4], held: 0, padding: 0, position: 0, messy: false, sieved: Vec::new() }
    }

    /// Makes ready for the next blob.
    pub(super) fn reset(&mut self) {
        (self.held, self.padding, self.position, self.messy) = (0, 0, 0, false);
    }

    /// Decodes `text` to the front of `out`, which has [`room_for`] it. What was decoded before a bad
    /// character is counted.
    pub(super) fn decode(&mut self, text: &[u8], out: &mut [u8]) -> (usize, Option<Bad>) {
        let mut written = 0;
        let mut rest = text;
        if !self.messy {
            while self.held > 0 && !rest.is_empty() {
                if let Err(bad) = self.push(rest[0], out, &mut written) {
                    return (written, Some(bad));
                }
                rest = &rest[1..];
            }
            let mut bulk = rest.len() & !3;
            // Padding is for the careful path: it may be short, and it must be the end.
            if self.padding > 0 {
                bulk = 0;
            }
            while bulk > 0 && rest[bulk - 1] == b'=' {
                bulk -= 4;
            }
            if bulk > 0 {
                match STANDARD.decode(&rest[..bulk], Out::from_slice(&mut out[written..])) {
                    Ok(decoded) => {
                        written += decoded.len();
                        self.position += bulk as u64;
                        rest = &rest[bulk..];
                    }
                    Err(_) => self.messy = true,
                }
            }
        }
        let bad = if self.messy { self.decode_messy(rest, out, &mut written) } else { None };
        if self.messy {
            return (written, bad);
        }
        for &byte in rest {
            if let Err(bad) = self.push(byte, out, &mut written) {
                return (written, Some(bad));
            }
        }
        (written, None)
    }

    /// The text is over: gives the bytes of a last, short quad.
    pub(super) fn finish(&mut self, out: &mut [u8]) -> (usize, Option<Bad>) {
        let bits =
            u32::from(self.quad[0]) << 18 | u32::from(self.quad[1]) << 12 | u32::from(self.quad[2]) << 6;
        let bytes = bits.to_be_bytes();
        match self.held {
            0 => (0, None),
            1 => (0, Some(Bad { at: self.position, found: None })),
            held => {
                out[..held - 1].copy_from_slice(&bytes[1..held]);
                self.held = 0;
                (held - 1, None)
            }
        }
    }

    fn decode_messy(&mut self, text: &[u8], out: &mut [u8], written: &mut usize) -> Option<Bad> {
        let mut sieved = std::mem::take(&mut self.sieved);
        sieved.resize(text.len().max(sieved.len()), 0);
        // The quad that is open comes first; the bulk begins at a quad's edge.
        let mut rest = text;
        while self.held > 0 && !rest.is_empty() {
            if let Err(bad) = self.push(rest[0], out, written) {
                self.sieved = sieved;
                return Some(bad);
            }
            rest = &rest[1..];
        }
        let mut kept = 0;
        let mut taken = 0;
        if self.padding == 0 {
            for &byte in rest {
                let class = SIEVE[usize::from(byte)];
                if class == STOP {
                    break;
                }
                sieved[kept] = class;
                kept += usize::from(class != SKIP);
                taken += 1;
            }
        }
        let bulk = kept & !3;
        // The sieve lets only the standard alphabet through, so this cannot fail.
        if let Ok(decoded) = STANDARD.decode(&sieved[..bulk], Out::from_slice(&mut out[*written..])) {
            *written += decoded.len();
        }
        self.position += taken as u64;
        for &byte in &sieved[bulk..kept] {
            self.quad[self.held] = VALUE[usize::from(byte)];
            self.held += 1;
        }
        self.sieved = sieved;
        rest[taken..].iter().find_map(|&byte| self.push(byte, out, written).err())
    }

    fn push(&mut self, byte: u8, out: &mut [u8], written: &mut usize) -> Result<(), Bad> {
        let bad = Bad { at: self.position, found: Some(byte) };
        match SIEVE[usize::from(byte)] {
            SKIP => {}
            STOP if byte == b'=' => {
                if self.held < 2 || self.held + self.padding >= 4 {
                    return Err(bad);
                }
                self.padding += 1;
            }
            STOP => return Err(bad),
            _ if self.padding > 0 => return Err(bad),
            _ => {
                self.quad[self.held] = VALUE[usize::from(byte)];
                self.held += 1;
                if self.held == 4 {
                    let [a, b, c, d] = self.quad.map(u32::from);
                    let bytes = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
                    out[*written..*written + 3].copy_from_slice(&bytes[1..]);
                    *written += 3;
                    self.held = 0;
                }
            }
        }
        self.position += 1;
        Ok(())
    }
}

/// White space: left out.
const SKIP: u8 = 0;
/// Padding, or a character that does not belong: looked at singly.
const STOP: u8 = 1;

/// For each byte its standard form, [`SKIP`] or [`STOP`].
const SIEVE: [u8; 256] = sieve();
/// For each character of either alphabet its value.
const VALUE: [u8; 256] = values();

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const fn sieve() -> [u8; 256] {
    let mut table = [STOP; 256];
    let mut index = 0;
    while index < 64 {
        table[ALPHABET[index] as usize] = ALPHABET[index];
        index += 1;
    }
    table[b'-' as usize] = b'+';
    table[b'_' as usize] = b'/';
    table[b' ' as usize] = SKIP;
    table[b'\n' as usize] = SKIP;
    table[b'\r' as usize] = SKIP;
    table[b'\t' as usize] = SKIP;
    table[0x0c] = SKIP;
    table
}

const fn values() -> [u8; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    #[expect(clippy::cast_possible_truncation, reason = "the alphabet has 64 characters")]
    while index < 64 {
        table[ALPHABET[index] as usize] = index as u8;
        index += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    table
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(pieces: &[&[u8]]) -> (Vec<u8>, Option<Bad>) {
        let mut decoder = Decoder::new();
        let mut whole = Vec::new();
        for piece in pieces {
            let mut out = vec![0; room_for(piece.len())];
            let (len, bad) = decoder.decode(piece, &mut out);
            whole.extend_from_slice(&out[..len]);
            if bad.is_some() {
                return (whole, bad);
            }
        }
        let mut out = [0; 3];
        let (len, bad) = decoder.finish(&mut out);
        whole.extend_from_slice(&out[..len]);
        (whole, bad)
    }

    fn check(text: &str, expected: &[u8], bad: Option<(u64, Option<u8>)>) {
        let bad = bad.map(|(at, found)| Bad { at, found });
        assert_eq!(decode(&[text.as_bytes()]), (expected.to_vec(), bad), "{text:?}");
        let singly: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(decode(&singly), (expected.to_vec(), bad), "{text:?} byte by byte");
    }

    #[test]
    fn every_way_of_writing_base64_is_read_and_nothing_else() {
        check("", b"", None);
        check("Zm9vYmFy", b"foobar", None);
        check("Zm9vYg==", b"foob", None);
        check("Zm9vYg=", b"foob", None);
        check("Zm9vYg", b"foob", None);
        check("Zm9vYmE=", b"fooba", None);
        check("Zm9v\r\nYmFy\n", b"foobar", None);
        check(" Z m 9 v Y g = = ", b"foob", None);
        check("-_-_", b"\xfb\xff\xbf", None);
        check("+/+/", b"\xfb\xff\xbf", None);
        check("+_+/", b"\xfb\xff\xbf", None);
        check("Zm9vZ", b"foo", Some((5, None)));
        check("Zm9v!mFy", b"foo", Some((4, Some(b'!'))));
        check("=", b"", Some((0, Some(b'='))));
        check("Zm9vYg===", b"foo", Some((8, Some(b'='))));
        check("Zm9vYg==Zm9v", b"foo", Some((8, Some(b'Z'))));
        check("Zm9vYg==Zm9vYg==", b"foo", Some((8, Some(b'Z'))));
        check("Zm9v=", b"foo", Some((4, Some(b'='))));
        check("Zm9v\u{e9}", b"foo", Some((4, Some(0xc3))));
    }

    proptest! {
        #[test]
        fn any_cut_of_any_spelling_gives_the_bytes(
            bytes in prop::collection::vec(any::<u8>(), 0..600),
            url_safe: bool,
            padded: bool,
            wrap in prop::option::of(1_usize..80),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let codec = match (url_safe, padded) {
                (false, true) => STANDARD,
                (false, false) => base64_simd::STANDARD_NO_PAD,
                (true, true) => base64_simd::URL_SAFE,
                (true, false) => base64_simd::URL_SAFE_NO_PAD,
            };
            let mut text = codec.encode_to_string(&bytes).into_bytes();
            if let Some(width) = wrap {
                text = text.chunks(width).flat_map(|line| line.iter().chain(b"\r\n")).copied().collect();
            }
            let mut edges: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            edges.extend([0, text.len()]);
            edges.sort_unstable();
            let pieces: Vec<&[u8]> = edges.windows(2).map(|edge| &text[edge[0]..edge[1]]).collect();
            prop_assert_eq!(decode(&pieces), (bytes, None));
        }
    }
}
