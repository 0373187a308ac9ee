//! One immutable state of the registry, with an index per id.

use crate::{
    IntegratorProfile, Loaded, Record, RegistryError, Revision, ThirdParty, closest::closest,
    pool::Pool,
};
use ob_core::{ActingFor, ApplicationId, BusinessId, ClientId, Scopes};
use std::{sync::Arc, time::SystemTime};

mod entry;
pub(crate) use entry::Entry;

mod index;
use index::Index;

mod keys;
use keys::Keys;

/// One immutable state. A change makes another one that shares all but the touched parts.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    revision: Revision,
    profile: Option<Arc<IntegratorProfile>>,
    /// The Integrator's client id as this process was told.
    integrator: Option<ClientId>,
    by_business_id: Index<keys::ByBusiness>,
    by_client_id: Index<keys::ByClient>,
    by_application_id: Index<keys::ByApplication>,
    /// The public keys of the certificates.
    by_public_key: Index<keys::ByPublicKey>,
    keys: Keys,
}

impl Snapshot {
    /// # Errors
    /// OB-R002 when two third-parties share an id or a certificate's key, or one has the
    /// Integrator's id.
    pub(crate) fn of(loaded: Loaded, integrator: Option<ClientId>) -> Result<Self, RegistryError> {
        let revision = loaded.revision();
        let profile = loaded.integrator().cloned();
        let size = loaded.len();
        let records = loaded.into_records();
        let mut snapshot = Self {
            revision,
            profile,
            integrator,
            by_business_id: Index::for_size(size),
            by_client_id: Index::for_size(size),
            by_application_id: Index::for_size(size),
            by_public_key: Index::for_size(0),
            keys: Keys::default(),
        };
        let mut pool = Pool::default();
        for record in records {
            snapshot.insert(Entry::of(record), &mut pool)?;
        }
        Ok(snapshot)
    }

    /// The state after a change.
    ///
    /// # Errors
    /// As [`Snapshot::of`].
    pub(crate) fn after(&self, change: &Change) -> Result<Self, RegistryError> {
        let mut next = self.clone();
        next.revision = change.revision;
        if let Some(profile) = &change.profile {
            next.profile = Some(Arc::clone(profile));
            next.refuse_integrators_ids()?;
        }
        // First out, then in, so that two third-parties may swap their ids in one change.
        let gone = change.put.iter().map(|it| it.third_party().business_id());
        for id in gone.chain(&change.removed) {
            next.take_out(id);
        }
        let mut pool = Pool::default();
        for record in &change.put {
            next.insert(Entry::of(record.clone()), &mut pool)?;
        }
        Ok(next)
    }

    pub(crate) fn revision(&self) -> Revision {
        self.revision
    }

    pub(crate) fn profile(&self) -> Option<&Arc<IntegratorProfile>> {
        self.profile.as_ref()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_business_id.len()
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.by_business_id.iter().map(|it| &it.entry)
    }

    pub(crate) fn get(&self, id: &BusinessId) -> Result<&Arc<Entry>, RegistryError> {
        self.by_business_id(id).ok_or_else(|| self.unknown(id))
    }

    pub(crate) fn by_business_id(&self, id: &BusinessId) -> Option<&Arc<Entry>> {
        self.find(id).map(|it| &it.entry)
    }

    fn find(&self, id: &BusinessId) -> Option<&keys::ByBusiness> {
        let hash = self.keys.folded(id.as_str());
        self.by_business_id.find(hash, |it| it.is_of(id))
    }

    /// The ids to act with at this moment, with these scopes; `now` as for [`Entry::usable`].
    ///
    /// # Errors
    /// OB-R001 when it is unknown, OB-R003 when the platform gave it no ids yet, and those of
    /// [`Entry::usable`].
    pub(crate) fn acting(
        &self,
        id: &BusinessId,
        scopes: &Scopes,
        now: impl FnOnce() -> SystemTime,
    ) -> Result<&ActingFor, RegistryError> {
        let found = self.find(id).ok_or_else(|| self.unknown(id))?;
        let Some(acting_for) = &found.acting_for else {
            return Err(RegistryError::not_in_service(&found.entry));
        };
        // What most calls ask for is answered without a look at the entry.
        let authorised = found.scopes.as_ref();
        if !authorised.is_some_and(|authorised| scopes.is_subset(authorised)) {
            found.entry.usable(scopes, now)?;
        }
        Ok(acting_for)
    }

    pub(crate) fn by_client_id(&self, id: &ClientId) -> Option<&Arc<Entry>> {
        let hash = self.keys.folded(id.as_str());
        let found = self
            .by_client_id
            .find(hash, |it| it.client_id() == Some(id));
        found.map(keys::ByClient::entry)
    }

    pub(crate) fn by_application_id(&self, id: &ApplicationId) -> Option<&Arc<Entry>> {
        let hash = self.keys.application(id);
        let found = self.by_application_id.find(hash, |it| it.id == *id);
        found.map(|it| &it.entry)
    }

    /// The third-party whose client id differs from the text in case only, if at all.
    fn like_client(&self, text: &str) -> Option<&Arc<Entry>> {
        let like = |id: &ClientId| id.as_str().eq_ignore_ascii_case(text);
        let found = self.by_client_id.find(self.keys.folded(text), |it| {
            it.client_id().is_some_and(like)
        });
        found.map(keys::ByClient::entry)
    }

    fn unknown(&self, id: &BusinessId) -> RegistryError {
        let near = (self.len() <= MOST_COMPARED)
            .then(|| closest(id, self.entries().map(|entry| entry.id())).cloned());
        RegistryError::unknown(id, near.flatten())
    }

    fn take_out(&mut self, id: &BusinessId) {
        let Some(entry) = self.by_business_id(id).cloned() else {
            return;
        };
        let same = |other: &Arc<Entry>| Arc::ptr_eq(other, &entry);
        let keys = self.keys.clone();
        let hash = keys.folded(id.as_str());
        self.by_business_id.remove(hash, |it| same(&it.entry));
        if let Some(client_id) = entry.third_party().client_id() {
            let hash = keys.folded(client_id.as_str());
            self.by_client_id.remove(hash, |it| same(it.entry()));
        }
        for id in entry.third_party().application_ids() {
            let hash = keys.application(id);
            self.by_application_id.remove(hash, |it| same(&it.entry));
        }
        for key in entry.public_keys() {
            let hash = keys.public_key(key);
            self.by_public_key.remove(hash, |it| same(&it.entry));
        }
    }

    fn insert(&mut self, entry: Arc<Entry>, pool: &mut Pool) -> Result<(), RegistryError> {
        self.refuse_integrators_of(entry.third_party())?;
        self.refuse_twins(&entry)?;
        self.refuse_crossed(entry.third_party())?;
        self.refuse_shared_keys(&entry)?;
        let keys = self.keys.clone();
        for id in entry.third_party().application_ids() {
            let it = keys::ByApplication {
                id: *id,
                entry: Arc::clone(&entry),
            };
            self.by_application_id
                .insert(keys.application(id), it, &|it| keys.application(&it.id));
        }
        for key in entry.public_keys() {
            let it = keys::ByPublicKey {
                hash: keys.public_key(key),
                entry: Arc::clone(&entry),
            };
            self.by_public_key.insert(it.hash, it, &|it| it.hash);
        }
        if let Some(client_id) = entry.third_party().client_id() {
            let hash = keys.folded(client_id.as_str());
            let it = keys::ByClient::of(&entry);
            self.by_client_id.insert(hash, it, &|it| keys.client(it));
        }
        let hash = keys.folded(entry.id().as_str());
        let it = keys::ByBusiness::of(entry, pool);
        self.by_business_id
            .insert(hash, it, &|it| keys.folded(it.name()));
        Ok(())
    }

    /// An id of somebody else. Ids that differ in case only count as one: whoever reads a list
    /// cannot tell them apart.
    fn refuse_twins(&self, entry: &Entry) -> Result<(), RegistryError> {
        let id = entry.id();
        let twin = self
            .by_business_id
            .find(self.keys.folded(id.as_str()), |it| {
                it.name().eq_ignore_ascii_case(id.as_str())
            });
        if let Some(twin) = twin {
            return Err(collision("business id", id, [twin.entry.id(), id]));
        }
        if let Some(client_id) = entry.third_party().client_id()
            && let Some(twin) = self.like_client(client_id.as_str())
        {
            return Err(collision("client id", client_id, [twin.id(), id]));
        }
        for application_id in entry.third_party().application_ids() {
            if let Some(twin) = self.by_application_id(application_id) {
                let ids = [twin.id(), id];
                return Err(collision("application id", application_id, ids));
            }
        }
        Ok(())
    }

    /// A client id that is the text of an application id is a row with its columns swapped, and
    /// would put one third-party's id into the other's header.
    fn refuse_crossed(&self, new: &ThirdParty) -> Result<(), RegistryError> {
        let of_client = new
            .client_id()
            .and_then(|id| Some((id, as_application(id)?)))
            .and_then(|(text, id)| Some((text.to_string(), self.by_application_id(&id)?)));
        let of_application = new.application_ids().find_map(|id| {
            let text = id.to_string();
            let other = self.like_client(&text)?;
            Some((text, other))
        });
        match of_client.or(of_application) {
            None => Ok(()),
            Some((text, other)) => {
                let what = "id, as application id of the one and client id of the other,";
                Err(collision(what, text, [other.id(), new.business_id()]))
            }
        }
    }

    fn refuse_shared_keys(&self, entry: &Entry) -> Result<(), RegistryError> {
        for key in entry.public_keys() {
            let hash = self.keys.public_key(key);
            let same = |it: &keys::ByPublicKey| it.entry.public_keys().any(|other| other == key);
            if let Some(other) = self.by_public_key.find(hash, same) {
                return Err(RegistryError::shared_certificate([
                    other.entry.id(),
                    entry.id(),
                ]));
            }
        }
        Ok(())
    }

    fn refuse_integrators_of(&self, new: &ThirdParty) -> Result<(), RegistryError> {
        let told = self.integrator.as_ref();
        let written = self.profile.as_ref().map(|profile| profile.client_id());
        for client_id in told.into_iter().chain(written) {
            refuse_client_of_integrator(new, client_id)?;
        }
        let own = self
            .profile
            .as_ref()
            .map(|profile| profile.application_id());
        if own.is_some_and(|own| new.application_ids().any(|id| id == own)) {
            let id = new.business_id();
            return Err(RegistryError::integrators("application id", id));
        }
        Ok(())
    }

    /// Whether a new profile has an id that is a third-party's already.
    fn refuse_integrators_ids(&self) -> Result<(), RegistryError> {
        let Some(profile) = &self.profile else {
            return Ok(());
        };
        let crossed = as_application(profile.client_id());
        let taken = self
            .like_client(profile.client_id().as_str())
            .or_else(|| self.by_application_id(profile.application_id()))
            .or_else(|| crossed.and_then(|id| self.by_application_id(&id)));
        match taken {
            Some(entry) => self.refuse_integrators_of(entry.third_party()),
            None => Ok(()),
        }
    }
}

/// What is different in the next state.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub(crate) revision: Revision,
    pub(crate) put: Vec<Record>,
    pub(crate) removed: Vec<BusinessId>,
    pub(crate) profile: Option<Arc<IntegratorProfile>>,
}

fn refuse_client_of_integrator(
    new: &ThirdParty,
    integrator: &ClientId,
) -> Result<(), RegistryError> {
    let id = new.business_id();
    let same = |own: &ClientId| own.as_str().eq_ignore_ascii_case(integrator.as_str());
    if new.client_id().is_some_and(same) {
        return Err(RegistryError::integrators("client id", id));
    }
    let crossed = as_application(integrator);
    if crossed.is_some_and(|crossed| new.application_ids().any(|id| *id == crossed)) {
        return Err(RegistryError::integrators("application id", id));
    }
    Ok(())
}

/// The application id that a client id reads as. Most are too short for one, and a million
/// refusals would be put into words for nothing.
fn as_application(id: &ClientId) -> Option<ApplicationId> {
    let text = Some(id.as_str()).filter(|text| text.len() >= UUID_DIGITS);
    text?.parse().ok()
}

const UUID_DIGITS: usize = 32;

fn collision(
    what: &'static str,
    value: impl std::fmt::Display,
    ids: [&BusinessId; 2],
) -> RegistryError {
    RegistryError::collision(what, value, ids)
}

/// An unknown id is compared with every known one; beyond this many that would be an attack on
/// the processor, open to whoever may name an id.
const MOST_COMPARED: usize = 50_000;
