//! Operations of the platform as values.

mod accounts;
mod consents;
mod flows;
mod providers;
mod raw;
mod request;
mod required_scopes;
mod transactions;

pub use accounts::{GetAccount, Include, ListAccounts};
pub use consents::{CreateConsent, DeleteConsent, GetConsent};
pub use flows::{CreateManagedFlow, GetManagedFlow};
pub use providers::ListProviders;
pub use raw::{Raw, RawAnswer};
pub use request::{ApiRequest, ApiRequestError};
pub use transactions::{GetTransaction, ListTransactions};

use crate::{Answer, ApiError};
use ob_core::{ConsentId, Scopes};

/// One call of the API: what to send, and what the answer means.
///
/// Pure: the value knows nothing of hosts, tokens and sockets. Who sends it adds the host, the
/// prefix of the [`family`](Self::family), `Authorization`, `X-Application-Id` and, where there
/// is a [`consent`](Self::consent), `X-Consent-Id`.
///
/// ```
/// use ob_api::{Idempotency, ListAccounts, Operation};
/// let list = ListAccounts::new("c-1".parse()?).limit(50);
/// assert_eq!(list.request()?.target(), "/accounts?limit=50");
/// assert_eq!(list.scopes().to_string(), "ob_data");
/// assert_eq!(list.idempotency(), Idempotency::Safe);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Operation {
    /// What a successful answer holds.
    type Output;

    /// The operation's name in journals and errors, for example `consents.create`.
    fn name(&self) -> &'static str;

    /// The scopes that the token must have.
    fn scopes(&self) -> Scopes;

    /// The consent that the token must be scoped to and `X-Consent-Id` must name: data calls.
    fn consent(&self) -> Option<&ConsentId> {
        None
    }

    /// The consent that the call touches, in a header or in its path: what has to belong to the
    /// third-party before anything is sent.
    ///
    /// An operation that wraps another one must pass this on, or the check sees nothing.
    fn touched_consent(&self) -> Option<&ConsentId> {
        self.consent()
    }

    /// Which part of the API it belongs to; the path prefix per family is a setting.
    fn family(&self) -> ApiFamily;

    /// Method, path, query and body.
    ///
    /// # Errors
    /// A value that the platform is known to refuse; nothing was sent.
    fn request(&self) -> Result<ApiRequest, ApiRequestError>;

    /// Whether it may be sent twice.
    fn idempotency(&self) -> Idempotency;

    /// Reads the answer.
    ///
    /// # Errors
    /// An answer of the platform that is an error, a redirect, or is not understood.
    fn parse(&self, answer: &Answer<'_>) -> Result<Self::Output, ApiError>;
}

/// A part of the API that may have a path prefix of its own (INT has seen `/data/accounts`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiFamily {
    /// Consents and managed flows.
    Consents,
    /// Accounts and transactions.
    Data,
    /// Providers.
    Providers,
    /// What has no operation of its own: [`Raw`].
    Other,
}

impl ApiFamily {
    /// Every family.
    pub const ALL: &'static [Self] = &[Self::Consents, Self::Data, Self::Providers, Self::Other];

    /// `consents`, `data`, `providers` or `other`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Consents => "consents",
            Self::Data => "data",
            Self::Providers => "providers",
            Self::Other => "other",
        }
    }
}

/// Whether an operation may be sent twice (R215).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Idempotency {
    /// Its method is idempotent (RFC 9110 section 9.2.2): it may be repeated.
    Safe,
    /// It wants an `Idempotency-Key` (INT, R213): with the same key it may be repeated.
    Key,
    /// It may not be repeated once it has left.
    None,
}
