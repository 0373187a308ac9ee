//! A hash index in parts, so that a change copies one part and not the whole.

use hashbrown::HashTable;
use std::sync::Arc;

/// A hash table cut into parts by the hash. Cloning copies a pointer per part; a change copies
/// the parts it touches.
#[derive(Clone, Debug)]
pub(super) struct Index<T> {
    parts: Vec<Arc<HashTable<T>>>,
    len: usize,
}

impl<T: Clone> Index<T> {
    /// An index that is meant for about so many entries; it holds any number.
    pub(super) fn for_size(size: usize) -> Self {
        let parts = size.div_ceil(PER_PART).clamp(1, MOST_PARTS);
        // One that is filled at once need not grow step by step.
        let each = if parts > 1 { ROOM } else { 0 };
        let part = || Arc::new(HashTable::with_capacity(each));
        Self {
            parts: std::iter::repeat_with(part).take(parts).collect(),
            len: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.parts.iter().flat_map(|part| part.iter())
    }

    pub(super) fn find(&self, hash: u64, same: impl Fn(&T) -> bool) -> Option<&T> {
        self.parts.get(self.part(hash))?.find(hash, same)
    }

    pub(super) fn insert(&mut self, hash: u64, it: T, rehash: &dyn Fn(&T) -> u64) {
        if self.len >= self.parts.len().saturating_mul(TOO_MANY) && self.parts.len() < MOST_PARTS {
            self.split(rehash);
        }
        let part = self.part(hash);
        if let Some(part) = self.parts.get_mut(part) {
            Arc::make_mut(part).insert_unique(hash, it, rehash);
            self.len += 1;
        }
    }

    /// Removes the entry, if it is there.
    pub(super) fn remove(&mut self, hash: u64, same: impl Fn(&T) -> bool) {
        let part = self.part(hash);
        let Some(part) = self.parts.get_mut(part) else {
            return;
        };
        if let Ok(found) = Arc::make_mut(part).find_entry(hash, same) {
            found.remove();
            self.len -= 1;
        }
    }

    /// By the middle of the hash: inside a part the lower bits and the top seven count.
    fn part(&self, hash: u64) -> usize {
        let middle = (hash >> 24) & 0xffff_ffff;
        let parts = u64::try_from(self.parts.len()).unwrap_or(1);
        usize::try_from((middle * parts) >> 32).unwrap_or(0)
    }

    fn split(&mut self, rehash: &dyn Fn(&T) -> u64) {
        let mut larger = Self::for_size(self.len * 2);
        for it in self.iter() {
            larger.insert(rehash(it), it.clone(), rehash);
        }
        *self = larger;
    }
}

/// A change copies about so many pointers per index. A table of [`ROOM`] is four fifths full then,
/// and one in seventy has to grow.
const PER_PART: usize = 832;
/// What a table of 1,024 places takes.
const ROOM: usize = 896;
const TOO_MANY: usize = PER_PART * 8;
const MOST_PARTS: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{
        collections::BTreeSet,
        hash::{BuildHasher, RandomState},
    };

    proptest! {
        /// Any inserts and removals leave what they leave in a set, and old clones as they were.
        #[test]
        fn agrees_with_a_set(steps in proptest::collection::vec((any::<bool>(), 0_u32..300), 0..600)) {
            let state = RandomState::new();
            let mut index = Index::for_size(0);
            let mut set = BTreeSet::new();
            let mut before = None;
            for (place, (put, n)) in steps.iter().enumerate() {
                if place == 100 {
                    before = Some((index.clone(), set.clone()));
                }
                let hash = state.hash_one(n);
                if *put && set.insert(*n) {
                    index.insert(hash, *n, &|n| state.hash_one(n));
                } else if !*put && set.remove(n) {
                    index.remove(hash, |it| it == n);
                }
            }
            for (index, set) in before.into_iter().chain([(index, set)]) {
                prop_assert_eq!(index.len(), set.len());
                prop_assert_eq!(index.iter().copied().collect::<BTreeSet<_>>(), set.clone());
                for n in 0..300 {
                    let found = index.find(state.hash_one(n), |it| *it == n);
                    prop_assert_eq!(found.is_some(), set.contains(&n));
                }
            }
        }
    }

    #[test]
    fn grows_by_parts() {
        let state = RandomState::new();
        let mut index = Index::for_size(0);
        for n in 0..50_000_u32 {
            index.insert(state.hash_one(n), n, &|n| state.hash_one(n));
        }
        assert!(index.parts.len() > 4);
        assert_eq!(index.len(), 50_000);
        assert!((0..50_000).all(|n| index.find(state.hash_one(n), |it| *it == n).is_some()));
    }
}
