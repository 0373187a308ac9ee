//! The private key.

use std::fmt;
use std::sync::Arc;

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

use crate::crypto::{PrivateKey, Rejected, eddsa, es256, ps256};
use crate::jwk::check_parts;
use crate::{Algorithm, PrivateJwk, PublicJwk, Thumbprint};

use super::error::{KeyError, KeyErrorKind, NEED_PRIVATE};
use super::secret::SecretText;
use super::{der, pem};

/// Size of a generated RSA key.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RsaSize {
    /// 2048 bits: the least the profile allows (R037).
    Bits2048,
    /// 3072 bits.
    Bits3072,
    /// 4096 bits: signing costs six times as much as with 2048.
    Bits4096,
}

/// A private key, parsed once and kept ready. Cloning shares it.
///
/// It is the local [`Signer`](crate::Signer). `Debug` shows the algorithm and the thumbprint and
/// nothing else; aws-lc overwrites the key's memory when the last clone is dropped.
///
/// ```
/// use ob_jose::{Algorithm, SigningKey};
///
/// let key = SigningKey::generate(Algorithm::Es256)?;
/// let copy = SigningKey::from_pem(key.to_pkcs8_pem()?.expose())?.require(Algorithm::Es256)?;
/// assert_eq!(copy.thumbprint(), key.thumbprint());
/// # Ok::<(), ob_jose::KeyError>(())
/// ```
#[derive(Clone)]
pub struct SigningKey {
    key: Arc<PrivateKey>,
    public: PublicJwk,
    thumbprint: Thumbprint,
    repaired: bool,
}

impl SigningKey {
    /// Makes a fresh key; RSA gets 2048 bits.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::Es256 => Self::generated(es256::Private::generate().map(PrivateKey::Es256)),
            Algorithm::Ps256 => Self::generate_rsa(RsaSize::Bits2048),
            Algorithm::EdDsa => Self::generated(eddsa::Private::generate().map(PrivateKey::EdDsa)),
        }
    }

    /// Makes a fresh RSA key for `PS256`.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn generate_rsa(size: RsaSize) -> Result<Self, KeyError> {
        let bits = match size {
            RsaSize::Bits2048 => 2048,
            RsaSize::Bits3072 => 3072,
            RsaSize::Bits4096 => 4096,
        };
        Self::generated(ps256::Private::generate(bits).map(PrivateKey::Ps256))
    }

    /// Reads PEM: PKCS#8, SEC1 (`EC PRIVATE KEY`) or PKCS#1 (`RSA PRIVATE KEY`).
    ///
    /// Text before the key, EC parameters and certificates beside it are passed over. A text
    /// whose line breaks became the two characters `\n` is repaired; ask
    /// [`was_repaired`](Self::was_repaired) and tell whoever keeps the file.
    ///
    /// # Errors
    /// No private key in the text, more than one, or one this profile cannot use.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        if text.trim_ascii().is_empty() {
            return Err(KeyError::private(KeyErrorKind::Empty, "nothing"));
        }
        let block = pem::private_block(text)?;
        let key = Self::from_der(&block.der)?;
        Ok(Self {
            repaired: block.repaired,
            ..key
        })
    }

    /// Reads DER: PKCS#8, SEC1 or PKCS#1, told apart by their structure.
    ///
    /// # Errors
    /// No private key, or one this profile cannot use.
    pub fn from_der(bytes: &[u8]) -> Result<Self, KeyError> {
        Self::prepare(der::private_key(bytes)?)
    }

    /// The key of a private JWK, with its `kid`.
    ///
    /// # Errors
    /// None today: [`PrivateJwk`] is checked when it is parsed.
    pub fn from_jwk(jwk: &PrivateJwk) -> Result<Self, KeyError> {
        Ok(jwk.key().clone())
    }

    /// Reads a key file of any known form: JWK, PEM or DER.
    ///
    /// # Errors
    /// No private key, or one this profile cannot use.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map(str::trim_ascii);
        match text {
            Ok("") => Err(KeyError::private(KeyErrorKind::Empty, "nothing")),
            Ok(text) if text.starts_with('{') => Self::from_jwk(&PrivateJwk::from_json(text)?),
            Ok(text) if text.contains("-----BEGIN ") => Self::from_pem(text),
            _ => Self::from_der(bytes),
        }
    }

    /// Passes the key on if it signs with `algorithm`.
    ///
    /// # Errors
    /// [`KeyErrorKind::WrongKey`] naming both sides.
    pub fn require(self, algorithm: Algorithm) -> Result<Self, KeyError> {
        if self.algorithm() == algorithm {
            return Ok(self);
        }
        let found = format!("{} ({})", self.public.describe(), self.algorithm());
        Err(KeyError::new(
            KeyErrorKind::WrongKey,
            found,
            algorithm.needed_key(),
        ))
    }

    /// Names the key: the `kid` goes into [`public_jwk`](Self::public_jwk) and into the header of
    /// client assertions.
    #[must_use]
    pub fn with_kid(mut self, kid: impl Into<String>) -> Self {
        self.public = self.public.with_kid(kid);
        self
    }

    /// The one algorithm this key signs with (R130).
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }

    /// The public half.
    #[must_use]
    pub const fn public_jwk(&self) -> &PublicJwk {
        &self.public
    }

    /// The RFC 7638 thumbprint of the public half.
    #[must_use]
    pub const fn thumbprint(&self) -> &Thumbprint {
        &self.thumbprint
    }

    /// Whether the PEM text had its line breaks flattened and was put right.
    #[must_use]
    pub const fn was_repaired(&self) -> bool {
        self.repaired
    }

    /// The key as a private JWK, for storing.
    #[must_use]
    pub fn to_private_jwk(&self) -> PrivateJwk {
        PrivateJwk::of(self.clone())
    }

    /// The key as PKCS#8 PEM, for storing.
    ///
    /// # Errors
    /// The crypto library cannot export the key.
    pub fn to_pkcs8_pem(&self) -> Result<SecretText, KeyError> {
        let der = self.to_pkcs8_der()?;
        let base64 = Zeroizing::new(Base64::encode_string(&der));
        let lines = base64
            .as_bytes()
            .chunks(64)
            .map(|line| str::from_utf8(line).unwrap_or(""));
        let mut text = Zeroizing::new(String::with_capacity(base64.len() * 66 / 64 + 64));
        for line in std::iter::once("-----BEGIN PRIVATE KEY-----")
            .chain(lines)
            .chain(["-----END PRIVATE KEY-----"])
        {
            text.push_str(line);
            text.push('\n');
        }
        Ok(SecretText::new(text))
    }

    pub(crate) fn to_pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.key.to_pkcs8().map_err(failed)
    }

    pub(crate) fn private(&self) -> &PrivateKey {
        &self.key
    }

    /// Derives and checks the public half of a parsed key.
    pub(crate) fn prepare(key: PrivateKey) -> Result<Self, KeyError> {
        let parts = key.public_parts().map_err(failed)?;
        check_parts(&parts)
            .map_err(|error| KeyError::new(error.kind(), error.found().to_owned(), NEED_PRIVATE))?;
        let public = PublicJwk::from_parts(parts)?;
        let thumbprint = public.thumbprint();
        Ok(Self {
            key: Arc::new(key),
            public,
            thumbprint,
            repaired: false,
        })
    }

    /// Replaces the derived description by the one of the JWK the key came from.
    pub(crate) fn described_by(self, public: PublicJwk) -> Self {
        Self { public, ..self }
    }

    fn generated(key: Result<PrivateKey, Rejected>) -> Result<Self, KeyError> {
        Self::prepare(key.map_err(failed)?)
    }
}

fn failed(_: Rejected) -> KeyError {
    let found = "a failure inside the crypto library";
    KeyError::private(KeyErrorKind::Failed, found)
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm())
            .field("thumbprint", &self.thumbprint)
            .finish_non_exhaustive()
    }
}
