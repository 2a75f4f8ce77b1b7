//! The page.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use impasto::Money;
use impasto::history::RunRecord;
use impasto::sidecar::Verdict;

use super::collect::Piece;
use super::html::{escape, relative};
use super::thumbnail::{self, Thumbnail};
use crate::view::{command_of, minute};

/// By this a page is known as one of ours, which may be written anew.
pub(crate) const MARK: &str = "<meta name=\"generator\" content=\"impasto gallery\">";

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page of these images, to be written as `out`.
pub(crate) fn page(title: &str, pieces: &[Piece], out: &Path) -> String {
    let title = escape(title);
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n{MARK}\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#images\">Skip to the images</a>\n\
         <header>\n<h1>{title}</h1>\n<p>{summary}</p>\n",
        policy = policy(),
        summary = summary(pieces),
    );
    if pieces.len() > 1 {
        html.push_str(
            "<p class=\"filter\"><label for=\"filter\">Filter by prompt, model or seller</label>\n\
             <input id=\"filter\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\">\n\
             <span id=\"count\" role=\"status\"></span></p>\n",
        );
    }
    html.push_str("</header>\n<main id=\"images\" tabindex=\"-1\">\n");
    if pieces.is_empty() {
        html.push_str("<p>No image with a sidecar is here.</p>\n");
    } else {
        html.push_str("<ul class=\"grid\">\n");
        let paths: Vec<&Path> = pieces.iter().map(|piece| piece.path.as_path()).collect();
        for (number, (piece, small)) in pieces.iter().zip(thumbnail::all(&paths)).enumerate() {
            card(&mut html, number, piece, small.as_ref(), out);
        }
        html.push_str("</ul>\n");
    }
    let _ = write!(
        html,
        "</main>\n{LIGHTBOX}<p id=\"said\" class=\"hidden\" role=\"status\"></p>\n\
         <script>{SCRIPT}</script>\n</body>\n</html>\n"
    );
    html
}

/// One image at a time, over the page.
const LIGHTBOX: &str = "\
<dialog id=\"lightbox\" aria-label=\"Image\">
<figure><img id=\"large\" alt=\"\"><figcaption id=\"caption\"></figcaption></figure>
<div class=\"keys\">
<button type=\"button\" id=\"previous\"><span aria-hidden=\"true\">←</span><span class=\"hidden\">Previous image</span></button>
<span id=\"place\" role=\"status\"></span>
<button type=\"button\" id=\"next\"><span aria-hidden=\"true\">→</span><span class=\"hidden\">Next image</span></button>
<a id=\"original\" target=\"_blank\" rel=\"noopener noreferrer\">Original</a>
<button type=\"button\" id=\"close\">Close</button>
</div>
</dialog>
";

/// Only what stands in the page itself, and images beside it.
fn policy() -> String {
    let hash = impasto::sidecar::sha256_of_bytes(SCRIPT.as_bytes());
    let bytes: Vec<u8> = (0..hash.len())
        .step_by(2)
        .filter_map(|at| u8::from_str_radix(hash.get(at..at + 2)?, 16).ok())
        .collect();
    let script = base64_simd::STANDARD.encode_to_string(bytes);
    format!(
        "default-src 'none'; img-src 'self' data: file:; style-src 'unsafe-inline'; script-src 'sha256-{script}'; \
         base-uri 'none'; form-action 'none'"
    )
}

/// How many images, and what they cost; of each run once, however many images it has.
fn summary(pieces: &[Piece]) -> String {
    let mut runs: BTreeMap<&str, &RunRecord> = BTreeMap::new();
    for piece in pieces {
        runs.insert(&piece.sidecar.run.id, &piece.sidecar.run);
    }
    let mut sums: Vec<(Money, bool)> = Vec::new();
    let mut unknown = 0;
    for run in runs.values().filter(|run| !run.emulated) {
        let Some(cost) = &run.cost else {
            unknown += 1;
            continue;
        };
        match sums.iter_mut().find(|(sum, _)| sum.currency() == cost.total.currency()) {
            Some((sum, bound)) => {
                *sum = sum.plus(&cost.total).unwrap_or_else(|_| sum.clone());
                *bound |= cost.is_upper_bound();
            }
            None => sums.push((cost.total.clone(), cost.is_upper_bound())),
        }
    }
    let count = |number: usize, what: &str| {
        if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
    };
    let mut words = vec![format!("{} of {}", count(pieces.len(), "image"), count(runs.len(), "run"))];
    words.extend(sums.iter().map(|(sum, bound)| format!("{}{sum}", if *bound { "at most " } else { "" })));
    if unknown > 0 {
        words.push(format!("{} of unknown cost", count(unknown, "run")));
    }
    let emulated = runs.values().filter(|run| run.emulated).count();
    if emulated > 0 {
        words.push(format!("{emulated} emulated, which cost nothing"));
    }
    escape(&words.join(" · "))
}

/// One image.
fn card(html: &mut String, number: usize, piece: &Piece, small: Option<&Thumbnail>, out: &Path) {
    let (image, run) = (&piece.sidecar.image, &piece.sidecar.run);
    let original = relative(out, &piece.path);
    let prompt = escape(run.prompt());
    let (source, width, height) = match small {
        Some(small) => (small.address.clone(), small.width, small.height),
        None => (original.clone(), image.width.unwrap_or(512), image.height.unwrap_or(512)),
    };
    let clear = if small.is_some_and(|small| small.clear) { " class=\"clear\"" } else { "" };
    let _ = write!(
        html,
        "<li><article aria-labelledby=\"p{number}\">\n\
         <a class=\"open\" href=\"{original}\" data-caption=\"{prompt}\">\
         <img{clear} src=\"{source}\" width=\"{width}\" height=\"{height}\" loading=\"lazy\" decoding=\"async\" alt=\"{prompt}\"></a>\n\
         <h2 id=\"p{number}\">{prompt}</h2>\n"
    );
    let badges = badges(piece);
    if !badges.is_empty() {
        let list: Vec<String> = badges.iter().map(|badge| format!("<li>{}</li>", escape(badge))).collect();
        let list = list.concat();
        let _ = writeln!(html, "<ul class=\"badges\" aria-label=\"Remarks\">{list}</ul>");
    }
    html.push_str("<dl>\n");
    for (name, value) in facts(piece) {
        let _ = writeln!(html, "<div><dt>{name}</dt><dd>{}</dd></div>", escape(&value));
    }
    let command = escape(&command_of(run));
    let _ = write!(
        html,
        "</dl>\n<details><summary>More<span class=\"hidden\"> about image {}</span></summary>\n{}\
         <p class=\"command\"><code id=\"c{number}\" tabindex=\"0\" role=\"region\" aria-label=\"Command {}\">{command}</code>\n\
         <button type=\"button\" class=\"copy\" data-of=\"c{number}\" hidden>Copy<span class=\"hidden\"> command {}</span></button></p>\n\
         </details>\n</article></li>\n",
        number + 1,
        more(piece),
        number + 1,
        number + 1,
    );
}

fn badges(piece: &Piece) -> Vec<String> {
    let run = &piece.sidecar.run;
    let mut badges = Vec::new();
    if run.emulated {
        badges.push("emulated".to_owned());
    }
    if piece.sidecar.verify(&piece.path) == Verdict::Changed {
        badges.push("changed since".to_owned());
    }
    match run.warnings.len() {
        0 => {}
        1 => badges.push("1 warning".to_owned()),
        more => badges.push(format!("{more} warnings")),
    }
    badges
}

fn facts(piece: &Piece) -> Vec<(&'static str, String)> {
    let (image, run) = (&piece.sidecar.image, &piece.sidecar.run);
    let mut facts = vec![("Model", run.model.to_string()), ("Seller", run.provider.clone())];
    if let (Some(width), Some(height)) = (image.width, image.height) {
        let format = image.format.as_deref().unwrap_or_default();
        facts.push(("Size", format!("{width}×{height} {format}")));
    }
    let cost = match &run.cost {
        Some(cost) => {
            let most = if cost.is_upper_bound() { "at most " } else { "" };
            let would = if run.emulated { "would be " } else { "" };
            let all = match run.images_asked() {
                1 => String::new(),
                more => format!(" for all {more}"),
            };
            format!("{would}{most}{}{all}", cost.total)
        }
        None => "unknown".to_owned(),
    };
    facts.push(("Cost", cost));
    let estimate = match &run.estimate {
        Some(range) if range.low == range.high => range.expected.to_string(),
        Some(range) => format!("{} ({} to {})", range.expected, range.low, range.high),
        None => "no price was known".to_owned(),
    };
    facts.push(("Estimate", estimate));
    facts.push(("Made", minute(run.at)));
    facts
}

/// What is not seen at first.
fn more(piece: &Piece) -> String {
    let (image, run) = (&piece.sidecar.image, &piece.sidecar.run);
    let mut html = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(html, "<p><b>{name}</b> {}</p>", escape(value));
    };
    line("Prompt", run.prompt());
    if let Some(revised) = &image.revised_prompt {
        line("Revised by the seller", revised);
    }
    for input in &run.inputs {
        line("Input", &format!("{}: {}", input.role, input.label));
    }
    for warning in &run.warnings {
        line("Warning", &warning.message);
    }
    for failure in &run.failures {
        line("Failed", &failure.message);
    }
    line("Run", &run.id);
    for id in run.request_ids.iter().chain(&run.task_ids) {
        line("Request", id);
    }
    if let Some(hash) = &image.sha256 {
        line("SHA-256", hash);
    }
    line("File", &image.file.to_string_lossy());
    html
}
