//! The platform's payloads and operations as values, without input and output.
//!
//! Every call of the API is an [`Operation`]: a value that knows its method, path, query and
//! body, the scopes and the consent its token needs, and how to read the answer. Nothing here
//! knows a host, a key, a token, a socket or the time.
//!
//! ```
//! use bytes::Bytes;
//! use ob_api::{Answer, CreateConsent, EndUser, NewConsent, Operation};
//!
//! let create = CreateConsent(NewConsent::new(
//!     "5f0c4d6e-0f43-4a53-8f0a-6a5a3f8f6f10".parse()?,
//!     EndUser::new("user-1", "user@example.com"),
//! ));
//! let request = create.request()?;
//! assert_eq!(request.method(), http::Method::POST);
//! assert_eq!(request.target(), "/consents");
//! assert_eq!(
//!     request.body().unwrap(),
//!     concat!(
//!         r#"{"useCaseConfigurationId":"5f0c4d6e-0f43-4a53-8f0a-6a5a3f8f6f10","#,
//!         r#""endUsers":[{"identifier":"user-1","email":"user@example.com"}]}"#,
//!     ),
//! );
//!
//! // ... somebody sends it, and brings the answer back:
//! let response = http::Response::builder()
//!     .status(201)
//!     .header("content-type", "application/json")
//!     .body(Bytes::from(r#"{"consentId":"c-1","status":"A_NEW_STATUS"}"#))?;
//! let consent = create.parse(&Answer::from(&response))?;
//! assert_eq!(consent.consent_id.as_str(), "c-1");
//! assert_eq!(consent.status.unwrap().as_str(), "A_NEW_STATUS");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How far the shapes can be trusted
//!
//! Every shape says where it comes from: **MUST** the platform's description of one-to-many
//! access, **DOC** another official page of the product, **LIB** the platform's own client
//! libraries, **INT** the client of one integrator (*live*: against live answers), **ASSUMED** our
//! decision where nothing is known. Each assumed shape lives in one place:
//!
//! | assumed | place |
//! |---|---|
//! | status, expiry, type and use case of a consent | [`Consent`] |
//! | id, status and expiry of a flow, reading one | [`ManagedFlow`], [`GetManagedFlow`] |
//! | the query with which the end user comes back | [`FlowReturn`] |
//! | members of accounts beside `id` | [`Account`] |
//! | members of transactions, the query of their list | [`Transaction`], [`ListTransactions`] |
//! | members of providers | [`Provider`] |
//! | `total` of a list | [`Page`] |
//! | reason codes about consents | [`ReasonCode`] |
//!
//! The platform's strings are not exhaustive and may change (DOC): every enumeration keeps the
//! values it does not know, unknown members are ignored, and what is assumed is optional, so that
//! a difference is no outage. What *is* there has to be right: an amount that is no decimal
//! string makes the answer not understood (`OB-A502`), because money is never guessed.
//!
//! # Personal data
//!
//! No `Debug` and no error of this crate prints a name, an e-mail address, an IBAN or a link to a
//! flow; see [`Personal`], [`Iban`], [`ReportedIban`], [`FlowUrl`].

mod account;
pub use account::{Account, AccountType, Balance, BalanceType, Holder, HolderRole, Identifiers};

mod answer;
pub use answer::Answer;

mod consent;
pub use consent::{Consent, ConsentStatus, ConsentType, EndUser, NewConsent};

mod error;
pub use error::{
    ApiError, ErrorEnvelope, GatewayError, GatewayErrors, OAuthError, Problem, RateLimit,
    RateLimitPolicy, ReasonCode, correlation_id, gateway_error, rate_limit, rate_limit_policies,
    retry_after,
};

mod flow;
pub use flow::{FlowReturn, FlowStatus, FlowType, FlowUrl, ManagedFlow, NewManagedFlow};

mod iban;
pub use self::iban::{Iban, ReportedIban};

mod money;
pub use money::{Amount, Currency, Money};

mod open_enum;

mod operation;
pub use operation::{
    ApiFamily, ApiRequest, ApiRequestError, CreateConsent, CreateManagedFlow, DeleteConsent,
    GetAccount, GetConsent, GetManagedFlow, GetTransaction, Idempotency, Include, ListAccounts,
    ListProviders, ListTransactions, Operation, Raw, RawAnswer,
};

mod page;
pub use page::Page;

mod path;

mod personal;
pub use personal::Personal;

mod provider;
pub use provider::{CountryCode, Provider};

mod resource_id;
pub use resource_id::{AccountId, FlowId, ProviderId, TransactionId};

mod text_value;

mod time;
pub use time::{Date, Timestamp};

mod transaction;
pub use transaction::{Counterparty, Transaction, TransactionStatus};

mod value_error;
pub use value_error::ValueError;
