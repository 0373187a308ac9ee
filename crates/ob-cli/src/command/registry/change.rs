//! `ob registry add|set`.

use super::{existing, facts, refused, show, to_change};
use crate::{
    cli::{Clear, EditArgs, ThirdPartyArgs},
    command::change::{check, edit},
    exit::Failure,
    output::{self, Format},
};
use obkit::{
    BusinessId, Code,
    core::Scopes,
    registry::{Record, Registry, Status, Version},
};

pub(super) async fn add(
    format: Format,
    id: &BusinessId,
    given: &ThirdPartyArgs,
    change: &EditArgs,
) -> Result<(), Failure> {
    let new = facts::third_party(id, None, given, &[])?;
    check(&change.change)?;
    let registry = to_change(&change.place).await?.made().await?;
    if registry.get(id).is_some() {
        let what = format!("{id} is in the registry already: change it by `ob registry set {id}`");
        return Err(Failure::coded(Code::R002, what));
    }
    let edit = edit(&registry, &change.change, "ob registry add")?;
    // Somebody else may add it at this moment.
    let record = edit.expecting_absent().put(new).await.map_err(refused)?;
    done(format, &record, "added")
}

pub(super) async fn set(
    format: Format,
    id: &BusinessId,
    (given, clear): (&ThirdPartyArgs, &[Clear]),
    expected: Option<Version>,
    change: &EditArgs,
) -> Result<(), Failure> {
    let registry = existing(&change.place).await?;
    let old = known(&registry, id)?;
    refuse_leaving(id, old.third_party().status(), given.status)?;
    let new = facts::third_party(id, Some(old.third_party()), given, clear)?;
    let edit = edit(&registry, &change.change, "ob registry set")?;
    // What is not named must stay as it is now, not as it was when this command read it.
    let edit = edit.expecting(expected.unwrap_or(old.version()));
    let record = edit.put(new).await.map_err(refused)?;
    let what = if record.version() == old.version() {
        "unchanged"
    } else {
        "changed"
    };
    done(format, &record, what)
}

/// Who leaves the service leaves it for a reason, and with a receipt.
fn refuse_leaving(id: &BusinessId, from: Status, to: Option<Status>) -> Result<(), Failure> {
    let command = match to {
        Some(to) if to == from => return Ok(()),
        Some(Status::Suspended) => "suspend",
        Some(Status::Offboarding | Status::Offboarded) => "offboard",
        _ => return Ok(()),
    };
    let what = format!("needs `ob registry {command} {id} --reason TEXT`: it gives a receipt");
    Err(Failure::usage(what))
}

/// # Errors
/// OB-R001 when it is unknown; the closest id is named.
pub(crate) fn known(registry: &Registry, id: &BusinessId) -> Result<Record, Failure> {
    let unknown = || {
        // A lookup names the closest one.
        let refused = registry.act_for(id, &Scopes::none()).err();
        let what = refused.map_or_else(|| id.to_string(), |error| error.to_string());
        Failure::coded(Code::R001, what)
    };
    registry.record(id).ok_or_else(unknown)
}

fn done(format: Format, record: &Record, what: &str) -> Result<(), Failure> {
    output::result(format, &show::whole(record)?, |_| {
        let it = record.third_party();
        let (id, version) = (it.business_id(), record.version());
        format!("{what} {id} ({}), version {version}", it.status())
    })
}
