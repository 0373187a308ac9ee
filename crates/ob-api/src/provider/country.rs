//! Country codes.

use crate::{ValueError, text_value::text_value};
use std::{fmt, str::FromStr};

/// A country code of two upper-case letters (ISO 3166-1 alpha-2), for asking.
///
/// ```
/// use ob_api::CountryCode;
/// assert!("DE".parse::<CountryCode>().is_ok());
/// assert!("de".parse::<CountryCode>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only upper-case ASCII letters get in, so this is always text.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for CountryCode {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        <[u8; 2]>::try_from(text.as_bytes())
            .ok()
            .filter(|code| code.iter().all(u8::is_ascii_uppercase))
            .map(Self)
            .ok_or_else(|| ValueError::new("country code", text, "two upper-case letters"))
    }
}

text_value!(CountryCode, |country| country.as_str().to_owned());

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CountryCode({self})")
    }
}
