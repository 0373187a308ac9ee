//! Random bytes, behind a seam.

use std::{
    fmt,
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// A source of unpredictable bytes, for `jti` values, nonces and ids.
pub trait Entropy: Send + Sync + fmt::Debug {
    /// Fills `buffer` with random bytes.
    ///
    /// # Errors
    /// When the source fails. Nothing may be signed or sent then (R039).
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError>;
}

/// A source that is cloned by copying a pointer.
#[derive(Clone, Debug)]
pub struct SharedEntropy(Arc<dyn Entropy>);

impl SharedEntropy {
    /// The operating system's generator.
    #[must_use]
    pub fn system() -> Self {
        Self::from(SystemEntropy)
    }

    /// `N` random bytes.
    ///
    /// # Errors
    /// When the source fails.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], EntropyError> {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes).map(|()| bytes)
    }
}

impl Default for SharedEntropy {
    fn default() -> Self {
        Self::system()
    }
}

impl<E: Entropy + 'static> From<E> for SharedEntropy {
    fn from(entropy: E) -> Self {
        Self(Arc::new(entropy))
    }
}

impl Deref for SharedEntropy {
    type Target = dyn Entropy;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

/// The operating system's generator: the only place of obkit that asks it for random bytes.
///
/// One system call per value (0.3 µs) instead of a generator in the process: a fork or a
/// restored machine snapshot cannot make it repeat itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(buffer).map_err(|error| EntropyError(error.to_string()))
    }
}

/// A predictable source for tests and simulations that must be reproducible from a seed.
///
/// Never for anything that leaves the machine: whoever knows the seed knows every value.
#[derive(Debug)]
pub struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    /// A source whose whole output is decided by `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// The next 64 bits (SplitMix64: one addition of state per value, so clones of the pointer
    /// can share it without a lock).
    pub fn next_u64(&self) -> u64 {
        let state = self
            .0
            .fetch_add(GOLDEN_GAMMA, Ordering::Relaxed)
            .wrapping_add(GOLDEN_GAMMA);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        for chunk in buffer.chunks_mut(8) {
            let bytes = self.next_u64().to_le_bytes();
            chunk
                .iter_mut()
                .zip(bytes)
                .for_each(|(to, from)| *to = from);
        }
        Ok(())
    }
}

/// The odd number closest to 2^64 divided by the golden ratio.
const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The source of random bytes failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no random bytes: {0}")]
pub struct EntropyError(String);

impl EntropyError {
    /// A failure, for sources of your own.
    #[must_use]
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn one_seed_one_output() {
        let one: SharedEntropy = SeededEntropy::new(7).into();
        let same: SharedEntropy = SeededEntropy::new(7).into();
        let other: SharedEntropy = SeededEntropy::new(8).into();
        let bytes = one.bytes::<19>().unwrap();
        assert_eq!(bytes, same.bytes().unwrap());
        assert_ne!(bytes, other.bytes().unwrap());
        assert_ne!(bytes, one.bytes().unwrap());
    }

    /// Rows: R069
    #[test]
    fn r069_a_million_values_are_distinct() {
        let system = SharedEntropy::system();
        let values: std::collections::HashSet<[u8; 16]> =
            (0..1_000_000).map(|_| system.bytes().unwrap()).collect();
        assert_eq!(values.len(), 1_000_000);
        let seeded = SeededEntropy::new(1);
        let values: std::collections::HashSet<u64> =
            (0..1_000_000).map(|_| seeded.next_u64()).collect();
        assert_eq!(values.len(), 1_000_000);
    }
}
