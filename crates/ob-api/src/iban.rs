//! IBANs: checked ones, and those that the platform reports.

mod check;
mod reported;

pub use reported::ReportedIban;

use crate::{ValueError, text_value::text_value};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A checked IBAN in electronic form: upper case, no spaces (R225).
///
/// Checked are the alphabet, the check digits (02 to 98, so that `GB00`, `GB01` and `GB99` are
/// refused although their remainder fits), the remainder (ISO 7064 MOD 97-10) and the length and
/// structure of the country. Countries that are not in the SWIFT registry cannot be checked and
/// are refused; what a bank reports is therefore read as a [`ReportedIban`].
///
/// `Debug` and `Display` show the country and the last four characters only.
///
/// ```
/// use ob_api::Iban;
/// let iban: Iban = "DE89370400440532013000".parse()?;
/// assert_eq!(iban.to_string(), "DE****************3000");
/// assert_eq!(iban.expose(), "DE89370400440532013000");
/// assert_eq!(Iban::from_print("DE89 3704 0044 0532 0130 00")?, iban);
/// assert!("DE89370400440532013001".parse::<Iban>().is_err());
/// # Ok::<(), ob_api::ValueError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Iban(String);

impl Iban {
    /// Reads the form that is printed on paper: groups separated by single spaces.
    ///
    /// # Errors
    /// What is not an IBAN once the spaces are taken out.
    pub fn from_print(text: &str) -> Result<Self, ValueError> {
        let electronic = text.replace(' ', "");
        let untidy = text.starts_with(' ') || text.ends_with(' ') || text.contains("  ");
        if untidy {
            return Err(check::refuse(text, "groups separated by single spaces"));
        }
        electronic.parse()
    }

    /// The full text. From here on it is yours to keep out of logs.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The country code, for example `DE`.
    #[must_use]
    pub fn country(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }

    /// The part after the check digits, in full (R226).
    #[must_use]
    pub fn bban(&self) -> &str {
        self.0.get(4..).unwrap_or_default()
    }
}

impl FromStr for Iban {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        check::check(text).map(|()| Self(text.to_owned()))
    }
}

text_value!(Iban, |iban| iban.0.clone());

impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&masked(&self.0))
    }
}

impl fmt::Debug for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Iban({self})")
    }
}

/// The country, stars, the last four: of a text that is known to be an IBAN.
fn masked(iban: &str) -> String {
    let end = iban.len().saturating_sub(4);
    let (head, tail) = (iban.get(..2), iban.get(end..));
    let stars = "*".repeat(iban.len().saturating_sub(6));
    format!(
        "{}{stars}{}",
        head.unwrap_or_default(),
        tail.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn nothing_prints_in_full() {
        let iban: Iban = "GB82WEST12345698765432".parse().unwrap();
        assert_eq!(format!("{iban:?}"), "Iban(GB****************5432)");
        assert_eq!((iban.country(), iban.bban()), ("GB", "WEST12345698765432"));
        assert_eq!(
            serde_json::to_string(&iban).unwrap(),
            "\"GB82WEST12345698765432\""
        );
        let refused = "GB82WEST12345698765433".parse::<Iban>().unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains("WEST"));
    }

    #[test]
    fn print_form_is_tidy() {
        for text in [
            " GB82",
            "GB82 WEST 1234 5698 7654 32 ",
            "GB82  WEST12345698765432",
        ] {
            assert!(Iban::from_print(text).is_err(), "{text:?}");
        }
        assert!("GB82 WEST 1234 5698 7654 32".parse::<Iban>().is_err());
        assert!(Iban::from_print("GB82 WEST 1234 5698 7654 32").is_ok());
    }
}
