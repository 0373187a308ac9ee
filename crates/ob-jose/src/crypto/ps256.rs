//! PS256: RSASSA-PSS with SHA-256, MGF1-SHA-256 and a salt as long as the hash.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, RsaKeyPair,
    RsaPublicKeyComponents,
};
use zeroize::Zeroizing;

use super::der::{RsaNumbers, rsa_private, rsa_public};
use super::{PublicParts, Rejected};

pub(crate) struct Private {
    pair: RsaKeyPair,
}

impl Private {
    pub(crate) fn generate(bits: u32) -> Result<Self, Rejected> {
        let size = match bits {
            2048 => KeySize::Rsa2048,
            3072 => KeySize::Rsa3072,
            4096 => KeySize::Rsa4096,
            _ => return Err(Rejected),
        };
        RsaKeyPair::generate(size)
            .map(|pair| Self { pair })
            .map_err(|_| Rejected)
    }

    pub(crate) fn from_pkcs1(der: &[u8]) -> Result<Self, Rejected> {
        RsaKeyPair::from_der(der)
            .map(|pair| Self { pair })
            .map_err(|_| Rejected)
    }

    /// Every number is checked against the others by aws-lc.
    pub(crate) fn from_numbers(n: &[u8], e: &[u8], secret: &RsaNumbers) -> Result<Self, Rejected> {
        let components = aws_lc_rs::rsa::KeyPairComponents {
            public_key: RsaPublicKeyComponents { n, e },
            d: secret.d.as_slice(),
            p: secret.p.as_slice(),
            q: secret.q.as_slice(),
            dP: secret.dp.as_slice(),
            dQ: secret.dq.as_slice(),
            qInv: secret.qi.as_slice(),
        };
        RsaKeyPair::from_components(&components)
            .map(|pair| Self { pair })
            .map_err(|_| Rejected)
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Rejected> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PSS_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .map_err(|_| Rejected)?;
        Ok(signature)
    }

    pub(crate) fn public_parts(&self) -> Result<PublicParts, Rejected> {
        let (n, e) = rsa_public(self.pair.public_key().as_ref())?;
        Ok(PublicParts::Rsa { n, e })
    }

    pub(crate) fn numbers(&self) -> Result<RsaNumbers, Rejected> {
        rsa_private(&self.to_pkcs8()?)
    }

    pub(crate) fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Rejected> {
        let document = self.pair.as_der().map_err(|_| Rejected)?;
        Ok(Zeroizing::new(document.as_ref().to_vec()))
    }
}

pub(crate) struct Public {
    key: ParsedPublicKey,
}

impl Public {
    pub(crate) fn new(n: &[u8], e: &[u8]) -> Result<Self, Rejected> {
        let key = RsaPublicKeyComponents { n, e }
            .to_parsed_public_key(&RSA_PSS_2048_8192_SHA256)
            .map_err(|_| Rejected)?;
        Ok(Self { key })
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Rejected> {
        self.key
            .verify_sig(message, signature)
            .map_err(|_| Rejected)
    }
}

/// Bits of a modulus given as minimal octets.
pub(crate) fn bits(n: &[u8]) -> usize {
    n.first()
        .map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize)
}

/// Whether the modulus shows the fingerprint of CVE-2017-15361 (ROCA): modulo every small prime
/// it is a power of 65537. Random moduli fail at the first few primes.
pub(crate) fn has_roca_fingerprint(n: &[u8]) -> bool {
    SMALL_PRIMES
        .iter()
        .all(|&prime| is_power_of_65537(remainder(n, prime), prime))
}

fn remainder(n: &[u8], prime: u32) -> u32 {
    n.iter()
        .fold(0, |rest, &octet| (rest * 256 + u32::from(octet)) % prime)
}

fn is_power_of_65537(value: u32, prime: u32) -> bool {
    let generator = 65537 % prime;
    std::iter::successors(Some(1), |&power| {
        let next = power * generator % prime;
        (next != 1).then_some(next)
    })
    .any(|power| power == value)
}

/// The primes of the published detector, up to 167.
const SMALL_PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

#[cfg(test)]
mod tests {
    use super::{bits, has_roca_fingerprint};

    #[test]
    fn bits_count_from_the_first_set_one() {
        assert_eq!(bits(&[0x80; 256]), 2048);
        assert_eq!(bits(&[0x40; 256]), 2047);
        assert_eq!(bits(&[1]), 1);
        assert_eq!(bits(&[]), 0);
    }

    #[test]
    fn roca_fingerprint_is_a_power_of_65537_everywhere() {
        assert!(has_roca_fingerprint(&[1]));
        assert!(has_roca_fingerprint(&[1, 0, 1]));
        assert!(!has_roca_fingerprint(&[0x80; 256]));
    }
}
