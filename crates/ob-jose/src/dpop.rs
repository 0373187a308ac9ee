//! DPoP proofs (RFC 9449): made by the client, verified by both servers.

mod htu;
mod prove;
mod verify;

pub use htu::{BadHtu, Htu};
pub use prove::{DpopProver, ProofInput};
pub use verify::{ExpectedProof, ProofVerifier, VerifiedProof};

use crate::base64url;
use crate::crypto::sha256::sha256;

/// The `ath` of an access token: base64url of its SHA-256 (RFC 9449 section 4.2, R073).
///
/// It costs as much as hashing the token: compute it once per token, not per request.
///
/// ```
/// let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
/// assert_eq!(ob_jose::ath(token), "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
/// ```
#[must_use]
pub fn ath(token: &str) -> String {
    base64url::encode(&sha256(token.as_bytes()))
}
