//! The public half, ready to verify.

use std::fmt;
use std::sync::Arc;

use crate::crypto::PublicKey;
use crate::{Algorithm, PublicJwk};

/// A prepared public key. Cloning shares it.
///
/// ```
/// use ob_jose::{Algorithm, Signer, SigningKey, VerifyingKey};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = SigningKey::generate(Algorithm::EdDsa)?;
/// let signature = key.sign(b"signing input").await?;
///
/// let verifier = VerifyingKey::from_jwk(key.public_jwk());
/// assert!(verifier.verify(b"signing input", &signature).is_ok());
/// assert!(verifier.verify(b"another input", &signature).is_err());
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct VerifyingKey {
    algorithm: Algorithm,
    key: Arc<PublicKey>,
}

impl VerifyingKey {
    /// The key of a JWK; preparing happened when the JWK was parsed.
    #[must_use]
    pub fn from_jwk(jwk: &PublicJwk) -> Self {
        Self {
            algorithm: jwk.algorithm(),
            key: jwk.prepared(),
        }
    }

    /// The one algorithm this key verifies (R130).
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Checks a raw JOSE signature: `r || s`, PSS octets or Ed25519 octets.
    ///
    /// # Errors
    /// The signature has the wrong length, is malformed or does not fit (R135-R137).
    pub fn verify(&self, signing_input: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        self.key
            .verify(signing_input, signature)
            .map_err(|_| BadSignature)
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// The signature does not fit. There is nothing more to say, on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify")]
pub struct BadSignature;
