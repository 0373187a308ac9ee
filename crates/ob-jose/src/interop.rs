//! Keys of the `jsonwebtoken` crate, converted to ours and back (feature `interop`).
//!
//! Only accessors and constructors of that crate are used, never what reaches for its
//! process-global crypto provider: a library must not decide, or trip over, which one is set.
//!
//! ```
//! use jsonwebtoken::EncodingKey;
//! use ob_jose::{Algorithm, SigningKey, interop};
//!
//! let pem = SigningKey::generate(Algorithm::Es256)?.to_pkcs8_pem()?;
//! let theirs = EncodingKey::from_ec_pem(pem.expose().as_bytes())?;
//! let ours = interop::from_encoding_key(&theirs)?;
//! assert_eq!(ours.algorithm(), Algorithm::Es256);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey};

use crate::crypto::{PublicParts, der, es256};
use crate::jwk::check_parts;
use crate::key::{KeyError, KeyErrorKind};
use crate::{PublicJwk, SigningKey};

/// Takes over a private key. RSA keys become `PS256` keys.
///
/// # Errors
/// A MAC secret, or a key outside the profile.
pub fn from_encoding_key(key: &EncodingKey) -> Result<SigningKey, KeyError> {
    match key.family() {
        AlgorithmFamily::Hmac => Err(KeyError::private(KeyErrorKind::WrongKey, MAC)),
        _ => SigningKey::from_der(key.as_bytes()),
    }
}

/// Hands out a private key. It leaves the protection of [`SigningKey`]: their copy overwrites
/// itself when dropped, but is parsed anew for every signature.
///
/// # Errors
/// The crypto library cannot export the key.
pub fn to_encoding_key(key: &SigningKey) -> Result<EncodingKey, KeyError> {
    let pkcs8 = key.to_pkcs8_der()?;
    Ok(match key.public_jwk().parts() {
        PublicParts::Ec { .. } => EncodingKey::from_ec_der(&pkcs8),
        PublicParts::Okp { .. } => EncodingKey::from_ed_der(&pkcs8),
        // They keep RSA keys as PKCS#1, which PKCS#8 wraps.
        PublicParts::Rsa { .. } => {
            EncodingKey::from_rsa_der(der::pkcs8_inner(&pkcs8).map_err(|_| {
                KeyError::private(KeyErrorKind::Failed, "a failure inside the crypto library")
            })?)
        }
    })
}

/// Takes over a public key. RSA keys become `PS256` keys.
///
/// # Errors
/// A MAC secret, or a key outside the profile.
pub fn from_decoding_key(key: &DecodingKey) -> Result<PublicJwk, KeyError> {
    let unreadable = || KeyError::public(KeyErrorKind::Unreadable, "a key in an unknown encoding");
    let parts = match (key.family(), key.kind()) {
        (AlgorithmFamily::Hmac, _) => {
            return Err(KeyError::public(KeyErrorKind::WrongKey, MAC));
        }
        (_, DecodingKeyKind::RsaModulusExponent { n, e }) => PublicParts::Rsa {
            n: n.clone(),
            e: e.clone(),
        },
        (AlgorithmFamily::Rsa, DecodingKeyKind::SecretOrDer(der)) => {
            let (n, e) = der::rsa_public(der).map_err(|_| unreadable())?;
            PublicParts::Rsa { n, e }
        }
        (AlgorithmFamily::Ec, DecodingKeyKind::SecretOrDer(point)) => {
            es256::parts_of_point(point).map_err(|_| unreadable())?
        }
        (AlgorithmFamily::Ed, DecodingKeyKind::SecretOrDer(x)) => PublicParts::Okp {
            x: x.as_slice().try_into().map_err(|_| unreadable())?,
        },
    };
    check_parts(&parts)?;
    PublicJwk::from_parts(parts)
}

/// Hands out a public key.
#[must_use]
pub fn to_decoding_key(jwk: &PublicJwk) -> DecodingKey {
    match jwk.parts() {
        PublicParts::Ec { x, y } => DecodingKey::from_ec_der(&[&[4], &x[..], &y[..]].concat()),
        PublicParts::Rsa { n, e } => DecodingKey::from_rsa_raw_components(n, e),
        PublicParts::Okp { x } => DecodingKey::from_ed_der(x),
    }
}

/// Takes over a JWK, with its `kid`, `alg`, `use` and `key_ops`.
///
/// # Errors
/// As [`PublicJwk::from_value`].
pub fn from_jwk(jwk: &Jwk) -> Result<PublicJwk, KeyError> {
    let value = serde_json::to_value(jwk).map_err(|_| {
        KeyError::public(
            KeyErrorKind::Unreadable,
            "a JWK that cannot be written as JSON",
        )
    })?;
    PublicJwk::from_value(&value)
}

/// Hands out a JWK.
///
/// # Errors
/// Their type does not know a member; none that ours writes.
pub fn to_jwk(jwk: &PublicJwk) -> Result<Jwk, KeyError> {
    serde_json::from_value(jwk.to_value()).map_err(|_| {
        KeyError::public(
            KeyErrorKind::Unreadable,
            "a JWK that jsonwebtoken does not know",
        )
    })
}

const MAC: &str = "a secret for MACs";
