//! JWK Sets.

use serde_json::{Map, Value};

use crate::key::{KeyError, KeyErrorKind};
use crate::{Algorithm, json};

use super::PublicJwk;
use super::members::{SECRET_MEMBERS, unreadable};

/// A set of public keys (RFC 7517 section 5).
///
/// A key this profile cannot use is passed over (R139), but one private or symmetric member
/// anywhere makes the whole set suspect and is refused (R140).
///
/// ```
/// use ob_jose::{Algorithm, JwkSet, SigningKey};
///
/// let key = SigningKey::generate(Algorithm::Es256)?.with_kid("k1");
/// let set = JwkSet::new([key.public_jwk().clone()]);
/// assert!(set.find(Some("k1"), Algorithm::Es256).is_ok());
/// assert!(set.find(Some("k2"), Algorithm::Es256).is_err());
/// # Ok::<(), ob_jose::KeyError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JwkSet {
    keys: Vec<PublicJwk>,
}

impl JwkSet {
    /// A set of the given keys.
    #[must_use]
    pub fn new(keys: impl IntoIterator<Item = PublicJwk>) -> Self {
        Self {
            keys: keys.into_iter().collect(),
        }
    }

    /// Parses a set from strict JSON.
    ///
    /// # Errors
    /// Not strict JSON, no array `keys`, or a private or symmetric member.
    pub fn from_json(json: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let set = json::parse_object(json.as_ref())
            .map_err(|error| unreadable(format!("a document that is {error}")))?;
        Self::from_object(&set)
    }

    /// Reads a set that a strict parser has already taken apart.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json).
    pub fn from_value(value: &Value) -> Result<Self, KeyError> {
        match value {
            Value::Object(set) => Self::from_object(set),
            other => Err(unreadable(json::type_name(other))),
        }
    }

    fn from_object(set: &Map<String, Value>) -> Result<Self, KeyError> {
        let keys = set.get("keys").and_then(Value::as_array);
        let keys = keys.ok_or_else(|| unreadable("a JWK Set without an array \"keys\""))?;
        if keys.iter().any(holds_secret) {
            let found = "a JWK Set with private or symmetric members";
            return Err(KeyError::public(KeyErrorKind::NotPublic, found));
        }
        Ok(Self::new(
            keys.iter()
                .filter_map(|key| PublicJwk::from_value(key).ok()),
        ))
    }

    /// The usable keys, in order.
    #[must_use]
    pub fn keys(&self) -> &[PublicJwk] {
        &self.keys
    }

    /// The one key that a header with this `kid` and algorithm can mean (R041, R133).
    ///
    /// Without a `kid` the algorithm must leave one key.
    ///
    /// # Errors
    /// No key fits, or more than one: the wrong one is never picked silently.
    pub fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&PublicJwk, NoSuchKey> {
        let fits = |key: &&PublicJwk| {
            key.algorithm() == algorithm && kid.is_none_or(|kid| key.kid() == Some(kid))
        };
        let mut fitting = self.keys.iter().filter(fits);
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(key),
            (None, _) => Err(NoSuchKey::Missing),
            (Some(_), Some(_)) => Err(NoSuchKey::Ambiguous),
        }
    }

    /// The set as JSON, for publishing.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }

    /// The set as a JSON value.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let keys: Vec<Value> = self.keys.iter().map(PublicJwk::to_value).collect();
        Value::Object(Map::from_iter([("keys".to_owned(), Value::Array(keys))]))
    }
}

fn holds_secret(key: &Value) -> bool {
    let symmetric = key.get("kty").and_then(Value::as_str) == Some("oct");
    symmetric || SECRET_MEMBERS.iter().any(|name| key.get(name).is_some())
}

/// Why a set has no key to offer.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSuchKey {
    /// No key has this name and algorithm.
    #[error("no key of that name and algorithm")]
    Missing,
    /// Several keys fit.
    #[error("several keys of that name and algorithm")]
    Ambiguous,
}
