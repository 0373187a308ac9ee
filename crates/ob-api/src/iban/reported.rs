//! IBANs as a bank reports them.

use super::Iban;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An IBAN as the platform reported it: checked if it is one, kept as it is if not.
///
/// Banks report counterparties by hand-typed, masked or experimental numbers; one of them must
/// not cost the whole page. `Debug` shows no more than a checked [`Iban`] does.
///
/// ```
/// use ob_api::ReportedIban;
/// let iban: ReportedIban = serde_json::from_str(r#""DE89370400440532013000""#)?;
/// assert!(iban.checked().is_some());
/// let other: ReportedIban = serde_json::from_str(r#""DE89 XXXX XXXX XXXX XXXX 00""#)?;
/// assert!(other.checked().is_none());
/// assert_eq!(other.expose(), "DE89 XXXX XXXX XXXX XXXX 00");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ReportedIban(Reported);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Reported {
    Checked(Iban),
    Other(String),
}

impl ReportedIban {
    /// The IBAN, if it is one.
    #[must_use]
    pub fn checked(&self) -> Option<&Iban> {
        match &self.0 {
            Reported::Checked(iban) => Some(iban),
            Reported::Other(_) => None,
        }
    }

    /// The full text. From here on it is yours to keep out of logs.
    #[must_use]
    pub fn expose(&self) -> &str {
        match &self.0 {
            Reported::Checked(iban) => iban.expose(),
            Reported::Other(text) => text,
        }
    }
}

impl From<Iban> for ReportedIban {
    fn from(iban: Iban) -> Self {
        Self(Reported::Checked(iban))
    }
}

impl From<String> for ReportedIban {
    fn from(text: String) -> Self {
        match text.parse() {
            Ok(iban) => Self(Reported::Checked(iban)),
            Err(_) => Self(Reported::Other(text)),
        }
    }
}

impl From<&str> for ReportedIban {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<ReportedIban> for String {
    fn from(iban: ReportedIban) -> Self {
        iban.expose().to_owned()
    }
}

impl fmt::Debug for ReportedIban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reported::Checked(iban) => write!(f, "ReportedIban({iban})"),
            Reported::Other(_) => f.write_str("ReportedIban([unchecked])"),
        }
    }
}
