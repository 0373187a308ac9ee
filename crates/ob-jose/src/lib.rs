//! Strict JOSE for FAPI 2.0: keys, async signers, JWK and thumbprints, compact JWS, client
//! assertions, DPoP proofs and access tokens, made and verified.
//!
//! # Make a DPoP proof and verify it
//!
//! ```
//! use std::sync::Arc;
//! use std::time::{Duration, UNIX_EPOCH};
//! use ob_jose::{Algorithm, DpopProver, ExpectedProof, Htu, ProofInput, ProofVerifier, SigningKey};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let prover = DpopProver::new(Arc::new(SigningKey::generate(Algorithm::Es256)?));
//! let htu = Htu::from_uri("https://as.example/oauth2/tokens?ignored=1")?;
//! let proof = prover
//!     .prove(&ProofInput {
//!         htm: "POST",
//!         htu: &htu,
//!         iat: 1_763_800_000,
//!         jti: "128-fresh-random-bits",
//!         ath: None,
//!         nonce: Some("the-servers-nonce"),
//!     })
//!     .await?;
//!
//! let now = UNIX_EPOCH + Duration::from_secs(1_763_800_003);
//! let verified = ProofVerifier::new().verify(&proof, &ExpectedProof::new("POST", &htu, now))?;
//! assert_eq!(verified.thumbprint(), prover.thumbprint());
//! assert_eq!(verified.nonce(), Some("the-servers-nonce"));
//! # Ok(()) }
//! ```
//!
//! # Make a client assertion
//!
//! ```
//! use std::time::{Duration, UNIX_EPOCH};
//! use ob_jose::{Algorithm, AssertionVerifier, ClientAssertion, JwkSet, RegisteredClient, SigningKey};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let key = SigningKey::generate(Algorithm::Ps256)?.with_kid("key-1");
//! let now = UNIX_EPOCH + Duration::from_secs(1_763_800_000);
//! let assertion = ClientAssertion::new("client-id", "https://as.example")
//!     .sign(&key, now, "another-128-fresh-random-bits")
//!     .await?;
//!
//! let keys = JwkSet::new([key.public_jwk().clone()]);
//! let client = RegisteredClient { client_id: "client-id", keys: &keys, algorithm: None };
//! let verified = AssertionVerifier::new("https://as.example").verify(&assertion, &client, now)?;
//! assert_eq!(verified.client_id(), "client-id");
//! # Ok(()) }
//! ```
//!
//! # What to rely on
//!
//! - **Pure.** No clock, no randomness but key generation, no network: `now`, `jti` and nonces
//!   are arguments. Replay and nonce freshness are memory, and memory is the caller's.
//! - **Closed.** [`Algorithm`] has three values. `none`, MACs and `RS256` cannot be expressed.
//! - **Parsed once.** A [`PublicJwk`] is a checked key with its verifier ready; a
//!   [`VerifiedProof`] comes out of [`ProofVerifier::verify`] and from nowhere else.
//! - **Silent.** Private keys print their thumbprint; errors name what was found and what is
//!   needed and quote no key, token, nonce or signature. A [`Refusal`] may be logged as it is.
//! - **Somewhere else.** A key in an HSM or KMS is another [`Signer`].
//!
//! Requirement numbers such as `R093` refer to the project's standards checklist, which gives
//! the section of the RFC or of FAPI 2.0 for each.
//!
//! Feature `interop` converts the keys of the `jsonwebtoken` crate.

mod access_token;
mod algorithm;
mod assertion;
pub mod base64url;
mod claims;
mod crypto;
mod dpop;
mod echo;
#[cfg(feature = "interop")]
pub mod interop;
pub mod json;
mod jwk;
mod jws;
mod key;
mod refusal;
mod sign;
mod signer;

pub use access_token::{AccessTokenClaims, AccessTokenVerifier};
pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use assertion::{
    AssertionTyp, AssertionVerifier, ClientAssertion, RegisteredClient, VerifiedAssertion,
};
pub use dpop::{
    BadHtu, DpopProver, ExpectedProof, Htu, ProofInput, ProofVerifier, VerifiedProof, ath,
};
pub use jwk::{BadThumbprint, JwkSet, NoSuchKey, PrivateJwk, PublicJwk, Thumbprint};
pub use jws::{CompactJws, JoseHeader, read_claims_unverified};
pub use key::{
    BadSignature, KeyError, KeyErrorKind, RsaSize, SecretText, SigningKey, VerifyingKey,
};
pub use refusal::Refusal;
pub use sign::{SignError, sign_compact};
pub use signer::{Signer, SignerError};
