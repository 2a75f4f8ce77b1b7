//! The request and its place, made of the arguments.

use std::path::PathBuf;

use impasto::sink::Files;
use impasto::{ImageInput, ImageRequest, Mask, ReasoningEffort, Size, SvgOptions};

use crate::args::{EditArgs, GuideArgs, ImageArgs, MaskArg, PricedArgs, Rectangle, RunArgs};
use crate::error::Error;
use crate::roots::Roots;

/// A request to make images.
pub(crate) fn generate(args: &ImageArgs) -> Result<ImageRequest, Error> {
    fill(ImageRequest::generate(&args.prompt), args)
}

/// A request to change images.
pub(crate) fn edit(args: &ImageArgs, edit: &EditArgs, roots: &Roots) -> Result<ImageRequest, Error> {
    guided(args, &edit.images, &edit.guides, roots)
}

/// A request that is only priced.
pub(crate) fn priced(args: &ImageArgs, priced: &PricedArgs, roots: &Roots) -> Result<ImageRequest, Error> {
    let images = &priced.images;
    let guides = &priced.guides;
    let alone = guides.mask.is_none() && guides.markup.is_none() && guides.input_fidelity.is_none();
    if images.is_empty() && alone { generate(args) } else { guided(args, images, guides, roots) }
}

fn guided(
    args: &ImageArgs,
    images: &[String],
    guides: &GuideArgs,
    roots: &Roots,
) -> Result<ImageRequest, Error> {
    let mut request = ImageRequest::edit(&args.prompt);
    for image in images {
        request.images.push(input("images", image, roots)?);
    }
    request.mask = match &guides.mask {
        None => None,
        Some(MaskArg::Image(text)) => Some(match rectangle(text)? {
            Some(at) => drawn(at),
            None => Mask::image(input("mask", text, roots)?),
        }),
        Some(MaskArg::Rectangle(at)) => Some(drawn(*at)),
    };
    request.markup = guides.markup.as_deref().map(|markup| input("markup", markup, roots)).transpose()?;
    request.input_fidelity = guides.input_fidelity.clone().map(Into::into);
    fill(request, args)
}

fn drawn(Rectangle { x, y, width, height }: Rectangle) -> Mask {
    Mask::Rectangle { x, y, width, height }
}

/// A rectangle written as text: clients that do not know which of two types is meant send JSON as text, and the command
/// writes `rect:X,Y,WIDTH,HEIGHT`.
fn rectangle(text: &str) -> Result<Option<Rectangle>, Error> {
    let wrong =
        || Error::argument("mask", format!("{text} is no rectangle; give x, y, width and height in pixels"));
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map(Some).map_err(|_| wrong());
    }
    let Some(numbers) = text.strip_prefix("rect:") else { return Ok(None) };
    let numbers: Vec<u32> = numbers
        .split(',')
        .map(|number| number.trim().parse())
        .collect::<Result<_, _>>()
        .map_err(|_| wrong())?;
    match numbers[..] {
        [x, y, width, height] => Ok(Some(Rectangle { x, y, width, height })),
        _ => Err(wrong()),
    }
}

/// An input image: what is no URL and no id is a file, and has to lie inside the allowed folders.
pub(crate) fn input(field: &str, text: &str, roots: &Roots) -> Result<ImageInput, Error> {
    if let Some(id) = text.strip_prefix("file_id:") {
        return Ok(ImageInput::file_id(id));
    }
    let scheme = text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("http" | "https" | "data") => Ok(ImageInput::url(text)),
        _ => Ok(ImageInput::file(roots.readable(field, text)?)),
    }
}

fn fill(mut request: ImageRequest, args: &ImageArgs) -> Result<ImageRequest, Error> {
    request.model = args.model.as_deref().map(Into::into);
    request.size = args.size.as_deref().map(size).transpose()?;
    request.quality = args.quality.clone().map(Into::into);
    request.n = args.n;
    request.background = args.background.clone().map(Into::into);
    request.output_format = args.output_format.clone().map(Into::into);
    request.output_compression = args.output_compression;
    request.moderation = args.moderation.clone().map(Into::into);
    request.complexity = args.complexity.clone().map(Into::into);
    request.frame_count = args.frame_count;
    request.frame_duration_ms = args.frame_duration_ms;
    request.svg = args.svg.as_ref().map(|svg| {
        let mut options = SvgOptions::new("");
        options.model.clone_from(&svg.model);
        options.reasoning_effort = svg.reasoning_effort.clone().map(ReasoningEffort::from);
        options
    });
    request.safety_identifier.clone_from(&args.safety_identifier);
    request.user.clone_from(&args.user);
    request.partial_images = args.partial_images;
    request.stream = args.partial_images.is_some_and(|count| count > 0);
    for (name, value) in args.extra.iter().flatten() {
        request = request.with_extra(name, value.clone());
    }
    Ok(request)
}

fn size(text: &str) -> Result<Size, Error> {
    text.parse::<Size>().map_err(|error| impasto::Error::from(error).into())
}

/// Where the images go, if they may go there.
pub(crate) fn place(args: &RunArgs, prompt: &str, roots: &Roots) -> Result<Files, Error> {
    let overwrite = args.overwrite.unwrap_or(false);
    let files = match &args.output_path {
        Some(text) => {
            let path = roots.writable("output_path", text)?;
            if path.is_dir() || text.ends_with(std::path::is_separator) {
                Files::named_after(path, prompt, overwrite)?
            } else {
                Files::at(path)
            }
        }
        None => Files::named_after(PathBuf::from(roots.out()), prompt, overwrite)?,
    };
    Ok(files.with_force(overwrite))
}

#[cfg(test)]
mod tests {
    use super::rectangle;

    #[test]
    fn a_rectangle_may_be_written_as_text() {
        let check = |text: &str, expected: Result<Option<[u32; 4]>, ()>| {
            let read = rectangle(text).map(|found| found.map(|at| [at.x, at.y, at.width, at.height]));
            assert_eq!(read.map_err(|_| ()), expected, "{text}");
        };
        check(r#"{"x":1,"y":2,"width":3,"height":4}"#, Ok(Some([1, 2, 3, 4])));
        check("rect:1, 2,3,4", Ok(Some([1, 2, 3, 4])));
        check("mask.png", Ok(None));
        check("{}", Err(()));
        check("rect:1,2,3", Err(()));
        check("rect:a,b,c,d", Err(()));
    }
}
