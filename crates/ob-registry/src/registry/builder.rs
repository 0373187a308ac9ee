//! How a registry is opened.

use super::{Inner, Registry};
use crate::{
    RegistryError, Store,
    snapshot::{Snapshot, rows},
};
use arc_swap::ArcSwap;
use futures_util::lock::Mutex;
use ob_core::ClientId;
use std::sync::Arc;

/// The settings of a [`Registry`]; see [`Registry::builder`].
#[derive(Debug)]
#[must_use = "a builder does nothing until `open` is called"]
pub struct RegistryBuilder {
    store: Box<dyn Store>,
    integrator: Option<ClientId>,
}

impl RegistryBuilder {
    pub(super) fn new(store: Box<dyn Store>) -> Self {
        let integrator = None;
        Self { store, integrator }
    }

    /// The Integrator's own client id. No third-party may have it: acting for such a row would
    /// be acting as the Integrator.
    pub fn integrator(mut self, client_id: ClientId) -> Self {
        self.integrator = Some(client_id);
        self
    }

    /// Reads the store and shows what is in it.
    ///
    /// # Errors
    /// OB-R008 when the store cannot be read, OB-R002 when its rows collide with each other or
    /// with the Integrator.
    pub async fn open(self) -> Result<Registry, RegistryError> {
        let Self { store, integrator } = self;
        let rows = rows(store.load().await?)?;
        let snapshot = Snapshot::of(rows, integrator.as_ref())?;
        Ok(Registry(Arc::new(Inner {
            snapshot: ArcSwap::from_pointee(snapshot),
            store,
            integrator,
            writer: Mutex::new(()),
        })))
    }
}
