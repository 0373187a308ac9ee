//! `/accounts/{id}/transactions` and `/transactions/{id}` (paths DOC, query ASSUMED).

use super::{
    ApiFamily, ApiRequest, ApiRequestError, Idempotency, Operation, request::check_limit,
    required_scopes,
};
use crate::{AccountId, Answer, ApiError, Date, Page, Transaction, TransactionId};
use ob_core::{ConsentId, Scopes};

/// `GET /accounts/{id}/transactions?from=&to=&limit=&offset=` (path DOC, query ASSUMED): lists
/// the transactions of an account.
///
/// ```
/// use ob_api::{ListTransactions, Operation};
/// let list = ListTransactions::new("c-1".parse()?, "a-1".parse()?)
///     .from("2024-01-01".parse()?)
///     .to("2024-01-31".parse()?);
/// assert_eq!(
///     list.request()?.target(),
///     "/accounts/a-1/transactions?from=2024-01-01&to=2024-01-31",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListTransactions {
    consent: ConsentId,
    account: AccountId,
    from: Option<Date>,
    to: Option<Date>,
    limit: Option<u32>,
    offset: Option<u64>,
}

impl ListTransactions {
    /// Lists the transactions of `account` under `consent`, as many as the platform gives.
    #[must_use]
    pub const fn new(consent: ConsentId, account: AccountId) -> Self {
        Self {
            consent,
            account,
            from: None,
            to: None,
            limit: None,
            offset: None,
        }
    }

    /// From this day on.
    #[must_use]
    pub fn from(self, from: Date) -> Self {
        Self {
            from: Some(from),
            ..self
        }
    }

    /// Up to this day.
    #[must_use]
    pub fn to(self, to: Date) -> Self {
        Self {
            to: Some(to),
            ..self
        }
    }

    /// At most so many transactions.
    #[must_use]
    pub fn limit(self, limit: u32) -> Self {
        Self {
            limit: Some(limit),
            ..self
        }
    }

    /// Without the first so many transactions.
    #[must_use]
    pub fn offset(self, offset: u64) -> Self {
        Self {
            offset: Some(offset),
            ..self
        }
    }

    fn check_period(&self) -> Result<(), ApiRequestError> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from > to => {
                Err(ApiRequestError::new("from", "a day that is not after `to`"))
            }
            _ => Ok(()),
        }
    }
}

impl Operation for ListTransactions {
    type Output = Page<Transaction>;

    fn name(&self) -> &'static str {
        "transactions.list"
    }

    fn scopes(&self) -> Scopes {
        required_scopes::data()
    }

    fn consent(&self) -> Option<&ConsentId> {
        Some(&self.consent)
    }

    fn family(&self) -> ApiFamily {
        ApiFamily::Data
    }

    fn request(&self) -> Result<ApiRequest, ApiRequestError> {
        check_limit(self.limit)?;
        self.check_period()?;
        let segments = ["accounts", self.account.as_str(), "transactions"];
        Ok(ApiRequest::get(&segments).query(&[
            ("from", self.from.map(|date| date.to_string())),
            ("to", self.to.map(|date| date.to_string())),
            ("limit", self.limit.map(|limit| limit.to_string())),
            ("offset", self.offset.map(|offset| offset.to_string())),
        ]))
    }

    fn idempotency(&self) -> Idempotency {
        Idempotency::Safe
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page<Transaction>, ApiError> {
        answer.read()
    }
}

/// `GET /transactions/{id}` (DOC): reads a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetTransaction {
    /// The consent that allows it.
    pub consent: ConsentId,
    /// The transaction.
    pub transaction: TransactionId,
}

impl GetTransaction {
    /// Reads `transaction` under `consent`.
    #[must_use]
    pub const fn new(consent: ConsentId, transaction: TransactionId) -> Self {
        Self {
            consent,
            transaction,
        }
    }
}

impl Operation for GetTransaction {
    type Output = Transaction;

    fn name(&self) -> &'static str {
        "transactions.get"
    }

    fn scopes(&self) -> Scopes {
        required_scopes::data()
    }

    fn consent(&self) -> Option<&ConsentId> {
        Some(&self.consent)
    }

    fn family(&self) -> ApiFamily {
        ApiFamily::Data
    }

    fn request(&self) -> Result<ApiRequest, ApiRequestError> {
        Ok(ApiRequest::get(&[
            "transactions",
            self.transaction.as_str(),
        ]))
    }

    fn idempotency(&self) -> Idempotency {
        Idempotency::Safe
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Transaction, ApiError> {
        answer.read_one(self.transaction.as_str(), |transaction: &Transaction| {
            Some(transaction.id.as_str())
        })
    }
}
