//! The third-parties of a registry, as the platform would know them.

use crate::{exit::Failure, output, target};
use ob_sandbox::{PartyLicence, PartyStatus, ThirdPartySeed};
use obkit::registry::{Country, Status, ThirdParty};
use std::path::Path;

/// Those that the platform gave ids to; how many it did not is said.
pub(super) async fn of(registry: &Path) -> Result<Vec<ThirdPartySeed>, Failure> {
    let registry = target::registry(Some(registry), None, None).await?;
    let all = registry.list();
    let seeds: Vec<_> = all.iter().filter_map(|party| seed(party)).collect();
    let others = all.len() - seeds.len();
    if others > 0 {
        output::say(format_args!(
            "left out     {others} that the platform does not know: without ids, or offboarded"
        ));
    }
    Ok(seeds)
}

fn seed(party: &ThirdParty) -> Option<ThirdPartySeed> {
    let status = match party.status() {
        // The platform gives the ids when it has onboarded; the Integrator tries them then.
        Status::Active | Status::Onboarding => PartyStatus::Active,
        Status::Suspended | Status::Offboarding => PartyStatus::Suspended,
        _ => return None,
    };
    let licence = if party.licence().is_licensed() {
        PartyLicence::Licensed
    } else {
        PartyLicence::Unlicensed
    };
    let (client_id, application_id) = (party.client_id()?, party.application_id()?);
    let new = ThirdPartySeed::new(
        party.business_id().clone(),
        party.legal_name(),
        client_id.clone(),
        *application_id,
    );
    let further = party.applications().iter().map(|it| it.id);
    Some(
        new.with_licence(licence)
            .with_status(status)
            .with_scopes(party.scopes().clone())
            .with_countries(party.countries().iter().map(Country::to_string))
            .with_further_applications(further),
    )
}
