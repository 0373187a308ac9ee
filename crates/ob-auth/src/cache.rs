//! The bounded index of slots.

use crate::{SealedToken, TokenKey, slot::Slot};
use ob_core::{ActingFor, BusinessId};
use quick_cache::sync::Cache;
use std::{convert::Infallible, sync::Arc};

/// Slots by key, at most so many; the least useful goes first, never all at once.
///
/// A fetch whose slot was dropped meanwhile still serves everyone who waits for it.
#[derive(Debug)]
pub(crate) struct TokenCache(Cache<TokenKey, Arc<Slot>>);

impl TokenCache {
    pub(crate) fn new(capacity: usize) -> Self {
        Self(Cache::new(capacity.max(1)))
    }

    /// The slot of a key, made if there is none.
    pub(crate) fn slot(&self, key: &TokenKey) -> Arc<Slot> {
        let made = self
            .0
            .get_or_insert_with::<_, Infallible>(key, || Ok(Arc::default()));
        match made {
            Ok(slot) => slot,
            Err(never) => match never {},
        }
    }

    /// Removes a token that is no good from its slot; says whether it was still there.
    pub(crate) fn evict(&self, key: &TokenKey, token: &SealedToken) -> bool {
        self.0.get(key).is_some_and(|slot| slot.evict(token))
    }

    /// Drops every slot of a party.
    pub(crate) fn purge(&self, party: &ActingFor) {
        self.0.retain(|key, _| !key.is_of(party));
    }

    pub(crate) fn forget(&self, id: &BusinessId) {
        self.0.retain(|key, _| !key.is_of_third_party(id));
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
