//! Strings that are pulled out: recognised by their beginning, decoded as they arrive.

use super::{Fault, Found, JsonScanner, OUT_SIZE, Role, SLICE, State};
use crate::scan::{
    BlobEnd, BlobId, BlobProblem, BlobStart, BlobSummary,
    base64::{Bad, Decoder, room_for},
    placeholder,
    pull::{Decision, Rule, decide},
};

/// The blob that is being read.
#[derive(Debug)]
pub(super) struct Blob {
    pub(super) base64: Decoder,
    pub(super) id: BlobId,
    pub(super) path: String,
    pub(super) media_type: Option<String>,
    /// Where in the head its base64 begins.
    pub(super) skip: usize,
    pub(super) len: u64,
    pub(super) problem: Option<BlobProblem>,
}

impl Blob {
    pub(super) fn new() -> Self {
        Self {
            base64: Decoder::new(),
            id: BlobId(0),
            path: String::new(),
            media_type: None,
            skip: 0,
            len: 0,
            problem: None,
        }
    }
}

impl JsonScanner {
    /// Ends a blob that the end of the reply cut.
    pub(in crate::scan) fn cut_blob(&mut self) -> Option<BlobEnd> {
        if !matches!(self.state, State::PullHead | State::Pull | State::Skip | State::PullEnd) {
            return None;
        }
        if self.state != State::PullEnd && self.blob.problem.is_none() {
            self.blob.problem = Some(BlobProblem::Truncated { path: self.blob.path.clone() });
        }
        self.out_len = 0;
        Some(self.end_blob())
    }

    /// Takes one byte of a string that may be a blob.
    pub(super) fn probe(&mut self, byte: u8, rule: Rule) -> Result<Option<Found>, Fault> {
        let mut ended = false;
        if self.text.escape_len > 0 || byte == b'\\' {
            match self.copy_escape(byte)? {
                None => return Ok(None),
                // A character beyond ASCII is neither base64 nor the start of a URL, whichever it is.
                Some(unit) => self.text.head.push(u8::try_from(unit).unwrap_or(0xff)),
            }
        } else if byte == b'"' {
            ended = true;
        } else {
            if byte < 0x20 {
                self.copy_control(byte);
            } else {
                self.end_high_surrogate();
                self.doc.push(byte);
            }
            self.text.head.push(byte);
        }
        match decide(rule, &self.text.head, ended) {
            Decision::More => Ok(None),
            Decision::Keep if ended => {
                self.end_text(Role::Value);
                Ok(None)
            }
            Decision::Keep => {
                self.state = State::Text(Role::Value);
                Ok(None)
            }
            Decision::Pull { skip, media_type } => self.begin_blob(skip, media_type, ended).map(Some),
        }
    }

    pub(super) fn begin_blob(
        &mut self,
        skip: usize,
        media_type: Option<String>,
        ended: bool,
    ) -> Result<Found, Fault> {
        if self.next_id >= self.limits.blobs {
            return Err(Fault::TooManyBlobs);
        }
        let id = BlobId(self.next_id);
        self.next_id += 1;
        self.doc.truncate(self.text.start);
        self.text.high = None;
        self.doc.extend_from_slice(placeholder(id).as_bytes());
        self.doc.push(b'"');
        self.blob.base64.reset();
        self.blob.id = id;
        self.blob.path = self.current_path();
        self.blob.media_type = media_type;
        self.blob.skip = skip;
        self.blob.len = 0;
        self.blob.problem = None;
        self.out.resize(OUT_SIZE, 0);
        self.out_len = 0;
        if ended {
            self.pull_head();
            self.finish_blob();
        } else {
            self.state = State::PullHead;
        }
        let (path, media_type) = (self.blob.path.clone(), self.blob.media_type.clone());
        Ok(Found::Start(BlobStart { id, path, media_type, event: None }))
    }

    pub(super) fn pull_head(&mut self) {
        self.state = State::Pull;
        let head = std::mem::take(&mut self.text.head);
        self.decode(&head[self.blob.skip..]);
        self.text.head = head;
    }

    /// Decodes from a blob's string as much as there is room for.
    pub(super) fn pull(&mut self, input: &[u8]) -> Result<usize, Fault> {
        if self.text.escape_len > 0 {
            if let Some(unit) = self.text.take_escape(input[0])? {
                self.decode(&[u8::try_from(unit).unwrap_or(0xff)]);
            }
            return Ok(1);
        }
        let room = (OUT_SIZE - self.out_len - room_for(0)) / 3 * 4;
        let input = &input[..input.len().min(room).min(SLICE)];
        match memchr::memchr2(b'"', b'\\', input) {
            None => {
                self.decode(input);
                Ok(input.len())
            }
            Some(at) if input[at] == b'\\' && input.get(at + 1) == Some(&b'/') => Ok(self.gather(input, at)),
            Some(0) if input[0] == b'"' => {
                self.finish_blob();
                Ok(1)
            }
            Some(0) => {
                self.text.take_escape(b'\\')?;
                Ok(1)
            }
            Some(at) => {
                self.decode(&input[..at]);
                Ok(at)
            }
        }
    }

    /// Some sellers escape every slash: such text is put together before it is decoded.
    pub(super) fn gather(&mut self, input: &[u8], first: usize) -> usize {
        let mut gathered = std::mem::take(&mut self.gathered);
        gathered.clear();
        let (mut at, mut stop) = (0, first);
        loop {
            gathered.extend_from_slice(&input[at..stop]);
            at = stop;
            if !input[at..].starts_with(b"\\/") {
                break;
            }
            gathered.push(b'/');
            at += 2;
            stop = memchr::memchr2(b'"', b'\\', &input[at..]).map_or(input.len(), |offset| at + offset);
        }
        self.decode(&gathered);
        self.gathered = gathered;
        at
    }

    pub(super) fn decode(&mut self, text: &[u8]) {
        let (len, bad) = self.blob.base64.decode(text, &mut self.out[self.out_len..]);
        self.count(len, bad);
        if self.blob.problem.is_some() {
            self.state = State::Skip;
        }
    }

    pub(super) fn finish_blob(&mut self) {
        if self.state == State::Pull {
            let (len, bad) = self.blob.base64.finish(&mut self.out[self.out_len..]);
            self.count(len, bad);
        }
        self.state = State::PullEnd;
    }

    /// Counts decoded bytes in, up to the limit.
    pub(super) fn count(&mut self, len: usize, bad: Option<Bad>) {
        let path = || self.blob.path.clone();
        let left = self.limits.blob - self.blob.len;
        let fits = usize::try_from(left).map_or(len, |left| left.min(len));
        if fits < len {
            self.blob.problem = Some(BlobProblem::TooLarge { path: path(), limit: self.limits.blob });
        } else if let Some(bad) = bad {
            let found = match bad.found {
                None => "the end".to_owned(),
                Some(byte) if byte.is_ascii_graphic() => format!("`{}`", char::from(byte)),
                Some(byte) if byte >= 0x80 => "not ASCII".to_owned(),
                Some(byte) => format!("0x{byte:02x}"),
            };
            self.blob.problem = Some(BlobProblem::BadBase64 { path: path(), at: bad.at, found });
        }
        self.out_len += fits;
        self.blob.len += fits as u64;
    }

    /// Passes over the rest of a blob that was given up.
    pub(super) fn skip(&mut self, input: &[u8]) -> usize {
        if self.text.escape_len > 0 {
            // One byte is enough: what follows `\u` holds no quote.
            self.text.escape_len = 0;
            return 1;
        }
        match memchr::memchr2(b'"', b'\\', input) {
            None => input.len(),
            Some(at) => {
                if input[at] == b'"' {
                    self.state = State::PullEnd;
                } else {
                    self.text.escape_len = 1;
                }
                at + 1
            }
        }
    }

    pub(super) fn end_blob(&mut self) -> BlobEnd {
        let blob = &mut self.blob;
        let problem = blob.problem.take();
        self.blobs.push(BlobSummary {
            id: blob.id,
            path: std::mem::take(&mut blob.path),
            media_type: blob.media_type.take(),
            len: blob.len,
            problem: problem.clone(),
        });
        let end = BlobEnd { id: blob.id, len: blob.len, problem };
        self.text.escape_len = 0;
        self.end_value();
        end
    }
}
