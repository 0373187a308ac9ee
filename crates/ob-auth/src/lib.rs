//! The token engine of obkit: sealed tokens on behalf of third-parties.
//!
//! An [`Authorizer`] asks an [`AuthorizationServer`] for access tokens (`private_key_jwt`, DPoP,
//! `X-On-Behalf-Of`), opens each one and compares it with what was asked, keeps it under a typed
//! key, and writes it into requests after comparing it once more. A token of one third-party
//! cannot reach a call of another: it is refused twice, unsent, with a code.
//!
//! ```
//! use bytes::Bytes;
//! use ob_auth::{AuthorizationServer, Authorizer, CacheStatus, Grant};
//! use ob_core::{ActingFor, ClientId, Code};
//! use ob_jose::{Algorithm, SigningKey, sign_compact};
//! use ob_transport::testing;
//! use serde_json::json;
//! use std::sync::Arc;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // A stand-in for the platform that issues a token to whoever is named.
//! let platform = testing::from_fn(|request| async move {
//!     let key = SigningKey::generate(Algorithm::Es256).unwrap();
//!     let third_party = request.headers()["x-on-behalf-of"].to_str().unwrap();
//!     let claims = json!({"sub": third_party, "act": {"sub": "integrator"}});
//!     let token = sign_compact(&key, &json!({"typ": "at+jwt"}), &claims).await.unwrap();
//!     let body = json!({"access_token": token, "token_type": "Bearer", "expires_in": 900});
//!     let answer = http::Response::builder().header("content-type", "application/json");
//!     Ok(answer.body(Bytes::from(body.to_string())).unwrap())
//! });
//!
//! let server = AuthorizationServer::new("https://as.example", "https://as.example/oauth2/tokens")?;
//! let client_key = Arc::new(SigningKey::generate(Algorithm::Es256)?);
//! let integrator: ClientId = "integrator".parse()?;
//! let authorizer = Authorizer::builder(server, integrator, client_key, platform).build()?;
//!
//! let acme = ActingFor::third_party(
//!     "acme".parse()?,
//!     "tpp-acme".parse()?,
//!     "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11".parse()?,
//! );
//! let grant = Grant::new("consents:create".parse()?);
//! let mut call = http::Request::post("https://api.example/consents").body(Bytes::new())?;
//! let authorized = authorizer.authorize(&acme, &grant, &mut call).await?;
//! assert_eq!(authorized.cache, CacheStatus::Fetched);
//! assert_eq!(call.headers()["x-application-id"], "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11");
//!
//! // The same token on a call for somebody else is refused, and the call stays as it was.
//! let beta = ActingFor::third_party(
//!     "beta".parse()?,
//!     "tpp-beta".parse()?,
//!     "1e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a22".parse()?,
//! );
//! let mut other = http::Request::get("https://api.example/accounts").body(Bytes::new())?;
//! let refused = authorizer.attach(&beta, &authorized.token, &mut other).await.unwrap_err();
//! assert_eq!(refused.code(), Code::X001);
//! assert!(other.headers().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # What to rely on
//!
//! - **Closed.** No token, no call: never an unauthenticated send, never a weaker scheme, never
//!   a token that is known to be expired, never a redirect followed.
//! - **Bounded.** At most four token requests per fetch, one fetch per key at a time, a cache of
//!   so many entries, an answer of 64 KiB.
//! - **Cancel-safe.** Dropping a call strands nobody; a panic below is an error like any other.
//! - **Silent.** No secret is in a `Debug`, an error or a trace. Each token request has a span
//!   `token_request` with the business id and the client id.
//! - **Injected.** Time, randomness, network, signing and spawning come from outside.

mod answer;
mod attach;
mod authorizer;
pub use authorizer::{Authorized, Authorizer, AuthorizerBuilder, CacheStatus, TokenLease};
mod cache;
mod challenge;
pub use challenge::Challenge;
mod discovery;
pub use discovery::{Discovery, DiscoveryError, ServerMetadata};
mod engine;
mod error;
pub use error::{AuthError, BuildError};
mod grant;
pub use grant::Grant;
mod header_names;
mod isolation;
#[cfg(feature = "dangerous-sabotage")]
pub use isolation::Sabotage;
mod key_reuse;
mod moment;
mod nonce;
mod origin;
mod profile;
pub use profile::{Profile, SealPolicy, TokenType};
mod random;
mod seal;
mod sealed_token;
pub use sealed_token::SealedToken;
mod server;
pub use server::AuthorizationServer;
mod server_clock;
mod server_error;
mod slot;
mod spawn;
pub use spawn::{SharedSpawner, Spawner, Task};
mod token_key;
pub use token_key::TokenKey;
mod token_request;
mod verdict;
