//! The scanner of one reply: framing, JSON and blobs put together.

use std::collections::VecDeque;

use bytes::Bytes;

use super::{
    BlobEnd, BlobId, BlobStart, Document, DocumentKind, Piece, PullRules,
    events::Events,
    excerpt::{Excerpt, excerpt_of},
    json::{Fault, Found, JsonScanner, SLICE},
    kind::{ReplyKind, Sniffed, sniff},
    limits::{ScanError, ScanLimits},
};

/// Reads one reply as it arrives.
///
/// [`push`](Self::push) the pieces of the body as they come, and after each call [`next`](Self::next) until it
/// gives `None`; after the last piece, [`end`](Self::end), and `next` again. However the body is cut, the same
/// things are found; only where the bytes of a blob are divided differs.
///
/// A wrong `Content-Type` does no harm: an event stream that is plain JSON is read as JSON, and the other way
/// round.
///
/// ```
/// use impasto_transport::{Piece, PullRules, ReplyKind, ReplyScanner, ScanLimits};
///
/// let rules = PullRules::new(&["b64_json"], &[]);
/// let mut scanner = ReplyScanner::new(ReplyKind::Json, rules, ScanLimits::default());
/// let (mut image, mut json) = (Vec::new(), Vec::new());
/// for chunk in [&br#"{"data":[{"b64_json":"aGVs"#[..], br#"bG8="}],"created":1}"#] {
///     scanner.push(chunk.into());
///     while let Some(piece) = scanner.next()? {
///         match piece {
///             Piece::BlobData { bytes, .. } => image.extend_from_slice(bytes),
///             Piece::Document(document) => json = document.json,
///             _ => {}
///         }
///     }
/// }
/// scanner.end();
/// assert!(scanner.next()?.is_none());
/// assert_eq!(image, b"hello");
/// assert_eq!(json, br#"{"data":[{"b64_json":"impasto-blob:0"}],"created":1}"#);
/// # Ok::<(), impasto_transport::ScanError>(())
/// ```
#[derive(Debug)]
pub struct ReplyScanner {
    limits: ScanLimits,
    json: JsonScanner,
    framing: Framing,
    chunks: VecDeque<Bytes>,
    /// Bytes used so far.
    position: u64,
    ended: bool,
    /// Found and not yet given out.
    found: VecDeque<Token>,
    outcome: Outcome,
}

#[derive(Debug)]
enum Framing {
    /// Not yet known; the first bytes, without white space.
    Unknown {
        promised: ReplyKind,
        head: Vec<u8>,
    },
    Json,
    Events(Box<Events>),
}

#[derive(Debug)]
enum Outcome {
    Open,
    /// The document of a JSON reply was given out; only white space may follow.
    Given,
    /// Not what it should be: the excerpt is still being collected.
    Wrong {
        trailing: bool,
        at: u64,
        excerpt: Excerpt,
    },
    Failed(ScanError),
    Over,
}

/// A [`Piece`] that does not borrow.
#[derive(Debug)]
pub(super) enum Token {
    Start(BlobStart),
    Data(BlobId, usize),
    End(BlobEnd),
    Document(Document),
}

impl ReplyScanner {
    /// A scanner for a reply that is said to be framed as `kind`.
    #[must_use]
    pub fn new(kind: ReplyKind, rules: PullRules, limits: ScanLimits) -> Self {
        Self {
            limits,
            json: JsonScanner::new(rules, limits),
            framing: Framing::Unknown { promised: kind, head: Vec::new() },
            chunks: VecDeque::new(),
            position: 0,
            ended: false,
            found: VecDeque::new(),
            outcome: Outcome::Open,
        }
    }

    /// Takes the next bytes of the body.
    pub fn push(&mut self, chunk: Bytes) {
        if !chunk.is_empty() && !self.ended {
            self.chunks.push_back(chunk);
        }
    }

    /// Says that the body is over.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// How the reply turned out to be framed, whatever was promised; what was promised until that is known.
    #[must_use]
    pub fn kind(&self) -> ReplyKind {
        match &self.framing {
            Framing::Unknown { promised, .. } => *promised,
            Framing::Json => ReplyKind::Json,
            Framing::Events(_) => ReplyKind::EventStream,
        }
    }

    /// The next thing found; `None` means: push more, or, after [`end`](Self::end), that all was given.
    ///
    /// # Errors
    ///
    /// When the reply cannot be read further; asking again gives the same error.
    #[expect(clippy::should_implement_trait, reason = "the pieces borrow from the scanner; no Iterator can")]
    pub fn next(&mut self) -> Result<Option<Piece<'_>>, ScanError> {
        Ok(match self.advance()? {
            None => None,
            Some(Token::Start(start)) => Some(Piece::BlobStart(start)),
            Some(Token::Data(id, len)) => Some(Piece::BlobData { id, bytes: &self.json.out()[..len] }),
            Some(Token::End(end)) => Some(Piece::BlobEnd(end)),
            Some(Token::Document(document)) => Some(Piece::Document(document)),
        })
    }

    fn advance(&mut self) -> Result<Option<Token>, ScanError> {
        loop {
            if let Some(token) = self.found.pop_front() {
                return Ok(Some(token));
            }
            match &self.outcome {
                Outcome::Failed(error) => return Err(error.clone()),
                Outcome::Over => return Ok(None),
                _ => {}
            }
            if !self.step() {
                return Ok(None);
            }
        }
    }

    /// Takes one step; says whether there was one to take.
    fn step(&mut self) -> bool {
        let chunk =
            self.chunks.front().map_or_else(Bytes::new, |chunk| chunk.slice(..chunk.len().min(SLICE)));
        if matches!(self.outcome, Outcome::Wrong { .. }) {
            return self.step_wrong(&chunk);
        }
        let pending = match &self.framing {
            Framing::Unknown { .. } => false,
            Framing::Json => matches!(self.outcome, Outcome::Open),
            Framing::Events(_) => true,
        };
        if chunk.is_empty() {
            // What is already read may still hold something: the end of a blob waits for no more input.
            if pending && self.step_framing(&chunk) {
                return true;
            }
            if self.ended {
                self.finish();
            }
            return self.ended;
        }
        self.step_framing(&chunk);
        true
    }

    /// Reads on in `chunk`; says whether anything came of it.
    fn step_framing(&mut self, chunk: &Bytes) -> bool {
        match &mut self.framing {
            Framing::Unknown { .. } => self.step_unknown(chunk),
            Framing::Json => self.step_json(chunk),
            Framing::Events(events) => {
                let before = self.found.len();
                let (used, result) = events.step(chunk, &mut self.json, &mut self.found);
                let progress = used > 0 || self.found.len() > before || matches!(result, Ok(true) | Err(_));
                self.use_up(used);
                if let Err(fault) = result {
                    self.fail(fault);
                }
                return progress;
            }
        }
        !chunk.is_empty() || !self.found.is_empty()
    }

    fn step_unknown(&mut self, chunk: &Bytes) {
        let Framing::Unknown { promised, head } = &mut self.framing else { return };
        let byte = chunk[0];
        head.push(byte);
        let framing = match sniff(*promised, head) {
            Sniffed::Blank => {
                head.clear();
                None
            }
            Sniffed::More => None,
            Sniffed::Kind(kind) => Some((std::mem::take(head), kind)),
        };
        self.use_up(1);
        if let Some((head, kind)) = framing {
            self.begin(head, kind);
        }
    }

    /// The framing is known: what was looked at is read once more.
    fn begin(&mut self, head: Vec<u8>, kind: ReplyKind) {
        self.position -= head.len() as u64;
        if !head.is_empty() {
            self.chunks.push_front(head.into());
        }
        self.framing = match kind {
            ReplyKind::Json => Framing::Json,
            ReplyKind::EventStream => Framing::Events(Box::default()),
        };
    }

    fn step_json(&mut self, chunk: &Bytes) {
        if matches!(self.outcome, Outcome::Given) {
            let blank = chunk.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            self.use_up(blank);
            if blank < chunk.len() {
                self.fail(Fault::Trailing);
            }
            return;
        }
        let (used, result) = self.json.feed(chunk);
        self.use_up(used);
        match result {
            Ok(found) => self.found.extend(found.map(|found| Token::of(found, None))),
            Err(fault) => return self.fail(fault),
        }
        self.give_document();
    }

    fn give_document(&mut self) {
        if self.json.is_done() {
            let (json, blobs) = self.json.take();
            self.found.push_back(Token::Document(Document {
                kind: DocumentKind::Json,
                event: None,
                json,
                blobs,
            }));
            self.outcome = Outcome::Given;
        }
    }

    fn step_wrong(&mut self, chunk: &Bytes) -> bool {
        let Outcome::Wrong { trailing, at, excerpt } = &mut self.outcome else { return false };
        let full = excerpt.extend(chunk);
        let over = self.ended && chunk.is_empty();
        if !full && !over {
            let more = !chunk.is_empty();
            self.use_up(chunk.len());
            return more;
        }
        let (at, excerpt) = (*at, excerpt.to_string());
        self.outcome = Outcome::Failed(if *trailing {
            ScanError::TrailingData { at, excerpt }
        } else {
            ScanError::NotJson { at, excerpt }
        });
        true
    }

    fn fail(&mut self, fault: Fault) {
        self.found.extend(self.json.cut_blob().map(Token::End));
        self.outcome = match fault {
            Fault::NotJson => {
                let excerpt = Excerpt::after(self.json.doc());
                Outcome::Wrong { trailing: false, at: self.position, excerpt }
            }
            Fault::Trailing => {
                Outcome::Wrong { trailing: true, at: self.position, excerpt: Excerpt::default() }
            }
            Fault::TooDeep => Outcome::Failed(ScanError::TooDeep { limit: self.limits.depth }),
            Fault::TooLarge => Outcome::Failed(ScanError::TooLarge { limit: self.limits.document }),
            Fault::TooManyBlobs => Outcome::Failed(ScanError::TooManyBlobs { limit: self.limits.blobs }),
        };
    }

    /// The body is over and read.
    fn finish(&mut self) {
        match &mut self.framing {
            Framing::Unknown { promised, head } => {
                if head.is_empty() {
                    self.outcome = Outcome::Failed(ScanError::Empty);
                } else {
                    let (head, kind) = (std::mem::take(head), *promised);
                    self.begin(head, kind);
                }
            }
            Framing::Json if matches!(self.outcome, Outcome::Given) => self.outcome = Outcome::Over,
            Framing::Json => {
                if let Err(fault) = self.json.finish() {
                    return self.fail(fault);
                }
                self.give_document();
                if !matches!(self.outcome, Outcome::Given) {
                    self.fail_truncated();
                }
            }
            Framing::Events(events) => {
                if let Some(text) = events.foreign() {
                    let excerpt = excerpt_of(text);
                    self.outcome = Outcome::Failed(ScanError::NotJson { at: 0, excerpt });
                } else if events.finish(&mut self.json, &mut self.found) {
                    self.outcome = Outcome::Over;
                } else {
                    self.fail_truncated();
                }
            }
        }
    }

    fn fail_truncated(&mut self) {
        let open = match self.json.open() {
            path if path.is_empty() => "its JSON".to_owned(),
            path => path,
        };
        self.found.extend(self.json.cut_blob().map(Token::End));
        self.outcome = Outcome::Failed(ScanError::Truncated { open });
    }

    fn use_up(&mut self, len: usize) {
        self.position += len as u64;
        if let Some(chunk) = self.chunks.front_mut() {
            bytes::Buf::advance(chunk, len);
            if chunk.is_empty() {
                self.chunks.pop_front();
            }
        }
    }
}

impl Token {
    pub(super) fn of(found: Found, event: Option<&str>) -> Self {
        match found {
            Found::Start(start) => Self::Start(BlobStart { event: event.map(str::to_owned), ..start }),
            Found::Data(id, len) => Self::Data(id, len),
            Found::End(end) => Self::End(end),
        }
    }
}
