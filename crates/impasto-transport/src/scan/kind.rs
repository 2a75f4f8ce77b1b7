//! How a reply is framed: what is promised, and what its first bytes say.

/// How a reply is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReplyKind {
    /// One JSON document (`application/json`).
    Json,
    /// Server-sent events (`text/event-stream`), each with one JSON document.
    EventStream,
}

impl ReplyKind {
    /// The kind that a `Content-Type` promises; anything but an event stream is read as JSON.
    ///
    /// ```
    /// use impasto_transport::ReplyKind;
    ///
    /// assert_eq!(ReplyKind::of_content_type("text/event-stream; charset=utf-8"), ReplyKind::EventStream);
    /// assert_eq!(ReplyKind::of_content_type("application/json"), ReplyKind::Json);
    /// ```
    #[must_use]
    pub fn of_content_type(content_type: &str) -> Self {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("text/event-stream") { Self::EventStream } else { Self::Json }
    }
}

pub(super) enum Sniffed {
    /// Nothing but white space and a byte order mark.
    Blank,
    More,
    Kind(ReplyKind),
}

/// What the first bytes say, for sellers who answer with JSON to a request for a stream, or label it wrongly.
pub(super) fn sniff(promised: ReplyKind, head: &[u8]) -> Sniffed {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    const FIELDS: [&[u8]; 5] = [b":", b"data:", b"event:", b"id:", b"retry:"];
    if head == MARK || head.is_empty() || head[0].is_ascii_whitespace() {
        return Sniffed::Blank;
    }
    if MARK.starts_with(head) {
        return Sniffed::More;
    }
    match promised {
        ReplyKind::EventStream if matches!(head[0], b'{' | b'[' | b'<') => Sniffed::Kind(ReplyKind::Json),
        ReplyKind::EventStream => Sniffed::Kind(ReplyKind::EventStream),
        ReplyKind::Json if FIELDS.iter().any(|field| head.starts_with(field)) => {
            Sniffed::Kind(ReplyKind::EventStream)
        }
        ReplyKind::Json if FIELDS.iter().any(|field| field.starts_with(head)) => Sniffed::More,
        ReplyKind::Json => Sniffed::Kind(ReplyKind::Json),
    }
}
