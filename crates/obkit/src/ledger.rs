//! Which consent was seen to belong to whom.

use ob_core::{BusinessId, ConsentId};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

/// The consents that this process has seen created or used, with their owners: it catches a bare
/// consent id that is adopted by a second third-party.
///
/// Bounded: the oldest entry is forgotten first. Forgetting weakens only this guard; the token,
/// the seal and the platform still refuse.
#[derive(Debug)]
pub(crate) struct Ledger {
    entries: Mutex<Entries>,
    capacity: usize,
}

#[derive(Debug, Default)]
struct Entries {
    owners: HashMap<ConsentId, BusinessId>,
    oldest: VecDeque<ConsentId>,
}

impl Ledger {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            entries: Mutex::default(),
            capacity,
        }
    }

    /// Remembers `owner` unless another one is known already, and returns the one that counts.
    pub(crate) fn claim(&self, consent: &ConsentId, owner: &BusinessId) -> BusinessId {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = entries.owners.get(consent) {
            return known.clone();
        }
        entries.owners.insert(consent.clone(), owner.clone());
        entries.oldest.push_back(consent.clone());
        if entries.oldest.len() > self.capacity
            && let Some(forgotten) = entries.oldest.pop_front()
        {
            entries.owners.remove(&forgotten);
        }
        owner.clone()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_first_owner_counts_and_the_oldest_is_forgotten() {
        let ledger = Ledger::new(2);
        let (acme, other) = ("acme".parse().unwrap(), "other".parse().unwrap());
        let consent = |id: &str| id.parse::<ConsentId>().unwrap();
        assert_eq!(ledger.claim(&consent("c1"), &acme), acme);
        assert_eq!(ledger.claim(&consent("c1"), &other), acme);
        ledger.claim(&consent("c2"), &acme);
        ledger.claim(&consent("c3"), &acme);
        assert_eq!(ledger.claim(&consent("c1"), &other), other);
    }
}
