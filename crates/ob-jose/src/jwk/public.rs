//! The public JWK.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::crypto::{PublicKey, PublicParts, ps256};
use crate::key::{KeyError, KeyErrorKind};
use crate::{Algorithm, Thumbprint, json};

use super::members::{self, Described, Purpose, SECRET_MEMBERS, canonical, invalid, unreadable};

/// A public key, parsed, validated and ready to verify. Cloning shares the key.
///
/// Private and symmetric members are refused even when they are `null` (R094, R140); `alg`,
/// `use` and `key_ops` must agree with the key (R130); unknown members are dropped. Two values
/// are equal when they are the same key, whatever their `kid`.
///
/// ```
/// use ob_jose::{Algorithm, PublicJwk};
///
/// let jwk = PublicJwk::from_json(
///     r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
/// )?;
/// assert_eq!(jwk.algorithm(), Algorithm::EdDsa);
/// assert_eq!(jwk.thumbprint().as_str(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
/// # Ok::<(), ob_jose::KeyError>(())
/// ```
#[derive(Clone)]
pub struct PublicJwk {
    described: Described,
    key: Arc<PublicKey>,
}

impl PublicJwk {
    /// Parses one JWK from strict JSON.
    ///
    /// # Errors
    /// Not strict JSON, private members, a key outside the profile, or numbers that are no key.
    pub fn from_json(json: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let jwk = json::parse_object(json.as_ref())
            .map_err(|error| unreadable(format!("a document that is {error}")))?;
        Self::from_object(&jwk)
    }

    /// Reads a JWK that a strict parser has already taken apart.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json).
    pub fn from_value(value: &Value) -> Result<Self, KeyError> {
        match value {
            Value::Object(jwk) => Self::from_object(jwk),
            other => Err(unreadable(json::type_name(other))),
        }
    }

    fn from_object(jwk: &Map<String, Value>) -> Result<Self, KeyError> {
        if let Some(secret) = SECRET_MEMBERS.iter().find(|name| jwk.contains_key(**name)) {
            let found = format!("a JWK with the private member \"{secret}\"");
            return Err(KeyError::public(KeyErrorKind::NotPublic, found));
        }
        Self::from_described(members::read(jwk, Purpose::Verify)?)
    }

    pub(crate) fn from_described(described: Described) -> Result<Self, KeyError> {
        let key = PublicKey::new(&described.parts).map_err(|_| {
            invalid(match described.parts {
                PublicParts::Ec { .. } => "an EC JWK whose point is not on P-256",
                PublicParts::Rsa { .. } => "an RSA JWK whose numbers are no key",
                PublicParts::Okp { .. } => "an Ed25519 JWK whose point is weak or not reduced",
            })
        })?;
        Ok(Self {
            described,
            key: Arc::new(key),
        })
    }

    pub(crate) fn from_parts(parts: PublicParts) -> Result<Self, KeyError> {
        Self::from_described(Described {
            parts,
            kid: None,
            alg: None,
            has_use: false,
        })
    }

    /// The one algorithm of this key (R130).
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.described.parts.algorithm()
    }

    /// The name the key was given, if any.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.described.kid.as_deref()
    }

    /// Names the key.
    #[must_use]
    pub fn with_kid(mut self, kid: impl Into<String>) -> Self {
        self.described.kid = Some(kid.into());
        self
    }

    /// The RFC 7638 thumbprint, computed afresh: `kid`, `alg` and `use` have no part in it.
    #[must_use]
    pub fn thumbprint(&self) -> Thumbprint {
        Thumbprint::of(&self.canonical())
    }

    /// The required members, then `alg`, `kid` and `use` where they were set.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let canonical = serde_json::from_str(&self.canonical());
        let mut jwk: Map<String, Value> = canonical.unwrap_or_default();
        let Described {
            kid, alg, has_use, ..
        } = &self.described;
        jwk.extend(alg.map(|alg| ("alg".to_owned(), alg.into())));
        jwk.extend(kid.clone().map(|kid| ("kid".to_owned(), kid.into())));
        jwk.extend(has_use.then(|| ("use".to_owned(), "sig".into())));
        Value::Object(jwk)
    }

    /// [`to_value`](Self::to_value) as text.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }

    /// Only the required members, as hashed for the thumbprint and sent in DPoP proofs.
    pub(crate) fn canonical(&self) -> String {
        canonical(&self.described.parts)
    }

    pub(crate) fn parts(&self) -> &PublicParts {
        &self.described.parts
    }

    pub(crate) fn prepared(&self) -> Arc<PublicKey> {
        Arc::clone(&self.key)
    }

    /// The kind of key in words.
    pub(crate) fn describe(&self) -> String {
        match &self.described.parts {
            PublicParts::Ec { .. } => "an EC key on P-256".to_owned(),
            PublicParts::Rsa { n, .. } => format!("an RSA key of {} bits", ps256::bits(n)),
            PublicParts::Okp { .. } => "an Ed25519 key".to_owned(),
        }
    }
}

impl PartialEq for PublicJwk {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for PublicJwk {}

impl fmt::Debug for PublicJwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicJwk")
            .field("algorithm", &self.algorithm())
            .field("kid", &self.kid())
            .field("thumbprint", &self.thumbprint())
            .finish()
    }
}
