//! Server-sent events (the HTML standard, section 9.2), read in any cut.
//!
//! [`Decoder`] is for streams of small events. Events that carry images go through
//! [`ReplyScanner`](crate::ReplyScanner), which stands on the same line reader and holds none of them whole.

use std::collections::VecDeque;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Event {
    /// Its name (`event:`), if it has one.
    pub name: Option<String>,
    /// Its data, the lines joined by line feeds.
    pub data: Vec<u8>,
}

/// Splits a stream into events. `id` and `retry` are passed over: nothing here reconnects.
///
/// ```
/// use impasto_transport::sse::Decoder;
///
/// let mut decoder = Decoder::new(1024);
/// decoder.push(b"event: done\r\nda");
/// assert!(decoder.next().is_none());
/// decoder.push(b"ta: {}\r\n\r\n");
/// let event = decoder.next().expect("it is whole");
/// assert_eq!((event.name.as_deref(), &event.data[..]), (Some("done"), &b"{}"[..]));
/// ```
#[derive(Debug)]
pub struct Decoder {
    lines: Lines,
    limit: usize,
    open: Event,
    has_data: bool,
    events: VecDeque<Event>,
    overflowed: bool,
}

impl Decoder {
    /// A decoder of events whose data is at most `limit` bytes; the rest of a longer one is cut off, and
    /// [`overflowed`](Self::overflowed) says so.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            lines: Lines::new(),
            limit,
            open: Event::default(),
            has_data: false,
            events: VecDeque::new(),
            overflowed: false,
        }
    }

    /// Takes the next bytes of the stream.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (used, mark) = self.lines.feed(bytes);
            if let Some(mark) = mark {
                self.take(mark, &bytes[..used]);
            }
            bytes = &bytes[used..];
        }
    }

    /// Says that the stream is over. An event without its blank line counts all the same.
    pub fn end(&mut self) {
        if let Some(mark) = self.lines.end() {
            self.take(mark, &[]);
        }
        self.take(Mark::Blank, &[]);
    }

    /// The next whole event.
    #[expect(clippy::should_implement_trait, reason = "more events may come after a None")]
    pub fn next(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Whether the data of some event was longer than the limit.
    #[must_use]
    pub fn overflowed(&self) -> bool {
        self.overflowed
    }

    fn take(&mut self, mark: Mark, used: &[u8]) {
        match mark {
            Mark::DataBegin => {
                if self.has_data {
                    self.extend(b"\n");
                }
                self.has_data = true;
            }
            Mark::Data(len) => self.extend(&used[used.len() - len..]),
            Mark::DataEnd => {}
            Mark::Name(name) => self.open.name = Some(name).filter(|name| !name.is_empty()),
            Mark::Blank => {
                let event = std::mem::take(&mut self.open);
                self.has_data = false;
                if !event.data.is_empty() {
                    self.events.push_back(event);
                }
            }
        }
    }

    fn extend(&mut self, bytes: &[u8]) {
        let room = self.limit - self.open.data.len();
        self.overflowed |= bytes.len() > room;
        self.open.data.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

/// What the line reader met.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A line of data begins.
    DataBegin,
    /// The last so many bytes that were used belong to that line.
    Data(usize),
    /// The line of data is over.
    DataEnd,
    /// The event has this name.
    Name(String),
    /// A blank line: the event is over.
    Blank,
}

/// Reads lines and fields, in constant memory however long a line is.
#[derive(Debug)]
pub(crate) struct Lines {
    state: State,
    /// The name of the field, or of the event.
    word: Vec<u8>,
    /// The last byte was a CR: an LF behind it belongs to it.
    after_cr: bool,
    /// A field of the standard, or a comment, was seen: this is an event stream.
    is_event_stream: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the stream's start, so many bytes into a byte order mark.
    Start(usize),
    LineStart,
    Field,
    /// Behind the colon, where one space is left out.
    Space(Field),
    Value(Field),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Data,
    Name,
    Other,
}

const BYTE_ORDER_MARK: &[u8; 3] = b"\xef\xbb\xbf";

/// No field of the standard is longer.
const FIELD_LIMIT: usize = 8;

/// Names are words; a longer one is cut.
const NAME_LIMIT: usize = 256;

impl Lines {
    pub(crate) fn new() -> Self {
        Self { state: State::Start(0), word: Vec::new(), after_cr: false, is_event_stream: false }
    }

    pub(crate) fn is_event_stream(&self) -> bool {
        self.is_event_stream
    }

    /// Reads on until something is met or `input` is used up; says how much of it was used.
    pub(crate) fn feed(&mut self, input: &[u8]) -> (usize, Option<Mark>) {
        let mut at = 0;
        while let Some(&byte) = input.get(at) {
            if std::mem::take(&mut self.after_cr) && byte == b'\n' {
                at += 1;
                continue;
            }
            let is_line_end = matches!(byte, b'\r' | b'\n');
            match self.state {
                State::Start(read) => {
                    if byte == BYTE_ORDER_MARK[read] {
                        at += 1;
                        self.state = if read == 2 { State::LineStart } else { State::Start(read + 1) };
                    } else {
                        self.word.clear();
                        self.word.extend_from_slice(&BYTE_ORDER_MARK[..read]);
                        self.state = if read == 0 { State::LineStart } else { State::Field };
                    }
                }
                State::LineStart if is_line_end => {
                    self.after_cr = byte == b'\r';
                    return (at + 1, Some(Mark::Blank));
                }
                State::LineStart => {
                    self.word.clear();
                    self.state = State::Field;
                }
                State::Field if is_line_end || byte == b':' => {
                    let field = self.field();
                    if byte == b':' {
                        at += 1;
                        self.state = State::Space(field);
                    } else {
                        // A field without a colon is one without a value; the line end is read as its end.
                        self.state = State::Value(field);
                    }
                    if field == Field::Data {
                        return (at, Some(Mark::DataBegin));
                    }
                }
                State::Field => {
                    at += 1;
                    if self.word.len() < FIELD_LIMIT {
                        self.word.push(byte);
                    }
                }
                State::Space(field) => {
                    at += usize::from(byte == b' ');
                    self.state = State::Value(field);
                }
                State::Value(field) if is_line_end => {
                    self.after_cr = byte == b'\r';
                    self.state = State::LineStart;
                    if let Some(mark) = self.end_of(field) {
                        return (at + 1, Some(mark));
                    }
                    at += 1;
                }
                State::Value(field) => {
                    let rest = &input[at..];
                    let len = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
                    at += len;
                    match field {
                        Field::Data => return (at, Some(Mark::Data(len))),
                        Field::Name => {
                            let room = NAME_LIMIT - self.word.len().min(NAME_LIMIT);
                            self.word.extend_from_slice(&rest[..len.min(room)]);
                        }
                        Field::Other => {}
                    }
                }
            }
        }
        (at, None)
    }

    /// The stream is over: the end of a line that had none.
    pub(crate) fn end(&mut self) -> Option<Mark> {
        match std::mem::replace(&mut self.state, State::LineStart) {
            State::Space(field) | State::Value(field) => self.end_of(field),
            _ => None,
        }
    }

    fn field(&mut self) -> Field {
        let field = match &self.word[..] {
            b"data" => Field::Data,
            b"event" => Field::Name,
            _ => Field::Other,
        };
        self.is_event_stream |= field != Field::Other || matches!(&self.word[..], b"" | b"id" | b"retry");
        self.word.clear();
        field
    }

    fn end_of(&mut self, field: Field) -> Option<Mark> {
        match field {
            Field::Data => Some(Mark::DataEnd),
            Field::Name => Some(Mark::Name(String::from_utf8_lossy(&self.word).into_owned())),
            Field::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(pieces: &[&[u8]]) -> Vec<(Option<String>, String)> {
        let mut decoder = Decoder::new(1000);
        for piece in pieces {
            decoder.push(piece);
        }
        decoder.end();
        let events = std::iter::from_fn(|| decoder.next());
        events.map(|event| (event.name, String::from_utf8(event.data).unwrap())).collect()
    }

    fn check(stream: &str, expected: &[(&str, &str)]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|(name, data)| {
                (Some((*name).to_owned()).filter(|name| !name.is_empty()), (*data).to_owned())
            })
            .collect();
        assert_eq!(decode(&[stream.as_bytes()]), expected, "{stream:?}");
        let singly: Vec<&[u8]> = stream.as_bytes().chunks(1).collect();
        assert_eq!(decode(&singly), expected, "{stream:?} byte by byte");
    }

    #[test]
    fn streams_are_read_by_the_standard() {
        check("data: a\n\n", &[("", "a")]);
        check("data:a\rdata:b\r\r", &[("", "a\nb")]);
        check("\u{feff}event: x\r\ndata:  a \r\n\r\n", &[("x", " a ")]);
        check("event: x\nid: 7\nretry: 10\n: note\nodd: y\ndata: a\n\ndata: b\n\n", &[("x", "a"), ("", "b")]);
        check("data: a\nevent: late\n\n", &[("late", "a")]);
        check("event: x\n\ndata: a\n\n", &[("", "a")]);
        check("data\n\ndata:\n\ndata\ndata\n\n", &[("", "\n")]);
        check("data: cut", &[("", "cut")]);
        check("data: a\n\nevent: cut", &[("", "a")]);
        check(": PING\n\n\n\n", &[]);
        check("datax: a\n\n", &[]);
        check("databases: a\n\n", &[]);
    }

    #[test]
    fn a_long_event_is_cut_and_said_to_be() {
        let mut decoder = Decoder::new(4);
        decoder.push(b"data: 123\ndata: 45\n\n");
        assert_eq!(decoder.next().unwrap().data, b"123\n");
        assert!(decoder.overflowed());
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same_events(
            stream in "(data|event|id|:|x)?[: a\r\n]{0,3}([a-c]|data|event|\r\n|\n|\r|: ?){0,40}",
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let text = stream.as_bytes();
            let mut edges: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            edges.extend([0, text.len()]);
            edges.sort_unstable();
            let pieces: Vec<&[u8]> = edges.windows(2).map(|edge| &text[edge[0]..edge[1]]).collect();
            prop_assert_eq!(decode(&pieces), decode(&[text]));
        }
    }
}
