//! EdDSA with Ed25519.

use aws_lc_rs::encoding::{AsBigEndian as _, AsDer, Pkcs8V1Der};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, ParsedPublicKey};
use zeroize::Zeroizing;

use super::{PublicParts, Rejected};

pub(crate) struct Private {
    pair: Ed25519KeyPair,
    public: [u8; 32],
}

impl Private {
    pub(crate) fn generate() -> Result<Self, Rejected> {
        Self::prepare(Ed25519KeyPair::generate().map_err(|_| Rejected)?)
    }

    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, Rejected> {
        Self::prepare(Ed25519KeyPair::from_pkcs8(der).map_err(|_| Rejected)?)
    }

    /// The seed of RFC 8032, JWK member `d`. The public key is derived, never believed.
    pub(crate) fn from_seed(seed: &[u8]) -> Result<Self, Rejected> {
        if seed.len() != 32 {
            return Err(Rejected);
        }
        Self::prepare(Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| Rejected)?)
    }

    fn prepare(pair: Ed25519KeyPair) -> Result<Self, Rejected> {
        let public = pair
            .public_key()
            .as_ref()
            .try_into()
            .map_err(|_| Rejected)?;
        Ok(Self { pair, public })
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Rejected> {
        let signature = self.pair.try_sign(message).map_err(|_| Rejected)?;
        Ok(signature.as_ref().to_vec())
    }

    pub(crate) fn public_parts(&self) -> PublicParts {
        PublicParts::Okp { x: self.public }
    }

    pub(crate) fn seed(&self) -> Result<Zeroizing<Vec<u8>>, Rejected> {
        let seed = self
            .pair
            .seed()
            .and_then(|seed| seed.as_be_bytes())
            .map_err(|_| Rejected)?;
        Ok(Zeroizing::new(seed.as_ref().to_vec()))
    }

    pub(crate) fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Rejected> {
        let document: Pkcs8V1Der<'_> = self.pair.as_der().map_err(|_| Rejected)?;
        Ok(Zeroizing::new(document.as_ref().to_vec()))
    }
}

pub(crate) struct Public {
    key: ParsedPublicKey,
}

impl Public {
    /// Refuses the encodings that would let one key have two thumbprints (y not reduced) and the
    /// eight points of small order, whose "signatures" anybody can make.
    pub(crate) fn new(x: &[u8; 32]) -> Result<Self, Rejected> {
        if is_weak(x) {
            return Err(Rejected);
        }
        ParsedPublicKey::new(&ED25519, x)
            .map(|key| Self { key })
            .map_err(|_| Rejected)
    }

    /// aws-lc checks S < L (RFC 8032 section 5.1.7).
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Rejected> {
        self.key
            .verify_sig(message, signature)
            .map_err(|_| Rejected)
    }
}

fn is_weak(x: &[u8; 32]) -> bool {
    let mut y = *x;
    if let Some(last) = y.last_mut() {
        *last &= 0x7f;
    }
    SMALL_ORDER.contains(&y) || !is_reduced(&y)
}

/// y < p = 2^255 - 19, little-endian, sign bit cleared.
fn is_reduced(y: &[u8; 32]) -> bool {
    let top = y.iter().skip(1).rev();
    let all_ones = top
        .zip([0x7f].into_iter().chain([0xff; 30]))
        .all(|(a, b)| *a == b);
    !(all_ones && y.first().is_some_and(|low| *low >= 0xed))
}

/// The y coordinates of the points whose order divides eight: 1, 0, -1 and the two of order 8.
const SMALL_ORDER: [[u8; 32]; 5] = [
    low_byte(0),
    low_byte(1),
    {
        let mut minus_one = [0xff; 32];
        minus_one[0] = 0xec;
        minus_one[31] = 0x7f;
        minus_one
    },
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

const fn low_byte(value: u8) -> [u8; 32] {
    let mut y = [0; 32];
    y[0] = value;
    y
}

#[cfg(test)]
mod tests {
    use super::{SMALL_ORDER, is_weak, low_byte};

    /// Rows: L1.12
    #[test]
    fn weak_and_unreduced_points_are_refused() {
        for mut point in SMALL_ORDER {
            assert!(is_weak(&point));
            point[31] |= 0x80;
            assert!(is_weak(&point), "with the sign bit");
        }
        for low in 0xed..=0xff {
            let mut point = [0xff; 32];
            point[0] = low;
            point[31] = 0x7f;
            assert!(is_weak(&point), "p + {}", low - 0xed);
        }
        assert!(!is_weak(&low_byte(9)));
    }
}
