//! Everything the sandbox starts with, decided by one number.

mod party;
pub use party::{IntegratorSeed, PartyLicence, PartyStatus, ThirdPartySeed};
pub(crate) use party::{foreign_party, generated_parties, named_parties};

use ob_core::{SeededEntropy, SharedEntropy};
use uuid::Uuid;

/// The number that decides every id, bank, account and transaction of a sandbox.
///
/// Keys, tokens, nonces and consent ids are *not* derived from it: they come from the
/// sandbox's entropy, which is the operating system's unless a test injects its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seed(u64);

impl Seed {
    pub(crate) const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The stream of numbers that belongs to this path, and to no other.
    pub(crate) fn stream(self, path: &[&str]) -> SeededEntropy {
        SeededEntropy::new(path.iter().fold(self.0 ^ OFFSET, |hash, part| {
            // A byte that no part contains ends each of them, so that ["ab","c"] is not ["a","bc"].
            part.bytes().chain([0xFF]).fold(hash, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(PRIME)
            })
        }))
    }

    pub(crate) fn uuid(self, path: &[&str]) -> Uuid {
        let stream = self.stream(path);
        let bytes = (u128::from(stream.next_u64()) << 64) | u128::from(stream.next_u64());
        random_uuid(bytes.to_be_bytes())
    }

    /// A short id of the form `prefix-0123456789ab`.
    pub(crate) fn short(self, prefix: &str, path: &[&str]) -> String {
        format!("{prefix}-{:012x}", self.stream(path).next_u64() >> 16)
    }
}

/// FNV-1a, 64 bit: a small hash is enough, the values are names and not secrets.
const OFFSET: u64 = 0xCBF2_9CE4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01B3;

/// A version 4 UUID of random bytes.
pub(crate) fn random_uuid(bytes: [u8; 16]) -> Uuid {
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// A version 4 UUID from the sandbox's entropy.
///
/// # Errors
/// When the source of random bytes fails.
pub(crate) fn fresh_uuid(entropy: &SharedEntropy) -> Result<Uuid, ob_core::EntropyError> {
    entropy.bytes::<16>().map(random_uuid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_path_one_value() {
        let seed = Seed::new(7);
        assert_eq!(seed.uuid(&["a", "b"]), Seed::new(7).uuid(&["a", "b"]));
        assert_ne!(seed.uuid(&["a", "b"]), seed.uuid(&["ab"]));
        assert_ne!(seed.uuid(&["a", "b"]), Seed::new(8).uuid(&["a", "b"]));
        assert_eq!(seed.uuid(&["a"]).get_version_num(), 4);
    }

    #[test]
    fn a_short_id_may_enter_a_header() {
        let id = Seed::new(0).short("tpp", &["acme"]);
        assert_eq!(id.len(), 16);
        assert!(id.parse::<ob_core::ClientId>().is_ok());
    }
}
