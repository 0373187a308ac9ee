//! Decimal amounts.

use crate::{ValueError, text_value::text_value};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A decimal amount that keeps its digits: `10.00` stays `10.00`.
///
/// Reads `-?[0-9]{1,14}(\.[0-9]{1,5})?` and nothing else: no exponent, no plus sign, no comma,
/// no missing digit on either side of the point (R221: the widest of the Berlin Group's and the
/// UK's forms). In JSON it is a string; a number is refused, because it may have been through a
/// floating-point type (R218). Leading zeros are read and not written; there is no negative zero.
///
/// `10.0` and `10.00` are equal and hash alike, as the numbers they are.
///
/// ```
/// use ob_api::Amount;
/// let amount: Amount = "-12.30".parse()?;
/// assert_eq!(amount.to_string(), "-12.30");
/// assert_eq!((amount.units(), amount.scale()), (-1230, 2));
/// assert!("1,50".parse::<Amount>().is_err());
/// # Ok::<(), ob_api::ValueError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Amount(Decimal);

impl Amount {
    /// Zero, without a fraction.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// `units` of the size `10^-scale`: `from_units(-1230, 2)` is `-12.30`.
    ///
    /// `None` where the number would not have the documented form: more than 14 digits before
    /// the point or more than 5 after it.
    #[must_use]
    pub fn from_units(units: i128, scale: u32) -> Option<Self> {
        Decimal::try_from_i128_with_scale(units, scale)
            .ok()
            .and_then(bounded)
    }

    /// The digits without the point, with the sign.
    #[must_use]
    pub fn units(self) -> i128 {
        self.0.mantissa()
    }

    /// How many digits stand behind the point.
    #[must_use]
    pub fn scale(self) -> u32 {
        self.0.scale()
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.is_zero()
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// The sum, or `None` where it no longer has the documented form.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).and_then(bounded)
    }

    /// The difference, or `None` where it no longer has the documented form.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).and_then(bounded)
    }
}

impl FromStr for Amount {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let refused = || ValueError::new("amount", text, NEEDED);
        if !is_amount(text) {
            return Err(refused());
        }
        Decimal::from_str_exact(text)
            .ok()
            .and_then(bounded)
            .ok_or_else(refused)
    }
}

text_value!(Amount, Amount::to_string);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({self})")
    }
}

/// The number if it has the documented size, without a negative zero.
fn bounded(mut number: Decimal) -> Option<Amount> {
    if number.is_zero() {
        number.set_sign_positive(true);
    }
    let fits = number.scale() <= MAX_FRACTION && number.trunc().abs() <= MAX_WHOLE;
    fits.then_some(Amount(number))
}

fn is_amount(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once('.') {
        None => is_digits(unsigned, 14),
        Some((whole, fraction)) => is_digits(whole, 14) && is_digits(fraction, 5),
    }
}

fn is_digits(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

const MAX_FRACTION: u32 = 5;
const MAX_WHOLE: Decimal = Decimal::from_parts(276_447_231, 23_283, 0, false, 0);
const NEEDED: &str =
    "a decimal number of up to 14 digits with up to 5 behind a point, such as -12.30";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_bound_is_fourteen_nines() {
        assert_eq!(MAX_WHOLE.to_string(), "9".repeat(14));
    }

    /// Rows: R221
    #[test]
    fn r221_keeps_its_digits() {
        for text in [
            "0.10",
            "-1.50",
            "5877.78",
            "10.00",
            "0",
            "0.00",
            "99999999999999.99999",
            "-99999999999999.99999",
            "99999999999999",
            "1.00000",
        ] {
            assert_eq!(text.parse::<Amount>().unwrap().to_string(), text);
        }
    }

    /// Rows: R221
    #[test]
    fn r221_refuses_every_other_form() {
        for text in [
            "",
            " ",
            "-",
            ".",
            ",",
            "1,5",
            "1.000,00",
            "1e3",
            "1E3",
            "+1",
            " 1",
            "1 ",
            "1.",
            ".5",
            "-.5",
            "--1",
            "- 1",
            "1.2.3",
            "1.000001",
            "100000000000000",
            "NaN",
            "inf",
            "0x1",
            "1_000",
            "\u{ff11}",
            "\u{2212}1",
            "1\n",
            "1\0",
        ] {
            assert!(text.parse::<Amount>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn leading_zeros_and_negative_zero_are_read_and_not_written() {
        for (text, written) in [
            ("007.50", "7.50"),
            ("00", "0"),
            ("-0.00", "0.00"),
            ("-0", "0"),
        ] {
            let amount: Amount = text.parse().unwrap();
            assert_eq!(amount.to_string(), written);
            assert!(!text.contains("-0") || !amount.is_negative());
        }
    }

    /// Rows: R218, R221
    #[test]
    fn r218_a_number_is_refused() {
        for json in ["1", "1.5", "-0.1", "1e2", "null", "true", "[]", "{}"] {
            assert!(serde_json::from_str::<Amount>(json).is_err(), "{json}");
        }
    }

    /// Rows: R222
    #[test]
    fn sums_are_exact_and_bounded() {
        let tenth: Amount = "0.10".parse().unwrap();
        let fifth = tenth.checked_add(tenth).unwrap();
        assert_eq!(fifth.to_string(), "0.20");
        assert_eq!(tenth.checked_sub(fifth).unwrap().to_string(), "-0.10");
        let most: Amount = "99999999999999".parse().unwrap();
        assert!(most.checked_add("1".parse().unwrap()).is_none());
        assert!(Amount::from_units(1, 6).is_none());
        assert!(Amount::from_units(100_000_000_000_000, 0).is_none());
    }

    proptest! {
        /// Rows: R221
        #[test]
        fn round_trips(text in "-?(0|[1-9][0-9]{0,13})(\\.[0-9]{1,5})?") {
            let amount: Amount = text.parse().unwrap();
            let negative_zero = amount.is_zero() && text.starts_with('-');
            prop_assert_eq!(amount.to_string(), if negative_zero { &text[1..] } else { &text });
            let json = serde_json::to_string(&amount).unwrap();
            prop_assert_eq!(serde_json::from_str::<Amount>(&json).unwrap(), amount);
        }

        #[test]
        fn units_say_the_same(units in -999_999_999_999_999_i128..999_999_999_999_999, scale in 2..6_u32) {
            let amount = Amount::from_units(units, scale).unwrap();
            prop_assert_eq!((amount.units(), amount.scale()), (units, scale));
            prop_assert_eq!(amount.to_string().parse::<Amount>().unwrap(), amount);
        }

        /// Rows: R221
        #[test]
        fn accepts_exactly_the_grammar(text in "[-+0-9.,e ]{0,22}") {
            prop_assert_eq!(text.parse::<Amount>().is_ok(), is_amount(&text));
        }
    }
}
