//! Products and use cases that a third-party was onboarded for.

use crate::RegistryError;
use ob_core::Shown;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};

/// The name of a product or use case that the third-party was onboarded for (MUST: one of the
/// facts given at onboarding; the platform's names are open, so any printable one is kept).
///
/// ```
/// use ob_registry::UseCase;
/// assert_eq!("account information".parse::<UseCase>()?.as_str(), "account information");
/// assert!(" ".parse::<UseCase>().is_err());
/// # Ok::<(), ob_registry::RegistryError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct UseCase(Arc<str>);

impl UseCase {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UseCase {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        if is_printable_line(text, MAX_LEN) {
            Ok(Self(text.into()))
        } else {
            Err(RegistryError::value("use case", Shown(text), NEEDED))
        }
    }
}

impl TryFrom<String> for UseCase {
    type Error = RegistryError;

    fn try_from(text: String) -> Result<Self, RegistryError> {
        text.parse()
    }
}

impl fmt::Display for UseCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for UseCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UseCase({})", Shown(self.as_str()))
    }
}

/// Whether `text` is one line of 1 to `max` characters without control or invisible
/// characters and without a space at either end.
pub(crate) fn is_printable_line(text: &str, max: usize) -> bool {
    !text.is_empty()
        && text.trim() == text
        && text.chars().count() <= max
        && !text.chars().any(|c| c.is_control() || is_invisible(c))
}

/// Characters that break a line or turn the direction of the text around them, with which one
/// name can be made to look like another.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}')
}

/// Room for the longest product names, short enough for a table.
const MAX_LEN: usize = 80;
const NEEDED: &str =
    "1 to 80 characters on one line, without control characters or surrounding spaces";

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
            &long,
        ] {
            assert!(text.parse::<UseCase>().is_err(), "{text:?}");
        }
        assert!("x".repeat(80).parse::<UseCase>().is_ok());
        assert!("Kontoinformation für Bücher".parse::<UseCase>().is_ok());
    }
}
