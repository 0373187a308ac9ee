//! Serve many third-parties through one Mastercard Open Finance integration ("one-to-many
//! access"): it cannot act for the wrong third-party, and it can prove it.
//!
//! obkit is independent and not affiliated with Mastercard.
//!
//! One Integrator authenticates with `private_key_jwt` and DPoP, asks for a token on behalf of a
//! third-party, and calls the API with that token and the third-party's application id. The only
//! way to a call is a handle:
//!
//! ```
//! use obkit::{Environment, Identity, Integrator, api::EndUser, journal::MemoryJournal};
//! # use obkit::{jose::SigningKey, registry::{MemoryStore, Registry, Status, ThirdParty}};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let running = ob_sandbox::Sandbox::start().await?;
//! # let sandbox = running.sandbox();
//! # let seed = sandbox.integrator().clone();
//! # let environment = Environment::new(running.issuer(), running.token_url(), running.api_base())
//! #     .allow_http_on_loopback();
//! # let identity = Identity {
//! #     business_id: "integrator".parse()?,
//! #     client_id: seed.client_id,
//! #     application_id: seed.application_id,
//! #     use_case_configuration_id: seed.use_case_configuration_id,
//! # };
//! # let registry = Registry::open(MemoryStore::default()).await?;
//! # for party in sandbox.third_parties() {
//! #     let row = ThirdParty::builder(
//! #         party.business_id, party.legal_name, party.client_id, party.application_id,
//! #     );
//! #     let row = row.scopes(party.scopes).status(Status::Active).build()?;
//! #     registry.edit("maria", "contract signed")?.put(row).await?;
//! # }
//! let integrator = Integrator::builder(environment)
//!     .identity(identity)
//!     .key(seed.key)
//!     .registry(registry)
//!     .journal(MemoryJournal::default())
//!     .build()?;
//!
//! let acme = integrator.on_behalf_of("acme-budget")?;
//! let user = EndUser::new("user-1", "user@example.com");
//! let consent = acme.consents().create(user).send().await?;
//! let flow = acme.flows(consent.reference()).connect_accounts("user-1").send().await?;
//! # sandbox.complete_flow(consent.reference().id(), "john.smith")?;
//! // ... the end user follows `flow.flow_url`, and then:
//! let accounts = acme.accounts(consent.reference()).list().send().await?;
//! assert_eq!(accounts.items.len(), 4);
//!
//! // Another third-party's handle refuses the consent before anything is sent.
//! let other = integrator.on_behalf_of("nordlicht-pay")?;
//! let refused = other.accounts(consent.reference()).list().send().await.unwrap_err();
//! assert_eq!(refused.code().as_str(), "OB-X003");
//! assert_eq!(refused.sent().as_str(), "no");
//! # Ok(())
//! # }
//! ```
//!
//! Each layer is a crate that can be used alone; they are re-exported here by name: [`core`],
//! [`jose`], [`transport`], [`api`], [`registry`], [`journal`], [`auth`].

mod build_error;
pub use build_error::BuildError;

mod call;
pub use call::Call;

mod consent_ref;
pub use consent_ref::ConsentRef;

mod door;

mod environment;
pub use environment::{Environment, IdempotencyKeyForm};

mod error;
pub use error::Error;

pub mod guide;

mod integrator;
pub use integrator::{
    Identity, Integrator, IntegratorBuilder, NeedsIdentity, NeedsKey, Probe, Ready,
};

mod ledger;

mod recorder;

mod retry;
pub use retry::RetryPolicy;

mod third_party;
pub use third_party::{
    Accounts, Consents, Flows, Itself, OwnedConsent, Providers, ThirdParty, Transactions,
};

#[cfg(feature = "testing")]
pub mod testing;

pub use ob_api as api;
pub use ob_auth as auth;
pub use ob_core as core;
pub use ob_jose as jose;
pub use ob_journal as journal;
pub use ob_registry as registry;
pub use ob_transport as transport;

pub use ob_api::{Raw, RawAnswer};
pub use ob_auth::{Grant, Profile, SealPolicy, SealedToken};
pub use ob_core::{
    ActingFor, ApplicationId, BusinessId, ClientId, Code, ConsentId, IdError, Owner, Retry, Scopes,
    Sent, UseCaseConfigurationId,
};
