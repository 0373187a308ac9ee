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
        Err(ParseIbanError::UnknownCountry(base)) if is_senegalese(&base) => Ok(()),
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

/// Senegal is in some versions of the registry and not in others; `iban_validate` follows one
/// without. `SN2!n2!a22!n`.
fn is_senegalese(iban: &BaseIban) -> bool {
    let (bank, account) = iban
        .bban_unchecked()
        .split_at_checked(2)
        .unwrap_or_default();
    iban.country_code() == "SN"
        && bank.bytes().all(|byte| byte.is_ascii_uppercase())
        && account.len() == 22
        && account.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r225_check_digits_that_only_leave_the_right_remainder() {
        // 02 is what the algorithm gives here; 99 leaves the same remainder.
        assert_eq!(check("DE02120300000000202051"), Ok(()));
        assert!("DE99120300000000202051".parse::<iban::Iban>().is_ok());
        assert!(check("DE99120300000000202051").is_err());
    }

    #[test]
    fn r225_stricter_than_the_library() {
        for text in ["GB82west12345698765432", "GB82 WEST 1234 5698 7654 32"] {
            assert!(text.parse::<iban::Iban>().is_ok(), "{text:?}");
            assert!(check(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn senegal_has_a_structure_too() {
        assert_eq!(check("SN08SN0100152000048500003035"), Ok(()));
        assert!(check("SN08SN010015200004850000303").is_err());
    }
}
