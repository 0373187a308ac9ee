//! Changes, each with who, when and why.

use super::{Registry, write::Draft};
use crate::{
    Actor, Event, HistoryQuery, IntegratorProfile, Reason, Record, RegistryError, Revision, Status,
    ThirdParty, ThirdPartyBuilder, Version, event::Signature,
};
use ob_core::BusinessId;
use std::sync::Arc;

/// A change that somebody makes for a reason. Made by [`Registry::edit`].
///
/// Each method makes one change, whole or not at all: it is decided on the present state, checked,
/// stored first and shown second. When somebody else was faster it is decided again on what is
/// there then, unless [`Edit::expecting`] forbids it. A change that changes nothing is not
/// written.
///
/// A change whose future is dropped before it is ready may have reached the store without being
/// shown; the next change or [`Registry::catch_up`] shows it.
#[derive(Debug)]
#[must_use = "an edit does nothing until one of its methods is called"]
pub struct Edit<'a> {
    registry: &'a Registry,
    actor: Actor,
    reason: Reason,
    expecting: Option<Expected>,
}

/// The state that a change was thought out on.
#[derive(Clone, Copy, Debug)]
enum Expected {
    Absent,
    At(Version),
}

impl Expected {
    fn version(self) -> Option<Version> {
        match self {
            Self::Absent => None,
            Self::At(version) => Some(version),
        }
    }
}

impl Registry {
    /// Starts a change by somebody, for a reason.
    ///
    /// # Errors
    /// OB-R009 when actor or reason is empty or not one printable line.
    pub fn edit(
        &self,
        actor: impl AsRef<str>,
        reason: impl AsRef<str>,
    ) -> Result<Edit<'_>, RegistryError> {
        Ok(Edit {
            registry: self,
            actor: actor.as_ref().parse()?,
            reason: reason.as_ref().parse()?,
            expecting: None,
        })
    }

    /// What happened, from the store. See [`HistoryQuery`] for what can be asked.
    ///
    /// # Errors
    /// OB-R008 when the store cannot be read.
    pub async fn history(&self, query: &HistoryQuery) -> Result<Vec<Event>, RegistryError> {
        self.0.store.history(query).await
    }
}

impl Edit<'_> {
    /// Refuses the change (OB-R010) unless the third-party it is about is at this version: the
    /// one that the change was thought out on.
    ///
    /// Only for a change of one third-party; the others say so (OB-R009).
    pub fn expecting(mut self, version: Version) -> Self {
        self.expecting = Some(Expected::At(version));
        self
    }

    /// Refuses the change (OB-R010) if the third-party it is about is there: it was thought out
    /// as a new one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use ob_registry::{MemoryStore, Registry, ThirdParty};
    /// let registry = Registry::open(MemoryStore::default()).await?;
    /// let acme = ThirdParty::draft("acme".parse()?, "Acme GmbH").build()?;
    /// registry.edit("maria", "first talk")?.expecting_absent().put(acme).await?;
    /// let other = ThirdParty::draft("acme".parse()?, "Acme Ltd").build()?;
    /// let again = registry.edit("john", "first talk")?.expecting_absent().put(other).await;
    /// assert_eq!(again.unwrap_err().code().as_str(), "OB-R010");
    /// # Ok(())
    /// # }
    /// ```
    pub fn expecting_absent(mut self) -> Self {
        self.expecting = Some(Expected::Absent);
        self
    }

    /// Adds a third-party, or replaces the one with its business id.
    ///
    /// A new one may come in any status, because a fleet that is already live has to be written
    /// down somehow. A replacement that changes the status must be a legal transition.
    ///
    /// # Errors
    /// OB-R002 when it would share an id with another one or with the Integrator, OB-R006 for an
    /// illegal transition, OB-R010 for a lost update, OB-C201 and OB-C202 when it is licensed and
    /// active, and a certificate is unfit, OB-R008 when the store cannot be written.
    pub async fn put(self, third_party: ThirdParty) -> Result<Record, RegistryError> {
        let id = third_party.business_id().clone();
        let new = Arc::new(third_party);
        self.change(&id, |draft| draft.put(Arc::clone(&new)))
            .await?;
        self.present(&id)
    }

    /// Whether [`Edit::put`] would be refused, by the state that is shown: for whoever has
    /// something to do between the question and the change. Nothing is written.
    ///
    /// # Errors
    /// As [`Edit::put`], but for the store.
    pub fn check_put(&self, third_party: &ThirdParty) -> Result<(), RegistryError> {
        let signature = Signature {
            at: self.registry.0.clock.now(),
            actor: self.actor.clone(),
            reason: self.reason.clone(),
        };
        let shown = self.registry.0.snapshot.load_full();
        let mut draft = Draft::new(&shown, signature);
        if let Some(expected) = self.expecting {
            draft.expect(third_party.business_id(), expected.version())?;
        }
        draft.put(Arc::new(third_party.clone()))?;
        draft.finish().map(drop)
    }

    /// Adds or replaces many third-parties, all of them or none.
    ///
    /// # Errors
    /// As [`Edit::put`], and OB-R002 when a business id stands twice.
    pub async fn put_all(self, all: Vec<ThirdParty>) -> Result<Revision, RegistryError> {
        crate::text::refuse_collisions(&all)?;
        self.refuse_expecting()?;
        let all: Vec<_> = all.into_iter().map(Arc::new).collect();
        self.commit(|draft| all.iter().try_for_each(|one| draft.put(Arc::clone(one))))
            .await
    }

    /// As [`Edit::put_all`], each of them thought out on the version beside it, or on its
    /// absence.
    ///
    /// # Errors
    /// As [`Edit::put_all`], and OB-R010 for the first one that is at another version.
    pub async fn put_all_expecting(
        self,
        all: Vec<(ThirdParty, Option<Version>)>,
    ) -> Result<Revision, RegistryError> {
        crate::text::refuse_collisions(all.iter().map(|(one, _)| one))?;
        self.refuse_expecting()?;
        let all = all
            .into_iter()
            .map(|(one, version)| (Arc::new(one), version));
        let all: Vec<_> = all.collect();
        self.commit(|draft| {
            all.iter().try_for_each(|(one, expected)| {
                draft.expect(one.business_id(), *expected)?;
                draft.put(Arc::clone(one))
            })
        })
        .await
    }

    /// Changes a third-party from what it is at this moment.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use ob_registry::{MemoryStore, Registry, ThirdParty};
    /// # let acme = ThirdParty::draft("acme".parse()?, "Acme GmbH").build()?;
    /// # let registry = Registry::open(MemoryStore::with([acme])).await?;
    /// let edit = registry.edit("maria", "it moved")?;
    /// let record = edit.update(&"acme".parse()?, |acme| acme.legal_name("Acme SE")).await?;
    /// assert_eq!(record.third_party().legal_name(), "Acme SE");
    /// assert_eq!(record.version().get(), 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// OB-R001 when it is unknown, else as [`Edit::put`].
    pub async fn update(
        self,
        id: &BusinessId,
        change: impl Fn(ThirdPartyBuilder) -> ThirdPartyBuilder + Send + Sync,
    ) -> Result<Record, RegistryError> {
        self.change(id, |draft| {
            let old = draft.get(id)?;
            let new = change(old.third_party().to_builder()).build()?;
            if new.business_id() != id {
                return Err(RegistryError::field(id, "the business id it has"));
            }
            draft.put(Arc::new(new))
        })
        .await?;
        self.present(id)
    }

    /// Moves a third-party to another status. If it is there already, nothing is written.
    ///
    /// # Errors
    /// OB-R001 when it is unknown, OB-R006 for an illegal transition (the legal ones are named),
    /// OB-R009 when something is missing for the new status, else as [`Edit::put`].
    pub async fn set_status(
        self,
        id: &BusinessId,
        status: Status,
    ) -> Result<Record, RegistryError> {
        self.change(id, |draft| {
            let old = draft.get(id)?.third_party();
            if old.status() == status {
                return Ok(());
            }
            let new = old.becoming(status)?;
            draft.put(Arc::new(new))
        })
        .await?;
        self.present(id)
    }

    /// Removes a draft. Whoever was more than a draft stays as a row, offboarded, so that the
    /// journal can always be read.
    ///
    /// # Errors
    /// OB-R001 when it is unknown, OB-R006 when it is no draft, OB-R010 for a lost update, OB-R008
    /// when the store cannot be written.
    pub async fn remove(self, id: &BusinessId) -> Result<Revision, RegistryError> {
        self.change(id, |draft| draft.remove(id)).await
    }

    /// Writes down or replaces the Integrator's profile.
    ///
    /// # Errors
    /// OB-R002 when a third-party has one of its ids, OB-R008 when the store cannot be written.
    pub async fn set_integrator(
        self,
        profile: IntegratorProfile,
    ) -> Result<Revision, RegistryError> {
        self.refuse_expecting()?;
        let profile = Arc::new(profile);
        self.commit(|draft| {
            draft.set_profile(Arc::clone(&profile));
            Ok(())
        })
        .await
    }

    /// Changes the Integrator's profile from what it is at this moment, or writes down the first.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use ob_registry::{IntegratorProfile, MemoryStore, Registry};
    /// # let registry = Registry::open(MemoryStore::default()).await?;
    /// # let application_id = "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11".parse()?;
    /// let first = IntegratorProfile::new("Services AG", "int-1".parse()?, application_id)?;
    /// registry.edit("maria", "new")?.set_integrator(first.clone()).await?;
    /// let countries = ["DE".parse()?];
    /// let edit = registry.edit("john", "we opened there")?;
    /// let change = |old: Option<&IntegratorProfile>| {
    ///     old.unwrap_or(&first).clone().with_countries(countries)
    /// };
    /// edit.update_integrator(change).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Edit::set_integrator`].
    pub async fn update_integrator(
        self,
        change: impl Fn(Option<&IntegratorProfile>) -> IntegratorProfile + Send + Sync,
    ) -> Result<Revision, RegistryError> {
        self.refuse_expecting()?;
        self.commit(|draft| {
            let new = change(draft.base_profile().map(|old| &**old));
            draft.set_profile(Arc::new(new));
            Ok(())
        })
        .await
    }

    async fn change(
        &self,
        id: &BusinessId,
        change: impl Fn(&mut Draft<'_>) -> Result<(), RegistryError> + Send + Sync,
    ) -> Result<Revision, RegistryError> {
        self.commit(|draft| {
            if let Some(expected) = self.expecting {
                draft.expect(id, expected.version())?;
            }
            change(draft)
        })
        .await
    }

    /// An expectation that nothing asks for would be one that is silently dropped.
    pub(super) fn refuse_expecting(&self) -> Result<(), RegistryError> {
        let Some(expected) = self.expecting else {
            return Ok(());
        };
        let found = match expected {
            Expected::Absent => "none".to_owned(),
            Expected::At(version) => version.to_string(),
        };
        let needed = "a change of one third-party";
        Err(RegistryError::value("expected version", found, needed))
    }

    pub(super) async fn commit(
        &self,
        change: impl Fn(&mut Draft<'_>) -> Result<(), RegistryError> + Send + Sync,
    ) -> Result<Revision, RegistryError> {
        let Self { actor, reason, .. } = self;
        self.registry.commit((actor, reason), change).await
    }

    fn present(&self, id: &BusinessId) -> Result<Record, RegistryError> {
        let record = self.registry.record(id);
        record.ok_or_else(|| RegistryError::unknown(id, None))
    }
}
