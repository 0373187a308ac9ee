//! `/accounts` (MUST) and `/accounts/{id}` (DOC).

use super::{
    ApiFamily, ApiRequest, ApiRequestError, Idempotency, Operation, request::check_limit,
    required_scopes,
};
use crate::{Account, AccountId, Answer, ApiError, Page};
use ob_core::{ConsentId, Scopes};
use std::collections::BTreeSet;

/// What a list of accounts brings beside the accounts: `include` (INT).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Include {
    /// Balances.
    Balances,
    /// Holders.
    Holders,
    /// IBAN and BBAN.
    Identifiers,
    /// What else the bank says.
    AdditionalInformation,
}

impl Include {
    /// Everything.
    pub const ALL: [Self; 4] = [
        Self::Balances,
        Self::Holders,
        Self::Identifiers,
        Self::AdditionalInformation,
    ];

    /// The text as it is on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Balances => "balances",
            Self::Holders => "holders",
            Self::Identifiers => "identifiers",
            Self::AdditionalInformation => "additionalInformation",
        }
    }
}

/// `GET /accounts?include=&limit=&offset=` (MUST, query INT): lists the accounts of a consent.
///
/// ```
/// use ob_api::{Include, ListAccounts, Operation};
/// let list = ListAccounts::new("c-1".parse()?)
///     .include([Include::Holders, Include::Balances])
///     .offset(20);
/// assert_eq!(list.request()?.target(), "/accounts?include=balances,holders&offset=20");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListAccounts {
    consent: ConsentId,
    include: BTreeSet<Include>,
    limit: Option<u32>,
    offset: Option<u64>,
}

impl ListAccounts {
    /// Lists the accounts of `consent`, bare and as many as the platform gives.
    #[must_use]
    pub const fn new(consent: ConsentId) -> Self {
        Self {
            consent,
            include: BTreeSet::new(),
            limit: None,
            offset: None,
        }
    }

    /// Adds what to bring along; each counts once, in the order of [`Include::ALL`].
    #[must_use]
    pub fn include(mut self, parts: impl IntoIterator<Item = Include>) -> Self {
        self.include.extend(parts);
        self
    }

    /// At most so many accounts.
    #[must_use]
    pub fn limit(self, limit: u32) -> Self {
        Self {
            limit: Some(limit),
            ..self
        }
    }

    /// Without the first so many accounts.
    #[must_use]
    pub fn offset(self, offset: u64) -> Self {
        Self {
            offset: Some(offset),
            ..self
        }
    }

    fn included(&self) -> Option<String> {
        let parts: Vec<_> = self.include.iter().map(|part| part.as_str()).collect();
        Some(parts.join(",")).filter(|parts| !parts.is_empty())
    }
}

impl Operation for ListAccounts {
    type Output = Page<Account>;

    fn name(&self) -> &'static str {
        "accounts.list"
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
        Ok(ApiRequest::get(&["accounts"]).query(&[
            ("include", self.included()),
            ("limit", self.limit.map(|limit| limit.to_string())),
            ("offset", self.offset.map(|offset| offset.to_string())),
        ]))
    }

    fn idempotency(&self) -> Idempotency {
        Idempotency::Safe
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page<Account>, ApiError> {
        answer.read()
    }
}

/// `GET /accounts/{id}` (DOC): reads an account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetAccount {
    /// The consent that allows it.
    pub consent: ConsentId,
    /// The account.
    pub account: AccountId,
}

impl GetAccount {
    /// Reads `account` under `consent`.
    #[must_use]
    pub const fn new(consent: ConsentId, account: AccountId) -> Self {
        Self { consent, account }
    }
}

impl Operation for GetAccount {
    type Output = Account;

    fn name(&self) -> &'static str {
        "accounts.get"
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
        Ok(ApiRequest::get(&["accounts", self.account.as_str()]))
    }

    fn idempotency(&self) -> Idempotency {
        Idempotency::Safe
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Account, ApiError> {
        answer.read_one(self.account.as_str(), |account: &Account| {
            Some(account.id.as_str())
        })
    }
}
