//! Reads what a rule allows, for each field's type.

use serde_json::Value;

use super::{FreeSizes, LifeCycle, Sizes};
use crate::error::Error;
use crate::image::ImageFormat;
use crate::options::{Background, Complexity, InputFidelity, Moderation, OutputFormat, Quality};
use crate::request::Operation;
use crate::table::{Table, texts};

/// What a rule allows, read from its file; else what is wrong with it.
pub(super) trait Allowed: Sized {
    fn read(value: Value) -> Result<Self, Error>;
}

impl Allowed for bool {
    fn read(value: Value) -> Result<Self, Error> {
        value.as_bool().ok_or_else(|| not(&value, "true or false"))
    }
}

impl Allowed for u64 {
    fn read(value: Value) -> Result<Self, Error> {
        value.as_u64().ok_or_else(|| not(&value, "a whole number"))
    }
}

impl Allowed for u32 {
    fn read(value: Value) -> Result<Self, Error> {
        let small = value.as_u64().and_then(|number| Self::try_from(number).ok());
        small.ok_or_else(|| not(&value, "a whole number below 2^32"))
    }
}

impl Allowed for u8 {
    fn read(value: Value) -> Result<Self, Error> {
        let small = value.as_u64().and_then(|number| Self::try_from(number).ok());
        small.ok_or_else(|| not(&value, "a whole number up to 255"))
    }
}

/// Lists of words are read alike, whatever the words are.
macro_rules! words {
    ($($word:ty),+) => {
        $( impl Allowed for Vec<$word> {
            fn read(value: Value) -> Result<Self, Error> {
                Ok(list(value)?.into_iter().map(Into::into).collect())
            }
        } )+
    };
}

words!(Operation, Quality, Background, OutputFormat, Moderation, InputFidelity, Complexity);

impl Allowed for Vec<ImageFormat> {
    fn read(value: Value) -> Result<Self, Error> {
        let known = |word: String| {
            let named = ImageFormat::from_extension(&word).filter(|format| format.as_str() == word);
            named.ok_or_else(|| Error::malformed("allowed", format!("{word:?} is no image format")))
        };
        list(value)?.into_iter().map(known).collect()
    }
}

impl Allowed for Sizes {
    fn read(value: Value) -> Result<Self, Error> {
        let mut table = Table::at("allowed", value)?;
        let fixed = table.texts("fixed")?.iter().map(|size| size.parse()).collect::<Result<_, _>>()?;
        let free = table.table("free")?.map(FreeSizes::read).transpose()?;
        table.end()?;
        Ok(Self { fixed, free })
    }
}

impl FreeSizes {
    fn read(mut table: Table) -> Result<Self, Error> {
        let free = Self {
            multiple_of: table.needed_u32("multiple_of")?,
            max_side: table.needed_u32("max_side")?,
            max_ratio: table.needed_u32("max_ratio")?,
            min_pixels: table.needed_u32("min_pixels")?.into(),
            max_pixels: table.needed_u32("max_pixels")?.into(),
        };
        table.end()?;
        Ok(free)
    }
}

impl Allowed for LifeCycle {
    fn read(value: Value) -> Result<Self, Error> {
        let mut table = Table::at("allowed", value)?;
        let life = Self {
            at: table.text("at")?,
            released: table.date("released")?,
            deprecated: table.date("deprecated")?,
            shutdown: table.date("shutdown")?,
            successor: table.text("successor")?,
        };
        table.end()?;
        Ok(life)
    }
}

fn list(value: Value) -> Result<Vec<String>, Error> {
    texts(value).map_err(|why| Error::malformed("allowed", why))
}

fn not(value: &Value, wanted: &str) -> Error {
    Error::malformed("allowed", format!("{value} is not {wanted}"))
}
