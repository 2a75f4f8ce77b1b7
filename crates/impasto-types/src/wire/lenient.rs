//! Readers that take what sellers really write: numbers as text or floats, `null`, the wrong type.
//!
//! A field that cannot be read becomes absent; it never makes a paid reply unreadable.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// What stands in a field of a reply, and may be missing.
pub(crate) trait Lenient: Sized {
    /// Reads it; what is missing, `null` or of another type is absent.
    fn read(value: Option<Value>) -> Self;

    /// Whether nothing would be written.
    fn is_absent(&self) -> bool;
}

/// What an item or a field that is there can be read as.
pub(crate) trait Item: Sized {
    /// Reads it, if it is one.
    fn of(value: Value) -> Option<Self>;
}

/// Declares the object of a reply: its fields with their types, and `as` where the JSON has another name for one.
/// Fields that are not declared stay in `extra`. `or text as` names the field of a bare text in the object's place.
///
/// A derived reader of such an object is some 5 KB in every crate that asks for one; this one is compiled once, here.
macro_rules! reply_object {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$doc:meta])* pub $field:ident $(as $wire:literal)? : $type:ty, )*
        }
        $(or text as $bare:ident)?
    ) => {
        $(#[$meta])*
        #[derive(serde::Serialize)]
        pub struct $name {
            $(
                $(#[$doc])*
                #[serde($(rename = $wire,)? skip_serializing_if = "crate::wire::lenient::Lenient::is_absent")]
                pub $field: $type,
            )*
            /// Fields this version does not know.
            #[serde(flatten)]
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        impl $name {
            /// Reads it from JSON in memory: none where that is no object. A field that cannot be read is absent.
            #[must_use]
            pub fn from_json(json: serde_json::Value) -> Option<Self> {
                match json {
                    serde_json::Value::Object(object) => Some(Self::of_object(object)),
                    $( serde_json::Value::String(text) => Some(Self { $bare: Some(text), ..Self::default() }), )?
                    _ => None,
                }
            }

            fn of_object(mut object: serde_json::Map<String, serde_json::Value>) -> Self {
                Self {
                    $( $field: {
                        let name = crate::wire::lenient::name_on_the_wire!($field $($wire)?);
                        crate::wire::lenient::Lenient::read(object.remove(name))
                    }, )*
                    extra: object,
                }
            }
        }

        impl crate::wire::lenient::Item for $name {
            fn of(value: serde_json::Value) -> Option<Self> {
                Self::from_json(value)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::wire::lenient::object(deserializer).map(Self::of_object)
            }
        }
    };
}

/// The name of a field in the JSON.
macro_rules! name_on_the_wire {
    ($field:ident $wire:literal) => {
        $wire
    };
    ($field:ident) => {
        stringify!($field)
    };
}

pub(crate) use {name_on_the_wire, reply_object};

/// An object, of any deserializer.
pub(crate) fn object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    Map::deserialize(deserializer)
}

impl<T: Item> Lenient for Option<T> {
    fn read(value: Option<Value>) -> Self {
        value.filter(|value| !value.is_null()).and_then(T::of)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

/// Items that are no text are left out; anything but a list is none.
impl Lenient for Vec<String> {
    fn read(value: Option<Value>) -> Self {
        match value {
            Some(Value::Array(items)) => items.into_iter().filter_map(String::of).collect(),
            _ => Self::new(),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Lenient for Value {
    fn read(value: Option<Value>) -> Self {
        value.unwrap_or_default()
    }

    fn is_absent(&self) -> bool {
        self.is_null()
    }
}

/// Whatever is there.
impl Item for Value {
    fn of(value: Value) -> Option<Self> {
        Some(value)
    }
}

/// A whole number, also written as a float or as text.
impl Item for u64 {
    fn of(value: Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_u64().or_else(|| number.as_f64().and_then(whole)),
            Value::String(text) => {
                text.trim().parse().ok().or_else(|| text.trim().parse().ok().and_then(whole))
            }
            _ => None,
        }
    }
}

/// Text, also written as a number or a boolean.
impl Item for String {
    fn of(value: Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }
}

impl Item for bool {
    fn of(value: Value) -> Option<Self> {
        value.as_bool()
    }
}

/// A list; a single item is read as a list of one, unreadable items are left out.
impl<T: Item> Item for Vec<T> {
    fn of(value: Value) -> Option<Self> {
        match value {
            Value::Array(items) => Some(items.into_iter().filter_map(T::of).collect()),
            Value::Null => None,
            one => Some(T::of(one).into_iter().collect()),
        }
    }
}

/// `float` as a whole number, if it is one that a count can be.
fn whole(float: f64) -> Option<u64> {
    // 2^53: beyond it a float does not name one whole number.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was just checked")]
    (0.0..=9_007_199_254_740_992.0).contains(&float).then(|| float.round() as u64)
}
