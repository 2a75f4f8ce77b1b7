//! Output formats and what belongs to one of them only: compression, animation, SVG.

use serde_json::Value;

use super::{choice, missing, not_a_choice};
use crate::api_error::{ApiError, ApiResult};
use crate::form::{Form, wrong_type};
use crate::models::Family;
use crate::render::{Animation, Format};
use crate::seller::Seller;

pub(super) fn check_format(form: &Form, seller: &Seller, family: Family) -> ApiResult<Format> {
    let sold = (seller.formats)(family);
    let allowed: Vec<&str> =
        family.formats().iter().filter(|format| sold.is_empty() || sold.contains(format)).copied().collect();
    let name = choice(form, "output_format", &allowed)?.unwrap_or("png");
    Ok(Format::parse(name).unwrap_or(Format::Png))
}

pub(super) fn check_compression(form: &Form, format: Format) -> ApiResult<u8> {
    let value = form.integer_within("output_compression", 0, 100)?;
    let name = match format {
        Format::Jpeg | Format::WebP => "",
        Format::Png => "PNG",
        Format::Gif => "GIF",
        Format::Svg => "SVG",
    };
    let forbidden = match format {
        Format::Jpeg | Format::WebP => false,
        Format::Png => value.is_some_and(|value| value < 100),
        Format::Gif | Format::Svg => value.is_some(),
    };
    if forbidden {
        return Err(ApiError::user(
            "invalid_png_output_compression",
            "output_compression",
            format!("Compression less than 100 is not supported for {name} output format"),
        ));
    }
    Ok(value.and_then(|value| u8::try_from(value).ok()).unwrap_or(100))
}

pub(super) fn check_animation(form: &Form, format: Format) -> ApiResult<Option<Animation>> {
    let frames = form.integer_within("frame_count", 2, 16)?;
    let frame_ms = form.integer_within("frame_duration_ms", 1, 655_350)?;
    if format != Format::Gif {
        let stray = frames.map(|_| "frame_count").or(frame_ms.map(|_| "frame_duration_ms"));
        return stray.map_or(Ok(None), |name| {
            Err(ApiError::invalid(
                "invalid_value",
                name,
                format!("The '{name}' parameter is only supported when 'output_format' is 'gif'."),
            ))
        });
    }
    let frame_ms = u32::try_from(frame_ms.unwrap_or(200)).unwrap_or(200);
    Ok(Some(Animation {
        frames: u32::try_from(frames.unwrap_or(9)).unwrap_or(9),
        // GIF delays count hundredths of a second.
        frame_ms: (frame_ms + 5) / 10 * 10,
    }))
}

pub(super) fn check_svg(form: &Form, format: Format) -> ApiResult<Option<String>> {
    let svg = match form.get("svg") {
        None => None,
        Some(Value::Object(svg)) => Some(svg),
        Some(other) => return Err(wrong_type("svg", "an object", other)),
    };
    match (format, svg) {
        (Format::Svg, svg) => {
            let model = svg.and_then(|svg| svg.get("model")).ok_or_else(|| missing("svg.model"))?;
            let model = model.as_str().ok_or_else(|| wrong_type("svg.model", "a string", model))?;
            let effort =
                svg.and_then(|svg| svg.get("reasoning")).and_then(|reasoning| reasoning.get("effort"));
            let efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
            if let Some(effort) = effort
                && !effort.as_str().is_some_and(|effort| efforts.contains(&effort))
            {
                return Err(not_a_choice("svg.reasoning.effort", effort.as_str().unwrap_or("?"), &efforts));
            }
            Ok(Some(model.to_owned()))
        }
        (_, Some(_)) => Err(ApiError::invalid(
            "invalid_value",
            "svg",
            "The 'svg' parameter is only supported when 'output_format' is 'svg'.",
        )),
        (_, None) => Ok(None),
    }
}

/// GIF and SVG go without streams; an SVG also comes alone.
pub(super) fn check_still_only(form: &Form, format: Format, n: i64, stream: bool) -> ApiResult<()> {
    if !matches!(format, Format::Gif | Format::Svg) {
        return Ok(());
    }
    let refuse = |param: &str| {
        let message =
            format!("The '{param}' parameter is not supported when 'output_format' is '{}'.", format.name());
        Err(ApiError::invalid("invalid_value", param, message))
    };
    if stream {
        return refuse("stream");
    }
    if format == Format::Svg && n > 1 {
        return refuse("n");
    }
    if format == Format::Gif && (form.get("mask").is_some() || form.files_named("mask").next().is_some()) {
        return refuse("mask");
    }
    Ok(())
}
