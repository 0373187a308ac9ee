//! A third-party as calls need it.

use crate::{Certificate, Record, RegistryError, Status, ThirdParty, certificate::Coverage};
use ob_core::{ActingFor, ApplicationId, BusinessId, Scopes};
use std::{sync::Arc, time::SystemTime};

/// A record and the value that travels with its calls, made once.
///
/// What a held handle asks stands here; what a lookup asks stands in the index itself, because at
/// a million third-parties each pointer that is followed is a wait for the memory.
#[derive(Debug)]
pub(crate) struct Entry {
    acting_for: Option<ActingFor>,
    status: Status,
    /// Of a licensed one: when its certificates are in date.
    coverage: Option<Coverage>,
    record: Record,
}

impl Entry {
    pub(crate) fn of(record: Record) -> Arc<Self> {
        let it = record.third_party();
        let licence = it.licence();
        Arc::new(Self {
            acting_for: it.acting_for(it.application_id()),
            status: it.status(),
            coverage: licence
                .is_licensed()
                .then(|| Coverage::of(licence.certificates())),
            record,
        })
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
        all.filter(|it| !it.is_ca())
            .map(Certificate::public_key_der)
    }

    /// The ids to act with, by its main application, if the platform gave them already.
    pub(crate) fn acting_for(&self) -> Option<&ActingFor> {
        self.acting_for.as_ref()
    }

    /// The scopes that it authorised, if nothing else can stand in its way.
    pub(crate) fn only_scopes(&self) -> Option<&Scopes> {
        let nothing_else = self.status == Status::Active && self.coverage.is_none();
        nothing_else.then(|| self.third_party().scopes())
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
        if self.status != Status::Active {
            return Err(RegistryError::not_in_service(self));
        }
        if let Some(coverage) = &self.coverage
            && !coverage.covers(now())
        {
            return Err(RegistryError::lapsed(self.id()));
        }
        let authorised = self.third_party().scopes();
        if !scopes.is_subset(authorised) {
            return Err(RegistryError::not_authorised(self.id(), scopes, authorised));
        }
        Ok(())
    }
}
