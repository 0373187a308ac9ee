//! The only door to aws-lc-rs and p256: one file per algorithm family, no foreign type outside.

pub(crate) mod der;
pub(crate) mod eddsa;
pub(crate) mod es256;
pub(crate) mod ps256;
pub(crate) mod sha256;

use zeroize::Zeroizing;

use crate::Algorithm;

/// The library refused a key or an operation; it never says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rejected;

/// A private key, parsed once and ready to sign.
pub(crate) enum PrivateKey {
    Es256(es256::Private),
    Ps256(ps256::Private),
    EdDsa(eddsa::Private),
}

impl PrivateKey {
    pub(crate) const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Es256(_) => Algorithm::Es256,
            Self::Ps256(_) => Algorithm::Ps256,
            Self::EdDsa(_) => Algorithm::EdDsa,
        }
    }

    /// Signs in the JOSE encoding: `r || s`, the PSS octets, or the Ed25519 octets.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Rejected> {
        match self {
            Self::Es256(key) => key.sign(message),
            Self::Ps256(key) => key.sign(message),
            Self::EdDsa(key) => key.sign(message),
        }
    }

    pub(crate) fn public_parts(&self) -> Result<PublicParts, Rejected> {
        match self {
            Self::Es256(key) => key.public_parts(),
            Self::Ps256(key) => key.public_parts(),
            Self::EdDsa(key) => Ok(key.public_parts()),
        }
    }

    pub(crate) fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Rejected> {
        match self {
            Self::Es256(key) => key.to_pkcs8(),
            Self::Ps256(key) => key.to_pkcs8(),
            Self::EdDsa(key) => key.to_pkcs8(),
        }
    }
}

/// The numbers of a public key, in the canonical octets of RFC 7518 section 6 and RFC 8037.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum PublicParts {
    Ec { x: [u8; 32], y: [u8; 32] },
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Okp { x: [u8; 32] },
}

impl PublicParts {
    pub(crate) const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Ec { .. } => Algorithm::Es256,
            Self::Rsa { .. } => Algorithm::Ps256,
            Self::Okp { .. } => Algorithm::EdDsa,
        }
    }
}

/// A public key, parsed once and ready to verify.
pub(crate) enum PublicKey {
    Es256(es256::Public),
    Ps256(ps256::Public),
    EdDsa(eddsa::Public),
}

impl PublicKey {
    pub(crate) fn new(parts: &PublicParts) -> Result<Self, Rejected> {
        Ok(match parts {
            PublicParts::Ec { x, y } => Self::Es256(es256::Public::new(x, y)?),
            PublicParts::Rsa { n, e } => Self::Ps256(ps256::Public::new(n, e)?),
            PublicParts::Okp { x } => Self::EdDsa(eddsa::Public::new(x)?),
        })
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Rejected> {
        match self {
            Self::Es256(key) => key.verify(message, signature),
            Self::Ps256(key) => key.verify(message, signature),
            Self::EdDsa(key) => key.verify(message, signature),
        }
    }
}
