//! Currency codes.

use crate::{ValueError, text_value::text_value};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A currency code of three upper-case letters (R223).
///
/// The list of ISO 4217 is not consulted: a code that is newer than this crate is no outage.
///
/// ```
/// use ob_api::Currency;
/// assert_eq!("EUR".parse::<Currency>()?.as_str(), "EUR");
/// assert!("ZZZ".parse::<Currency>().is_ok());
/// assert!("eur".parse::<Currency>().is_err());
/// # Ok::<(), ob_api::ValueError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// The euro.
    pub const EUR: Self = Self(*b"EUR");

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only upper-case ASCII letters get in, so this is always text.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Currency {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        <[u8; 3]>::try_from(text.as_bytes())
            .ok()
            .filter(|code| code.iter().all(u8::is_ascii_uppercase))
            .map(Self)
            .ok_or_else(|| ValueError::new("currency", text, "three upper-case letters"))
    }
}

text_value!(Currency, |currency| currency.as_str().to_owned());

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Currency({self})")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Rows: R223
    #[test]
    fn r223_three_upper_case_letters() {
        for text in ["EUR", "JPY", "BHD", "XXX", "XTS", "QQQ"] {
            assert_eq!(text.parse::<Currency>().unwrap().to_string(), text);
        }
        for text in ["", "EU", "EURO", "eur", "E R", "EU1", "\u{20ac}", "EUR\n"] {
            assert!(text.parse::<Currency>().is_err(), "{text:?}");
        }
    }
}
