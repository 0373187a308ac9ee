//! What would have to be done to bring a registry to a wanted state.

use crate::{IntegratorProfile, RegistryError, Revision, Status, ThirdParty};
use ob_core::{BusinessId, Shown};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

mod difference;
pub use difference::Difference;

mod wanted;
pub(crate) use wanted::steps;

/// The steps from a registry's state to a wanted one, made by
/// [`Registry::plan`](crate::Registry::plan) and done by [`Edit::apply`](crate::Edit::apply).
///
/// A plan belongs to the revision that it was made from, and each step to what it found there: a
/// registry that moved on refuses it (OB-R013). As JSON it has the schema `ob.registry-plan/1`,
/// so that it can be looked at by one person and applied by another.
///
/// ```
/// use ob_registry::{MemoryStore, Plan, Registry, ThirdParty};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let registry = Registry::open(MemoryStore::default()).await?;
/// let acme = ThirdParty::draft("acme".parse()?, "Acme GmbH").build()?;
/// let plan = registry.plan(vec![acme], None)?;
/// assert_eq!(plan.steps().len(), 1);
///
/// let read = Plan::from_json(&plan.to_json()?)?;
/// registry.edit("maria", "agreed on Monday")?.apply(&read, false).await?;
/// assert_eq!(registry.len(), 1);
/// // It is done, and cannot be done twice.
/// let again = registry.edit("maria", "again")?.apply(&read, false).await;
/// assert_eq!(again.unwrap_err().code().as_str(), "OB-R013");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct Plan {
    base: Revision,
    steps: Vec<Step>,
}

/// One step of a [`Plan`]. Each names what it found, so that nothing else is changed by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Step {
    /// A third-party that is not in the registry.
    Add {
        /// What will be there.
        third_party: Arc<ThirdParty>,
    },
    /// A third-party that is wanted otherwise.
    Change {
        /// What is there.
        before: Arc<ThirdParty>,
        /// What will be there.
        third_party: Arc<ThirdParty>,
    },
    /// A third-party that is not wanted any more, on the next step of its way out.
    Offboard {
        /// What is there.
        before: Arc<ThirdParty>,
        /// What will be there: the same, offboarding or offboarded.
        third_party: Arc<ThirdParty>,
    },
    /// A draft that is not wanted any more. It was no more than an intention, so no row stays.
    Remove {
        /// What is there.
        before: Arc<ThirdParty>,
    },
    /// The Integrator's profile is wanted otherwise.
    Integrator {
        /// What is there, if there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Arc<IntegratorProfile>>,
        /// What will be there.
        integrator: Arc<IntegratorProfile>,
    },
}

impl Plan {
    pub(crate) fn new(base: Revision, steps: Vec<Step>) -> Self {
        Self { base, steps }
    }

    /// The revision that it was made from.
    #[must_use]
    pub fn base(&self) -> Revision {
        self.base
    }

    /// The steps: the Integrator first, then the wanted third-parties in their order, then those
    /// that are not wanted.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether there is nothing to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The third-parties that it takes out of service for good: those that a step offboards, and
    /// those that are wanted as offboarding or offboarded.
    pub fn offboards(&self) -> impl Iterator<Item = &BusinessId> {
        self.steps.iter().filter_map(Step::offboards)
    }

    /// Reads what [`Plan::to_json`] wrote.
    ///
    /// # Errors
    /// OB-R008 when it is something else, or of another version of obkit.
    pub fn from_json(json: &str) -> Result<Self, RegistryError> {
        crate::text::refuse_private_keys(json)?;
        serde_json::from_str(json).map_err(|error| crate::text::refused_json(&error))
    }

    /// Writes the plan as JSON.
    ///
    /// # Errors
    /// OB-R008 when it cannot be written; one that was made or read always can.
    pub fn to_json(&self) -> Result<String, RegistryError> {
        let text = serde_json::to_string_pretty(self);
        text.map(|text| text + "\n")
            .map_err(|error| RegistryError::store_caused("a plan cannot be written as JSON", error))
    }
}

impl Step {
    /// The third-party that it is about, if it is about one.
    #[must_use]
    pub fn business_id(&self) -> Option<&BusinessId> {
        match self {
            Self::Add { third_party } => Some(third_party.business_id()),
            Self::Change { before, .. } | Self::Offboard { before, .. } => {
                Some(before.business_id())
            }
            Self::Remove { before } => Some(before.business_id()),
            Self::Integrator { .. } => None,
        }
    }

    /// Whether it is about one third-party, and does no more than its name says.
    fn is_whole(&self) -> bool {
        match self {
            Self::Change {
                before,
                third_party,
            } => before.business_id() == third_party.business_id(),
            Self::Offboard {
                before,
                third_party,
            } => {
                let left = before.becoming(third_party.status());
                self.offboards().is_some() && left.is_ok_and(|left| left == **third_party)
            }
            Self::Add { .. } | Self::Remove { .. } | Self::Integrator { .. } => true,
        }
    }

    fn offboards(&self) -> Option<&BusinessId> {
        let (Self::Change {
            before,
            third_party: after,
        }
        | Self::Offboard {
            before,
            third_party: after,
        }) = self
        else {
            return None;
        };
        let leaving = |status: Status| matches!(status, Status::Offboarding | Status::Offboarded);
        let leaves = before.status() != after.status() && leaving(after.status());
        leaves.then(|| before.business_id())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    schema: String,
    base: Revision,
    steps: Vec<Step>,
}

impl From<Plan> for Unchecked {
    fn from(it: Plan) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            base: it.base,
            steps: it.steps,
        }
    }
}

impl TryFrom<Unchecked> for Plan {
    type Error = String;

    fn try_from(it: Unchecked) -> Result<Self, String> {
        if it.schema != SCHEMA {
            let found = Shown(&it.schema);
            return Err(format!("the schema is {found}, needs {SCHEMA}"));
        }
        match it.steps.iter().find(|step| !step.is_whole()) {
            Some(step) => {
                let id = step
                    .business_id()
                    .map_or("the integrator", |id| id.as_str());
                Err(format!("the step for {id} is not one that is planned"))
            }
            None => Ok(Self::new(it.base, it.steps)),
        }
    }
}

const SCHEMA: &str = "ob.registry-plan/1";
