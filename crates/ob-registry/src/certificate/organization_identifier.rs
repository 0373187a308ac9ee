//! The `organizationIdentifier` of a certificate's subject.

use crate::RegistryError;
use ob_core::Shown;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};

/// Who a certificate's subject is, by number (ETSI EN 319 412-1 section 5.1.4): a scheme, a
/// country, and the number in that scheme.
///
/// Under PSD2 (ETSI TS 119 495 section 5.2.1) the scheme is `PSD`, and the number is the id of the
/// national authority, a hyphen, and the authority's number for the third-party.
///
/// ```
/// use ob_registry::OrganizationIdentifier;
/// let id: OrganizationIdentifier = "PSDFI-FINFSA-1234567".parse()?;
/// assert_eq!((id.scheme(), id.country()), ("PSD", "FI"));
/// assert_eq!((id.authority(), id.reference()), (Some("FINFSA"), "1234567"));
/// let vat: OrganizationIdentifier = "VATDE-123456789".parse()?;
/// assert_eq!((vat.authority(), vat.reference()), (None, "123456789"));
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

    /// The scheme: `PSD`, `VAT`, `NTR`, `LEI` and so on, or two letters and a colon for a
    /// national one.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.0.get(..3).unwrap_or_default()
    }

    /// The country: two letters (ISO 3166-1, and `XG` for global schemes).
    #[must_use]
    pub fn country(&self) -> &str {
        self.0.get(3..5).unwrap_or_default()
    }

    /// Under PSD2: the id of the national competent authority, without its country.
    #[must_use]
    pub fn authority(&self) -> Option<&str> {
        (self.scheme() == PSD2)
            .then(|| self.number().split_once('-'))
            .flatten()
            .map(|(authority, _)| authority)
    }

    /// The number of the organisation; under PSD2 without the authority's id.
    #[must_use]
    pub fn reference(&self) -> &str {
        let number = self.number();
        match number.split_once('-') {
            Some((_, reference)) if self.scheme() == PSD2 => reference,
            _ => number,
        }
    }

    fn number(&self) -> &str {
        self.0.get(6..).unwrap_or_default()
    }
}

impl FromStr for OrganizationIdentifier {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        if is_well_formed(text) {
            return Ok(Self(text.into()));
        }
        Err(RegistryError::value(WHAT, Shown(text), needed(text)))
    }
}

fn is_well_formed(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_at_checked(3) else {
        return false;
    };
    let Some((country, rest)) = rest.split_at_checked(2) else {
        return false;
    };
    let Some(number) = rest.strip_prefix('-') else {
        return false;
    };
    let upper = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase());
    let national = scheme.strip_suffix(':').is_some_and(upper);
    (upper(scheme) || national)
        && upper(country)
        && is_number(number)
        && (scheme != PSD2 || is_psd2_number(number))
}

/// A number is any text that can be seen, without a space at its ends.
fn is_number(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_LEN
        && text.trim() == text
        && !text.chars().any(char::is_control)
}

/// TS 119 495 section 5.2.1: 2 to 8 letters for the authority, a hyphen, and its number.
fn is_psd2_number(number: &str) -> bool {
    number.split_once('-').is_some_and(|(authority, number)| {
        (2..=8).contains(&authority.len())
            && authority.bytes().all(|byte| byte.is_ascii_uppercase())
            && is_number(number)
    })
}

fn needed(text: &str) -> &'static str {
    if text.starts_with(PSD2) {
        "PSD, two letters of the country, -, 2 to 8 letters of the authority, - and its number"
    } else {
        "three letters of the scheme, two of the country, - and the number"
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
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for OrganizationIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrganizationIdentifier({})", self.as_str())
    }
}

const WHAT: &str = "organisation identifier";
const PSD2: &str = "PSD";
/// The upper bound of X.520 is 256 characters, in at most four bytes each.
const MAX_LEN: usize = 1024;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_every_form() {
        let cases = [
            (
                "PSDFI-FINFSA-1234567",
                "PSD",
                "FI",
                Some("FINFSA"),
                "1234567",
            ),
            ("PSDDE-BAFIN-12-34", "PSD", "DE", Some("BAFIN"), "12-34"),
            ("VATDE-123456789", "VAT", "DE", None, "123456789"),
            ("NTRDE-HRB 1234-B", "NTR", "DE", None, "HRB 1234-B"),
            (
                "LEIXG-5493001KJTIIGC8Y1R12",
                "LEI",
                "XG",
                None,
                "5493001KJTIIGC8Y1R12",
            ),
            ("EI:SE-5567971433", "EI:", "SE", None, "5567971433"),
        ];
        for (text, scheme, country, authority, reference) in cases {
            let id: OrganizationIdentifier = text.parse().unwrap();
            assert_eq!((id.scheme(), id.country()), (scheme, country));
            assert_eq!((id.authority(), id.reference()), (authority, reference));
            assert_eq!((id.as_str(), id.to_string().as_str()), (text, text));
        }
    }

    #[test]
    fn refuses_what_breaks_the_grammar() {
        let long = format!("VATDE-{}", "1".repeat(MAX_LEN + 1));
        for text in [
            "",
            "PSD",
            "PSDFI",
            "PSDFI-",
            "PSDFI-FINFSA",
            "PSDFI-FINFSA-",
            "PSDFI-F-1",
            "PSDFI-FINFSAFIN-1",
            "PSDFI-finfsa-1",
            "PSDfi-FINFSA-1",
            "psdfi-FINFSA-1",
            "PSDFI_FINFSA-1",
            "PSD-FI-FINFSA-1",
            " VATDE-1",
            "VATDE-1 ",
            "VATDE-\n1",
            "VÄDE-1",
            "VATÄ-1",
            "::DE-1",
            "VATDE",
            "123456789",
            &long,
        ] {
            let refused = text
                .parse::<OrganizationIdentifier>()
                .unwrap_err()
                .to_string();
            assert!(
                refused.contains("organisation identifier: needs"),
                "{refused}"
            );
            assert!(!refused.contains('\n'), "{refused}");
        }
    }
}
