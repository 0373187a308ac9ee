//! What was used once and must not be used again (R054, R104).

use std::{
    collections::{BTreeMap, HashMap},
    time::SystemTime,
};

/// A bounded memory of keys, each kept until its own end.
///
/// Entries leave only when they have ended: when the store is full of live ones it refuses new
/// ones instead of forgetting old ones, because forgetting would open the window it guards.
/// A restart empties it; the sandbox's keys are new then too, so nothing old verifies any more.
#[derive(Debug)]
pub(crate) struct ReplayStore {
    ends: HashMap<String, SystemTime>,
    by_end: BTreeMap<SystemTime, Vec<String>>,
    capacity: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    FirstTime,
    Before,
    StoreFull,
}

impl ReplayStore {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            ends: HashMap::new(),
            by_end: BTreeMap::new(),
            capacity,
        }
    }

    /// Notes `key` until `end`, unless it is known already.
    pub(crate) fn note(&mut self, key: &str, now: SystemTime, end: SystemTime) -> Seen {
        self.forget_ended(now);
        if self.ends.contains_key(key) {
            return Seen::Before;
        }
        if self.ends.len() >= self.capacity {
            return Seen::StoreFull;
        }
        self.ends.insert(key.to_owned(), end);
        self.by_end.entry(end).or_default().push(key.to_owned());
        Seen::FirstTime
    }

    /// Takes a note back, for an attempt that did not count.
    pub(crate) fn release(&mut self, key: &str) {
        if let Some(end) = self.ends.remove(key)
            && let Some(keys) = self.by_end.get_mut(&end)
        {
            keys.retain(|known| known != key);
        }
    }

    fn forget_ended(&mut self, now: SystemTime) {
        while let Some(first) = self.by_end.first_entry() {
            if *first.key() >= now {
                return;
            }
            for key in first.remove() {
                self.ends.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// Rows: R104
    #[test]
    fn r104_refuses_within_the_window_and_forgets_after_it() {
        let mut store = ReplayStore::new(10);
        assert_eq!(store.note("a", at(0), at(60)), Seen::FirstTime);
        assert_eq!(store.note("a", at(60), at(120)), Seen::Before);
        assert_eq!(store.note("a", at(61), at(120)), Seen::FirstTime);
    }

    /// Rows: R104, R117
    #[test]
    fn r104_a_full_store_never_forgets_what_lives() {
        let mut store = ReplayStore::new(2);
        store.note("a", at(0), at(60));
        store.note("b", at(0), at(30));
        assert_eq!(store.note("c", at(1), at(60)), Seen::StoreFull);
        assert_eq!(store.note("a", at(1), at(60)), Seen::Before);
        assert_eq!(store.note("c", at(31), at(60)), Seen::FirstTime);
    }

    /// A flood of a million keys fills the store and no more: what is alive stays known, what is
    /// new is turned away until the oldest entries have ended.
    ///
    /// Rows: R104, L2.17
    #[test]
    fn a_million_keys_do_not_open_the_window() {
        let capacity = 10_000;
        let mut store = ReplayStore::new(capacity);
        assert_eq!(store.note("victim", at(0), at(60)), Seen::FirstTime);
        let mut accepted = 1;
        for n in 0..1_000_000 {
            accepted += usize::from(store.note(&n.to_string(), at(1), at(61)) == Seen::FirstTime);
        }
        assert_eq!((accepted, store.ends.len()), (capacity, capacity));
        assert_eq!(store.by_end.values().map(Vec::len).sum::<usize>(), capacity);
        assert_eq!(store.note("victim", at(60), at(120)), Seen::Before);
        assert_eq!(store.note("new", at(60), at(120)), Seen::StoreFull);
        assert_eq!(store.note("new", at(62), at(120)), Seen::FirstTime);
        assert_eq!((store.ends.len(), store.by_end.len()), (1, 1));
    }

    #[test]
    fn x11_a_released_key_may_come_again() {
        let mut store = ReplayStore::new(2);
        store.note("a", at(0), at(60));
        store.release("a");
        assert_eq!(store.note("a", at(0), at(60)), Seen::FirstTime);
    }
}
