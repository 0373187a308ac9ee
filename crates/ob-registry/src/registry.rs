//! The registry itself: lock-free reads of one immutable snapshot.

use crate::{RegistryError, Store, ThirdParty, snapshot::Snapshot};
use arc_swap::ArcSwap;
use futures_util::lock::Mutex;
use ob_core::{ActingFor, ApplicationId, BusinessId, ClientId, Scopes};
use std::{fmt, sync::Arc};

mod access;
mod builder;
mod write;

pub use builder::RegistryBuilder;

/// The third-parties, and the only way to act for one of them.
///
/// Cloning copies a pointer. Reads never wait, not even for a writer in the middle of a write;
/// what they see is one state, whole.
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

struct Inner {
    snapshot: ArcSwap<Snapshot>,
    store: Box<dyn Store>,
    integrator: Option<ClientId>,
    /// Held from the reading of the old state to the showing of the new one. An asynchronous
    /// lock, because the store is written in between.
    writer: Mutex<()>,
}

impl Registry {
    /// A registry of what is in the store.
    ///
    /// # Errors
    /// OB-R008 when the store cannot be read, OB-R002 when its rows collide.
    pub async fn open(store: impl Store + 'static) -> Result<Self, RegistryError> {
        Self::builder(store).open().await
    }

    /// A registry with settings, foremost the Integrator's own client id.
    pub fn builder(store: impl Store + 'static) -> RegistryBuilder {
        RegistryBuilder::new(Box::new(store))
    }

    /// The ids to act with for a third-party, if it is active and authorised these scopes.
    ///
    /// The value is made once per third-party and stored; a lookup copies a pointer.
    ///
    /// # Errors
    /// OB-R001 unknown (the closest id is named, if one is close), OB-R003 not active yet,
    /// OB-R005 suspended, offboarding or offboarded, OB-R007 not authorised (the missing scopes
    /// and the authorised ones are named).
    pub fn act_for(&self, id: &BusinessId, scopes: &Scopes) -> Result<ActingFor, RegistryError> {
        access::act_for(&self.0.snapshot.load(), id, scopes)
    }

    /// Checks a held handle again: still the same ids, still active, still authorised.
    ///
    /// Meant for every attempt, so that a suspension takes effect between two attempts of one
    /// call. It costs a lookup. The Integrator's own context passes if its client id is the one
    /// this registry was told.
    ///
    /// # Errors
    /// OB-R001, OB-R003, OB-R005, OB-R007 as [`Registry::act_for`], and OB-R009 when the ids changed since the handle was made
    /// ([`RegistryError::is_stale_handle`]).
    pub fn check(&self, party: &ActingFor, scopes: &Scopes) -> Result<(), RegistryError> {
        if party.is_integrator() && self.0.integrator.as_ref() == Some(party.client_id()) {
            return Ok(());
        }
        access::check(&self.0.snapshot.load(), party, scopes)
    }

    /// The third-party with this business id.
    #[must_use]
    pub fn get(&self, id: &BusinessId) -> Option<Arc<ThirdParty>> {
        let snapshot = self.0.snapshot.load();
        let entry = snapshot.by_business_id(id)?;
        Some(Arc::clone(&entry.third_party))
    }

    /// The third-party with this client id: whose token is this?
    #[must_use]
    pub fn by_client_id(&self, id: &ClientId) -> Option<Arc<ThirdParty>> {
        let snapshot = self.0.snapshot.load();
        let entry = snapshot.by_client_id(id)?;
        Some(Arc::clone(&entry.third_party))
    }

    /// The third-party with this application id.
    #[must_use]
    pub fn by_application_id(&self, id: &ApplicationId) -> Option<Arc<ThirdParty>> {
        let snapshot = self.0.snapshot.load();
        let entry = snapshot.by_application_id(id)?;
        Some(Arc::clone(&entry.third_party))
    }

    /// Every third-party, by business id, as of one moment.
    #[must_use]
    pub fn list(&self) -> Vec<Arc<ThirdParty>> {
        let snapshot = self.0.snapshot.load();
        let rows = snapshot.rows().values();
        rows.map(|entry| Arc::clone(&entry.third_party)).collect()
    }

    /// How many third-parties there are, whatever their status.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.snapshot.load().rows().len()
    }

    /// Whether there is no third-party.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The Integrator's own client id, if the registry was told.
    #[must_use]
    pub fn integrator(&self) -> Option<&ClientId> {
        self.0.integrator.as_ref()
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("store", &self.0.store)
            .field("third_parties", &self.len())
            .finish_non_exhaustive()
    }
}
