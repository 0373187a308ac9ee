//! Ids of the platform's resources, each exactly one segment of a path.

use crate::{ValueError, text_value::text_value};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

macro_rules! resource_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        ///
        /// Opaque: 1 to 128 characters. Refused are `.` and `..`, slash, backslash and control
        /// characters; everything else is percent-encoded, so that in a URL it is one path
        /// segment whatever it holds (standards L4.2).
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as the platform wrote it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                if is_one_segment(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(ValueError::new($kind, text, NEEDED))
                }
            }
        }

        text_value!($name, |id| id.0.clone());

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.0)
            }
        }
    };
}

resource_id!(
    /// The id of an account: `id` (INT, a UUID). It is never the IBAN (R224).
    AccountId, "account id"
);
resource_id!(
    /// The id of a transaction (path DOC, form unknown).
    TransactionId, "transaction id"
);
resource_id!(
    /// The id of a managed flow: `flowId` (ASSUMED).
    FlowId, "flow id"
);
resource_id!(
    /// The id of a provider, a bank: `id` (ASSUMED).
    ProviderId, "provider id"
);

fn is_one_segment(text: &str) -> bool {
    (1..=128).contains(&text.chars().count())
        && !matches!(text, "." | "..")
        && !text.contains(|c: char| c == '/' || c == '\\' || c.is_control())
}

const NEEDED: &str =
    "1 to 128 characters without slash, backslash or control characters, not a dot segment";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Rows: L4.2
    #[test]
    fn l4_refuses_what_could_leave_its_segment() {
        let long = "a".repeat(129);
        for text in [
            "", ".", "..", "/", "a/b", "../a", "//evil", "\\", "a\\b", "a\0", "a\r\nb", "a\u{85}",
            &long,
        ] {
            let refused = text.parse::<AccountId>().unwrap_err();
            assert!(
                !refused.to_string().contains(['\r', '\n', '\0']),
                "{text:?}"
            );
            assert!(serde_json::from_value::<FlowId>(text.into()).is_err());
        }
    }

    #[test]
    fn keeps_everything_else_as_it_is() {
        for text in [
            "a",
            "7f0c-1",
            "@evil",
            "%2e%2e",
            "a b",
            "\u{e9}?#",
            "...",
            &"a".repeat(128),
        ] {
            let id: TransactionId = text.parse().unwrap();
            assert_eq!(id.as_str(), text);
        }
    }
}
