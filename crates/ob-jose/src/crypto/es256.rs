//! ES256: ECDSA on P-256 with SHA-256 and fixed-length signatures.

use aws_lc_rs::encoding::AsBigEndian as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
    ParsedPublicKey,
};
use elliptic_curve::sec1::ToSec1Point as _;
use p256::SecretKey;
use p256::pkcs8::DecodePrivateKey as _;
use zeroize::Zeroizing;

use super::{PublicParts, Rejected};

pub(crate) struct Private {
    pair: EcdsaKeyPair,
}

impl Private {
    pub(crate) fn generate() -> Result<Self, Rejected> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        pair.map(|pair| Self { pair }).map_err(|_| Rejected)
    }

    /// Accepts `PrivateKeyInfo` with the curve inside; an embedded public key must fit.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, Rejected> {
        Self::prepare(&SecretKey::from_pkcs8_der(der).map_err(|_| Rejected)?)
    }

    /// Accepts `ECPrivateKey` (RFC 5915).
    pub(crate) fn from_sec1(der: &[u8]) -> Result<Self, Rejected> {
        Self::prepare(&SecretKey::from_sec1_der(der).map_err(|_| Rejected)?)
    }

    /// Accepts the scalar, in range and exactly 32 octets (RFC 7518 section 6.2.2.1).
    pub(crate) fn from_scalar(scalar: &[u8]) -> Result<Self, Rejected> {
        if scalar.len() != 32 {
            return Err(Rejected);
        }
        Self::prepare(&SecretKey::from_slice(scalar).map_err(|_| Rejected)?)
    }

    fn prepare(secret: &SecretKey) -> Result<Self, Rejected> {
        let scalar = Zeroizing::new(<[u8; 32]>::from(secret.to_bytes()));
        let point = secret.public_key().to_sec1_point(false);
        EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            scalar.as_slice(),
            point.as_bytes(),
        )
        .map(|pair| Self { pair })
        .map_err(|_| Rejected)
    }

    /// aws-lc hedges the nonce with its own generator; the argument is not used.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Rejected> {
        let signature = self
            .pair
            .sign(&SystemRandom::new(), message)
            .map_err(|_| Rejected)?;
        Ok(signature.as_ref().to_vec())
    }

    pub(crate) fn public_parts(&self) -> Result<PublicParts, Rejected> {
        parts_of_point(self.pair.public_key().as_ref())
    }

    pub(crate) fn scalar(&self) -> Result<Zeroizing<Vec<u8>>, Rejected> {
        let scalar = self
            .pair
            .private_key()
            .as_be_bytes()
            .map_err(|_| Rejected)?;
        Ok(Zeroizing::new(scalar.as_ref().to_vec()))
    }

    pub(crate) fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Rejected> {
        let document = self.pair.to_pkcs8v1().map_err(|_| Rejected)?;
        Ok(Zeroizing::new(document.as_ref().to_vec()))
    }
}

/// Splits the uncompressed point `04 || x || y`.
pub(crate) fn parts_of_point(point: &[u8]) -> Result<PublicParts, Rejected> {
    let coordinates = point
        .strip_prefix(&[4])
        .and_then(|rest| rest.split_at_checked(32));
    let (x, y) = coordinates.ok_or(Rejected)?;
    let x = x.try_into().map_err(|_| Rejected)?;
    let y = y.try_into().map_err(|_| Rejected)?;
    Ok(PublicParts::Ec { x, y })
}

pub(crate) struct Public {
    key: ParsedPublicKey,
}

impl Public {
    /// Parsing checks that the coordinates are reduced and the point is on the curve; the
    /// uncompressed form cannot spell infinity (R138). Asking p256 first would do the same work
    /// twice for every proof.
    pub(crate) fn new(x: &[u8; 32], y: &[u8; 32]) -> Result<Self, Rejected> {
        let mut point = [4; 65];
        let coordinates = x.iter().chain(y);
        point
            .iter_mut()
            .skip(1)
            .zip(coordinates)
            .for_each(|(to, from)| *to = *from);
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_| Rejected)?;
        Ok(Self { key })
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Rejected> {
        self.key
            .verify_sig(message, signature)
            .map_err(|_| Rejected)
    }
}
