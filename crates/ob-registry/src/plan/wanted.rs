//! The steps to a wanted state.

use super::Step;
use crate::{IntegratorProfile, RegistryError, Status, ThirdParty, snapshot::Snapshot};
use ob_core::BusinessId;
use std::{collections::HashSet, sync::Arc};

/// # Errors
/// OB-R006 when one that is not wanted any more cannot leave from where it stands.
pub(crate) fn steps(
    now: &Snapshot,
    wanted: Vec<ThirdParty>,
    integrator: Option<IntegratorProfile>,
) -> Result<Vec<Step>, RegistryError> {
    let profile = integrator.map(Arc::new);
    let mut steps: Vec<_> = profile
        .filter(|wanted| now.profile() != Some(wanted))
        .map(|integrator| Step::Integrator {
            before: now.profile().cloned(),
            integrator,
        })
        .into_iter()
        .collect();
    let mut named: HashSet<BusinessId> = HashSet::new();
    for wanted in wanted {
        named.insert(wanted.business_id().clone());
        steps.extend(step_to(now, Arc::new(wanted)));
    }
    let mut rest: Vec<_> = now
        .entries()
        .filter(|entry| !named.contains(entry.id()))
        .map(|entry| entry.third_party())
        .collect();
    rest.sort_unstable_by(|a, b| a.business_id().cmp(b.business_id()));
    for before in rest {
        steps.extend(way_out(before)?);
    }
    Ok(steps)
}

fn step_to(now: &Snapshot, third_party: Arc<ThirdParty>) -> Option<Step> {
    let Some(entry) = now.by_business_id(third_party.business_id()) else {
        return Some(Step::Add { third_party });
    };
    let before = Arc::clone(entry.third_party());
    (before != third_party).then_some(Step::Change {
        before,
        third_party,
    })
}

/// The next step out of service; none for whoever is on the way or gone.
fn way_out(before: &Arc<ThirdParty>) -> Result<Option<Step>, RegistryError> {
    let to = match before.status() {
        Status::Draft => {
            let before = Arc::clone(before);
            return Ok(Some(Step::Remove { before }));
        }
        Status::Onboarding => Status::Offboarded,
        Status::Active | Status::Suspended => Status::Offboarding,
        Status::Offboarding | Status::Offboarded => return Ok(None),
    };
    Ok(Some(Step::Offboard {
        before: Arc::clone(before),
        third_party: Arc::new(before.becoming(to)?),
    }))
}
