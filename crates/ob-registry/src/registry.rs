//! The registry itself: lock-free reads of one immutable snapshot.

use crate::{
    IntegratorProfile, Record, RegistryError, ReplicaName, Revision, Store, ThirdParty, UseCase,
    Version, snapshot::Snapshot,
};
use arc_swap::ArcSwap;
use futures_util::lock::Mutex;
use ob_core::{ActingFor, ApplicationId, BusinessId, ClientId, Scopes, SharedClock};
use std::{
    collections::HashSet,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::watch;

mod admission;
mod builder;
mod changes;
mod edit;
mod follow;
mod freshness;
mod plan;
mod receipt;
mod write;

pub use admission::Admission;
pub use builder::RegistryBuilder;
pub use changes::{ChangeStream, Changes};
pub use edit::Edit;
pub use freshness::Freshness;

use freshness::Heard;

/// The third-parties, and the only way to act for one of them.
///
/// Cloning copies a pointer. Reads never wait and never touch the store, not even for a writer in
/// the middle of a write; what they see is one state, whole. Changes are made by
/// [`Registry::edit`]; those of other processes are seen by whoever runs [`Registry::follow`].
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

struct Inner {
    snapshot: ArcSwap<Snapshot>,
    /// Counts the snapshots: a held [`Admission`] looks again only when it moved.
    generation: AtomicU64,
    store: Box<dyn Store>,
    integrator: Option<ClientId>,
    clock: SharedClock,
    heard: Heard,

    /// The replicas of this process that ended. Held while one reports.
    signed_off: Mutex<HashSet<ReplicaName>>,
    /// What is shown, for whoever waits for the next one.
    shown: watch::Sender<Shown>,
    /// Held from the reading of the old state to the showing of the new one. An asynchronous
    /// lock, because the store is written in between.
    writer: Mutex<()>,
}

/// How far the shown state is in which history.
#[derive(Clone, Copy, Debug)]
struct Shown {
    revision: Revision,
    /// The revision of this history that was shown first.
    opened: Revision,
    /// Which history: another one begins when the store is put back, from a copy for example.
    history: u32,
}

impl Shown {
    fn first(revision: Revision) -> Self {
        Self {
            revision,
            opened: revision,
            history: 0,
        }
    }

    fn go_on(&mut self, revision: Revision) {
        if revision < self.revision {
            self.opened = revision;
            self.history = self.history.wrapping_add(1);
        }
        self.revision = revision;
    }
}

impl Registry {
    /// A registry of what is in the store.
    ///
    /// # Errors
    /// OB-R008 when the store cannot be read, OB-R002 when its rows collide, OB-C202 when two of
    /// them share a certificate.
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
    /// OB-R005 suspended, offboarding or offboarded (since when, by whom and why is named),
    /// OB-C201 licensed and without a certificate in date, OB-R007 not authorised (the missing
    /// scopes and the authorised ones are named), OB-R012 when the store was not heard of for
    /// longer than [`RegistryBuilder::max_age`].
    pub fn act_for(&self, id: &BusinessId, scopes: &Scopes) -> Result<ActingFor, RegistryError> {
        self.in_time()?;
        let snapshot = self.0.snapshot.load();
        let acting_for = snapshot.acting(id, scopes, || self.0.clock.now())?;
        Ok(acting_for.clone())
    }

    /// As [`Registry::act_for`], with the application of a use case: its default one, else the
    /// main one.
    ///
    /// # Errors
    /// As [`Registry::act_for`], and OB-R007 when the third-party was not onboarded for the use
    /// case.
    pub fn act_for_use_case(
        &self,
        id: &BusinessId,
        use_case: &UseCase,
        scopes: &Scopes,
    ) -> Result<ActingFor, RegistryError> {
        let main = self.act_for(id, scopes)?;
        let snapshot = self.0.snapshot.load();
        let third_party = snapshot.get(id)?.third_party();
        if !third_party.use_cases().contains(use_case) {
            return Err(RegistryError::not_onboarded_for(third_party, use_case));
        }
        match third_party.application_for(use_case) {
            Some(own) if own != main.application_id() => Ok(ActingFor::third_party(
                id.clone(),
                main.client_id().clone(),
                *own,
            )),
            _ => Ok(main),
        }
    }

    /// Checks a held handle again: still the same ids, still active, still authorised.
    ///
    /// Meant for every attempt, so that a suspension takes effect between two attempts of one
    /// call. It costs a lookup; an [`Admission`] costs none. The Integrator's own context passes
    /// if its client id is the one this registry was told.
    ///
    /// # Errors
    /// As [`Registry::act_for`], and OB-R009 when the ids changed since the handle was made
    /// ([`RegistryError::is_stale_handle`]).
    pub fn check(&self, party: &ActingFor, scopes: &Scopes) -> Result<(), RegistryError> {
        if party.is_integrator() && self.integrator().as_ref() == Some(party.client_id()) {
            return Ok(());
        }
        self.in_time()?;
        let snapshot = self.0.snapshot.load();
        let entry = snapshot.get(party.business_id())?;
        if !entry.is(party) {
            return Err(RegistryError::stale_handle(party.business_id()));
        }
        entry.usable(scopes, || self.0.clock.now())
    }

    /// The third-party with this business id.
    #[must_use]
    pub fn get(&self, id: &BusinessId) -> Option<Arc<ThirdParty>> {
        let snapshot = self.0.snapshot.load();
        let entry = snapshot.by_business_id(id)?;
        Some(Arc::clone(entry.third_party()))
    }

    /// The third-party with its version and standing.
    #[must_use]
    pub fn record(&self, id: &BusinessId) -> Option<Record> {
        let snapshot = self.0.snapshot.load();
        Some(snapshot.by_business_id(id)?.record().clone())
    }

    /// The version of a third-party: what [`Edit::expecting`] compares.
    #[must_use]
    pub fn version(&self, id: &BusinessId) -> Option<Version> {
        let snapshot = self.0.snapshot.load();
        Some(snapshot.by_business_id(id)?.record().version())
    }

    /// The third-party with this client id: whose token is this?
    #[must_use]
    pub fn by_client_id(&self, id: &ClientId) -> Option<Arc<ThirdParty>> {
        let snapshot = self.0.snapshot.load();
        let entry = snapshot.by_client_id(id)?;
        Some(Arc::clone(entry.third_party()))
    }

    /// The third-party that has this application.
    #[must_use]
    pub fn by_application_id(&self, id: &ApplicationId) -> Option<Arc<ThirdParty>> {
        let snapshot = self.0.snapshot.load();
        let entry = snapshot.by_application_id(id)?;
        Some(Arc::clone(entry.third_party()))
    }

    /// Every third-party, by business id, as of one moment.
    #[must_use]
    pub fn list(&self) -> Vec<Arc<ThirdParty>> {
        let records = self.records();
        let parties = records.iter().map(Record::third_party);
        parties.map(Arc::clone).collect()
    }

    /// Every record, by business id, as of one moment.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        let snapshot = self.0.snapshot.load_full();
        let mut all: Vec<_> = snapshot.entries().map(|it| it.record().clone()).collect();
        all.sort_unstable_by(|a, b| {
            let (a, b) = (a.third_party(), b.third_party());
            a.business_id().cmp(b.business_id())
        });
        all
    }

    /// How many third-parties there are, whatever their status.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.snapshot.load().len()
    }

    /// Whether there is no third-party.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The revision that is shown.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.0.snapshot.load().revision()
    }

    /// The Integrator's own client id, if the registry was told or has its profile.
    #[must_use]
    pub fn integrator(&self) -> Option<ClientId> {
        let told = self.0.integrator.clone();
        told.or_else(|| Some(self.integrator_profile()?.client_id().clone()))
    }

    /// The Integrator's profile, if it was written down.
    #[must_use]
    pub fn integrator_profile(&self) -> Option<Arc<IntegratorProfile>> {
        self.0.snapshot.load().profile().cloned()
    }

    /// Fails closed where the store was not heard of for too long.
    fn in_time(&self) -> Result<(), RegistryError> {
        self.0.heard.in_time(&self.0.clock)
    }

    /// Shows a new state. The order matters: whoever sees the new generation sees the new state.
    fn show(&self, new: Arc<Snapshot>) {
        let revision = new.revision();
        self.0.snapshot.store(new);
        self.0.generation.fetch_add(1, Ordering::SeqCst);
        self.0.shown.send_modify(|shown| shown.go_on(revision));
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
