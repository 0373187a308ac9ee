//! How ids are hashed.

use super::Entry;
use crate::pool::Pool;
use ob_core::{ActingFor, ApplicationId, BusinessId, ClientId, Scopes};
use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::Arc,
};

/// The key of this registry's hashes: random, so that nobody can choose ids that collide.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys(RandomState);

impl Keys {
    /// The hash of an id without its case: the bit that makes the difference between `A` and `a`
    /// is set everywhere. That joins some other characters too, which costs a comparison.
    pub(super) fn folded(&self, id: &str) -> u64 {
        let mut hasher = self.0.build_hasher();
        let (words, rest) = id.as_bytes().as_chunks::<8>();
        for word in words {
            hasher.write_u64(u64::from_le_bytes(*word) | LOWER);
        }
        let mut last = [0; 8];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        hasher.write_u64(u64::from_le_bytes(last) | LOWER);
        hasher.finish()
    }

    pub(super) fn client(&self, it: &ByClient) -> u64 {
        it.client_id().map_or(0, |id| self.folded(id.as_str()))
    }

    pub(super) fn application(&self, id: &ApplicationId) -> u64 {
        self.0.hash_one(id)
    }

    pub(super) fn public_key(&self, key: &[u8]) -> u64 {
        self.0.hash_one(key)
    }
}

/// An entry in the index of business ids, with what an answer is made of beside it: at a million
/// third-parties the three are waited for at once and not one after the other.
#[derive(Clone, Debug)]
pub(super) struct ByBusiness {
    name: Name,
    pub(super) acting_for: Option<ActingFor>,
    /// What it authorised, where that is all there is to ask: it is active, and has no
    /// certificates that end.
    pub(super) scopes: Option<Scopes>,
    pub(super) entry: Arc<Entry>,
}

impl ByBusiness {
    pub(super) fn of(entry: Arc<Entry>, pool: &mut Pool) -> Self {
        Self {
            name: Name::of(entry.id()),
            acting_for: entry.acting_for().cloned(),
            scopes: entry.only_scopes().map(|scopes| pool.scopes(scopes)),
            entry,
        }
    }
}

impl ByBusiness {
    pub(super) fn name(&self) -> &str {
        str::from_utf8(self.name.bytes()).unwrap_or_default()
    }

    pub(super) fn is_of(&self, id: &BusinessId) -> bool {
        self.name.bytes() == id.as_str().as_bytes()
    }
}

/// A business id in the index. A short one stands there itself: nothing has to be waited for to
/// compare it.
#[derive(Clone, Debug)]
enum Name {
    Short { length: u8, text: [u8; SHORT] },
    Long(BusinessId),
}

impl Name {
    fn of(id: &BusinessId) -> Self {
        let mut text = [0; SHORT];
        let bytes = id.as_str().as_bytes();
        match (text.get_mut(..bytes.len()), u8::try_from(bytes.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(bytes);
                Self::Short { length, text }
            }
            _ => Self::Long(id.clone()),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Short { length, text } => text.get(..usize::from(*length)).unwrap_or_default(),
            Self::Long(id) => id.as_str().as_bytes(),
        }
    }
}

/// With its length, and what tells the two apart, three words.
const SHORT: usize = 22;

/// An entry in the index of client ids.
#[derive(Clone, Debug)]
pub(super) struct ByClient(Arc<Entry>);

impl ByClient {
    pub(super) fn of(entry: &Arc<Entry>) -> Self {
        Self(Arc::clone(entry))
    }

    pub(super) fn entry(&self) -> &Arc<Entry> {
        &self.0
    }

    pub(super) fn client_id(&self) -> Option<&ClientId> {
        self.0.third_party().client_id()
    }
}

/// An entry in the index of application ids: one per application.
#[derive(Clone, Debug)]
pub(super) struct ByApplication {
    pub(super) id: ApplicationId,
    pub(super) entry: Arc<Entry>,
}

/// An entry in the index of certificates' public keys: one per certificate.
#[derive(Clone, Debug)]
pub(super) struct ByPublicKey {
    pub(super) hash: u64,
    pub(super) entry: Arc<Entry>,
}

/// The lower-case bit of eight characters.
const LOWER: u64 = 0x2020_2020_2020_2020;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_name_is_what_it_was_made_of_at_any_length() {
        for length in 1..=128 {
            let id: BusinessId = "a".repeat(length).parse().unwrap();
            let name = Name::of(&id);
            assert_eq!(name.bytes(), id.as_str().as_bytes());
            assert_eq!(matches!(name, Name::Short { .. }), length <= SHORT);
        }
        assert_eq!(size_of::<Name>(), 24);
    }
}
