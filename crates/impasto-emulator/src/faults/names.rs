//! The names of all modes and faults, with one line each for the front page.

use crate::directives::Directive;

/// Modes: how a seller speaks.
pub(crate) const MODES: &[(&str, &str)] = &[
    ("done", "end every stream with data: [DONE]"),
    ("json-stream", "answer a stream request with plain JSON"),
    ("data-uri", "base64 with a data: prefix"),
    ("url", "url in place of b64_json"),
    ("both", "url and b64_json together"),
    ("empty-url", "url and revised_prompt as empty strings beside the image"),
    ("fixed", "a repeated request of a key gets the same pictures again, not new ones"),
    ("noisy-usage", "usage with the extra keys of new-api gateways"),
    ("reverse-route", "LaoZhang's flat route: size and quality are ignored"),
    ("stream-no-event-line", "events without an event: line"),
    ("stream-double-data", "data: data: at the start of every event"),
    ("stream-line-end", "stream-line-end;crlf or ;cr"),
    ("stream-comments", "comments and heartbeats between events"),
    ("stream-unknown-event", "an event of an unknown type first"),
    ("stream-volcengine", "images as partial_succeeded with a url, and a completed without an image"),
    ("stream-completed-data", "completed carries data with a url"),
    ("stream-no-usage", "the finished image comes without usage"),
    ("weight", "weight;BYTES pads every PNG to this size, for measurements"),
    ("no-ranges", "downloads: a range is ignored and the whole file sent"),
    ("no-etag", "downloads: files have no validator"),
    ("changed-file", "downloads: the file has another validator each time"),
    ("wrong-range", "downloads: a part begins at the first byte, whatever was asked"),
    ("bare", "Atlas: replies without the envelope"),
    (
        "bare-submit",
        "Atlas: only the reply to a submit without the envelope, as the second sample of the pages reads it",
    ),
    ("string-code", "Atlas: code as a string"),
    ("lenient", "Atlas: nested input, unknown fields and a missing image are accepted"),
    ("strict", "Atlas: unknown fields are refused"),
    ("page-names", "Atlas: uploads answer with the field names of the model pages"),
    ("succeeded", "Atlas: the last status is succeeded"),
    ("raw-base64", "Atlas: base64 outputs without a data: prefix"),
    ("object-outputs", "Atlas: outputs as objects with a url"),
    ("foreign-poll-url", "Atlas: urls.get names another host"),
    ("duration", "Atlas: duration;MS from submit to end"),
    ("polls", "Atlas: polls;K makes a task finish at the K-th poll, whatever the clock says"),
];

/// Faults: what breaks. All take `on=submit|poll|upload|download|other|any`, `times=N` and `after=N`.
pub(crate) const FAULTS: &[(&str, &str)] = &[
    ("delay", "delay;MS waits before the work"),
    ("reset-before", "TCP reset before the work"),
    ("stall-before", "no answer ever, no work"),
    (
        "rate-limit",
        "429; retry-after=S, retry-after-ms=N, retry-date=S, message=467ms, should-retry=false, or html",
    ),
    ("quota", "429 insufficient_quota, or another quota code as argument"),
    ("billing-limit", "400 billing_hard_limit_reached"),
    ("overloaded", "503 server_is_overloaded"),
    ("request-timeout", "408"),
    ("not-verified", "403"),
    (
        "moderation",
        "refused: of the prompt; ;output after the work, ;stream in the middle of a stream, ;billed",
    ),
    ("redirect", "redirect;STATUS;to=HOST"),
    ("error-shape", "detail, int-code, string, flat, html-403, text-404 or empty-500"),
    ("server-error", "500 after the work; ;before for before"),
    ("html-502", "a proxy's page after the work; ;before for before"),
    ("html-524", "a proxy's page after the work; ;before for before"),
    ("gateway-timeout", "504 after the work; ;before for before"),
    ("reset-after", "TCP reset after the work, before any header"),
    ("stall-after", "no answer ever, but the work is done"),
    ("cut", "cut;K ends the body after K bytes; ;chunked or ;close for a body without length"),
    ("stall", "stall;K stops after K bytes and keeps the connection"),
    ("reset-body", "reset-body;K resets after K bytes"),
    ("slow", "slow;K sends K bytes per second"),
    ("html-200", "a page in place of JSON"),
    ("error-200", "an error object with status 200"),
    ("task-200", "a task id in place of images"),
    ("empty-200", "no body at all"),
    ("endless", "endless;MB of body"),
    ("content-type", "content-type;TYPE on the right body"),
    ("downgrade", "less than was paid for: size, quality, format, alpha, count, or to=WxH"),
    ("shape", "shape;NAME bends the reply"),
    ("set", "set;field=value in the reply"),
    ("drop", "drop;field from the reply"),
    ("null", "null;field in the reply"),
    ("stream-error", "an error event in place of the finished image; ;flat, image=N"),
    ("stream-no-final", "the stream ends before the finished image"),
    ("expired-url", "result URLs are gone at once, or after expired-url;MS"),
    ("late-price", "Atlas: price appears after late-price;K more polls"),
    ("failed", "Atlas: the task fails; ;500 as HTTP 500, ;200 as HTTP 200 with code 500, ;moderation"),
    ("status", "Atlas: status;WORD as the last status"),
    ("lost", "Atlas: 404 for the first lost;K polls"),
    ("duplicate-status", "Atlas: every status is shown twice"),
    ("out-of-order", "Atlas: statuses go back before they go on"),
    ("broke", "Atlas: 402 insufficient balance"),
    ("null-outputs", "Atlas: completed with outputs null"),
    ("sync-timeout", "Atlas: sync mode answers 504 and the task goes on; ;no-id leaves the id out"),
];

/// Whether a name is a fault, and so has a phase and a count.
pub(crate) fn is_fault(name: &str) -> bool {
    FAULTS.iter().any(|(known, _)| *known == name)
}

/// The name of the first directive that is neither a mode nor a fault.
pub(crate) fn check_known<'a>(directives: impl IntoIterator<Item = &'a Directive>) -> Result<(), String> {
    for directive in directives {
        let known = is_fault(&directive.name) || MODES.iter().any(|(known, _)| *known == directive.name);
        if !known {
            return Err(format!("there is no emulator mode or fault named '{}'", directive.name));
        }
        if directive.name == "shape" {
            let shapes = crate::images::shapes::SHAPES;
            if let Some(shape) = directive.arguments.iter().find(|shape| !shapes.contains(&shape.as_str())) {
                return Err(format!("there is no reply shape named '{shape}'; known: {}", shapes.join(", ")));
            }
        }
    }
    Ok(())
}
