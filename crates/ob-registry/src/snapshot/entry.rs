//! A third-party as calls need it.

use crate::{Certificate, Record, RegistryError, Status, ThirdParty};
use ob_core::{ActingFor, ApplicationId, BusinessId, Scopes};
use std::{sync::Arc, time::SystemTime};

/// A record and the value that travels with its calls, made once.
#[derive(Debug)]
pub(crate) struct Entry {
    record: Record,
    acting_for: Option<ActingFor>,
}

impl Entry {
    pub(crate) fn of(record: Record) -> Arc<Self> {
        let third_party = record.third_party();
        let acting_for = third_party.acting_for(third_party.application_id());
        Arc::new(Self { record, acting_for })
    }

    pub(crate) fn record(&self) -> &Record {
        &self.record
    }

    pub(crate) fn third_party(&self) -> &Arc<ThirdParty> {
        self.record.third_party()
    }

    pub(crate) fn id(&self) -> &BusinessId {
        self.third_party().business_id()
    }

    pub(crate) fn public_keys(&self) -> impl Iterator<Item = &[u8]> {
        let all = self.third_party().licence().certificates().iter();
        all.filter_map(Certificate::leaf_public_key)
    }

    /// The ids to act with, by its main application.
    pub(crate) fn acting_for(&self) -> Result<&ActingFor, RegistryError> {
        let missing = || RegistryError::not_in_service(self);
        self.acting_for.as_ref().ok_or_else(missing)
    }

    /// Whether these are its ids, with any of its applications.
    pub(crate) fn is(&self, party: &ActingFor) -> bool {
        if self.acting_for.as_ref() == Some(party) {
            return true;
        }
        let it = self.third_party();
        let has = |id: &ApplicationId| it.application_ids().any(|own| own == id);
        !party.is_integrator()
            && it.business_id() == party.business_id()
            && it.client_id() == Some(party.client_id())
            && has(party.application_id())
    }

    /// Whether it may be acted for at this moment, with these scopes. `now` is only asked for
    /// where it matters: for a licensed one.
    ///
    /// # Errors
    /// OB-R003, OB-R005, OB-C201, OB-R007.
    pub(crate) fn usable(
        &self,
        scopes: &Scopes,
        now: impl FnOnce() -> SystemTime,
    ) -> Result<(), RegistryError> {
        let it = self.third_party();
        if it.status() != Status::Active {
            return Err(RegistryError::not_in_service(self));
        }
        if it.licence().is_licensed() {
            self.covered(now())?;
        }
        if !scopes.is_subset(it.scopes()) {
            let id = it.business_id();
            return Err(RegistryError::not_authorised(id, scopes, it.scopes()));
        }
        Ok(())
    }

    fn covered(&self, now: SystemTime) -> Result<(), RegistryError> {
        if self.third_party().licence().is_covered(now) {
            Ok(())
        } else {
            Err(RegistryError::lapsed(self.id()))
        }
    }
}
