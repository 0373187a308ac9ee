//! Ids of random bytes.

use ob_core::{EntropyError, SharedEntropy};
use std::fmt::Write;

/// A `jti`: 128 random bits as base64url (R039, R069).
pub(crate) fn jti(entropy: &SharedEntropy) -> Result<String, EntropyError> {
    let bytes: [u8; 16] = entropy.bytes()?;
    Ok(ob_jose::base64url::encode(&bytes))
}

/// A version 4 UUID, for `x-fapi-interaction-id` (RFC 9562 section 5.4, R216).
pub(crate) fn interaction_id(entropy: &SharedEntropy) -> Result<String, EntropyError> {
    let random = u128::from_be_bytes(entropy.bytes()?);
    let version = (random & !(0xF << 76)) | (0x4 << 76);
    let uuid = (version & !(0x3 << 62)) | (0x2 << 62);
    let mut text = String::with_capacity(36);
    for (i, digit) in format!("{uuid:032x}").chars().enumerate() {
        let hyphen = if matches!(i, 8 | 12 | 16 | 20) {
            "-"
        } else {
            ""
        };
        // Writing to a string cannot fail.
        let _ = write!(text, "{hyphen}{digit}");
    }
    Ok(text)
}

/// A fraction of one, to spread things in time.
pub(crate) fn fraction(entropy: &SharedEntropy) -> Result<f64, EntropyError> {
    Ok(f64::from(u32::from_be_bytes(entropy.bytes()?)) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use ob_core::{Entropy, SeededEntropy};

    #[derive(Debug)]
    struct AllOf(u8);

    impl Entropy for AllOf {
        fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
            buffer.fill(self.0);
            Ok(())
        }
    }

    /// Rows: R216
    #[test]
    fn r216_is_a_version_4_uuid() {
        let of = |byte| interaction_id(&AllOf(byte).into()).unwrap();
        assert_eq!(of(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(of(0xFF), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    /// A million ids of the system's generator, and no two alike.
    ///
    /// Rows: R069
    #[test]
    fn a_million_ids_differ() {
        let entropy = SharedEntropy::system();
        let mut seen = std::collections::HashSet::with_capacity(1_000_000);
        for _ in 0..1_000_000 {
            assert!(seen.insert(jti(&entropy).unwrap()));
        }
    }

    /// Rows: R039, R069
    #[test]
    fn r039_a_jti_has_128_bits() {
        let entropy = SeededEntropy::new(1).into();
        let (one, other) = (jti(&entropy).unwrap(), jti(&entropy).unwrap());
        assert_eq!(one.len(), 22);
        assert_ne!(one, other);
    }

    #[test]
    fn a_fraction_stays_within_one() {
        assert!(fraction(&AllOf(0).into()).unwrap().abs() < f64::EPSILON);
        assert!((fraction(&AllOf(0xFF).into()).unwrap() - 1.0).abs() < f64::EPSILON);
    }
}
