//! The request, made of the arguments.

use std::io::Read as _;
use std::path::Path;

use impasto::{ImageInput, ImageRequest, Mask, ReasoningEffort, Size, SvgOptions};
use serde_json::Value;

use crate::args::{EditArgs, EstimateArgs, GenerateArgs, ImageArgs, PromptArgs, RegenerateArgs};
use crate::failure::Failure;

/// The request of `generate`.
pub(crate) fn generate(args: &GenerateArgs) -> Result<ImageRequest, Failure> {
    fill(ImageRequest::generate(prompt(&args.prompt)?), &args.image)
}

/// The request of `edit`.
pub(crate) fn edit(args: &EditArgs) -> Result<ImageRequest, Failure> {
    let mut request = ImageRequest::edit(prompt(&args.prompt)?);
    request.images = args.images.iter().map(|image| input(image)).collect();
    request.mask = args.mask.as_deref().map(mask).transpose()?;
    request.markup = args.markup.as_deref().map(input);
    request.input_fidelity = args.input_fidelity.clone().map(Into::into);
    fill(request, &args.image)
}

/// The request of `estimate` and `compare`: an edit when there is an input image.
pub(crate) fn priced(args: &EstimateArgs) -> Result<ImageRequest, Failure> {
    let prompt = prompt(&args.prompt)?;
    if args.images.is_empty() {
        return fill(ImageRequest::generate(prompt), &args.image);
    }
    let mut request = ImageRequest::edit(prompt);
    request.images = args.images.iter().map(|image| input(image)).collect();
    request.mask = args.mask.as_deref().map(mask).transpose()?;
    request.markup = args.markup.as_deref().map(input);
    request.input_fidelity = args.input_fidelity.clone().map(Into::into);
    fill(request, &args.image)
}

/// The request of `regenerate`: an earlier one, except for what is typed anew.
pub(crate) fn again(earlier: ImageRequest, args: &RegenerateArgs) -> Result<ImageRequest, Failure> {
    let mut request = earlier;
    if let Some(prompt) = &args.prompt {
        request.prompt.clone_from(prompt);
    }
    fill(request, &args.image)
}

/// Takes over what is typed, and leaves the rest as it is.
fn fill(mut request: ImageRequest, args: &ImageArgs) -> Result<ImageRequest, Failure> {
    put(&mut request.model, args.model.as_deref());
    put(&mut request.size, args.size.as_deref().map(size).transpose()?);
    put(&mut request.quality, args.quality.clone());
    put(&mut request.n, args.n.as_deref().map(count).transpose()?);
    put(&mut request.background, args.background.clone());
    put(&mut request.output_format, args.output_format.clone());
    put(&mut request.output_compression, args.output_compression);
    put(&mut request.moderation, args.moderation.clone());
    put(&mut request.complexity, args.complexity.clone());
    put(&mut request.frame_count, args.frame_count);
    put(&mut request.frame_duration_ms, args.frame_duration_ms);
    put(&mut request.svg, svg(args));
    put(&mut request.safety_identifier, args.safety_identifier.clone());
    put(&mut request.user, args.user.clone());
    request.stream |= args.stream || args.partial_images.is_some();
    put(&mut request.partial_images, args.partial_images);
    for pair in &args.extra {
        let (name, value) = extra(pair)?;
        request = request.with_extra(name, value);
    }
    Ok(request)
}

fn put<T>(field: &mut Option<T>, typed: Option<impl Into<T>>) {
    if let Some(value) = typed {
        *field = Some(value.into());
    }
}

fn prompt(args: &PromptArgs) -> Result<String, Failure> {
    let Some(path) = &args.prompt_file else { return Ok(args.prompt.clone().unwrap_or_default()) };
    let failed = |error| Failure::io("prompt_file", path.display(), &error);
    let text = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(failed)?;
        text
    } else {
        std::fs::read_to_string(path).map_err(failed)?
    };
    // The line break at the end belongs to the file, not to the prompt.
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// A file, a URL, or `file_id:ID`.
fn input(text: &str) -> ImageInput {
    match text.strip_prefix("file_id:") {
        Some(id) => ImageInput::file_id(id),
        None => text.into(),
    }
}

fn mask(text: &str) -> Result<Mask, Failure> {
    let Some(rectangle) = text.strip_prefix("rect:") else { return Ok(Mask::image(input(text))) };
    let numbers: Result<Vec<u32>, _> = rectangle.split(',').map(|number| number.trim().parse()).collect();
    match numbers.as_deref() {
        Ok(&[x, y, width, height]) => Ok(Mask::Rectangle { x, y, width, height }),
        _ => Err(Failure::usage("mask", format!("{text} is not rect:X,Y,WIDTH,HEIGHT in whole pixels"))),
    }
}

fn size(text: &str) -> Result<Size, Failure> {
    text.parse::<Size>().map_err(|error| impasto::Error::from(error).into())
}

/// How many images; whether it is enough, or too many, is the library's to say.
fn count(text: &str) -> Result<u32, Failure> {
    let wrong = |_| Failure::usage("n", format!("{text} is not a whole number of at least 1"));
    text.trim().parse().map_err(wrong)
}

fn svg(args: &ImageArgs) -> Option<SvgOptions> {
    if args.svg_model.is_none() && args.svg_effort.is_none() {
        return None;
    }
    // Whether a model is needed is the library's to say.
    let mut svg = SvgOptions::new("");
    svg.model.clone_from(&args.svg_model);
    svg.reasoning_effort = args.svg_effort.clone().map(ReasoningEffort::from);
    Some(svg)
}

fn extra(pair: &str) -> Result<(String, Value), Failure> {
    let wrong = |why: &str| Failure::usage("extra", format!("{pair}: {why}"));
    let (name, json) = pair.split_once('=').ok_or_else(|| wrong("write NAME=JSON, such as seed=7"))?;
    let value = serde_json::from_str(json).map_err(|_| {
        wrong("what stands behind = is not JSON")
            .with_hint(format!("a text needs quotes: --extra '{name}=\"…\"'"))
    })?;
    Ok((name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::{extra, mask};
    use impasto::Mask;
    use serde_json::json;

    #[test]
    fn rectangles_are_told_from_files() {
        assert_eq!(mask("rect:1, 2,3,4").unwrap(), Mask::Rectangle { x: 1, y: 2, width: 3, height: 4 });
        assert_eq!(mask("rect.png").unwrap(), Mask::image("rect.png"));
        for wrong in ["rect:", "rect:1,2,3", "rect:1,2,3,4,5", "rect:-1,2,3,4", "rect:a,b,c,d"] {
            assert_eq!(mask(wrong).unwrap_err().field.as_deref(), Some("mask"), "{wrong}");
        }
    }

    #[test]
    fn extra_fields_are_json() {
        assert_eq!(extra("seed=7").unwrap(), ("seed".to_owned(), json!(7)));
        assert_eq!(extra("a=\"b=c\"").unwrap(), ("a".to_owned(), json!("b=c")));
        assert!(extra("seed").is_err());
        assert_eq!(
            extra("seed=seven").unwrap_err().hint.as_deref(),
            Some("a text needs quotes: --extra 'seed=\"…\"'")
        );
    }
}
