//! Ids that the platform issues as UUIDs.

use super::IdError;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

const NEEDED: &str = "a UUID of the form 8-4-4-4-12 hexadecimal digits";

macro_rules! uuid_bound {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        ///
        /// Accepts the hyphenated form only, in either case; shows itself in lower case.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// The id of these 16 bytes, for makers of test data.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_hyphenated(text)
                    .map(Self)
                    .ok_or_else(|| IdError::new($what, text, NEEDED))
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

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.as_hyphenated())
            }
        }
    };
}

uuid_bound!(
    /// The id of the application under which a third-party uses the API, sent as
    /// `X-Application-Id` on every call (MUST).
    ApplicationId, "application id"
);
uuid_bound!(
    /// The id of a use case configuration that the platform gave to the Integrator at
    /// onboarding; every consent names one (MUST, INT).
    UseCaseConfigurationId, "use case configuration id"
);

/// The `uuid` crate also reads braces, `urn:uuid:` and the form without hyphens; one id must
/// have one spelling.
fn parse_hyphenated(text: &str) -> Option<Uuid> {
    let hyphens = [8, 13, 18, 23];
    let shaped = text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(i, b)| (b == b'-') == hyphens.contains(&i));
    shaped.then(|| Uuid::try_parse(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const TEXT: &str = "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11";

    #[test]
    fn shows_itself_in_lower_case() {
        let id: ApplicationId = TEXT.to_uppercase().parse().unwrap();
        assert_eq!(id.to_string(), TEXT);
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{TEXT}\""));
    }

    #[test]
    fn refuses_every_other_spelling() {
        let simple = TEXT.replace('-', "");
        let braced = format!("{{{TEXT}}}");
        let urn = format!("urn:uuid:{TEXT}");
        let spaced = format!("{TEXT} ");
        for text in [
            "",
            "acme",
            &simple,
            &braced,
            &urn,
            &spaced,
            "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a1g",
        ] {
            let refused = text.parse::<ApplicationId>().unwrap_err();
            assert!(refused.to_string().contains("8-4-4-4-12"), "{text:?}");
        }
    }
}
