//! German IBANs that are valid and belong to nobody.

/// The IBAN of an account number at a German bank code (ISO 13616, ISO 7064 MOD 97-10).
pub(crate) fn german(bank_code: &str, account_number: u64) -> String {
    let bban = format!("{bank_code}{:010}", account_number % 10_000_000_000);
    // "DE00" goes to the end as 131400.
    let remainder = format!("{bban}131400")
        .bytes()
        .filter(u8::is_ascii_digit)
        .fold(0u32, |rest, digit| {
            (rest * 10 + u32::from(digit - b'0')) % 97
        });
    format!("DE{:02}{bban}", 98 - remainder)
}

/// The part of a German IBAN behind the check digits.
pub(crate) fn bban(iban: &str) -> &str {
    iban.get(4..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r225_reproduces_a_published_example() {
        // The example IBAN of the SWIFT registry for Germany.
        assert_eq!(german("37040044", 532_013_000), "DE89370400440532013000");
        assert_eq!(bban("DE89370400440532013000"), "370400440532013000");
    }
}
