//! Transactions.

use crate::{AccountId, Date, Money, Personal, ReportedIban, TransactionId, open_enum::open_enum};
use serde::{Deserialize, Serialize};
use serde_json::Value;

open_enum!(
    /// Whether a transaction is final (ASSUMED; R228).
    TransactionStatus {
        /// On the account.
        Booked = "BOOKED",
        /// Announced; may still change or go away.
        Pending = "PENDING",
    }
);

/// A transaction (ASSUMED).
///
/// ```
/// use ob_api::Transaction;
/// let transaction: Transaction = serde_json::from_str(
///     r#"{"id":"t-1","status":"BOOKED","amount":{"amount":"-12.30","currency":"EUR"}}"#,
/// )?;
/// assert_eq!(transaction.amount.unwrap().to_string(), "-12.30 EUR");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Transaction {
    /// Its id.
    pub id: TransactionId,
    /// The account it is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// Whether it is final.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<TransactionStatus>,
    /// How much; negative for what leaves the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// When it was booked; a pending one may have none (R227).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booking_date: Option<Date>,
    /// From when it counts; may be before or after the booking (R227).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_date: Option<Date>,
    /// What the bank wrote; often holds names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Personal>,
    /// The other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<Counterparty>,
    /// The platform's enrichment as it is: an object with `enrichmentDate`, display name,
    /// confidence, category levels and entities, whose inner names are unknown (DOC, Beta).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrichment: Option<Personal<Value>>,
}

impl Transaction {
    /// A transaction of which nothing but the id is known.
    #[must_use]
    pub const fn new(id: TransactionId) -> Self {
        Self {
            id,
            account_id: None,
            status: None,
            amount: None,
            booking_date: None,
            value_date: None,
            description: None,
            counterparty: None,
            enrichment: None,
        }
    }
}

/// The other side of a transaction (ASSUMED).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counterparty {
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Personal>,
    /// Their IBAN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iban: Option<ReportedIban>,
}

impl Counterparty {
    /// A counterparty by name.
    pub fn named(name: impl Into<Personal>) -> Self {
        Self {
            name: Some(name.into()),
            iban: None,
        }
    }
}
