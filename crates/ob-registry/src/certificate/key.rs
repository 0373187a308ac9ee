//! The algorithm and size of a certificate's key.

use std::fmt;
use x509_parser::{
    asn1_rs::{FromDer, Oid, oid},
    public_key::RSAPublicKey,
    x509::SubjectPublicKeyInfo,
};

/// The algorithm of a certificate's public key, and its size. `Display` is for people:
/// `RSA 2048`, `EC P-256`, `Ed25519`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CertificateKey {
    /// RSA, with the length of its modulus in bits.
    Rsa {
        /// The length of the modulus in bits.
        bits: usize,
    },
    /// An elliptic curve key on NIST P-256.
    P256,
    /// An elliptic curve key on NIST P-384.
    P384,
    /// An elliptic curve key on NIST P-521.
    P521,
    /// Ed25519 (RFC 8410).
    Ed25519,
    /// Something else: the dotted number of its curve or algorithm.
    Other(String),
}

impl CertificateKey {
    /// The size of the key in bits, where it is known.
    #[must_use]
    pub const fn bits(&self) -> Option<usize> {
        match self {
            Self::Rsa { bits } => Some(*bits),
            Self::P256 | Self::Ed25519 => Some(256),
            Self::P384 => Some(384),
            Self::P521 => Some(521),
            Self::Other(_) => None,
        }
    }

    /// Whether it may be used: RSA of at least 2048 bits, P-256, P-384, P-521 or Ed25519.
    #[must_use]
    pub const fn is_strong(&self) -> bool {
        match self {
            Self::Rsa { bits } => *bits >= 2048,
            Self::P256 | Self::P384 | Self::P521 | Self::Ed25519 => true,
            Self::Other(_) => false,
        }
    }

    /// The key of `spki`, unless its parts contradict each other.
    pub(super) fn read(spki: &SubjectPublicKeyInfo<'_>) -> Option<Self> {
        let algorithm = &spki.algorithm.algorithm;
        let key = spki.subject_public_key.data.as_ref();
        if *algorithm == oid!(1.2.840.113549.1.1.1) || *algorithm == oid!(1.2.840.113549.1.1.10) {
            rsa(key)
        } else if *algorithm == oid!(1.2.840.10045.2.1) {
            let curve = spki.algorithm.parameters.as_ref()?.as_oid().ok()?;
            elliptic(&curve, key)
        } else if *algorithm == oid!(1.3.101.112) {
            (key.len() == 32).then_some(Self::Ed25519)
        } else {
            Some(Self::Other(algorithm.to_id_string()))
        }
    }
}

fn rsa(key: &[u8]) -> Option<CertificateKey> {
    let (rest, key) = RSAPublicKey::from_der(key).ok()?;
    let negative = |number: &[u8]| number.first().is_none_or(|byte| byte & 0x80 != 0);
    if !rest.is_empty() || negative(key.modulus) || negative(key.exponent) {
        return None;
    }
    let zeros = key.modulus.iter().take_while(|byte| **byte == 0).count();
    let (first, others) = key.modulus.get(zeros..)?.split_first()?;
    let bits = others.len() * 8 + (8 - usize::try_from(first.leading_zeros()).ok()?);
    Some(CertificateKey::Rsa { bits })
}

fn elliptic(curve: &Oid<'_>, point: &[u8]) -> Option<CertificateKey> {
    let (key, size) = if *curve == oid!(1.2.840.10045.3.1.7) {
        (CertificateKey::P256, 32)
    } else if *curve == oid!(1.3.132.0.34) {
        (CertificateKey::P384, 48)
    } else if *curve == oid!(1.3.132.0.35) {
        (CertificateKey::P521, 66)
    } else {
        return Some(CertificateKey::Other(curve.to_id_string()));
    };
    let length = match point.first()? {
        4 => 1 + 2 * size,
        2 | 3 => 1 + size,
        _ => return None,
    };
    (point.len() == length).then_some(key)
}

impl fmt::Display for CertificateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits } => write!(f, "RSA {bits}"),
            Self::P256 => f.write_str("EC P-256"),
            Self::P384 => f.write_str("EC P-384"),
            Self::P521 => f.write_str("EC P-521"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Other(number) => write!(f, "algorithm {number}"),
        }
    }
}
