//! A held right to act for a third-party.

use super::Registry;
use crate::{RegistryError, UseCase, snapshot::Entry};
use arc_swap::ArcSwap;
use ob_core::{ActingFor, BusinessId, Scopes};
use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

/// A held right to act for a third-party, checked again for every attempt without a lookup.
///
/// While the registry did not change, a check compares one number and reads the entry that is
/// held; after a change it looks once. Clones share what is held.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use ob_registry::{MemoryStore, Registry, Status, ThirdParty};
/// # let application_id = "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11".parse()?;
/// # let acme = ThirdParty::builder("acme".parse()?, "Acme GmbH", "tpp-acme".parse()?, application_id);
/// # let acme = acme.scopes("ob_data".parse()?).status(Status::Active).build()?;
/// let registry = Registry::open(MemoryStore::with([acme])).await?;
/// let admission = registry.admit(&"acme".parse()?)?;
/// assert!(admission.check(&"ob_data".parse()?).is_ok());
///
/// let edit = registry.edit("maria", "invoice unpaid")?;
/// edit.set_status(&"acme".parse()?, Status::Suspended).await?;
/// let refused = admission.check(&"ob_data".parse()?).unwrap_err();
/// assert_eq!(refused.code().as_str(), "OB-R005");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Admission {
    registry: Registry,
    party: ActingFor,
    held: Arc<ArcSwap<Held>>,
}

struct Held {
    generation: u64,
    entry: Arc<Entry>,
}

impl Registry {
    /// Admits a third-party that is active.
    ///
    /// # Errors
    /// As [`Registry::act_for`] without scopes.
    pub fn admit(&self, id: &BusinessId) -> Result<Admission, RegistryError> {
        let party = self.act_for(id, &Scopes::none())?;
        self.admission(party)
    }

    /// Admits a third-party that is active, with the application of a use case.
    ///
    /// # Errors
    /// As [`Registry::act_for_use_case`] without scopes.
    pub fn admit_for_use_case(
        &self,
        id: &BusinessId,
        use_case: &UseCase,
    ) -> Result<Admission, RegistryError> {
        let party = self.act_for_use_case(id, use_case, &Scopes::none())?;
        self.admission(party)
    }

    fn admission(&self, party: ActingFor) -> Result<Admission, RegistryError> {
        let held = self.hold(&party)?;
        // Its ids may have changed between the two looks.
        if !held.entry.is(&party) {
            return Err(RegistryError::stale_handle(party.business_id()));
        }
        Ok(Admission {
            registry: self.clone(),
            party,
            held: Arc::new(ArcSwap::from_pointee(held)),
        })
    }

    /// The generation first: a state that is newer than its number is only looked up once more.
    fn hold(&self, party: &ActingFor) -> Result<Held, RegistryError> {
        let generation = self.0.generation.load(Ordering::SeqCst);
        let snapshot = self.0.snapshot.load();
        let entry = Arc::clone(snapshot.get(party.business_id())?);
        Ok(Held { generation, entry })
    }
}

impl Admission {
    /// The ids to act with.
    #[must_use]
    pub fn party(&self) -> &ActingFor {
        &self.party
    }

    /// Whether it still holds, now and for these scopes.
    ///
    /// # Errors
    /// As [`Registry::check`].
    pub fn check(&self, scopes: &Scopes) -> Result<(), RegistryError> {
        let registry = &self.registry;
        registry.in_time()?;
        let held = self.held.load();
        if held.generation == registry.0.generation.load(Ordering::SeqCst) {
            return held.entry.usable(scopes, || registry.0.clock.now());
        }
        drop(held);
        let held = registry.hold(&self.party)?;
        if !held.entry.is(&self.party) {
            return Err(RegistryError::stale_handle(self.party.business_id()));
        }
        let usable = held.entry.usable(scopes, || registry.0.clock.now());
        self.held.store(Arc::new(held));
        usable
    }
}

impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Admission").field(&self.party).finish()
    }
}
