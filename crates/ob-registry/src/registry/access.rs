//! Whether a third-party may be acted for: plain functions over a snapshot.

use crate::{
    RegistryError, Status,
    snapshot::{Entry, Snapshot},
};
use ob_core::{ActingFor, BusinessId, Scopes};

pub(super) fn act_for(
    snapshot: &Snapshot,
    id: &BusinessId,
    scopes: &Scopes,
) -> Result<ActingFor, RegistryError> {
    let entry = snapshot.get(id)?;
    usable(entry, scopes)?;
    Ok(entry.acting_for.clone())
}

pub(super) fn check(
    snapshot: &Snapshot,
    party: &ActingFor,
    scopes: &Scopes,
) -> Result<(), RegistryError> {
    let entry = snapshot.get(party.business_id())?;
    if entry.acting_for != *party {
        return Err(RegistryError::stale_handle(party.business_id()));
    }
    usable(entry, scopes)
}

fn usable(entry: &Entry, scopes: &Scopes) -> Result<(), RegistryError> {
    let it = &entry.third_party;
    if it.status() != Status::Active {
        return Err(RegistryError::not_in_service(it.business_id(), it.status()));
    }
    if !scopes.is_subset(it.scopes()) {
        let id = it.business_id();
        return Err(RegistryError::not_authorised(id, scopes, it.scopes()));
    }
    Ok(())
}
