//! Scans JSON text in any cut: copies it, but for the blobs, which come out decoded.
//!
//! It checks the grammar as it goes, so that what it leaves is JSON that any parser reads. It is lenient where
//! sellers are sloppy and nothing can be mistaken: raw control characters in strings and lone surrogates are
//! written properly in the copy.

use super::{BlobEnd, BlobId, BlobStart, BlobSummary, PullRules, ScanLimits, base64::room_for, pull::Rule};

mod blob;
mod number;
mod text;

use blob::Blob;
use text::Text;

/// Decoded bytes lent out at a time: small enough to stay in the nearest caches.
const OUT_SIZE: usize = 64 * 1024;

/// The most text that is taken up at a time.
pub(super) const SLICE: usize = 64 * 1024;

#[derive(Debug)]
pub(super) struct JsonScanner {
    rules: PullRules,
    limits: ScanLimits,
    state: State,
    stack: Vec<Container>,
    /// Where the current value stands, except for the index in an array.
    path: Vec<u8>,
    /// The copy.
    doc: Vec<u8>,
    text: Text,
    blob: Blob,
    blobs: Vec<BlobSummary>,
    next_id: u32,
    out: Vec<u8>,
    out_len: usize,
    /// The bytes of `out` were lent to the caller and may be overwritten now.
    lent: bool,
    /// The unescaped text of a stretch with many escapes.
    gathered: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Value,
    ValueOrEnd,
    KeyOrEnd,
    Key,
    Colon,
    CommaOrEnd,
    /// In a string that is copied.
    Text(Role),
    /// In a string that may turn out to be a blob; copied until that is known.
    Probe(Rule),
    /// The blob has begun; its first characters are still in the probe.
    PullHead,
    /// In a blob.
    Pull,
    /// In a blob that is given up.
    Skip,
    /// The blob's string is over.
    PullEnd,
    Number,
    /// Behind the first character of `true`, `false` or `null`; what is left of it.
    Literal(&'static [u8]),
    Done,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Key,
    Value,
}

#[derive(Debug)]
struct Container {
    is_object: bool,
    /// The number of the current item.
    index: u64,
    /// The length of the path that leads here.
    path_len: usize,
    /// The length that the path had outside, to be restored.
    outer_len: usize,
    /// What the key above says of the strings directly in it.
    rule: Rule,
}

/// What was found.
#[derive(Debug)]
pub(super) enum Found {
    Start(BlobStart),
    /// So many bytes, in [`JsonScanner::out`].
    Data(BlobId, usize),
    End(BlobEnd),
}

/// Why the text cannot be read further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    NotJson,
    Trailing,
    TooDeep,
    TooLarge,
    TooManyBlobs,
}

impl JsonScanner {
    pub(super) fn new(rules: PullRules, limits: ScanLimits) -> Self {
        Self {
            rules,
            limits,
            state: State::Value,
            stack: Vec::new(),
            path: Vec::new(),
            doc: Vec::new(),
            text: Text::default(),
            blob: Blob::new(),
            blobs: Vec::new(),
            next_id: 0,
            out: Vec::new(),
            out_len: 0,
            lent: false,
            gathered: Vec::new(),
        }
    }

    /// The bytes last found.
    pub(super) fn out(&self) -> &[u8] {
        &self.out
    }

    /// Nothing but white space was read since the last document.
    pub(super) fn is_blank(&self) -> bool {
        self.state == State::Value && self.doc.is_empty()
    }

    /// The document is whole.
    pub(super) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// In a string: a line break here belongs to it.
    pub(super) fn is_in_string(&self) -> bool {
        matches!(self.state, State::Text(_) | State::Probe(_) | State::PullHead | State::Pull | State::Skip)
    }

    /// The copy so far.
    pub(super) fn doc(&self) -> &[u8] {
        &self.doc
    }

    /// The innermost thing that is open, by its path.
    pub(super) fn open(&self) -> String {
        match self.state {
            State::PullHead | State::Pull | State::Skip | State::PullEnd => self.blob.path.clone(),
            _ => self.current_path(),
        }
    }

    /// Reads on until something is found or `input` is used up; says how much of it was used.
    pub(super) fn feed(&mut self, input: &[u8]) -> (usize, Result<Option<Found>, Fault>) {
        if std::mem::take(&mut self.lent) {
            self.out_len = 0;
        }
        let mut at = 0;
        loop {
            match self.state {
                State::PullHead => {
                    self.pull_head();
                    continue;
                }
                State::PullEnd if self.out_len == 0 => return (at, Ok(Some(Found::End(self.end_blob())))),
                _ => {}
            }
            let full =
                self.out_len > 0 && (self.state == State::PullEnd || self.out_len + room_for(64) > OUT_SIZE);
            if at == input.len() || full {
                let found = (self.out_len > 0).then(|| {
                    self.lent = true;
                    Found::Data(self.blob.id, self.out_len)
                });
                return (at, Ok(found));
            }
            let was_done = self.is_done();
            match self.step(&input[at..]) {
                Ok((used, found)) => {
                    at += used;
                    // A whole document is taken before anything behind it is judged.
                    if found.is_some() || (self.is_done() && !was_done) {
                        return (at, Ok(found));
                    }
                    if self.doc.len() > self.limits.document {
                        return (at, Err(Fault::TooLarge));
                    }
                }
                Err(fault) => return (at, Err(fault)),
            }
        }
    }

    /// The text is over: a number at the top may only now be known to be whole.
    pub(super) fn finish(&mut self) -> Result<(), Fault> {
        if self.state == State::Number && self.stack.is_empty() {
            self.end_number()?;
        }
        Ok(())
    }

    /// Takes the copy and what is known of its blobs, and makes ready for the next document.
    pub(super) fn take(&mut self) -> (Vec<u8>, Vec<BlobSummary>) {
        self.state = State::Value;
        self.stack.clear();
        self.path.clear();
        self.text.escape_len = 0;
        self.text.high = None;
        self.out_len = 0;
        let doc = match String::from_utf8(std::mem::take(&mut self.doc)) {
            Ok(text) => text.into_bytes(),
            // Bytes that are no text would keep any parser from reading all the others.
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned().into_bytes(),
        };
        (doc, std::mem::take(&mut self.blobs))
    }

    /// Takes one step into `input`, which is not empty.
    fn step(&mut self, input: &[u8]) -> Result<(usize, Option<Found>), Fault> {
        let byte = input[0];
        match self.state {
            State::Text(role) => return Ok((self.copy_text(input, role)?, None)),
            State::Probe(rule) => return self.probe(byte, rule).map(|found| (1, found)),
            State::Pull => return Ok((self.pull(input)?, None)),
            State::Skip => return Ok((self.skip(input), None)),
            State::Number => {
                let len = input.iter().take_while(|byte| number::may_contain(**byte)).count();
                self.doc.extend_from_slice(&input[..len]);
                if len == 0 {
                    self.end_number()?;
                }
                return Ok((len, None));
            }
            State::Literal(left) => {
                if byte != left[0] {
                    return Err(Fault::NotJson);
                }
                self.doc.push(byte);
                match &left[1..] {
                    [] => self.end_value(),
                    left => self.state = State::Literal(left),
                }
                return Ok((1, None));
            }
            _ => {}
        }
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            return Ok((1, None));
        }
        match (self.state, byte) {
            (State::ValueOrEnd, b']') | (State::KeyOrEnd, b'}') => self.close(byte),
            (State::Value | State::ValueOrEnd, _) => self.begin_value(byte)?,
            (State::KeyOrEnd | State::Key, b'"') => {
                self.begin_text();
                self.state = State::Text(Role::Key);
            }
            (State::Colon, b':') => {
                self.doc.push(b':');
                self.state = State::Value;
            }
            (State::CommaOrEnd, b',') => {
                self.doc.push(b',');
                if let Some(container) = self.stack.last_mut() {
                    container.index += 1;
                    self.state = if container.is_object { State::Key } else { State::Value };
                }
            }
            (State::CommaOrEnd, b']' | b'}') => {
                if self.stack.last().is_none_or(|container| container.is_object != (byte == b'}')) {
                    return Err(Fault::NotJson);
                }
                self.close(byte);
            }
            (State::Done, _) => return Err(Fault::Trailing),
            _ => return Err(Fault::NotJson),
        }
        Ok((1, None))
    }

    fn begin_value(&mut self, byte: u8) -> Result<(), Fault> {
        match byte {
            b'{' | b'[' => {
                if self.stack.len() >= self.limits.depth {
                    return Err(Fault::TooDeep);
                }
                let is_object = byte == b'{';
                let rule = if is_object { Rule::Keep } else { self.rule() };
                let outer_len = self.path.len();
                self.path = self.current_path().into_bytes();
                self.stack.push(Container {
                    is_object,
                    index: 0,
                    path_len: self.path.len(),
                    outer_len,
                    rule,
                });
                self.state = if is_object { State::KeyOrEnd } else { State::ValueOrEnd };
                self.doc.push(byte);
            }
            b'"' => {
                self.begin_text();
                self.state = match self.rule() {
                    Rule::Keep => State::Text(Role::Value),
                    rule => State::Probe(rule),
                };
            }
            b'-' | b'0'..=b'9' => {
                self.text.start = self.doc.len();
                self.doc.push(byte);
                self.state = State::Number;
            }
            b't' => self.begin_literal(byte, b"rue"),
            b'f' => self.begin_literal(byte, b"alse"),
            b'n' => self.begin_literal(byte, b"ull"),
            _ => return Err(Fault::NotJson),
        }
        Ok(())
    }

    fn begin_literal(&mut self, byte: u8, left: &'static [u8]) {
        self.doc.push(byte);
        self.state = State::Literal(left);
    }

    fn end_number(&mut self) -> Result<(), Fault> {
        if !number::is_number(&self.doc[self.text.start..]) {
            return Err(Fault::NotJson);
        }
        self.end_value();
        Ok(())
    }

    fn end_value(&mut self) {
        self.state = if self.stack.is_empty() { State::Done } else { State::CommaOrEnd };
    }

    fn close(&mut self, byte: u8) {
        self.doc.push(byte);
        if let Some(container) = self.stack.pop() {
            self.path.truncate(container.outer_len);
        }
        self.end_value();
    }

    fn rule(&self) -> Rule {
        self.stack.last().map_or(Rule::Keep, |container| container.rule)
    }

    fn current_path(&self) -> String {
        let mut path = String::from_utf8_lossy(&self.path).into_owned();
        if let Some(container) = self.stack.last().filter(|container| !container.is_object) {
            path.extend(["[", &container.index.to_string(), "]"]);
        }
        path
    }
}
