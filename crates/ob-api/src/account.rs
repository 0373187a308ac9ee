//! Accounts, their identifiers, balances and holders.

use crate::{
    AccountId, Currency, Date, Money, Personal, ProviderId, ReportedIban, open_enum::open_enum,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

open_enum!(
    /// The kind of an account (ASSUMED).
    AccountType {
        /// For everyday payments.
        Current = "CURRENT",
        /// For saving.
        Savings = "SAVINGS",
        /// A credit card.
        CreditCard = "CREDIT_CARD",
        /// A loan.
        Loan = "LOAN",
        /// For securities.
        Investment = "INVESTMENT",
    }
);

open_enum!(
    /// What a balance counts (ASSUMED; the notions are the Berlin Group's, R229).
    BalanceType {
        /// Booked at the end of the last business day.
        ClosingBooked = "CLOSING_BOOKED",
        /// Booked so far today.
        InterimBooked = "INTERIM_BOOKED",
        /// What can be spent now.
        InterimAvailable = "INTERIM_AVAILABLE",
        /// Booked plus pending.
        Expected = "EXPECTED",
        /// Booked at the start of the day.
        OpeningBooked = "OPENING_BOOKED",
    }
);

open_enum!(
    /// What a person is to an account (ASSUMED).
    HolderRole {
        /// The account is theirs.
        Owner = "OWNER",
        /// The account is theirs and somebody else's.
        JointOwner = "JOINT_OWNER",
        /// May act on the account.
        Authorized = "AUTHORIZED",
    }
);

/// An account (`id` INT, everything else ASSUMED).
///
/// ```
/// use ob_api::Account;
/// let account: Account = serde_json::from_str(
///     r#"{"id":"a-1","currency":"EUR","identifiers":{"iban":"DE89370400440532013000"},"new":1}"#,
/// )?;
/// assert_eq!(account.id.as_str(), "a-1");
/// assert!(!format!("{account:?}").contains("0532013000"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Account {
    /// Its id, a UUID (INT).
    pub id: AccountId,
    /// The bank (ASSUMED).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<ProviderId>,
    /// The name that the bank or the holder gave it (ASSUMED).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Personal>,
    /// Its kind (ASSUMED).
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub account_type: Option<AccountType>,
    /// Its currency (ASSUMED).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Its numbers, with `include=identifiers` (ASSUMED).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifiers: Option<Identifiers>,
    /// Its balances, with `include=balances` (ASSUMED).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balances: Option<Vec<Balance>>,
    /// Its holders, with `include=holders` (ASSUMED).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holders: Option<Vec<Holder>>,
    /// What else the bank says, as it is, with `include=additionalInformation` (ASSUMED).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_information: Option<Personal<Value>>,
}

impl Account {
    /// An account of which nothing but the id is known.
    #[must_use]
    pub const fn new(id: AccountId) -> Self {
        Self {
            id,
            provider_id: None,
            name: None,
            account_type: None,
            currency: None,
            identifiers: None,
            balances: None,
            holders: None,
            additional_information: None,
        }
    }
}

/// The numbers of an account (ASSUMED).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Identifiers {
    /// The IBAN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iban: Option<ReportedIban>,
    /// The domestic number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bban: Option<Personal>,
}

impl Identifiers {
    /// An IBAN alone.
    pub fn iban(iban: impl Into<ReportedIban>) -> Self {
        Self {
            iban: Some(iban.into()),
            bban: None,
        }
    }
}

/// A balance (ASSUMED).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Balance {
    /// What it counts.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub balance_type: Option<BalanceType>,
    /// How much it is.
    pub amount: Money,
    /// The day it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_date: Option<Date>,
}

impl Balance {
    /// A balance without a day.
    #[must_use]
    pub const fn new(balance_type: BalanceType, amount: Money) -> Self {
        Self {
            balance_type: Some(balance_type),
            amount,
            reference_date: None,
        }
    }
}

/// A holder of an account (ASSUMED).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Holder {
    /// The person's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Personal>,
    /// What they are to the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<HolderRole>,
}

impl Holder {
    /// A holder with name and role.
    pub fn new(name: impl Into<Personal>, role: HolderRole) -> Self {
        Self {
            name: Some(name.into()),
            role: Some(role),
        }
    }
}
