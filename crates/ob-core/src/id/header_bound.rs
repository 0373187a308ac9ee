//! Ids that may enter an HTTP header: 1 to 128 of `A-Za-z0-9._-` (R190).

use super::IdError;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};

const NEEDED: &str =
    "1 to 128 characters of A-Z a-z 0-9 . _ - that neither start nor end with a dot";

macro_rules! header_bound {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        ///
        /// Accepts 1 to 128 characters of `A-Za-z0-9._-`, without a dot at either end, and
        /// nothing else, so that it can be written into a header, a path segment or a log line
        /// as it is (R190). Comparison is exact: a twin in another case is another id.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                if is_header_bound(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(IdError::new($what, text, NEEDED))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl TryFrom<&str> for $name {
            type Error = IdError;

            fn try_from(text: &str) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.as_str())
            }
        }
    };
}

header_bound!(
    /// The OAuth client id that the platform gave to an Integrator or to a third-party (MUST).
    ClientId, "client id"
);
header_bound!(
    /// Your own name for a third-party: the key of the mapping to its client id and application
    /// id that the platform asks Integrators to keep (MUST).
    BusinessId, "business id"
);
header_bound!(
    /// The platform's id of a consent (DOC: a UUID; kept open because it is the platform's).
    ConsentId, "consent id"
);

fn is_header_bound(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        && !text.starts_with('.')
        && !text.ends_with('.')
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    /// Rows: R190
    #[test]
    fn r190_refuses_what_could_leave_its_header() {
        let long = "a".repeat(129);
        let bad = [
            "",
            " a",
            "a ",
            "a\r\nX-Admin: 1",
            "a\n",
            "a\0",
            "%0d%0a",
            "a\tb",
            "a\u{2028}b",
            "\u{e9}",
            "a,b",
            "a b",
            ".a",
            "a.",
            "a/b",
            "a\"",
            long.as_str(),
        ];
        for text in bad {
            let refused = text.parse::<ClientId>().unwrap_err();
            assert_eq!(refused.id(), "client id");
            assert!(
                !refused.to_string().contains(['\r', '\n', '\0']),
                "{text:?}"
            );
        }
    }

    #[test]
    fn accepts_the_whole_alphabet_and_both_lengths() {
        for text in ["a", "A-Za-z0-9._-x", &"a".repeat(128)] {
            assert_eq!(text.parse::<BusinessId>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_twin_in_another_case_is_another_id() {
        assert_ne!(
            "Acme".parse::<BusinessId>().unwrap(),
            "acme".parse().unwrap()
        );
    }

    #[test]
    fn serde_checks_too() {
        assert!(serde_json::from_str::<ConsentId>(r#""a\nb""#).is_err());
        let id: ConsentId = serde_json::from_str(r#""c-1""#).unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), r#""c-1""#);
    }

    proptest! {
        #[test]
        fn never_panics_and_round_trips(text in ".{0,140}") {
            if let Ok(id) = text.parse::<ClientId>() {
                prop_assert_eq!(id.as_str(), text);
            }
        }
    }
}
