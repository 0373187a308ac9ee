//! The seam behind which private keys live: this process, an HSM, a KMS.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::{Algorithm, PublicJwk, SigningKey};

/// Something that signs. [`SigningKey`] does it in this process; an HSM or a KMS is another
/// implementation.
///
/// ```
/// use ob_jose::{Algorithm, PublicJwk, Signer, SignerError, SigningKey};
///
/// /// Counts what it signs.
/// #[derive(Debug)]
/// struct Counting(SigningKey, std::sync::atomic::AtomicU64);
///
/// #[async_trait::async_trait]
/// impl Signer for Counting {
///     fn algorithm(&self) -> Algorithm {
///         self.0.algorithm()
///     }
///     fn public_jwk(&self) -> &PublicJwk {
///         self.0.public_jwk()
///     }
///     async fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SignerError> {
///         self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         self.0.sign(signing_input).await
///     }
/// }
/// ```
#[async_trait]
pub trait Signer: Send + Sync + fmt::Debug {
    /// The algorithm of the signatures.
    fn algorithm(&self) -> Algorithm;

    /// The public half of the key.
    fn public_jwk(&self) -> &PublicJwk;

    /// Signs the *signing input*, not a hash of it: HSMs and KMSs hash differently.
    ///
    /// The result is the raw JOSE signature: `r || s` for `ES256` (not DER), the PSS octets, or
    /// the Ed25519 octets.
    async fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SignerError>;
}

#[async_trait]
impl Signer for SigningKey {
    fn algorithm(&self) -> Algorithm {
        Self::algorithm(self)
    }

    fn public_jwk(&self) -> &PublicJwk {
        Self::public_jwk(self)
    }

    async fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SignerError> {
        let signature = self.private().sign(signing_input);
        signature.map_err(|_| SignerError::new("the crypto library failed to sign"))
    }
}

#[async_trait]
impl<S: Signer + ?Sized> Signer for Arc<S> {
    fn algorithm(&self) -> Algorithm {
        S::algorithm(self)
    }

    fn public_jwk(&self) -> &PublicJwk {
        S::public_jwk(self)
    }

    async fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SignerError> {
        S::sign(self, signing_input).await
    }
}

#[async_trait]
impl<S: Signer + ?Sized> Signer for Box<S> {
    fn algorithm(&self) -> Algorithm {
        S::algorithm(self)
    }

    fn public_jwk(&self) -> &PublicJwk {
        S::public_jwk(self)
    }

    async fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SignerError> {
        S::sign(self, signing_input).await
    }
}

/// A signer could not sign. Made by implementations of [`Signer`].
///
/// ```
/// let error = ob_jose::SignerError::new("session pool exhausted").retryable();
/// assert!(error.is_retryable());
/// ```
#[derive(Debug, thiserror::Error)]
#[error("cannot sign: {message}")]
pub struct SignerError {
    message: String,
    retryable: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl SignerError {
    /// A failure in the signer's words, which must not hold secrets.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            retryable: false,
            source: None,
        }
    }

    /// Keeps the cause.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }

    /// Marks a failure that another try may not meet.
    #[must_use]
    pub fn retryable(self) -> Self {
        Self {
            retryable: true,
            ..self
        }
    }

    /// Whether another try may succeed.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        self.retryable
    }
}
