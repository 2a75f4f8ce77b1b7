//! What is sent: the fields of a body in their order.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// The fields of a body that are set, in the order in which they are written.
///
/// ```
/// use impasto_types::{ImageRequest, wire::openai::GenerateBody};
///
/// let body = GenerateBody::from_request(&ImageRequest::generate("a cat"), Some("gpt-image-2"));
/// let fields = body.fields();
/// assert_eq!(fields.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["model", "prompt"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    fields: Vec<(Cow<'static, str>, Value)>,
}

impl Fields {
    /// Every field with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.fields.iter().map(|(name, value)| (&**name, value))
    }

    /// The fields by their names, without their order.
    #[must_use]
    pub fn into_map(self) -> Map<String, Value> {
        let mut map = Map::new();
        for (name, value) in self.fields {
            map.insert(name.into_owned(), value);
        }
        map
    }

    /// Adds a field, if it says something.
    pub(crate) fn add(&mut self, name: &'static str, value: &impl Said) {
        if let Some(value) = value.said() {
            self.fields.push((Cow::Borrowed(name), value));
        }
    }

    /// Adds fields that this version does not know.
    pub(crate) fn add_all(&mut self, extra: &Map<String, Value>) {
        for (name, value) in extra {
            self.fields.push((Cow::Owned(name.clone()), value.clone()));
        }
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// What stands in a field of a body.
pub(crate) trait Said {
    /// Its JSON; none where the field is left out.
    fn said(&self) -> Option<Value>;
}

/// Declares the object of a request: its fields with their types, in the order in which they are written. Fields that
/// are not declared go into `extra`.
///
/// A derived writer of such an object is compiled for each form it is written in, and in every crate that writes one;
/// this one is compiled once, here.
macro_rules! request_object {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$doc:meta])* pub $field:ident: $type:ty, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(serde::Deserialize)]
        pub struct $name {
            $( $(#[$doc])* pub $field: $type, )*
            /// Fields this version does not know.
            #[serde(flatten)]
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        impl $name {
            /// The fields that are set, in the order in which they are written.
            #[must_use]
            pub fn fields(&self) -> crate::wire::Fields {
                let mut fields = crate::wire::Fields::default();
                $( fields.add(stringify!($field), &self.$field); )*
                fields.add_all(&self.extra);
                fields
            }
        }

        impl crate::wire::said::Said for $name {
            fn said(&self) -> Option<serde_json::Value> {
                Some(self.fields().into_map().into())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.fields().serialize(serializer)
            }
        }
    };
}

pub(crate) use request_object;

impl<T: Said> Said for Option<T> {
    fn said(&self) -> Option<Value> {
        self.as_ref()?.said()
    }
}

impl<T: Said> Said for Vec<T> {
    fn said(&self) -> Option<Value> {
        let mut items = Vec::with_capacity(self.len());
        items.extend(self.iter().filter_map(T::said));
        Some(Value::Array(items))
    }
}

macro_rules! said {
    ($($type:ty),+) => {
        $( impl Said for $type {
            fn said(&self) -> Option<Value> {
                Some(Value::from(self.clone()))
            }
        } )+
    };
}

said!(bool, u8, u32, String);
