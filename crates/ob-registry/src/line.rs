//! Short texts that people wrote: one printable line.

use crate::{RegistryError, certificate::private_key_at};
use ob_core::Shown;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};

/// Whether `text` is one line of 1 to `max` characters without control or invisible
/// characters, without a space at either end, and without what announces a private key: a
/// registry with one in it is not opened again.
pub(crate) fn is_printable_line(text: &str, max: usize) -> bool {
    !text.is_empty()
        && text.trim() == text
        && text.chars().count() <= max
        && !text.chars().any(|c| c.is_control() || is_invisible(c))
        && private_key_at(text).is_none()
}

/// Characters that break a line, turn the direction of the text around them or show nothing, with
/// which one name can be made to look like another. Joiners and the selectors of a variant are
/// not among them where scripts need them: U+FE00 to U+FE0F.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

macro_rules! line {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal, $needed:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = RegistryError;

            fn from_str(text: &str) -> Result<Self, RegistryError> {
                if is_printable_line(text, $max) {
                    Ok(Self(text.into()))
                } else {
                    Err(RegistryError::value($what, Shown(text), $needed))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = RegistryError;

            fn try_from(text: String) -> Result<Self, RegistryError> {
                text.parse()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), Shown(self.as_str()))
            }
        }
    };
}

line!(
    /// The name of a product or use case that the third-party was onboarded for (MUST: one of the
    /// facts given at onboarding; the platform's names are open, so any printable one is kept).
    ///
    /// ```
    /// use ob_registry::UseCase;
    /// assert_eq!("account information".parse::<UseCase>()?.as_str(), "account information");
    /// assert!(" ".parse::<UseCase>().is_err());
    /// # Ok::<(), ob_registry::RegistryError>(())
    /// ```
    UseCase, "use case", 80,
    "1 to 80 characters on one line, without control characters or surrounding spaces"
);

line!(
    /// Who made a change: a person, a service, a pipeline; your own name for it.
    ///
    /// ```
    /// use ob_registry::Actor;
    /// assert_eq!("maria@integrator.example".parse::<Actor>()?.as_str(), "maria@integrator.example");
    /// assert!("".parse::<Actor>().is_err());
    /// # Ok::<(), ob_registry::RegistryError>(())
    /// ```
    Actor, "actor", 120,
    "1 to 120 characters on one line, without control characters or surrounding spaces"
);

line!(
    /// Why a change was made, for whoever reads the history.
    ///
    /// ```
    /// use ob_registry::Reason;
    /// assert!("contract signed on 2026-11-20".parse::<Reason>().is_ok());
    /// assert!("two\nlines".parse::<Reason>().is_err());
    /// # Ok::<(), ob_registry::RegistryError>(())
    /// ```
    Reason, "reason", 500,
    "1 to 500 characters on one line, without control characters or surrounding spaces"
);

line!(
    /// The name of one process that serves calls from a registry: unique among its siblings, for
    /// example a pod's name.
    ///
    /// ```
    /// use ob_registry::ReplicaName;
    /// assert_eq!("api-7f9c-0".parse::<ReplicaName>()?.as_str(), "api-7f9c-0");
    /// # Ok::<(), ob_registry::RegistryError>(())
    /// ```
    ReplicaName, "replica name", 120,
    "1 to 120 characters on one line, without control characters or surrounding spaces"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_cannot_stand_in_a_table() {
        let long = "x".repeat(81);
        for text in [
            "",
            " ",
            "a\nb",
            "a ",
            "\ta",
            "a\0",
            "a\u{2028}b",
            "a\u{202e}b",
            "\u{feff}a",
            "a\u{ad}b",
            "a\u{61c}b",
            "a\u{e0041}b",
            &long,
        ] {
            assert!(text.parse::<UseCase>().is_err(), "{text:?}");
        }
        assert!("x".repeat(80).parse::<UseCase>().is_ok());
        assert!("Kontoinformation für Bücher".parse::<UseCase>().is_ok());
        assert!("x".repeat(121).parse::<Actor>().is_err());
        assert!("x".repeat(501).parse::<Reason>().is_err());
    }
}
