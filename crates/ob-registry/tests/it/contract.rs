//! The contract, against every store, and against stores that break it.

use async_trait::async_trait;
use ob_registry::{
    Acknowledgement, Commit, Event, FileStore, HistoryQuery, Loaded, MemoryStore, RegistryError,
    ReplicaName, ReplicaReport, Revision, Since, Store,
    contract::{self, Fixture, Rule, Storage, Wrong},
};
use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Duration};
use tempfile::TempDir;

#[derive(Clone, Copy)]
enum File {
    Text(&'static str),
    #[cfg(feature = "sqlite")]
    Sqlite,
}

struct Place {
    path: PathBuf,
    kind: File,
    _folder: TempDir,
}

#[async_trait]
impl Fixture for File {
    async fn storage(&self) -> Result<Box<dyn Storage>, Wrong> {
        let folder = tempfile::tempdir()?;
        let name = match self {
            Self::Text(name) => name,
            #[cfg(feature = "sqlite")]
            Self::Sqlite => "registry.db",
        };
        Ok(Box::new(Place {
            path: folder.path().join(name),
            kind: *self,
            _folder: folder,
        }))
    }
}

#[async_trait]
impl Storage for Place {
    async fn open(&self) -> Result<Arc<dyn Store>, Wrong> {
        match self.kind {
            File::Text(_) => Ok(Arc::new(FileStore::open_or_create(&self.path)?)),
            #[cfg(feature = "sqlite")]
            File::Sqlite => Ok(Arc::new(
                ob_registry::SqliteStore::open_or_create(&self.path).await?,
            )),
        }
    }
}

#[tokio::test]
async fn the_toml_file_keeps_it() {
    contract::check(&File::Text("registry.toml")).await.unwrap();
}

#[tokio::test]
async fn the_json_file_keeps_it() {
    contract::check(&File::Text("registry.json")).await.unwrap();
}

#[cfg(feature = "sqlite")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_keeps_it() {
    contract::check(&File::Sqlite).await.unwrap();
}

#[cfg(feature = "postgres")]
mod on_postgres {
    use super::{Arc, Fixture, Storage, Store, Wrong, async_trait, contract};
    use crate::server;
    use ob_registry::PostgresStore;

    struct Server;
    struct Database(String);

    #[async_trait]
    impl Fixture for Server {
        async fn storage(&self) -> Result<Box<dyn Storage>, Wrong> {
            Ok(Box::new(Database(server::database())))
        }
    }

    #[async_trait]
    impl Storage for Database {
        async fn open(&self) -> Result<Arc<dyn Store>, Wrong> {
            Ok(Arc::new(PostgresStore::connect(&self.0).await?))
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres_keeps_it() {
        contract::check(&Server).await.unwrap();
    }
}

/// What is wrong with a store in memory that is otherwise right.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    AcceptsAnyBase,
    RefusesWithoutSayingConflict,
    WritesBeforeItRefuses,
    LosesEventsOfLargeCommits,
    GapInSince,
    NothingSince,
    IgnoresTheThirdParty,
    IgnoresTheLimit,
    WrongOrder,
    ForgetsTheProfile,
    KeepsTheRemoved,
    NeverWakes,
    ForgetsReports,
    FreshReportsAreOld,
    MixesAcknowledgements,
    HandlesSeeOnlyThemselves,
}

#[derive(Debug)]
struct Flawed {
    store: MemoryStore,
    flaw: Flaw,
}

impl Flawed {
    async fn head(&self) -> Revision {
        self.store.load().await.unwrap().revision()
    }
}

#[async_trait]
impl Store for Flawed {
    async fn load(&self) -> Result<Loaded, RegistryError> {
        let loaded = self.store.load().await?;
        if self.flaw != Flaw::ForgetsTheProfile {
            return Ok(loaded);
        }
        let mut without = Loaded::new(loaded.revision());
        loaded.records().for_each(|it| without.push(it.clone()));
        Ok(without)
    }

    async fn since(&self, revision: Revision) -> Result<Since, RegistryError> {
        Ok(match self.store.since(revision).await? {
            Since::Events(mut events) if self.flaw == Flaw::GapInSince && events.len() > 1 => {
                events.remove(0);
                Since::Events(events)
            }
            Since::Events(_) if self.flaw == Flaw::NothingSince => Since::Nothing,
            other => other,
        })
    }

    async fn commit(&self, commit: &Commit) -> Result<(), RegistryError> {
        let mut commit = commit.clone();
        let head = self.head().await;
        match self.flaw {
            Flaw::AcceptsAnyBase => commit.base = head,
            Flaw::RefusesWithoutSayingConflict if head != commit.base => {
                return Err(RegistryError::store("somebody else was faster"));
            }
            Flaw::WritesBeforeItRefuses if head != commit.base => {
                let mut written = commit.clone();
                written.base = head;
                self.store.commit(&written).await?;
            }
            Flaw::LosesEventsOfLargeCommits => commit.events.truncate(2_000),
            Flaw::KeepsTheRemoved => commit.removed.clear(),
            _ => {}
        }
        self.store.commit(&commit).await
    }

    async fn history(&self, query: &HistoryQuery) -> Result<Vec<Event>, RegistryError> {
        let mut query = query.clone();
        match self.flaw {
            Flaw::IgnoresTheThirdParty => query.business_id = None,
            Flaw::IgnoresTheLimit => query.limit = None,
            Flaw::WrongOrder => query.newest_first = false,
            _ => {}
        }
        self.store.history(&query).await
    }

    async fn changed(&self, seen: Revision, patience: Duration) -> Result<(), RegistryError> {
        if self.flaw == Flaw::NeverWakes {
            drop(tokio::time::timeout(patience, std::future::pending::<()>()).await);
            return Ok(());
        }
        self.store.changed(seen, patience).await
    }

    async fn report(&self, report: &ReplicaReport) -> Result<(), RegistryError> {
        if self.flaw == Flaw::ForgetsReports {
            return Ok(());
        }
        self.store.report(report).await
    }

    async fn replicas(&self) -> Result<Vec<(ReplicaReport, Duration)>, RegistryError> {
        let mut all = self.store.replicas().await?;
        if self.flaw == Flaw::FreshReportsAreOld {
            all.iter_mut()
                .for_each(|(_, heard)| *heard *= 1_000_000_000);
        }
        Ok(all)
    }

    async fn forget(&self, replica: &ReplicaName) -> Result<(), RegistryError> {
        self.store.forget(replica).await
    }

    async fn acknowledge(&self, acknowledgement: &Acknowledgement) -> Result<(), RegistryError> {
        self.store.acknowledge(acknowledgement).await
    }

    async fn acknowledgements(
        &self,
        revision: Revision,
    ) -> Result<Vec<Acknowledgement>, RegistryError> {
        if self.flaw != Flaw::MixesAcknowledgements {
            return self.store.acknowledgements(revision).await;
        }
        let mut all = Vec::new();
        for revision in 0..10 {
            all.extend(self.store.acknowledgements(revision.into()).await?);
        }
        Ok(all)
    }
}

struct OfFlawed(Flaw);
struct StorageOfFlawed(Flaw, MemoryStore);

#[async_trait]
impl Fixture for OfFlawed {
    async fn storage(&self) -> Result<Box<dyn Storage>, Wrong> {
        Ok(Box::new(StorageOfFlawed(self.0, MemoryStore::default())))
    }
}

#[async_trait]
impl Storage for StorageOfFlawed {
    async fn open(&self) -> Result<Arc<dyn Store>, Wrong> {
        let store = match self.0 {
            Flaw::HandlesSeeOnlyThemselves => MemoryStore::default(),
            _ => self.1.clone(),
        };
        Ok(Arc::new(Flawed {
            store,
            flaw: self.0,
        }))
    }
}

#[tokio::test]
async fn memory_keeps_it() {
    contract::check(&OfFlawed(Flaw::None)).await.unwrap();
}

/// Each flaw is noticed, by the rule that is about it.
#[tokio::test(start_paused = true)]
async fn a_broken_store_is_noticed() {
    for (flaw, rule) in [
        (Flaw::AcceptsAnyBase, Rule::Conflict),
        (Flaw::AcceptsAnyBase, Rule::Contention),
        (Flaw::RefusesWithoutSayingConflict, Rule::Conflict),
        (Flaw::WritesBeforeItRefuses, Rule::Conflict),
        (Flaw::LosesEventsOfLargeCommits, Rule::Large),
        (Flaw::GapInSince, Rule::SinceComplete),
        (Flaw::NothingSince, Rule::SinceComplete),
        (Flaw::IgnoresTheThirdParty, Rule::History),
        (Flaw::IgnoresTheLimit, Rule::History),
        (Flaw::WrongOrder, Rule::History),
        (Flaw::ForgetsTheProfile, Rule::Integrator),
        (Flaw::KeepsTheRemoved, Rule::Removed),
        (Flaw::NeverWakes, Rule::Woken),
        (Flaw::ForgetsReports, Rule::Replicas),
        (Flaw::MixesAcknowledgements, Rule::Acknowledgements),
        (Flaw::HandlesSeeOnlyThemselves, Rule::RoundTrip),
    ] {
        let violations = contract::check(&OfFlawed(flaw)).await.unwrap_err();
        let rules: BTreeSet<_> = violations.rules().collect();
        assert!(rules.contains(&rule), "{flaw:?}: {violations}");
        assert!(violations.to_string().contains(rule.words()));
    }
}

/// The age of a report is a real time, so this clock runs.
#[tokio::test]
async fn a_report_of_the_wrong_age_is_noticed() {
    let violations = contract::check(&OfFlawed(Flaw::FreshReportsAreOld)).await;
    let rules: Vec<_> = violations.unwrap_err().rules().collect();
    assert_eq!(rules, [Rule::Replicas]);
}
