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
//! # The front door
//!
//! On a socket, every byte of HTTP/1 is judged before the parser sees it, so that a request has one
//! reading or none, the first one of a connection and every later one. A refusal has the envelope
//! of every other one and an explanation; one of a request's framing also ends the connection, and
//! nothing behind it is read. Where not even a request line could be read, the explanation's `path`
//! is `UNREADABLE *`.
//!
//! | refused | status, rule |
//! |---|---|
//! | a line that ends in a bare LF or holds a bare CR, a folded line, white space before the colon, a name that is no token, control characters in a value (RFC 9112 sections 2.2 and 5) | 400 R217 |
//! | `Content-Length` twice (even twice the same), as a list, with a sign, or beside `Transfer-Encoding`; any coding but `chunked`, once; a coding in HTTP/1.0 (section 6) | 400 R217 |
//! | chunk sizes that are no plain hexadecimal numbers, data of another length, a body cut off | 400 R217 |
//! | trailer fields: a header in a trailer is not a header, and the platform has no use for one | 400 R217 |
//! | `Host` missing (in HTTP/1.0, too), twice or no host; a target with a fragment, userinfo, an unescaped or badly escaped character, or in another form than origin, absolute or `OPTIONS *` | 400 R217 |
//! | another host, port or scheme in `Host`, `:authority`, `:scheme` or an absolute target, also where only one of several disagrees (RFC 9110 section 7.4) | 421 R098 |
//! | `Content-Encoding`, whatever it is | 415 R147 |
//! | a version other than HTTP/1.1, HTTP/1.0 and HTTP/2 | 505 R217 |
//! | a request line over 8 KiB; a head over 32 KiB or 100 lines; a body over 64 KiB, as soon as it is announced | 414; 431; 413 R147 |
//! | a head not whole within 30 s of its first byte, a body not whole within 10 s of its head | 408 R147 |
//!
//! Accepted, as the standards demand: one empty line before a request, visible chunk extensions
//! (ignored, 1 KiB per body), the absolute form for this server, obs-text in values nobody reads.
//! `Forwarded`, `X-Forwarded-*` and method overrides are not looked at. Nothing redirects (R013).
//! HTTP/2 has framing of its own; the parser resets malformed streams (RFC 9113 section 8.1.1), and
//! the same rules hold for what it passes on, except that it drops a fragment from `:path`. An
//! idle connection is closed after 30 s without a word, and so is one that takes no answers.
//!
//! TLS, where it is on, is 1.3 or 1.2, the latter with ECDHE-{ECDSA,RSA}-AES{128,256}-GCM only
//! (R003, R006): no ChaCha20 with 1.2, as the list of the OpenID conformance suite has none. There
//! is no renegotiation, compression or early data. The certificate is an ECDSA one, so a client
//! of TLS 1.2 needs an ECDSA suite.
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
