//! Reads a seller's file, table by table.

use std::collections::BTreeMap;

use impasto_types::capability::Capabilities;
use impasto_types::{Error, Table};

use super::{
    Authentication, Defaults, EditEncoding, ErrorCodes, ImageField, InputFields, KeyStyle, Mask, Naming,
    Options, Paths, Polls, Quirks, Seller, SizeFields, SourceNote,
};

/// A table that may be left out, read by `read`.
fn part<T: Default>(
    file: &mut Table,
    field: &str,
    read: fn(&mut Table) -> Result<T, Error>,
) -> Result<T, Error> {
    match file.table(field)? {
        None => Ok(T::default()),
        Some(mut table) => {
            let part = read(&mut table)?;
            table.end()?;
            Ok(part)
        }
    }
}

/// A table of tables that may be left out, each read by `read`.
fn parts<T>(
    file: &mut Table,
    field: &str,
    read: fn(Table) -> Result<T, Error>,
) -> Result<BTreeMap<String, T>, Error> {
    let mut parts = BTreeMap::new();
    for (name, table) in file.tables_by_name(field)? {
        parts.insert(name, read(table)?);
    }
    Ok(parts)
}

pub(super) fn seller(mut file: Table) -> Result<Seller, Error> {
    let seller = Seller {
        id: file.needed_text("id")?,
        name: file.needed_text("name")?,
        dialect: file.needed_text("dialect")?,
        base_url: file.needed_text("base_url")?,
        surfaces: file.texts_by_name("surfaces")?,
        auth: part(&mut file, "auth", authentication)?,
        options: parts(&mut file, "options", options)?,
        query: file.texts_by_name("query")?,
        headers: file.texts_by_name("headers")?,
        submit_headers: file.texts_by_name("submit_headers")?,
        paths: part(&mut file, "paths", paths)?,
        defaults: part(&mut file, "defaults", defaults)?,
        quirks: part(&mut file, "quirks", quirks)?,
        errors: part(&mut file, "errors", errors)?,
        polls: part(&mut file, "polls", |table| polls(table).map(Some))?,
        mask: part(&mut file, "mask", mask)?,
        naming: part(&mut file, "naming", naming)?,
        inputs: parts(&mut file, "inputs", inputs)?,
        limits: file.table("limits")?.map(Capabilities::read).transpose()?.unwrap_or_default(),
        models: parts(&mut file, "models", Capabilities::read)?,
        sources: file.tables("sources")?.into_iter().map(source).collect::<Result<_, _>>()?,
    };
    file.end()?;
    Ok(seller)
}

fn authentication(table: &mut Table) -> Result<Authentication, Error> {
    let styles = [("bearer", KeyStyle::Bearer), ("header", KeyStyle::Header), ("prefix", KeyStyle::Prefix)];
    Ok(Authentication {
        style: table.word("style", &styles)?.unwrap_or_default(),
        name: table.text("name")?,
        key_env: table.texts("key_env")?,
        base_url_env: table.text("base_url_env")?,
    })
}

fn options(mut table: Table) -> Result<Options, Error> {
    let options =
        Options { env: table.text("env")?, default: table.text("default")?, about: table.text("about")? };
    table.end()?;
    Ok(options)
}

fn paths(table: &mut Table) -> Result<Paths, Error> {
    let usual = Paths::default();
    Ok(Paths {
        generate: table.text("generate")?.unwrap_or(usual.generate),
        edit: table.text("edit")?.unwrap_or(usual.edit),
        upload: table.text("upload")?,
        poll: table.text("poll")?,
        models: table.text("models")?.unwrap_or(usual.models),
    })
}

fn defaults(table: &mut Table) -> Result<Defaults, Error> {
    Ok(Defaults { model: table.text("model")?, quality: table.text("quality")?.map(Into::into) })
}

fn quirks(table: &mut Table) -> Result<Quirks, Error> {
    let encodings = [
        ("either", EditEncoding::Either),
        ("multipart", EditEncoding::Multipart),
        ("json", EditEncoding::Json),
    ];
    let image_fields = [
        ("by_count", ImageField::ByCount),
        ("repeated", ImageField::Repeated),
        ("bracketed", ImageField::Bracketed),
    ];
    let size_fields = [("size", SizeFields::Size), ("width_and_height", SizeFields::WidthAndHeight)];
    Ok(Quirks {
        model_not_in_body: table.flag("model_not_in_body")?,
        edit_encoding: table.word("edit_encoding", &encodings)?.unwrap_or_default(),
        image_field: table.word("image_field", &image_fields)?.unwrap_or_default(),
        response_format: table.text("response_format")?,
        size_fields: table.word("size_fields", &size_fields)?.unwrap_or_default(),
        leave_out: table.texts("leave_out")?,
        param_is_request_id: table.flag("param_is_request_id")?,
        request_id_headers: table.texts("request_id_headers")?,
    })
}

fn errors(table: &mut Table) -> Result<ErrorCodes, Error> {
    Ok(ErrorCodes {
        quota: table.texts("quota")?,
        rate_limit: table.texts("rate_limit")?,
        moderation: table.texts("moderation")?,
        invalid_request: table.texts("invalid_request")?,
        authentication: table.texts("authentication")?,
        permission: table.texts("permission")?,
        not_found: table.texts("not_found")?,
        overloaded: table.texts("overloaded")?,
        server: table.texts("server")?,
        timeout: table.texts("timeout")?,
    })
}

fn polls(table: &mut Table) -> Result<Polls, Error> {
    Ok(Polls {
        first_ms: table.needed_u32("first_ms")?.into(),
        next_ms: table.needed_u32("next_ms")?.into(),
        growth_percent: table.needed_u32("growth_percent")?,
        cap_ms: table.needed_u32("cap_ms")?.into(),
        deadline_ms: table.needed_u32("deadline_ms")?.into(),
    })
}

fn mask(table: &mut Table) -> Result<Mask, Error> {
    let polarities =
        ["transparent_is_edited", "white_is_edited", "black_is_edited", "both"].map(|word| (word, word));
    let polarity = table.word("polarity", &polarities)?;
    Ok(polarity.map_or_else(Mask::default, |polarity| Mask { polarity: polarity.to_owned() }))
}

fn naming(table: &mut Table) -> Result<Naming, Error> {
    Ok(Naming {
        prefix: table.text("prefix")?.unwrap_or_default(),
        generate_suffix: table.text("generate_suffix")?.unwrap_or_default(),
        edit_suffix: table.text("edit_suffix")?.unwrap_or_default(),
    })
}

fn inputs(mut table: Table) -> Result<InputFields, Error> {
    let usual = InputFields::default();
    let list = match table.take("list") {
        None => usual.list,
        Some(value) => value.as_bool().ok_or_else(|| table.wrong("list", "is neither true nor false"))?,
    };
    let fields =
        InputFields { image: table.text("image")?.unwrap_or(usual.image), list, mask: table.text("mask")? };
    table.end()?;
    Ok(fields)
}

fn source(mut table: Table) -> Result<SourceNote, Error> {
    let note = SourceNote {
        title: table.needed_text("title")?,
        checked: table.needed_date("checked")?,
        note: table.text("note")?,
    };
    table.end()?;
    Ok(note)
}
