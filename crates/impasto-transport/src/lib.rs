//! One HTTP exchange: send, retry by label, stream the body, SSE, multipart, redaction, clock.
