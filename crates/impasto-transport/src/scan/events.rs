//! The JSON inside server-sent events, read while their lines still arrive.

use std::collections::VecDeque;

use bytes::Bytes;

use super::{
    Document, DocumentKind,
    excerpt::Excerpt,
    json::{Fault, JsonScanner},
    pieces::BlobSummary,
    reply::Token,
};
use crate::sse::{Lines, Mark};

/// Text in place of JSON is kept up to this length: it is an error message.
const TEXT_LIMIT: usize = 64 * 1024;

#[derive(Debug)]
pub(super) struct Events {
    lines: Lines,
    name: Option<String>,
    payload: Payload,
    /// Data that was taken from the lines and waits for the JSON scanner.
    waiting: VecDeque<Bytes>,
    /// The beginning of a line of data, until it is known what the line is.
    lead: Option<Vec<u8>>,
    /// The event's first line began with a second `data:`.
    doubled: bool,
    /// The beginning of the stream, to show when it turns out to be none.
    preview: Excerpt,
}

/// What the open event carries.
#[derive(Debug)]
enum Payload {
    /// Nothing yet.
    None,
    Json,
    Text {
        text: Vec<u8>,
        blobs: Vec<BlobSummary>,
    },
    Done,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            lines: Lines::new(),
            name: None,
            payload: Payload::None,
            waiting: VecDeque::new(),
            lead: None,
            doubled: false,
            preview: Excerpt::default(),
        }
    }
}

impl Events {
    /// Takes one step into `chunk`, which may be empty; says how much of it was used, and whether anything
    /// was done.
    pub(super) fn step(
        &mut self,
        chunk: &Bytes,
        json: &mut JsonScanner,
        found: &mut VecDeque<Token>,
    ) -> (usize, Result<bool, Fault>) {
        if matches!(self.payload, Payload::Json) {
            match self.feed_json(json, found) {
                Ok(false) => {}
                done => return (0, done),
            }
        }
        let (used, mark) = self.lines.feed(chunk);
        if !self.lines.is_event_stream() {
            self.preview.extend(&chunk[..used]);
        }
        let acted = mark.is_some();
        if let Some(mark) = mark {
            self.take(mark, &chunk.slice(..used), json, found);
        }
        (used, Ok(acted))
    }

    /// The beginning of the stream, if it is none: not one field of an event stream in it.
    pub(super) fn foreign(&self) -> Option<&[u8]> {
        Some(self.preview.bytes()).filter(|text| !self.lines.is_event_stream() && !text.is_empty())
    }

    /// The stream is over; says whether it ended between events, or with one that is whole. Called once more
    /// after what it found was given out, until nothing is left.
    pub(super) fn finish(&mut self, json: &mut JsonScanner, found: &mut VecDeque<Token>) -> bool {
        if let Some(mark) = self.lines.end() {
            self.take(mark, &Bytes::new(), json, found);
        }
        // The last line may have waited for its end; no fault that comes of it can be told any more.
        while matches!(self.payload, Payload::Json) && matches!(self.feed_json(json, found), Ok(true)) {}
        if matches!(self.payload, Payload::Json) && !json.is_blank() {
            let number = json.finish();
            if number.is_err() || !json.is_done() {
                return false;
            }
        }
        self.dispatch(json, found);
        true
    }

    /// Gives waiting data to the JSON scanner; says whether anything came of it.
    fn feed_json(&mut self, json: &mut JsonScanner, found: &mut VecDeque<Token>) -> Result<bool, Fault> {
        let data = self.waiting.front().cloned().unwrap_or_default();
        let (used, result) = json.feed(&data);
        if let Some(front) = self.waiting.front_mut() {
            bytes::Buf::advance(front, used);
            if front.is_empty() {
                self.waiting.pop_front();
            }
        }
        match result {
            Ok(None) => Ok(used > 0),
            Ok(Some(thing)) => {
                found.push_back(Token::of(thing, self.name.as_deref()));
                Ok(true)
            }
            Err(Fault::NotJson | Fault::Trailing) => {
                self.turn_into_text(json, found);
                Ok(true)
            }
            Err(fault) => Err(fault),
        }
    }

    /// The data is not JSON: what was read of it, and what follows, is text.
    fn turn_into_text(&mut self, json: &mut JsonScanner, found: &mut VecDeque<Token>) {
        found.extend(json.cut_blob().map(Token::End));
        let (text, blobs) = json.take();
        self.payload = Payload::Text { text, blobs };
        for data in std::mem::take(&mut self.waiting) {
            self.push_data(data);
        }
    }

    fn take(&mut self, mark: Mark, used: &Bytes, json: &mut JsonScanner, found: &mut VecDeque<Token>) {
        match mark {
            Mark::Name(name) => self.name = Some(name).filter(|name| !name.is_empty()),
            Mark::DataBegin => {
                // Two whole documents in one event: the blank line between them was forgotten.
                if matches!(self.payload, Payload::Json) && self.waiting.is_empty() && json.is_done() {
                    let name = self.name.clone();
                    self.dispatch(json, found);
                    self.name = name;
                }
                if matches!(self.payload, Payload::Json | Payload::Text { .. }) {
                    self.push_data(Bytes::from_static(b"\n"));
                }
                self.lead = (!json.is_in_string()).then(Vec::new);
            }
            Mark::Data(len) => {
                let data = used.slice(used.len() - len..);
                match &mut self.lead {
                    Some(lead) => {
                        lead.extend_from_slice(&data[..data.len().min(LEAD_SIZE)]);
                        let rest = data.slice(data.len().min(LEAD_SIZE)..);
                        self.decide(false);
                        if self.lead.is_none() {
                            self.push_data(rest);
                        } else if let Some(lead) = &mut self.lead {
                            lead.extend_from_slice(&rest);
                        }
                    }
                    None => self.push_data(data),
                }
            }
            Mark::DataEnd => self.decide(true),
            Mark::Blank => self.dispatch(json, found),
        }
    }

    /// Decides what a line of data is by its beginning; `ended` when that is all of it.
    fn decide(&mut self, ended: bool) {
        let Some(mut lead) = self.lead.take() else { return };
        let is_first = matches!(self.payload, Payload::None);
        loop {
            let text = lead.trim_ascii_start();
            let may_become = |word: &[u8]| word.starts_with(text) && text.len() < word.len();
            if !ended && (may_become(b"data:") || (is_first && may_become(b"[DONE]"))) {
                self.lead = Some(lead);
                return;
            }
            if is_first && text.starts_with(b"[DONE]") {
                self.payload = Payload::Done;
                return;
            }
            if text.starts_with(b"data:") && (is_first || self.doubled) {
                self.doubled = true;
                lead = text[b"data:".len()..].to_vec();
                continue;
            }
            break;
        }
        if is_first && !lead.trim_ascii().is_empty() {
            self.payload = Payload::Json;
        }
        self.push_data(lead.into());
    }

    fn push_data(&mut self, data: Bytes) {
        match &mut self.payload {
            Payload::None | Payload::Done => {}
            Payload::Json => {
                if !data.is_empty() {
                    self.waiting.push_back(data);
                }
            }
            Payload::Text { text, .. } => {
                let room = TEXT_LIMIT.saturating_sub(text.len());
                text.extend_from_slice(&data[..data.len().min(room)]);
            }
        }
    }

    /// The event is over.
    fn dispatch(&mut self, json: &mut JsonScanner, found: &mut VecDeque<Token>) {
        self.doubled = false;
        self.lead = None;
        let event = self.name.take();
        let payload = std::mem::replace(&mut self.payload, Payload::None);
        let (kind, json, blobs) = match payload {
            Payload::None => return,
            Payload::Done => (DocumentKind::Done, b"[DONE]".to_vec(), Vec::new()),
            Payload::Text { text, blobs } => (DocumentKind::Text, text, blobs),
            Payload::Json => {
                let whole = json.finish().is_ok() && json.is_done();
                // An event that ends within its JSON while the stream goes on is kept as the text it is.
                found.extend(json.cut_blob().map(Token::End));
                let (doc, blobs) = json.take();
                (if whole { DocumentKind::Json } else { DocumentKind::Text }, doc, blobs)
            }
        };
        found.push_back(Token::Document(Document { kind, event, json, blobs }));
    }
}

/// More than is needed to tell lines apart.
const LEAD_SIZE: usize = 16;
