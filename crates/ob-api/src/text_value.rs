//! The conversions that every checked text has.

/// Implements `TryFrom<&str>`, `TryFrom<String>` and `From<T> for String` over `FromStr` and
/// a function that gives the full text, so that serde can use them.
macro_rules! text_value {
    ($name:ident, $text:expr) => {
        impl TryFrom<&str> for $name {
            type Error = crate::ValueError;

            fn try_from(text: &str) -> Result<Self, crate::ValueError> {
                text.parse()
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::ValueError;

            fn try_from(text: String) -> Result<Self, crate::ValueError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                let text: fn(&$name) -> String = $text;
                text(&value)
            }
        }
    };
}
pub(crate) use text_value;
