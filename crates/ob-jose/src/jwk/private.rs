//! The private JWK.

use std::fmt;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::crypto::der::RsaNumbers;
use crate::crypto::{PrivateKey, PublicParts, Rejected, eddsa, es256, ps256};
use crate::key::{KeyError, KeyErrorKind, SecretText, SigningKey};
use crate::{base64url, json};

use super::PublicJwk;
use super::members::{self, Purpose, SECRET_MEMBERS};

/// A private key in JWK form, checked when parsed: the private members fit the public ones.
///
/// `Debug` shows algorithm and thumbprint; there is no `Serialize`.
///
/// ```
/// use ob_jose::{Algorithm, PrivateJwk, SigningKey};
///
/// let key = SigningKey::generate(Algorithm::EdDsa)?.with_kid("2026-11");
/// let json = key.to_private_jwk().to_json()?;
/// let back = SigningKey::from_jwk(&PrivateJwk::from_json(json.expose())?)?;
/// assert_eq!(back.public_jwk().kid(), Some("2026-11"));
/// # Ok::<(), ob_jose::KeyError>(())
/// ```
#[derive(Clone)]
pub struct PrivateJwk {
    key: SigningKey,
}

impl PrivateJwk {
    /// Parses one private JWK from strict JSON.
    ///
    /// RSA keys need all of `p`, `q`, `dp`, `dq`, `qi`: without them signing is slow and the
    /// numbers cannot be checked against each other.
    ///
    /// # Errors
    /// Not strict JSON, a public key, a key outside the profile, or members that do not belong
    /// together.
    pub fn from_json(json: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let mut jwk = json::parse_object(json.as_ref()).map_err(|error| {
            let found = format!("a document that is {error}");
            KeyError::private(KeyErrorKind::Unreadable, found)
        })?;
        let secrets = Secrets::take(&mut jwk);
        let described = members::read(&jwk, Purpose::Sign).map_err(|error| as_private(&error))?;
        let private = secrets.private_key(&described.parts)?;
        let key = SigningKey::prepare(private)?;
        if key.public_jwk().parts() != &described.parts {
            return Err(mismatch(Rejected));
        }
        let public = PublicJwk::from_described(described)?;
        Ok(Self {
            key: key.described_by(public),
        })
    }

    pub(crate) const fn of(key: SigningKey) -> Self {
        Self { key }
    }

    pub(crate) const fn key(&self) -> &SigningKey {
        &self.key
    }

    /// The public half.
    #[must_use]
    pub const fn public_jwk(&self) -> &PublicJwk {
        self.key.public_jwk()
    }

    /// The whole key as JSON, for storing.
    ///
    /// # Errors
    /// The crypto library cannot export the key.
    pub fn to_json(&self) -> Result<SecretText, KeyError> {
        let public = self.public_jwk().to_json();
        let members = secret_members(self.key.private()).map_err(not_exported)?;
        // Reserved whole, so that growing leaves no copy behind.
        let size: usize = members
            .iter()
            .map(|(_, octets)| octets.len() * 4 / 3 + 16)
            .sum();
        let mut json = Zeroizing::new(String::with_capacity(public.len() + size));
        json.push_str(public.trim_end_matches('}'));
        for (name, octets) in members {
            json.push_str(",\"");
            json.push_str(name);
            json.push_str("\":\"");
            json.push_str(&base64url::encode_secret(&octets));
            json.push('"');
        }
        json.push('}');
        Ok(SecretText::new(json))
    }
}

impl fmt::Debug for PrivateJwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateJwk")
            .field("algorithm", &self.key.algorithm())
            .field("thumbprint", self.key.thumbprint())
            .finish_non_exhaustive()
    }
}

/// The private members, taken out of the document so that they can be overwritten.
struct Secrets(Vec<(&'static str, Zeroizing<String>)>);

impl Secrets {
    fn take(jwk: &mut Map<String, Value>) -> Self {
        let mut taken = Vec::new();
        for name in SECRET_MEMBERS {
            if let Some(Value::String(text)) = jwk.remove(name) {
                taken.push((name, Zeroizing::new(text)));
            }
        }
        Self(taken)
    }

    fn private_key(&self, public: &PublicParts) -> Result<PrivateKey, KeyError> {
        match public {
            PublicParts::Ec { .. } => {
                es256::Private::from_scalar(&self.octets("d")?).map(PrivateKey::Es256)
            }
            PublicParts::Okp { .. } => {
                eddsa::Private::from_seed(&self.octets("d")?).map(PrivateKey::EdDsa)
            }
            PublicParts::Rsa { n, e } => {
                ps256::Private::from_numbers(n, e, &self.rsa_numbers()?).map(PrivateKey::Ps256)
            }
        }
        .map_err(mismatch)
    }

    fn rsa_numbers(&self) -> Result<RsaNumbers, KeyError> {
        if self.0.iter().any(|(name, _)| *name == "oth") {
            let found = "an RSA JWK with more than two primes";
            return Err(KeyError::private(KeyErrorKind::WrongKey, found));
        }
        Ok(RsaNumbers {
            d: self.octets("d")?,
            p: self.octets("p")?,
            q: self.octets("q")?,
            dp: self.octets("dp")?,
            dq: self.octets("dq")?,
            qi: self.octets("qi")?,
        })
    }

    fn octets(&self, name: &'static str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let member = self.0.iter().find(|(member, _)| *member == name);
        let Some((_, text)) = member else {
            let (kind, found) = match name {
                "d" => (
                    KeyErrorKind::NotPrivate,
                    "a JWK without the private member \"d\"".into(),
                ),
                _ => (
                    KeyErrorKind::Unreadable,
                    format!("an RSA JWK without \"{name}\""),
                ),
            };
            return Err(KeyError::private(kind, found));
        };
        base64url::decode_secret(text).map_err(|error| {
            let found = format!("a JWK whose \"{name}\" is {error}");
            KeyError::private(KeyErrorKind::Invalid, found)
        })
    }
}

type SecretMembers = Vec<(&'static str, Zeroizing<Vec<u8>>)>;

fn secret_members(key: &PrivateKey) -> Result<SecretMembers, Rejected> {
    Ok(match key {
        PrivateKey::Es256(key) => vec![("d", key.scalar()?)],
        PrivateKey::EdDsa(key) => vec![("d", key.seed()?)],
        PrivateKey::Ps256(key) => {
            let RsaNumbers {
                d,
                p,
                q,
                dp,
                dq,
                qi,
            } = key.numbers()?;
            vec![
                ("d", d),
                ("p", p),
                ("q", q),
                ("dp", dp),
                ("dq", dq),
                ("qi", qi),
            ]
        }
    })
}

fn as_private(error: &KeyError) -> KeyError {
    KeyError::private(error.kind(), error.found().to_owned())
}

fn mismatch(_: Rejected) -> KeyError {
    let found = "a JWK whose private members do not belong to its public ones";
    KeyError::private(KeyErrorKind::Invalid, found)
}

fn not_exported(_: Rejected) -> KeyError {
    let found = "a failure inside the crypto library";
    KeyError::private(KeyErrorKind::Failed, found)
}
