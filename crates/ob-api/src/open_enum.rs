//! Enumerations of the platform: known values plus whatever comes next.

/// Makes an enum of known texts with an `Unknown` variant that keeps any other text as it is.
///
/// The platform says that its strings are not exhaustive and may change (DOC), so a new value
/// must neither fail nor be lost when it is written again.
macro_rules! open_enum {
    (
        $(#[$doc:meta])*
        $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }
    ) => {
        $(#[$doc])*
        ///
        /// Open: a value that is not known is kept in `Unknown` and written back unchanged.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(from = "String", into = "String")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A value that this version does not know, as the platform wrote it.
            ///
            /// Make it with `from`, which recognises the known texts.
            Unknown(String),
        }

        impl $name {
            /// Every known value.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// The text as it is on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(text) => text,
                }
            }

            /// Whether this version knows the value.
            #[must_use]
            pub const fn is_known(&self) -> bool {
                !matches!(self, Self::Unknown(_))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    other => Self::Unknown(other.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $($text => Self::$variant,)+
                    _ => Self::Unknown(text),
                }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                match value {
                    $name::Unknown(text) => text,
                    known => known.as_str().to_owned(),
                }
            }
        }

        /// Known values as on the wire; an unknown one is quoted, escaped and shortened, so that
        /// it is safe in a log line.
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    Self::Unknown(text) => write!(f, "{}", ob_core::Shown(text)),
                    known => f.write_str(known.as_str()),
                }
            }
        }
    };
}
pub(crate) use open_enum;
