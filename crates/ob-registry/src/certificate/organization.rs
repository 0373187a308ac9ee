//! Identifiers of organisations.

use crate::RegistryError;
use ob_core::Shown;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};

/// The identifier of an organisation (ETSI EN 319 412-1 section 5.1.4): a scheme of three
/// letters, a country, a hyphen, and what the scheme says.
///
/// For a payment institution the scheme is `PSD`, and the rest is its national competent
/// authority and the number that it gave (ETSI TS 119 495 section 5.2.1).
///
/// ```
/// use ob_registry::OrganizationIdentifier;
/// let acme: OrganizationIdentifier = "PSDFI-FINFSA-1234567".parse()?;
/// assert_eq!((acme.scheme(), acme.country()), ("PSD", "FI"));
/// assert_eq!(acme.competent_authority(), Some("FINFSA"));
/// assert_eq!(acme.number(), "1234567");
/// assert!("PSDFI-1234567".parse::<OrganizationIdentifier>().is_err());
/// # Ok::<(), ob_registry::RegistryError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct OrganizationIdentifier(Arc<str>);

impl OrganizationIdentifier {
    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The scheme: `PSD`, `VAT`, `NTR`, `LEI` and others.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.0.get(..3).unwrap_or_default()
    }

    /// The country: ISO 3166-1, or `XG` where it is none.
    #[must_use]
    pub fn country(&self) -> &str {
        self.0.get(3..5).unwrap_or_default()
    }

    /// The national competent authority, of a payment institution.
    #[must_use]
    pub fn competent_authority(&self) -> Option<&str> {
        let (authority, _) = self.rest().split_once('-')?;
        (self.scheme() == PSD).then_some(authority)
    }

    /// The number in the scheme, at its authority.
    #[must_use]
    pub fn number(&self) -> &str {
        match self.competent_authority() {
            Some(authority) => self.rest().get(authority.len() + 1..).unwrap_or_default(),
            None => self.rest(),
        }
    }

    fn rest(&self) -> &str {
        self.0.get(6..).unwrap_or_default()
    }
}

impl FromStr for OrganizationIdentifier {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        if is_identifier(text) {
            Ok(Self(text.into()))
        } else {
            let what = "organisation identifier";
            Err(RegistryError::value(what, Shown(text), NEEDED))
        }
    }
}

impl TryFrom<String> for OrganizationIdentifier {
    type Error = RegistryError;

    fn try_from(text: String) -> Result<Self, RegistryError> {
        text.parse()
    }
}

impl fmt::Display for OrganizationIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for OrganizationIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrganizationIdentifier({})", self.0)
    }
}

fn is_identifier(text: &str) -> bool {
    let (Some(head), Some(rest)) = (text.get(..6), text.get(6..)) else {
        return false;
    };
    let upper = |text: &str| text.bytes().all(|b| b.is_ascii_uppercase());
    let shaped = head.ends_with('-') && head.get(..5).is_some_and(upper);
    let plain = rest.bytes().all(|b| b.is_ascii_graphic());
    if !shaped || rest.is_empty() || text.len() > MAX_LEN || !plain {
        return false;
    }
    !head.starts_with(PSD) || is_authorisation(rest)
}

/// `FINFSA-1234567`: two to eight capital letters, and a number that may hold further hyphens.
fn is_authorisation(rest: &str) -> bool {
    rest.split_once('-').is_some_and(|(authority, number)| {
        (2..=8).contains(&authority.len())
            && authority.bytes().all(|b| b.is_ascii_uppercase())
            && !number.is_empty()
    })
}

const PSD: &str = "PSD";
const MAX_LEN: usize = 128;
const NEEDED: &str = "an identifier as in PSDFI-FINFSA-1234567";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn takes_apart_and_refuses() {
        let vat: OrganizationIdentifier = "VATDE-123456789".parse().unwrap();
        assert_eq!(
            (vat.scheme(), vat.country(), vat.number()),
            ("VAT", "DE", "123456789")
        );
        assert_eq!(vat.competent_authority(), None);
        let long: OrganizationIdentifier = "PSDDE-BAFIN-12-34".parse().unwrap();
        assert_eq!(long.number(), "12-34");
        for text in [
            "",
            "PSDFI",
            "PSDFI-",
            "PSDFI-FINFSA",
            "PSDFI-FINFSA-",
            "PSDFI-finfsa-1",
            "psdfi-FINFSA-1",
            "PSDF1-FINFSA-1",
            "PSDFI-FINFSA-1\n",
            "VATDE-1 2",
            "VATDE_1",
            "äVATD-1",
        ] {
            assert!(text.parse::<OrganizationIdentifier>().is_err(), "{text:?}");
        }
    }
}
