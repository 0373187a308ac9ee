//! The checks: `iban_validate` plus what it leaves open.

use crate::ValueError;
use iban::{BaseIban, IbanLike, ParseIbanError};

/// Says whether `text` is an IBAN in electronic form.
pub(super) fn check(text: &str) -> Result<(), ValueError> {
    if !is_electronic(text) {
        return Err(refuse(
            text,
            "up to 34 upper-case letters and digits without spaces",
        ));
    }
    if !has_legal_check_digits(text) {
        return Err(refuse(
            text,
            "a country code and check digits from 02 to 98",
        ));
    }
    let base: BaseIban = text
        .parse()
        .map_err(|_| refuse(text, "check digits that fit (ISO 7064 MOD 97-10)"))?;
    match iban::Iban::try_from(base) {
        Ok(_) => Ok(()),
        Err(ParseIbanError::UnknownCountry(base)) if is_added(&base) => Ok(()),
        Err(ParseIbanError::UnknownCountry(_)) => {
            Err(refuse(text, "a country of the IBAN registry"))
        }
        Err(_) => Err(refuse(text, "the length and structure of its country")),
    }
}

/// The error for `text`, which may be somebody's number with a typo and is not repeated.
pub(super) fn refuse(text: &str, needed: &'static str) -> ValueError {
    let found = format!("a text of {} characters", text.chars().count());
    ValueError::described("IBAN", found, needed)
}

/// `iban_validate` also reads the print form and lower-case account numbers.
fn is_electronic(text: &str) -> bool {
    text.len() <= 34
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// 98 minus a remainder of 0 to 96: 00, 01 and 99 never come out, yet they leave the same
/// remainder as 97, 98 and 02. `iban_validate` refuses the first two and accepts 99.
fn has_legal_check_digits(text: &str) -> bool {
    text.get(2..4)
        .and_then(|digits| digits.parse::<u8>().ok())
        .is_some_and(|digits| (2..=98).contains(&digits))
}

/// Whether the country is one that `iban_validate` does not know, and the structure fits.
fn is_added(iban: &BaseIban) -> bool {
    let bban = iban.bban_unchecked().as_bytes();
    ADDED
        .iter()
        .any(|(country, structure)| *country == iban.country_code() && fits(bban, structure))
}

fn fits(bban: &[u8], structure: &[(usize, Class)]) -> bool {
    let classes = structure
        .iter()
        .flat_map(|(count, class)| std::iter::repeat_n(class, *count));
    bban.len() == classes.clone().count()
        && bban.iter().zip(classes).all(|(byte, class)| class(byte))
}

type Class = fn(&u8) -> bool;
const A: Class = u8::is_ascii_uppercase;
const N: Class = u8::is_ascii_digit;
const C: Class = u8::is_ascii_alphanumeric;

/// Pakistan (`4!a16!c`) is in the SWIFT registry and not in `iban_validate` 5.0; Senegal
/// (`2!a22!n`) is in some versions of the registry and not in others.
const ADDED: [(&str, &[(usize, Class)]); 2] =
    [("PK", &[(4, A), (16, C)]), ("SN", &[(2, A), (22, N)])];

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: R225
    #[test]
    fn r225_check_digits_that_only_leave_the_right_remainder() {
        // 02 is what the algorithm gives here; 99 leaves the same remainder.
        assert_eq!(check("DE02120300000000202051"), Ok(()));
        assert!("DE99120300000000202051".parse::<iban::Iban>().is_ok());
        assert!(check("DE99120300000000202051").is_err());
    }

    /// Rows: R225
    #[test]
    fn r225_stricter_than_the_library() {
        for text in ["GB82west12345698765432", "GB82 WEST 1234 5698 7654 32"] {
            assert!(text.parse::<iban::Iban>().is_ok(), "{text:?}");
            assert!(check(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn added_countries_have_a_structure_too() {
        assert_eq!(check("SN08SN0100152000048500003035"), Ok(()));
        assert_eq!(check("PK36SCBL0000001123456702"), Ok(()));
        for (bban, structure) in [
            ("SN010015200004850000303", &ADDED[1]),
            ("SN01001520000485000030355", &ADDED[1]),
            ("S00100152000048500003035", &ADDED[1]),
            ("SN01001520000485000030A5", &ADDED[1]),
            ("SCB00000001123456702", &ADDED[0]),
            ("SCBL000000112345670", &ADDED[0]),
        ] {
            assert!(!fits(bban.as_bytes(), structure.1), "{bban}");
        }
        // The remainder fits, the letters do not: refused by structure alone.
        assert!(fits(b"SCBL0000001123456702", ADDED[0].1));
    }

    /// Tells when the library has learned them, and the table can go.
    #[test]
    fn added_countries_are_unknown_to_the_library() {
        for text in ["SN08SN0100152000048500003035", "PK36SCBL0000001123456702"] {
            let refused = text.parse::<iban::Iban>();
            assert!(
                matches!(refused, Err(ParseIbanError::UnknownCountry(_))),
                "{text}"
            );
        }
    }
}
