//! A registry that lives as long as the process.

use super::{Commit, HistoryQuery, Loaded, Since, Store};
use crate::{
    Acknowledgement, Event, IntegratorProfile, Record, RegistryError, ReplicaName, ReplicaReport,
    Revision, ThirdParty, Version,
};
use async_trait::async_trait;
use ob_core::{BusinessId, Clock, SystemClock};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, time::timeout};

/// Keeps the registry in memory: for tests, demonstrations and registries that are filled from
/// somewhere else at start-up. Clones share one content.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Shared>);

#[derive(Default)]
struct Shared {
    content: Mutex<Content>,
    head: watch::Sender<Revision>,
    clock: SystemClock,
}

#[derive(Default)]
struct Content {
    records: BTreeMap<BusinessId, Record>,
    /// Those that came with the business id of another one: no registry opens with them.
    twins: Vec<Record>,
    integrator: Option<Arc<IntegratorProfile>>,
    /// The event with revision n stands at n - 1.
    events: Vec<Event>,
    replicas: BTreeMap<ReplicaName, (ReplicaReport, Duration)>,
    acknowledgements: Vec<Acknowledgement>,
}

impl Content {
    fn head(&self) -> Revision {
        self.events.last().map_or(Revision::ZERO, Event::revision)
    }
}

impl MemoryStore {
    /// A store that already holds these third-parties, without a history. Opening a registry of
    /// it refuses those that collide.
    #[must_use]
    pub fn with(all: impl IntoIterator<Item = ThirdParty>) -> Self {
        let store = Self::default();
        let mut content = store.content();
        for one in all {
            let id = one.business_id().clone();
            let record = Record::new(one, Version::FIRST, None);
            let twin = content.records.insert(id, record);
            content.twins.extend(twin);
        }
        drop(content);
        store
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        let content = &self.0.content;
        content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn load(&self) -> Result<Loaded, RegistryError> {
        let content = self.content();
        let mut loaded = Loaded::new(content.head());
        if let Some(profile) = &content.integrator {
            loaded.set_integrator(Arc::clone(profile));
        }
        let all = content.records.values().chain(&content.twins);
        all.for_each(|it| loaded.push(it.clone()));
        Ok(loaded)
    }

    async fn since(&self, revision: Revision) -> Result<Since, RegistryError> {
        let query = HistoryQuery {
            after: revision,
            ..HistoryQuery::default()
        };
        let events = self.history(&query).await?;
        Ok(if events.is_empty() {
            Since::Nothing
        } else {
            Since::Events(events)
        })
    }

    async fn commit(&self, commit: &Commit) -> Result<(), RegistryError> {
        let mut content = self.content();
        let head = content.head();
        if head != commit.base {
            let base = commit.base;
            let what = format!("the registry stands at revision {head}, the change is from {base}");
            return Err(RegistryError::conflict(what));
        }
        content.events.extend(commit.events.iter().cloned());
        for id in &commit.removed {
            content.records.remove(id);
        }
        for record in &commit.put {
            let id = record.third_party().business_id().clone();
            content.records.insert(id, record.clone());
        }
        if let Some(profile) = &commit.integrator {
            content.integrator = Some(Arc::clone(profile));
        }
        self.0.head.send_replace(content.head());
        Ok(())
    }

    async fn history(&self, query: &HistoryQuery) -> Result<Vec<Event>, RegistryError> {
        let content = self.content();
        let from = usize::try_from(query.after.get()).unwrap_or(usize::MAX);
        let events = content.events.get(from..).unwrap_or_default();
        Ok(query.choose(events.iter().cloned()))
    }

    async fn changed(&self, seen: Revision, patience: Duration) -> Result<(), RegistryError> {
        let mut head = self.0.head.subscribe();
        let moved = head.wait_for(|head| *head != seen);
        drop(timeout(patience, moved).await);
        Ok(())
    }

    async fn report(&self, report: &ReplicaReport) -> Result<(), RegistryError> {
        let now = self.0.clock.monotonic();
        let entry = (report.clone(), now);
        self.content()
            .replicas
            .insert(report.replica.clone(), entry);
        Ok(())
    }

    async fn replicas(&self) -> Result<Vec<(ReplicaReport, Duration)>, RegistryError> {
        let now = self.0.clock.monotonic();
        let content = self.content();
        let all = content.replicas.values();
        Ok(all
            .map(|(report, heard)| (report.clone(), now.saturating_sub(*heard)))
            .collect())
    }

    async fn forget(&self, replica: &ReplicaName) -> Result<(), RegistryError> {
        self.content().replicas.remove(replica);
        Ok(())
    }

    async fn acknowledge(&self, acknowledgement: &Acknowledgement) -> Result<(), RegistryError> {
        let mut content = self.content();
        let same = |it: &Acknowledgement| {
            it.replica == acknowledgement.replica && it.revision == acknowledgement.revision
        };
        content.acknowledgements.retain(|it| !same(it));
        content.acknowledgements.push(acknowledgement.clone());
        Ok(())
    }

    async fn acknowledgements(
        &self,
        revision: Revision,
    ) -> Result<Vec<Acknowledgement>, RegistryError> {
        let content = self.content();
        let all = content.acknowledgements.iter();
        Ok(all.filter(|it| it.revision == revision).cloned().collect())
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}
