//! Third-parties and stores to test with.

use async_trait::async_trait;
use ob_core::{ApplicationId, ClientId};
use ob_registry::{
    Certificate, Custody, Licence, MemoryStore, Registry, RegistryError, Status, Store, ThirdParty,
    ThirdPartyBuilder,
};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

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

/// The outermost shape of a certificate around `n`: a sequence in a sequence.
pub(crate) fn certificate(n: u8) -> Certificate {
    let body = ["MAUwAwIBAA==", "MAUwAwIBAQ==", "MAUwAwIBAg=="][usize::from(n)];
    let pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    pem.parse().unwrap()
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

/// A store in memory that fails when told, and counts its writes.
#[derive(Debug, Default)]
pub(crate) struct Fragile {
    store: MemoryStore,
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
    async fn load(&self) -> Result<Vec<ThirdParty>, RegistryError> {
        self.refuse_if_broken()?;
        self.store.load().await
    }

    async fn replace(&self, all: &[ThirdParty]) -> Result<(), RegistryError> {
        self.refuse_if_broken()?;
        self.writes.fetch_add(1, Ordering::SeqCst);
        // Lets other tasks in, as a database does.
        tokio::task::yield_now().await;
        self.store.replace(all).await
    }
}
