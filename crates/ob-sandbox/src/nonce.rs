//! DPoP nonces of one server (RFC 9449 section 8).

use ob_core::{EntropyError, SharedEntropy};
use std::{
    collections::{HashSet, VecDeque},
    time::{Duration, SystemTime},
};

/// The nonces one server gave recently. The authorization server and the API have one each: a
/// nonce of the one is worth nothing to the other (R076).
#[derive(Debug, Default)]
pub(crate) struct NonceStore {
    known: HashSet<String>,
    given: VecDeque<(SystemTime, String)>,
}

impl NonceStore {
    /// The nonce to send now: the current one, or a new one when that is half spent or when
    /// every answer gets its own.
    pub(crate) fn give(
        &mut self,
        now: SystemTime,
        always_new: bool,
        entropy: &SharedEntropy,
    ) -> Result<String, EntropyError> {
        self.forget_old(now);
        let current = self
            .given
            .back()
            .filter(|(since, _)| age(*since, now) < LIFETIME / 2);
        match current {
            Some((_, nonce)) if !always_new => Ok(nonce.clone()),
            _ => self.make(now, entropy),
        }
    }

    /// Whether `nonce` was given by this server and is not too old. A nonce may serve many
    /// proofs (RFC 9449 section 11.1); the `jti` keeps each of them from being used twice.
    pub(crate) fn accepts(&mut self, nonce: &str, now: SystemTime) -> bool {
        self.forget_old(now);
        self.known.contains(nonce)
    }

    fn make(&mut self, now: SystemTime, entropy: &SharedEntropy) -> Result<String, EntropyError> {
        let nonce = ob_jose::base64url::encode(&entropy.bytes::<16>()?);
        if self.given.len() >= CAPACITY {
            self.drop_oldest();
        }
        self.known.insert(nonce.clone());
        self.given.push_back((now, nonce.clone()));
        Ok(nonce)
    }

    fn forget_old(&mut self, now: SystemTime) {
        while self
            .given
            .front()
            .is_some_and(|(since, _)| age(*since, now) >= LIFETIME)
        {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some((_, nonce)) = self.given.pop_front() {
            self.known.remove(&nonce);
        }
    }
}

fn age(since: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(since).unwrap_or_default()
}

/// As long as a proof itself may be old (R100).
const LIFETIME: Duration = Duration::from_secs(60);
/// More than a minute of answers at the rate one machine can sign proofs for.
const CAPACITY: usize = 1 << 17;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn r099_a_nonce_lives_for_a_minute_and_overlaps_with_the_next() {
        let (mut store, entropy) = (NonceStore::default(), SharedEntropy::system());
        let first = store.give(at(0), false, &entropy).unwrap();
        assert_eq!(store.give(at(29), false, &entropy).unwrap(), first);
        let second = store.give(at(30), false, &entropy).unwrap();
        assert_ne!(first, second);
        assert!(store.accepts(&first, at(59)) && store.accepts(&second, at(59)));
        assert!(!store.accepts(&first, at(60)) && !store.accepts("guess", at(59)));
    }

    #[test]
    fn r077_can_rotate_on_every_answer() {
        let (mut store, entropy) = (NonceStore::default(), SharedEntropy::system());
        let first = store.give(at(0), true, &entropy).unwrap();
        let second = store.give(at(0), true, &entropy).unwrap();
        assert_ne!(first, second);
        assert!(store.accepts(&first, at(1)) && store.accepts(&second, at(1)));
        assert!(first.len() >= 22, "R107: at least 128 bits");
    }
}
