//! Charging by tokens: the prompt, each input image, the images made, partial images.

use impasto_types::{ImageInput, ModelFamily, ModelId, Operation, OutputFormat, Quality, Size};

use super::asked::Asked;
use super::line::Line;
use super::ways::Way;
use crate::book::{PriceBook, Query};
use crate::error::{Error, ErrorKind};
use crate::interval::Interval;
use crate::sheet::{Price, Unit};
use crate::tokens::{PARTIAL_IMAGE_TOKENS, input, output, text};

/// The way by tokens, or nothing when the seller has no price for image output tokens.
pub(super) fn way(book: &PriceBook, asked: &Asked<'_>) -> Result<Option<Way>, Error> {
    let Some(made) = book.find(asked.query, Unit::ImageOutputToken) else {
        return Ok(None);
    };
    let price = |unit| book.find(asked.query, unit).ok_or_else(|| book.missing(asked.query, Some(unit)));
    let read = price(Unit::TextInputToken)?;
    let seen = if inputs(asked) > 0 { Some(price(Unit::ImageInputToken)?) } else { None };
    let model = made.formulas_of.as_ref().unwrap_or(asked.query.model);
    let prices: Vec<&Price> = [Some(read), seen, Some(made)].into_iter().flatten().collect();
    let mut way = Way::new(book, asked.query.day, "by tokens", 2, &prices)?;
    prompt(asked, read, &mut way)?;
    if let Some(seen) = seen {
        input_images(asked, model, seen, &mut way)?;
    }
    if asked.n > 1 {
        way.assumptions.push(
            "the input is expected to be charged for each image, as n calls of one would be (observed in 2026); \
             at least once"
                .to_owned(),
        );
    }
    images(asked, model, made, &mut way)?;
    partial_images(asked, made, &mut way)?;
    Ok(Some(way))
}

/// The language model's part of an svg. Its tokens cannot be foreseen, so only a sheet with a price for a whole svg
/// makes it estimable.
pub(super) fn svg_author(book: &PriceBook, asked: &Asked<'_>) -> Result<Line, Error> {
    let author = asked.request.svg.as_ref().and_then(|svg| svg.model.as_deref()).map(ModelId::from);
    let author = author.ok_or_else(|| {
        Error::new(
            ErrorKind::UnknownPrice,
            "svg.model is not set, and an svg is also charged by the language model that writes it; name the model",
        )
    })?;
    let query = Query { model: &author, ..asked.query };
    let price = book.find(query, Unit::Svg).ok_or_else(|| {
        Error::new(
            ErrorKind::UnknownPrice,
            format!(
                "an svg is also charged by the tokens of {author}, and nobody can tell beforehand how many there \
                 will be; add a price sheet with the most you reckon with for one: models = [\"{author}\"], \
                 amounts = {{ svg = \"…\" }}"
            ),
        )
    })?;
    book.check_age(price, asked.query.day)?;
    Line::priced(format!("svg written by {author}"), price, Interval::exactly(asked.n), asked.factor)
}

/// Input charged with every image: expected for each, at least once.
fn for_each(tokens: Interval<u64>, n: u64) -> Interval<u64> {
    Interval { low: tokens.low, ..tokens.times(n) }
}

fn prompt(asked: &Asked<'_>, price: &Price, way: &mut Way) -> Result<(), Error> {
    let request = asked.request;
    let tokens = text::prompt_tokens(&request.prompt, &request.operation, request.images.len());
    way.lines.push(Line::priced("prompt", price, for_each(tokens, asked.n), asked.factor)?);
    if cfg!(not(feature = "tokenizer")) {
        way.assumptions.push(
            "the prompt's tokens are bounded by its length, not counted: at most one for each byte"
                .to_owned(),
        );
    }
    if request.operation != Operation::Generate {
        way.assumptions
            .push("what an edit adds to the prompt's tokens is known from observation only".to_owned());
    }
    Ok(())
}

/// How many images go in, a mask and a markup included.
fn inputs(asked: &Asked<'_>) -> usize {
    let request = asked.request;
    request.images.len() + usize::from(request.mask.is_some()) + usize::from(request.markup.is_some())
}

fn input_images(asked: &Asked<'_>, model: &ModelId, price: &Price, way: &mut Way) -> Result<(), Error> {
    let request = asked.request;
    let dimensions = |image: &ImageInput| image.facts.map(|facts| facts.shown_dimensions());
    let tokens = |dimensions| {
        input::image_tokens(model.family(), dimensions, asked.fidelity)
            .ok_or_else(|| no_formula(asked, model))
    };
    let count = request.images.len();
    for (at, image) in request.images.iter().enumerate() {
        let dimensions = dimensions(image);
        let number = at + 1;
        let what = if let Some((width, height)) = dimensions {
            format!("input image {number} of {count}, {width}x{height}")
        } else {
            way.assumptions.push(format!(
                "the dimensions of input image {number} are unknown; the range holds for any image"
            ));
            format!("input image {number} of {count}, dimensions unknown")
        };
        way.lines.push(Line::priced(what, price, for_each(tokens(dimensions)?, asked.n), asked.factor)?);
    }
    let first = request.images.first().and_then(dimensions);
    if let Some(mask) = &request.mask {
        let own = mask.as_image().and_then(dimensions).or(first);
        let most = tokens(own)?.high;
        let line = Line::priced("mask", price, for_each(Interval::new(0, 0, most), asked.n), asked.factor)?;
        way.lines.push(line.with_note("reported not to be charged; at most like an image"));
    }
    if let Some(markup) = &request.markup {
        let all = tokens(dimensions(markup).or(first))?;
        let line = Line::priced(
            "markup",
            price,
            for_each(Interval::new(0, all.expected, all.high), asked.n),
            asked.factor,
        )?;
        way.lines.push(line.with_note("whether it is charged is not documented; at most like an image"));
    }
    if model.family() == ModelFamily::GptImage26 {
        way.assumptions
            .push("input images are counted as on gpt-image-2.5; no rule for 2.6 is published".to_owned());
    }
    Ok(())
}

fn images(asked: &Asked<'_>, model: &ModelId, price: &Price, way: &mut Way) -> Result<(), Error> {
    let (quality, size) = (asked.quality, asked.size);
    let gif = asked.is_format(&OutputFormat::Gif);
    let tokens = if gif {
        output::gif_tokens(model, quality, size, asked.request.frame_count)
    } else {
        output::image_tokens(model, quality, size)
    };
    let mut tokens = tokens.ok_or_else(|| no_formula(asked, model))?;
    if asked.is_format(&OutputFormat::Svg) {
        tokens.low = 0;
        way.assumptions.push("whether an svg also costs image tokens is not documented".to_owned());
    }
    let known = output::qualities(model.family()).unwrap_or_default();
    let open_quality = !quality.is_some_and(|quality| known.contains(quality));
    let open_size = size.and_then(Size::dimensions).is_none();
    let mut what = String::from(if gif { "gifs" } else { "images" });
    if let (false, Some(quality)) = (open_quality, quality) {
        what.push_str(", quality ");
        what.push_str(quality.as_str());
    }
    if let (false, Some(size)) = (open_size, size) {
        what.push_str(", ");
        what.push_str(&size.to_string());
    }
    way.lines.push(Line::priced(what, price, tokens.times(asked.n), asked.factor)?);
    if open_quality {
        let expected = output::expected_quality(model);
        let asked = quality.map_or("not set", Quality::as_str);
        way.assumptions.push(format!(
            "quality is {asked}: the range spans everything {model} could make of it; expected is {expected}"
        ));
    }
    if open_size {
        way.assumptions
            .push("size is left to the model: the range spans every size it could choose".to_owned());
    }
    if gif {
        way.assumptions.push("how a gif is charged is not published".to_owned());
    }
    if model.family() == ModelFamily::GptImage26 {
        way.assumptions.push(
            "no token formula of gpt-image-2.6 is published; the range rests on measurements of November 2026"
                .to_owned(),
        );
    }
    if asked.request.complexity.is_some() {
        way.assumptions.push("complexity is not known to change the number of tokens".to_owned());
    }
    Ok(())
}

fn partial_images(asked: &Asked<'_>, price: &Price, way: &mut Way) -> Result<(), Error> {
    let count = u64::from(asked.request.partial_images.unwrap_or(0));
    if count == 0 {
        return Ok(());
    }
    let tokens = Interval::exactly(count * PARTIAL_IMAGE_TOKENS).times(asked.n);
    let line = Line::priced("partial images", price, Interval { low: 0, ..tokens }, asked.factor)?;
    way.lines.push(line.with_note("100 tokens each; fewer may arrive than were asked for"));
    Ok(())
}

fn no_formula(asked: &Asked<'_>, model: &ModelId) -> Error {
    let Query { seller, .. } = asked.query;
    Error::new(
        ErrorKind::UnknownModel,
        format!(
            "{seller} charges {model} by tokens, and no token formula is known for it; add a price sheet that says \
             formulas_of = \"gpt-image-2\", or whichever model it counts like"
        ),
    )
}
