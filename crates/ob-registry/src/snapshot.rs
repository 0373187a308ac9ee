//! One immutable state of the registry, with an index per id.

use crate::{RegistryError, ThirdParty, closest::closest};
use ob_core::{ActingFor, ApplicationId, BusinessId, ClientId};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// A third-party and the value that travels with its calls, made once.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) third_party: Arc<ThirdParty>,
    pub(crate) acting_for: ActingFor,
}

impl Entry {
    pub(crate) fn of(third_party: ThirdParty) -> Arc<Self> {
        let acting_for = third_party.acting_for();
        let third_party = Arc::new(third_party);
        Arc::new(Self {
            third_party,
            acting_for,
        })
    }
}

/// The rows of a registry by business id: what a writer works on.
pub(crate) type Rows = BTreeMap<BusinessId, Arc<Entry>>;

#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    rows: Rows,
    by_business_id: HashMap<BusinessId, Arc<Entry>>,
    by_client_id: HashMap<ClientId, Arc<Entry>>,
    by_application_id: HashMap<ApplicationId, Arc<Entry>>,
}

impl Snapshot {
    /// # Errors
    /// OB-R002 when two third-parties share an id, or one has the Integrator's.
    pub(crate) fn of(rows: Rows, integrator: Option<&ClientId>) -> Result<Self, RegistryError> {
        let mut snapshot = Self::default();
        for entry in rows.values() {
            refuse_integrators(&entry.third_party, integrator)?;
            snapshot.index(entry)?;
        }
        snapshot.refuse_crossed_ids()?;
        snapshot.rows = rows;
        Ok(snapshot)
    }

    pub(crate) fn rows(&self) -> &Rows {
        &self.rows
    }

    pub(crate) fn get(&self, id: &BusinessId) -> Result<&Entry, RegistryError> {
        self.by_business_id
            .get(id)
            .map(|entry| &**entry)
            .ok_or_else(|| RegistryError::unknown(id, closest(id, self.rows.keys()).cloned()))
    }

    pub(crate) fn by_business_id(&self, id: &BusinessId) -> Option<&Entry> {
        self.by_business_id.get(id).map(|entry| &**entry)
    }

    pub(crate) fn by_client_id(&self, id: &ClientId) -> Option<&Entry> {
        self.by_client_id.get(id).map(|entry| &**entry)
    }

    pub(crate) fn by_application_id(&self, id: &ApplicationId) -> Option<&Entry> {
        self.by_application_id.get(id).map(|entry| &**entry)
    }

    fn index(&mut self, entry: &Arc<Entry>) -> Result<(), RegistryError> {
        let new = &entry.third_party;
        let ids = |old: Arc<Entry>| (old, new.business_id());
        let same_client = self
            .by_client_id
            .insert(new.client_id().clone(), Arc::clone(entry));
        if let Some((old, id)) = same_client.map(ids) {
            let ids = [old.third_party.business_id(), id];
            return Err(RegistryError::collision("client id", new.client_id(), ids));
        }
        let same_application = self
            .by_application_id
            .insert(*new.application_id(), Arc::clone(entry));
        if let Some((old, id)) = same_application.map(ids) {
            let ids = [old.third_party.business_id(), id];
            return Err(RegistryError::collision(
                "application id",
                new.application_id(),
                ids,
            ));
        }
        self.by_business_id
            .insert(new.business_id().clone(), Arc::clone(entry));
        Ok(())
    }

    /// A client id that is the text of an application id is a row with its columns swapped, and
    /// would put one third-party's id into the other's header.
    fn refuse_crossed_ids(&self) -> Result<(), RegistryError> {
        for (client_id, entry) in &self.by_client_id {
            let crossed = client_id
                .as_str()
                .parse()
                .ok()
                .and_then(|id| self.by_application_id(&id));
            if let Some(other) = crossed {
                let ids = [
                    other.third_party.business_id(),
                    entry.third_party.business_id(),
                ];
                let what = "id, as application id of the one and client id of the other,";
                return Err(RegistryError::collision(what, client_id, ids));
            }
        }
        Ok(())
    }
}

/// The rows of these third-parties.
///
/// # Errors
/// OB-R002 when a business id stands twice.
pub(crate) fn rows(all: Vec<ThirdParty>) -> Result<Rows, RegistryError> {
    let mut rows = Rows::new();
    for third_party in all {
        let id = third_party.business_id().clone();
        if rows.insert(id.clone(), Entry::of(third_party)).is_some() {
            return Err(RegistryError::collision("business id", &id, [&id, &id]));
        }
    }
    Ok(rows)
}

fn refuse_integrators(
    third_party: &ThirdParty,
    integrator: Option<&ClientId>,
) -> Result<(), RegistryError> {
    let Some(integrator) = integrator else {
        return Ok(());
    };
    if third_party.client_id() == integrator {
        return Err(RegistryError::integrators(
            "client id",
            third_party.business_id(),
        ));
    }
    if integrator.as_str().parse() == Ok(*third_party.application_id()) {
        return Err(RegistryError::integrators(
            "application id",
            third_party.business_id(),
        ));
    }
    Ok(())
}
