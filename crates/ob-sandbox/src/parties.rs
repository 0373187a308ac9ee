//! Who is onboarded, under whom, and in which state.

use crate::seed::{
    IntegratorSeed, PartyStatus, Seed, ThirdPartySeed, foreign_party, named_parties,
};
use ob_core::{ApplicationId, ClientId, IdError};
use std::collections::HashMap;

/// The onboarded parties of a sandbox.
#[derive(Debug)]
pub(crate) struct Parties {
    integrator: (ClientId, ApplicationId),
    all: Vec<Party>,
    /// Both names of a third-party. They cannot collide: client ids have a prefix of their own.
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
    pub(crate) fn draw(
        seed: Seed,
        extra: u32,
        integrator: &IntegratorSeed,
    ) -> Result<Self, IdError> {
        let ours = named_parties(seed, extra)?
            .into_iter()
            .map(|seed| Party { seed, ours: true });
        let foreign = Party {
            seed: foreign_party(seed)?,
            ours: false,
        };
        let all: Vec<Party> = ours.chain([foreign]).collect();
        let mut by_name = HashMap::new();
        let mut owner_of =
            HashMap::from([(integrator.application_id, integrator.client_id.clone())]);
        for (place, Party { seed, .. }) in all.iter().enumerate() {
            by_name.insert(seed.business_id.to_string(), place);
            by_name.insert(seed.client_id.to_string(), place);
            owner_of.insert(seed.application_id, seed.client_id.clone());
        }
        let integrator = (integrator.client_id.clone(), integrator.application_id);
        Ok(Self {
            integrator,
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
        self.integrator.0.as_str() == client_id
    }

    /// Whether tokens of this subject are good at present (R196).
    pub(crate) fn is_in_good_standing(&self, subject: &str) -> bool {
        self.is_integrator(subject) || self.by_client(subject).is_some_and(Party::may_be_acted_for)
    }

    /// The client id that owns an application id, in whatever case it was written.
    pub(crate) fn owner_of(&self, application: &str) -> Option<&ClientId> {
        self.owner_of.get(&application.parse().ok()?)
    }

    /// The application id of a subject.
    pub(crate) fn application_of(&self, subject: &str) -> Option<ApplicationId> {
        if self.is_integrator(subject) {
            return Some(self.integrator.1);
        }
        self.by_client(subject)
            .map(|party| party.seed.application_id)
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
            return Some(&self.integrator.0);
        }
        self.by_name(name).map(|party| &party.seed.client_id)
    }
}

const INTEGRATOR: &str = "integrator";
