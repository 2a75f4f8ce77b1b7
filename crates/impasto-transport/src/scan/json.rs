//! Scans JSON text in any cut: copies it, but for the blobs, which come out decoded.
//!
//! It checks the grammar as it goes, so that what it leaves is JSON that any parser reads. It is lenient where
//! sellers are sloppy and nothing can be mistaken: raw control characters in strings and lone surrogates are
//! written properly in the copy.

use super::{
    BlobEnd, BlobId, BlobProblem, BlobStart, BlobSummary, PullRules, ScanLimits,
    base64::{Bad, Decoder, room_for},
    blob_of, placeholder,
    pull::{Decision, Rule, decide},
};

mod number;

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

/// The string that is being read.
#[derive(Debug, Default)]
struct Text {
    /// Where it begins in the copy, behind the quote.
    start: usize,
    /// An escape that is not yet whole, from its backslash on.
    escape: [u8; 6],
    escape_len: usize,
    /// Where in the copy the escape of a high surrogate begins that waits for its other half.
    high: Option<usize>,
    /// The first characters, unescaped, when the string may be a blob.
    head: Vec<u8>,
}

/// The blob that is being read.
#[derive(Debug)]
struct Blob {
    base64: Decoder,
    id: BlobId,
    path: String,
    media_type: Option<String>,
    /// Where in the head its base64 begins.
    skip: usize,
    len: u64,
    problem: Option<BlobProblem>,
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
            blob: Blob {
                base64: Decoder::new(),
                id: BlobId(0),
                path: String::new(),
                media_type: None,
                skip: 0,
                len: 0,
                problem: None,
            },
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

    /// Ends a blob that the end of the reply cut.
    pub(super) fn cut_blob(&mut self) -> Option<BlobEnd> {
        if !matches!(self.state, State::PullHead | State::Pull | State::Skip | State::PullEnd) {
            return None;
        }
        if self.state != State::PullEnd && self.blob.problem.is_none() {
            self.blob.problem = Some(BlobProblem::Truncated { path: self.blob.path.clone() });
        }
        self.out_len = 0;
        Some(self.end_blob())
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

    fn begin_text(&mut self) {
        self.doc.push(b'"');
        self.text.start = self.doc.len();
        self.text.head.clear();
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
            path.push_str(&format!("[{}]", container.index));
        }
        path
    }

    /// Copies text up to its closing quote, or as far as it goes.
    fn copy_text(&mut self, input: &[u8], role: Role) -> Result<usize, Fault> {
        if self.text.escape_len > 0 {
            self.copy_escape(input[0])?;
            return Ok(1);
        }
        let input = &input[..input.len().min(SLICE)];
        let run =
            input.iter().position(|&byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(input.len());
        if run > 0 {
            self.end_high_surrogate();
            self.doc.extend_from_slice(&input[..run]);
            return Ok(run);
        }
        match input[0] {
            b'"' => self.end_text(role),
            b'\\' => {
                self.copy_escape(b'\\')?;
            }
            control => self.copy_control(control),
        }
        Ok(1)
    }

    fn copy_control(&mut self, control: u8) {
        self.end_high_surrogate();
        self.doc.extend_from_slice(format!("\\u{control:04x}").as_bytes());
    }

    /// Takes one byte of an escape. Once it is whole it is copied, and its UTF-16 unit returned.
    fn copy_escape(&mut self, byte: u8) -> Result<Option<u16>, Fault> {
        let Some(unit) = self.text.take_escape(byte)? else { return Ok(None) };
        let at = self.doc.len();
        match unit {
            0xdc00..0xe000 if self.text.high.take() != at.checked_sub(6) || at < 6 => {
                self.doc.extend_from_slice(b"\\ufffd");
            }
            _ => {
                if !(0xdc00..0xe000).contains(&unit) {
                    self.end_high_surrogate();
                }
                let escape = self.text.escape;
                let len = if escape[1] == b'u' { 6 } else { 2 };
                self.doc.extend_from_slice(&escape[..len]);
                if (0xd800..0xdc00).contains(&unit) {
                    self.text.high = Some(at);
                }
            }
        }
        Ok(Some(unit))
    }

    /// Something else than its other half follows a high surrogate: it stands for no character.
    fn end_high_surrogate(&mut self) {
        if let Some(at) = self.text.high.take() {
            self.doc[at..at + 6].copy_from_slice(b"\\ufffd");
        }
    }

    fn end_text(&mut self, role: Role) {
        self.end_high_surrogate();
        self.doc.push(b'"');
        match role {
            Role::Value => {
                self.guard_placeholder();
                self.end_value();
            }
            Role::Key => {
                self.take_key();
                self.state = State::Colon;
            }
        }
    }

    /// The seller's own string must not pass for a placeholder.
    fn guard_placeholder(&mut self) {
        // Every character written as an escape, and a number of ten digits.
        const LONGEST: usize = 6 * (13 + 10) + 2;
        let quoted = &self.doc[self.text.start - 1..];
        if quoted.len() <= LONGEST
            && serde_json::from_slice::<String>(quoted).is_ok_and(|text| blob_of(&text).is_some())
        {
            let start = self.text.start;
            self.doc.splice(start..start, "\u{fffd}".bytes());
        }
    }

    fn take_key(&mut self) {
        let quoted = &self.doc[self.text.start - 1..];
        let plain = &quoted[1..quoted.len() - 1];
        let key = if plain.contains(&b'\\') {
            serde_json::from_slice(quoted).unwrap_or_default()
        } else {
            String::from_utf8_lossy(plain).into_owned()
        };
        let rule = self.rules.of_key(&key);
        if let Some(container) = self.stack.last_mut() {
            container.rule = rule;
            self.path.truncate(container.path_len);
            if !self.path.is_empty() {
                self.path.push(b'.');
            }
            // Paths are for people; a key as long as a page is none.
            let shown = key.char_indices().nth(64).map_or(&key[..], |(end, _)| &key[..end]);
            self.path.extend_from_slice(shown.as_bytes());
        }
    }

    /// Takes one byte of a string that may be a blob.
    fn probe(&mut self, byte: u8, rule: Rule) -> Result<Option<Found>, Fault> {
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

    fn begin_blob(&mut self, skip: usize, media_type: Option<String>, ended: bool) -> Result<Found, Fault> {
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

    fn pull_head(&mut self) {
        self.state = State::Pull;
        let head = std::mem::take(&mut self.text.head);
        self.decode(&head[self.blob.skip..]);
        self.text.head = head;
    }

    /// Decodes from a blob's string as much as there is room for.
    fn pull(&mut self, input: &[u8]) -> Result<usize, Fault> {
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
    fn gather(&mut self, input: &[u8], first: usize) -> usize {
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

    fn decode(&mut self, text: &[u8]) {
        let (len, bad) = self.blob.base64.decode(text, &mut self.out[self.out_len..]);
        self.count(len, bad);
        if self.blob.problem.is_some() {
            self.state = State::Skip;
        }
    }

    fn finish_blob(&mut self) {
        if self.state == State::Pull {
            let (len, bad) = self.blob.base64.finish(&mut self.out[self.out_len..]);
            self.count(len, bad);
        }
        self.state = State::PullEnd;
    }

    /// Counts decoded bytes in, up to the limit.
    fn count(&mut self, len: usize, bad: Option<Bad>) {
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
    fn skip(&mut self, input: &[u8]) -> usize {
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

    fn end_blob(&mut self) -> BlobEnd {
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

impl Text {
    /// Takes one byte of an escape, from its backslash on; gives its UTF-16 unit once it is whole.
    fn take_escape(&mut self, byte: u8) -> Result<Option<u16>, Fault> {
        self.escape[self.escape_len] = byte;
        self.escape_len += 1;
        let unit = match (self.escape_len, byte) {
            (1, _) | (2, b'u') => return Ok(None),
            (2, b'"' | b'\\' | b'/') => u16::from(byte),
            (2, b'b') => 0x08,
            (2, b'f') => 0x0c,
            (2, b'n') => 0x0a,
            (2, b'r') => 0x0d,
            (2, b't') => 0x09,
            (3..=6, _) if byte.is_ascii_hexdigit() => {
                if self.escape_len < 6 {
                    return Ok(None);
                }
                let digits = std::str::from_utf8(&self.escape[2..]).map_err(|_| Fault::NotJson)?;
                u16::from_str_radix(digits, 16).map_err(|_| Fault::NotJson)?
            }
            _ => return Err(Fault::NotJson),
        };
        self.escape_len = 0;
        Ok(Some(unit))
    }
}
