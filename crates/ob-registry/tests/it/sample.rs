//! Third-parties and stores to test with.

use crate::authority::{Authority, DAY, Wanted};
use async_trait::async_trait;
use ob_core::{ApplicationId, ClientId};
use ob_registry::{
    Acknowledgement, Certificate, Commit, Custody, Edit, Event, HistoryQuery, Licence, Loaded,
    MemoryStore, Registry, RegistryError, ReplicaName, ReplicaReport, Revision, Since, Status,
    Store, ThirdParty, ThirdPartyBuilder,
};
use std::{
    sync::{
        LazyLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

/// The third-party number `n`: its ids are derived from the number, its scopes are `a b`.
pub(crate) fn party(n: u32, status: Status) -> ThirdParty {
    builder(n).status(status).build().unwrap()
}

pub(crate) fn builder(n: u32) -> ThirdPartyBuilder {
    let id = format!("party-{n}");
    ThirdParty::builder(id.parse().unwrap(), "Acme GmbH", client(n), application(n))
        .scopes("a b".parse().unwrap())
}

pub(crate) fn client(n: u32) -> ClientId {
    format!("client-{n}").parse().unwrap()
}

pub(crate) fn application(n: u32) -> ApplicationId {
    ApplicationId::from_bytes(u128::from(n).to_be_bytes())
}

/// A good certificate of Acme GmbH: number 0 is a QWAC, the others are QSealCs. Made once, and in
/// date by any clock.
pub(crate) fn certificate(n: u8) -> Certificate {
    static ALL: LazyLock<[Certificate; 3]> = LazyLock::new(|| {
        let authority = Authority::new("Sample Trust Services");
        let long = |it: Wanted| {
            let after = |years: u32| SystemTime::UNIX_EPOCH + years * 365 * DAY;
            authority.issue(&it.valid(after(1), after(120)))
        };
        [
            long(Wanted::qwac()),
            long(Wanted::qseal()),
            long(Wanted::qseal()),
        ]
    });
    ALL[usize::from(n)].clone()
}

pub(crate) fn signing_service() -> Custody {
    let url = "https://sign.example/v1".parse().unwrap();
    Custody::SigningService { url }
}

pub(crate) fn key_vault() -> Custody {
    Custody::AzureKeyVault {
        vault: "https://acme-kv.vault.azure.net".parse().unwrap(),
        key: "qseal-2026".parse().unwrap(),
        version: "78deebed173b48e48f55abf87ed4cf71".parse().unwrap(),
    }
}

pub(crate) fn licensed() -> Licence {
    Licence::licensed(vec![certificate(0), certificate(1)], key_vault())
}

pub(crate) async fn registry(all: impl IntoIterator<Item = ThirdParty>) -> Registry {
    Registry::open(MemoryStore::with(all)).await.unwrap()
}

/// Somebody changes something for some reason.
pub(crate) fn edit(registry: &Registry) -> Edit<'_> {
    registry.edit("tester", "a test").unwrap()
}

/// The third-parties in a store, by business id.
pub(crate) async fn stored(store: &impl Store) -> Vec<ThirdParty> {
    let loaded = store.load().await.unwrap();
    let mut all: Vec<_> = loaded
        .records()
        .map(|it| it.third_party().as_ref().clone())
        .collect();
    all.sort_by(|a, b| a.business_id().cmp(b.business_id()));
    all
}

/// A store in memory that fails when told, and counts its writes.
#[derive(Debug, Default)]
pub(crate) struct Fragile {
    pub(crate) store: MemoryStore,
    pub(crate) broken: AtomicBool,
    pub(crate) writes: AtomicUsize,
}

impl Fragile {
    fn refuse_if_broken(&self) -> Result<(), RegistryError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(RegistryError::store("the disk is gone"));
        }
        Ok(())
    }
}

#[async_trait]
impl Store for Fragile {
    async fn load(&self) -> Result<Loaded, RegistryError> {
        self.refuse_if_broken()?;
        self.store.load().await
    }

    async fn since(&self, revision: Revision) -> Result<Since, RegistryError> {
        self.refuse_if_broken()?;
        self.store.since(revision).await
    }

    async fn commit(&self, commit: &Commit) -> Result<(), RegistryError> {
        self.refuse_if_broken()?;
        self.writes.fetch_add(1, Ordering::SeqCst);
        // Lets other tasks in, as a database does.
        tokio::task::yield_now().await;
        self.store.commit(commit).await
    }

    async fn history(&self, query: &HistoryQuery) -> Result<Vec<Event>, RegistryError> {
        self.refuse_if_broken()?;
        self.store.history(query).await
    }

    async fn changed(&self, seen: Revision, patience: Duration) -> Result<(), RegistryError> {
        self.refuse_if_broken()?;
        self.store.changed(seen, patience).await
    }

    async fn report(&self, report: &ReplicaReport) -> Result<(), RegistryError> {
        self.store.report(report).await
    }

    async fn replicas(&self) -> Result<Vec<(ReplicaReport, Duration)>, RegistryError> {
        self.store.replicas().await
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
        self.store.acknowledgements(revision).await
    }
}
