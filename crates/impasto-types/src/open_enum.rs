//! Enums with known values and room for the ones that come later.

/// Declares an enum over strings whose last variant, `Other`, keeps any value not yet known.
///
/// The enum converts from and to its string, prints as it, and (de)serialises as it; a value nobody knew when
/// this was compiled survives the round trip to the letter.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $text:literal, )+ }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(from = "String", into = "String")]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$vmeta])* $variant, )+
            /// A value this version does not know; kept and sent as it is.
            Other(String),
        }

        impl $name {
            /// The values known to this version, in the documents' order.
            pub const KNOWN: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The value as it stands on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )+
                    Self::Other(text) => text,
                }
            }

            /// Whether this version knows the value.
            #[must_use]
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::Other(_))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $( $text => Self::$variant, )+
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                match value {
                    $name::Other(text) => text,
                    known => known.as_str().to_owned(),
                }
            }
        }

        impl crate::wire::lenient::Item for $name {
            fn of(value: serde_json::Value) -> Option<Self> {
                match value {
                    serde_json::Value::String(text) => Some(Self::from(text)),
                    _ => None,
                }
            }
        }

        impl crate::wire::said::Said for $name {
            fn said(&self) -> Option<serde_json::Value> {
                Some(self.as_str().into())
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub(crate) use open_enum;
