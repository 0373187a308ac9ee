//! Money: decimal text and a currency, never floating point (R221, R218).

mod amount;
mod currency;

pub use amount::Amount;
pub use currency::Currency;

use serde::{Deserialize, Serialize};
use std::fmt;

/// An amount in a currency: `{"amount":"123.45","currency":"EUR"}` (ASSUMED).
///
/// ```
/// use ob_api::Money;
/// let money: Money = serde_json::from_str(r#"{"amount":"-12.30","currency":"EUR"}"#)?;
/// assert_eq!(money.to_string(), "-12.30 EUR");
/// assert!(serde_json::from_str::<Money>(r#"{"amount":-12.3,"currency":"EUR"}"#).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// How much; negative for what leaves the account.
    pub amount: Amount,
    /// Of which currency.
    pub currency: Currency,
}

impl Money {
    /// Puts an amount and its currency together.
    #[must_use]
    pub const fn new(amount: Amount, currency: Currency) -> Self {
        Self { amount, currency }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}
