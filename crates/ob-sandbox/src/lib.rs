//! The platform, imitated and strict: an authorization server and an API that verify everything
//! and explain every refusal.
//!
//! A [`Sandbox`] is the Open Finance platform of the one-to-many access model in one value: it
//! knows an Integrator, its third-parties, banks and end users, issues tokens, serves consents,
//! accounts and transactions, and refuses whatever the standards say must be refused. Each
//! refusal carries an id in the header `X-Sandbox-Refusal`, and the [`Explanation`] behind it
//! says which rule was violated, what was expected and what arrived.
//!
//! It shares no authentication code with the client it judges: it knows the signature formats
//! (`ob-jose`) and the payloads (`ob-api`), and checks what comes over the wire.
//!
//! In process, without a socket:
//!
//! ```
//! use ob_sandbox::Sandbox;
//! use bytes::Bytes;
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::builder().seed(7).build()?;
//!
//! // A request without credentials is refused, and the refusal explains itself.
//! let request = http::Request::get("https://sandbox.obkit.invalid/accounts").body(Bytes::new())?;
//! let answer = sandbox.handle(request).await;
//! assert_eq!(answer.status(), 401);
//! let id = answer.headers()["x-sandbox-refusal"].to_str()?;
//! let why = sandbox.explanation(id).ok_or("explained")?;
//! assert_eq!((why.rule.as_str(), why.what.as_str()), ("R204", "Authorization"));
//! # Ok(()) }
//! ```
//!
//! On a socket, for a client with a transport of its own:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let running = ob_sandbox::Sandbox::start().await?;
//! assert!(running.token_url().starts_with("http://127.0.0.1:"));
//! running.shutdown().await;
//! # Ok(()) }
//! ```
//!
//! # What is for tests only
//!
//! Everything under `/__sandbox/` is a test control without authentication; the sandbox listens
//! on the loopback address only. Two headers exist for tests: `X-Sandbox-Meant-For`, by which a
//! harness says for whom it meant a request (see [`Counters::wrong_party`]), and
//! `X-Sandbox-Refusal` in answers.
//!
//! | control | does |
//! |---|---|
//! | `GET /__sandbox/explain/{id}` | the [`Explanation`] of a refusal |
//! | `GET /__sandbox/counters` | the [`Counters`] |
//! | `POST /__sandbox/suspend`, `/resume`, `/revoke-tokens` with `{"business_id":"..."}` | what the methods of [`Sandbox`] do |
//! | `POST /__sandbox/flows/{flowId}/complete` with `{"username","password","otp"}` and optionally `provider`, `accounts` | the end user's step |
//! | `POST /__sandbox/flows/{flowId}/cancel` | the end user gives up |
//!
//! # Decisions where the standards leave a choice
//!
//! - RS256 is refused everywhere: FAPI 2.0 wins over RFC 9068 section 2.1.
//! - A nonce challenge does not consume the `jti` of the client assertion, every other outcome
//!   does; [`SandboxBuilder::strict_assertions`] makes the challenge consume it too.
//! - Unknown, suspended and foreign third-parties get one answer: 400 `unauthorized_client`.
//! - A missing `scope` is `invalid_scope`: there is no default that could grant too much.
//! - A consent that is missing, foreign or not active gets one answer at the token endpoint:
//!   400 `invalid_grant`.
//! - Data calls need a consent-scoped token; one whose consent has ended gets 403 with
//!   `CONSENT_EXPIRED`, `CONSENT_REVOKED` or `CONSENT_NOT_ACTIVE`.
//! - A token of a third-party that was suspended meanwhile gets 401 `invalid_token`.
//! - `Idempotency-Key` on `POST /consents` is optional, as the platform's page prints none.

mod answer;
mod api;
mod audit;
mod bank;
mod base;
mod consent;
mod control;
mod descriptor_files;
mod end_user;
mod exchange;
mod form;
mod front;
mod idempotency;
mod issued;
mod metadata;
mod nonce;
mod parties;
mod proof;
mod refused;
mod replay;
mod route;
mod server;
mod token;
mod world;

mod builder;
pub use builder::{BuildError, NonceMode, Profile, SandboxBuilder};

mod counters;
pub use counters::Counters;

mod descriptor;
pub use descriptor::{DescribedIntegrator, DescribedParty, Descriptor};

mod end_user_error;
pub use end_user_error::EndUserError;

mod explain;
pub use explain::Explanation;

mod running;
pub use running::{RunningSandbox, StartError};

mod sandbox;
pub use sandbox::Sandbox;

mod seed;
pub use seed::{IntegratorSeed, PartyLicence, PartyStatus, ThirdPartySeed};
