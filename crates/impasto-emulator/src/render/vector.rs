//! The same landscape as an SVG.

use std::fmt::Write as _;

use super::Picture;
use super::scene::Scene;
use crate::ids::Random;

/// Draws a picture as SVG text.
pub(crate) fn svg(picture: &Picture, random: &mut Random) -> String {
    let scene = Scene::plan(&picture.prompt, random, picture.width, picture.height);
    let (w, h) = (scene.width(), scene.height());
    let [sky_top, sky_low, sun, far, near] = scene.css();
    let (sun_x, sun_y, radius) = scene.sun();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\">\n\
         <title>{}</title>\n<desc>Emulated image, not made by any model</desc>\n\
         <defs><linearGradient id=\"sky\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"1\">\
         <stop offset=\"0\" stop-color=\"{sky_top}\"/><stop offset=\"0.72\" stop-color=\"{sky_low}\"/>\
         </linearGradient></defs>\n",
        escape(&picture.prompt)
    );
    if !picture.transparent {
        let _ = writeln!(svg, "<rect width=\"{w}\" height=\"{h}\" fill=\"url(#sky)\"/>");
    }
    let _ = writeln!(svg, "<circle cx=\"{sun_x:.1}\" cy=\"{sun_y:.1}\" r=\"{radius:.1}\" fill=\"{sun}\"/>");
    let step = (w as usize / 96).max(1);
    let ridges = scene.ridges(step);
    let last = ridges.len().saturating_sub(1);
    for (number, ridge) in ridges.iter().enumerate() {
        let fill = if number == last { &near } else { &far };
        let mut path = format!("M0 {h}");
        for (column, y) in ridge.iter().enumerate() {
            let _ = write!(path, "L{} {y:.1}", column * step);
        }
        let _ = write!(path, "L{w} {h}Z");
        let _ = writeln!(svg, "<path d=\"{path}\" fill=\"{fill}\" fill-opacity=\"0.85\"/>");
    }
    let size = (w / 32).max(8);
    for (line, text) in (0_u32..).zip(picture.label()) {
        let y = h.saturating_sub(size * (2 - line));
        let _ = writeln!(
            svg,
            "<text x=\"{size}\" y=\"{y}\" font-family=\"monospace\" font-size=\"{size}\" fill=\"#fffcf0\">{}</text>",
            escape(&text)
        );
    }
    svg.push_str("</svg>\n");
    svg
}

fn escape(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .map(|character| match character {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            other => other.to_string(),
        })
        .collect()
}
