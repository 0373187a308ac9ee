//! How a registry is opened.

use super::{Heard, Inner, Registry, Shown};
use crate::{RegistryError, Store, snapshot::Snapshot};
use arc_swap::ArcSwap;
use futures_util::lock::Mutex;
use ob_core::{ClientId, SharedClock};
use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};
use tokio::sync::watch;

/// The settings of a [`Registry`]; see [`Registry::builder`].
#[derive(Debug)]
#[must_use = "a builder does nothing until `open` is called"]
pub struct RegistryBuilder {
    store: Box<dyn Store>,
    integrator: Option<ClientId>,
    clock: SharedClock,
    max_age: Option<Duration>,
}

impl RegistryBuilder {
    pub(super) fn new(store: Box<dyn Store>) -> Self {
        Self {
            store,
            integrator: None,
            clock: SharedClock::system(),
            max_age: None,
        }
    }

    /// The Integrator's own client id. No third-party may have it: acting for such a row would
    /// be acting as the Integrator.
    pub fn integrator(mut self, client_id: ClientId) -> Self {
        self.integrator = Some(client_id);
        self
    }

    /// Sets the clock: changes are dated by it, and certificates lapse by it.
    pub fn clock(mut self, clock: impl Into<SharedClock>) -> Self {
        self.clock = clock.into();
        self
    }

    /// Fails closed (OB-R012) when the store was not heard of for so long. By default the last
    /// known state serves for ever, and [`Registry::freshness`] tells its age.
    ///
    /// Only for a registry that is followed: the store is heard of by [`Registry::follow`],
    /// [`Registry::catch_up`] and changes.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// Reads the store and shows what is in it.
    ///
    /// # Errors
    /// OB-R008 when the store cannot be read, OB-R002 when its rows collide with each other or
    /// with the Integrator, OB-C202 when two of them share a certificate.
    pub async fn open(self) -> Result<Registry, RegistryError> {
        let loaded = self.store.load().await?;
        let heard = Heard::new(self.max_age, &self.clock);
        let snapshot = Snapshot::of(loaded, self.integrator.clone())?;
        Ok(Registry(Arc::new(Inner {
            signed_off: Mutex::default(),
            shown: watch::Sender::new(Shown::first(snapshot.revision())),
            snapshot: ArcSwap::from_pointee(snapshot),
            generation: AtomicU64::new(0),
            store: self.store,
            integrator: self.integrator,
            clock: self.clock,
            heard,
            writer: Mutex::new(()),
        })))
    }
}
