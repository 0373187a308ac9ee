//! From what is there to what is wanted, in one change.

use super::{Edit, Registry, write::Draft};
use crate::{
    Actor, IntegratorProfile, Plan, Reason, Record, RegistryError, Revision, Step, ThirdParty,
    event::Signature, plan,
};

impl Registry {
    /// What would have to be done so that these third-parties, and no others, are in service.
    ///
    /// Whoever is in the registry and not wanted leaves: a draft is removed, one in onboarding is
    /// offboarded, one in service begins to be offboarded; who is leaving or gone stays as a row.
    /// The Integrator's profile stays as it is unless another one is given.
    ///
    /// Nothing is written. What is planned here was tried on the present state, so that a plan
    /// that cannot be applied is not made.
    ///
    /// # Errors
    /// OB-R002 when ids collide, OB-R006 for an illegal transition, OB-C201 and OB-C202 when a
    /// certificate of one that is to be active is unfit.
    pub fn plan(
        &self,
        wanted: Vec<ThirdParty>,
        integrator: Option<IntegratorProfile>,
    ) -> Result<Plan, RegistryError> {
        crate::text::refuse_collisions(&wanted)?;
        let now = self.0.snapshot.load_full();
        let plan = Plan::new(now.revision(), plan::steps(&now, wanted, integrator)?);
        let signature = Signature {
            at: self.0.clock.now(),
            actor: PLANNER.parse::<Actor>()?,
            reason: PLANNER.parse::<Reason>()?,
        };
        let mut draft = Draft::new(&now, signature);
        draft.follow(&plan)?;
        draft.finish()?;
        Ok(plan)
    }
}

impl Edit<'_> {
    /// Does what a plan says, all of it or nothing, in one commit.
    ///
    /// # Errors
    /// OB-R013 when the registry is not what the plan was made from any more, OB-R006 when it
    /// takes somebody out of service for good and `allow_offboard` is not said, else as
    /// [`Edit::put`].
    pub async fn apply(self, plan: &Plan, allow_offboard: bool) -> Result<Revision, RegistryError> {
        if !allow_offboard && plan.offboards().next().is_some() {
            return Err(RegistryError::offboarding_not_allowed(plan.offboards()));
        }
        self.refuse_expecting()?;
        self.commit(|draft| draft.follow(plan)).await
    }
}

impl Draft<'_> {
    fn follow(&mut self, plan: &Plan) -> Result<(), RegistryError> {
        if self.base_revision() != plan.base() {
            return Err(RegistryError::stale_plan(plan.base(), self.base_revision()));
        }
        plan.steps().iter().try_for_each(|step| self.take(step))
    }

    fn take(&mut self, step: &Step) -> Result<(), RegistryError> {
        let found = step
            .business_id()
            .and_then(|id| self.find(id))
            .map(Record::third_party);
        let expected = match step {
            Step::Add { .. } | Step::Integrator { .. } => None,
            Step::Change { before, .. } | Step::Offboard { before, .. } => Some(before),
            Step::Remove { before } => Some(before),
        };
        if found != expected {
            return Err(RegistryError::stale_step(step.business_id()));
        }
        match step {
            Step::Add { third_party }
            | Step::Change { third_party, .. }
            | Step::Offboard { third_party, .. } => self.put(third_party.clone()),
            Step::Remove { before } => self.remove(before.business_id()),
            Step::Integrator { before, integrator } => {
                if self.base_profile() != before.as_ref() {
                    return Err(RegistryError::stale_step(None));
                }
                self.set_profile(integrator.clone());
                Ok(())
            }
        }
    }
}

/// Who signs a change that is only tried.
const PLANNER: &str = "plan";
