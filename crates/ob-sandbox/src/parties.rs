//! Who is onboarded, under whom, and in which state.

use crate::{
    builder::BuildError,
    seed::{
        IntegratorSeed, PartyStatus, Seed, ThirdPartySeed, foreign_party, generated_parties,
        named_parties,
    },
};
use ob_core::{ApplicationId, ClientId};
use std::collections::HashMap;

/// The onboarded parties of a sandbox.
#[derive(Debug)]
pub(crate) struct Parties {
    integrator: ClientId,
    all: Vec<Party>,
    /// Both names of a third-party.
    by_name: HashMap<String, usize>,
    owner_of: HashMap<ApplicationId, ClientId>,
}

/// A third-party and whether the relationship with our Integrator exists.
#[derive(Clone, Debug)]
pub(crate) struct Party {
    pub(crate) seed: ThirdPartySeed,
    ours: bool,
}

impl Party {
    /// R193: there is a relationship, and the third-party is active.
    pub(crate) fn may_be_acted_for(&self) -> bool {
        self.ours && self.seed.status == PartyStatus::Active
    }
}

impl Parties {
    /// The onboarded ones, or else the named ones; so many generated ones; and one of another
    /// Integrator, unless its name is taken.
    pub(crate) fn draw(
        seed: Seed,
        (onboarded, generated): (Option<Vec<ThirdPartySeed>>, u32),
        integrator: &IntegratorSeed,
    ) -> Result<Self, BuildError> {
        let mut ours = match onboarded {
            Some(onboarded) => onboarded,
            None => named_parties(seed)?,
        };
        ours.extend(generated_parties(seed, generated)?);
        let foreign = foreign_party(seed)?;
        let is_taken = ours.iter().any(|it| it.business_id == foreign.business_id);
        let ours = ours.into_iter().map(|seed| Party { seed, ours: true });
        let foreign = Party {
            seed: foreign,
            ours: false,
        };
        let all: Vec<Party> = ours.chain((!is_taken).then_some(foreign)).collect();
        let mut by_name = HashMap::new();
        let mut owner_of =
            HashMap::from([(integrator.application_id, integrator.client_id.clone())]);
        for (place, Party { seed, .. }) in all.iter().enumerate() {
            let names = [seed.business_id.as_str(), seed.client_id.as_str()];
            for (at, name) in names.into_iter().enumerate() {
                let old = by_name.insert(name.to_owned(), place);
                let own_again = at == 1 && old == Some(place);
                if (old.is_some() && !own_again)
                    || name == integrator.client_id.as_str()
                    || name == INTEGRATOR
                {
                    return Err(BuildError::collision(name));
                }
            }
            for id in seed.application_ids() {
                if owner_of.insert(id, seed.client_id.clone()).is_some() {
                    return Err(BuildError::collision(&id.to_string()));
                }
            }
        }
        Ok(Self {
            integrator: integrator.client_id.clone(),
            all,
            by_name,
            owner_of,
        })
    }

    /// The third-parties of our Integrator.
    pub(crate) fn ours(&self) -> impl Iterator<Item = &ThirdPartySeed> {
        self.all
            .iter()
            .filter(|party| party.ours)
            .map(|party| &party.seed)
    }

    /// The third-party of another Integrator.
    pub(crate) fn foreign(&self) -> Option<&ThirdPartySeed> {
        self.all
            .iter()
            .find(|party| !party.ours)
            .map(|party| &party.seed)
    }

    /// By business id or by client id, for test controls and counting only.
    pub(crate) fn by_name(&self, name: &str) -> Option<&Party> {
        self.all.get(*self.by_name.get(name)?)
    }

    /// By client id, exactly.
    pub(crate) fn by_client(&self, client_id: &str) -> Option<&Party> {
        self.by_name(client_id)
            .filter(|party| party.seed.client_id.as_str() == client_id)
    }

    pub(crate) fn is_integrator(&self, client_id: &str) -> bool {
        self.integrator.as_str() == client_id
    }

    /// Whether tokens of this subject are good at present (R196).
    pub(crate) fn is_in_good_standing(&self, subject: &str) -> bool {
        self.is_integrator(subject) || self.by_client(subject).is_some_and(Party::may_be_acted_for)
    }

    /// Whether an application is the subject's.
    pub(crate) fn owns(&self, subject: &str, application: &ApplicationId) -> bool {
        let owner = self.owner_of.get(application);
        owner.is_some_and(|owner| owner.as_str() == subject)
    }

    /// The client id that owns an application id, in whatever case it was written.
    pub(crate) fn owner_of(&self, application: &str) -> Option<&ClientId> {
        self.owner_of.get(&application.parse().ok()?)
    }

    pub(crate) fn set_status(&mut self, name: &str, status: PartyStatus) -> Option<ClientId> {
        let party = self.all.get_mut(*self.by_name.get(name)?)?;
        party.seed.status = status;
        Some(party.seed.client_id.clone())
    }

    /// A name for counters: bounded whatever a client sends.
    pub(crate) fn label(&self, name: Option<&str>) -> &str {
        match name {
            None => INTEGRATOR,
            Some(name) if name == INTEGRATOR || self.is_integrator(name) => INTEGRATOR,
            Some(name) => self
                .by_name(name)
                .map_or("unknown", |party| party.seed.business_id.as_str()),
        }
    }

    /// The client id that a name means: a business id, a client id, or `integrator`.
    pub(crate) fn client_id_of(&self, name: &str) -> Option<&ClientId> {
        if name == INTEGRATOR || self.is_integrator(name) {
            return Some(&self.integrator);
        }
        self.by_name(name).map(|party| &party.seed.client_id)
    }
}

const INTEGRATOR: &str = "integrator";
