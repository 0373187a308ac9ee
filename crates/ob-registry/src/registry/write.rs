//! Changes: one at a time, checked, stored first, shown second.

use super::Registry;
use crate::{
    Actor, Commit, Event, IntegratorProfile, Reason, Record, RegistryError, Revision, Since,
    Status, Subject, ThirdParty, Version,
    event::Signature,
    snapshot::{Change, Snapshot},
};
use ob_core::BusinessId;
use std::{collections::BTreeMap, sync::Arc, time::SystemTime};

impl Registry {
    /// Decides on the present state, stores, shows; again, if somebody else was faster.
    pub(super) async fn commit(
        &self,
        (actor, reason): (&Actor, &Reason),
        change: impl Fn(&mut Draft<'_>) -> Result<(), RegistryError> + Send + Sync,
    ) -> Result<Revision, RegistryError> {
        let _writer = self.0.writer.lock().await;
        let mut attempts = 0;
        let mut is_fresh = false;
        loop {
            let signature = Signature {
                at: self.0.clock.now(),
                actor: actor.clone(),
                reason: reason.clone(),
            };
            let old = self.0.snapshot.load_full();
            let mut draft = Draft::new(&old, signature);
            let decided = change(&mut draft).and_then(|()| draft.finish());
            if !is_fresh && !matches!(decided, Ok(Some(_))) {
                // A refusal, or that nothing is to be done, may be about a state that is past.
                is_fresh = true;
                match (self.catch_up_locked().await, decided) {
                    (Ok(true), _) => continue,
                    (_, Err(refusal)) => return Err(refusal),
                    (Err(error), Ok(_)) => return Err(error),
                    (Ok(false), Ok(_)) => return Ok(old.revision()),
                }
            }
            let Some((commit, next)) = decided? else {
                return Ok(old.revision());
            };
            match self.0.store.commit(&commit).await {
                Ok(()) => {
                    let revision = next.revision();
                    self.show(Arc::new(next));
                    self.0.heard.now(&self.0.clock);
                    return Ok(revision);
                }
                Err(error) if error.is_conflict() && attempts < MOST_ATTEMPTS => {
                    attempts += 1;
                    self.catch_up_locked().await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Shows what others changed since. Whether there was something.
    ///
    /// # Errors
    /// OB-R008 when the store cannot be read; OB-R002 or OB-C202 when what it holds collides. The
    /// old state stays then.
    pub async fn catch_up(&self) -> Result<bool, RegistryError> {
        let _writer = self.0.writer.lock().await;
        self.catch_up_locked().await
    }

    /// Ends what the store holds open; a SQLite file is whole without its companions then. What is
    /// shown stays; changes and looks at the history fail from now on, where the store says so.
    pub async fn close(&self) {
        let _writer = self.0.writer.lock().await;
        self.0.store.close().await;
    }

    /// Reads the store again, whole, and shows what is in it. The store is the truth here: no
    /// transition is checked.
    ///
    /// # Errors
    /// As [`Registry::catch_up`].
    pub async fn reload(&self) -> Result<(), RegistryError> {
        let _writer = self.0.writer.lock().await;
        let loaded = self.0.store.load().await;
        let read = loaded.and_then(|loaded| Snapshot::of(loaded, self.0.integrator.clone()));
        self.heard(read.map(Some)).map(drop)
    }

    async fn catch_up_locked(&self) -> Result<bool, RegistryError> {
        let new = self.newer().await;
        self.heard(new)
    }

    /// What the store holds, if that is not what is shown.
    async fn newer(&self) -> Result<Option<Snapshot>, RegistryError> {
        let old = self.0.snapshot.load_full();
        let loaded = match self.0.store.since(old.revision()).await? {
            Since::Nothing => return Ok(None),
            Since::Events(events) => match replayed(&old, &events) {
                Some(new) => return new.map(Some),
                None => self.0.store.load().await?,
            },
            Since::Everything(loaded) => *loaded,
        };
        Snapshot::of(loaded, self.0.integrator.clone()).map(Some)
    }

    /// The store was heard of only when what it said is shown: a state that is refused makes
    /// what is shown no younger.
    fn heard(
        &self,
        answer: Result<Option<Snapshot>, RegistryError>,
    ) -> Result<bool, RegistryError> {
        match answer {
            Ok(new) => {
                let is_new = new.is_some();
                if let Some(new) = new {
                    self.show(Arc::new(new));
                }
                self.0.heard.now(&self.0.clock);
                Ok(is_new)
            }
            Err(error) => {
                self.0.heard.failed(&error, &self.0.clock);
                Err(error)
            }
        }
    }
}

/// The state after these events, or `None` if one is missing between them or does not follow from
/// what is shown: another history may have been put in the place of this one.
fn replayed(old: &Snapshot, events: &[Event]) -> Option<Result<Snapshot, RegistryError>> {
    let mut change = Change {
        revision: old.revision(),
        ..Change::default()
    };
    let mut now: BTreeMap<&BusinessId, Option<Record>> = BTreeMap::new();
    for event in events {
        if event.revision() != change.revision.next() {
            return None;
        }
        change.revision = event.revision();
        match event.subject() {
            Subject::Integrator(profile) => change.profile = Some(Arc::clone(profile)),
            Subject::ThirdParty { business_id, .. } => {
                let known = || Some(old.by_business_id(business_id)?.record().clone());
                let before = now.get(business_id).cloned().unwrap_or_else(known);
                if !event.follows(before.as_ref()) {
                    return None;
                }
                now.insert(business_id, event.record_after(before.as_ref()));
            }
        }
    }
    for (id, record) in now {
        match record {
            Some(record) => change.put.push(record),
            None => change.removed.push(id.clone()),
        }
    }
    Some(old.after(&change))
}

/// A change while it is thought out: what it will write, beside the state it is made from.
pub(super) struct Draft<'a> {
    base: &'a Snapshot,
    signature: Signature,
    events: Vec<Event>,
    now: BTreeMap<BusinessId, Option<Record>>,
    profile: Option<Arc<IntegratorProfile>>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(base: &'a Snapshot, signature: Signature) -> Self {
        Self {
            base,
            signature,
            events: Vec::new(),
            now: BTreeMap::new(),
            profile: None,
        }
    }

    pub(super) fn find(&self, id: &BusinessId) -> Option<&Record> {
        match self.now.get(id) {
            Some(changed) => changed.as_ref(),
            None => Some(self.base.by_business_id(id)?.record()),
        }
    }

    pub(super) fn base_revision(&self) -> Revision {
        self.base.revision()
    }

    pub(super) fn base_profile(&self) -> Option<&Arc<IntegratorProfile>> {
        self.base.profile()
    }

    pub(super) fn get(&self, id: &BusinessId) -> Result<&Record, RegistryError> {
        match self.find(id) {
            Some(record) => Ok(record),
            None => self.base.get(id).map(|entry| entry.record()),
        }
    }

    /// At this version, or absent.
    pub(super) fn expect(
        &self,
        id: &BusinessId,
        expected: Option<Version>,
    ) -> Result<(), RegistryError> {
        let found = self.find(id).map(Record::version);
        if found == expected {
            Ok(())
        } else {
            Err(RegistryError::lost_update(id, expected, found))
        }
    }

    pub(super) fn put(&mut self, new: Arc<ThirdParty>) -> Result<(), RegistryError> {
        let id = new.business_id().clone();
        let old = self
            .find(&id)
            .map(|record| Arc::clone(record.third_party()));
        let from = old.as_ref().map(|old| old.status());
        if let Some(from) = from
            && from != new.status()
            && !from.may_become(new.status())
        {
            return Err(RegistryError::transition(&id, from, new.status()));
        }
        if old.as_ref() == Some(&new) {
            return Ok(());
        }
        if new.status() == Status::Active && !is_vouched_for(old.as_deref(), &new) {
            refuse_unfit(&new, self.signature.at)?;
        }
        self.note(id, from, Some(new));
        Ok(())
    }

    pub(super) fn remove(&mut self, id: &BusinessId) -> Result<(), RegistryError> {
        let status = self.get(id)?.third_party().status();
        if status != Status::Draft {
            return Err(RegistryError::not_removable(id, status));
        }
        self.note(id.clone(), Some(status), None);
        Ok(())
    }

    pub(super) fn set_profile(&mut self, profile: Arc<IntegratorProfile>) {
        let old = self.profile.as_ref().or(self.base.profile());
        if old == Some(&profile) {
            return;
        }
        let subject = Subject::Integrator(Arc::clone(&profile));
        self.push(subject);
        self.profile = Some(profile);
    }

    fn note(&mut self, id: BusinessId, from: Option<Status>, now: Option<Arc<ThirdParty>>) {
        let before = self.find(&id).cloned();
        let version = before.as_ref().map(Record::version);
        let subject = Subject::ThirdParty {
            business_id: id.clone(),
            version: Event::version_after(version, now.is_some()),
            from,
            now,
        };
        let record = self.push(subject).record_after(before.as_ref());
        self.now.insert(id, record);
    }

    fn push(&mut self, subject: Subject) -> Event {
        let last = self
            .events
            .last()
            .map_or(self.base.revision(), Event::revision);
        let event = Event::new(last.next(), &self.signature, subject);
        self.events.push(event.clone());
        event
    }

    /// What is to be stored and what is to be shown; nothing, if nothing changed.
    pub(super) fn finish(self) -> Result<Option<(Commit, Snapshot)>, RegistryError> {
        let Some(last) = self.events.last() else {
            return Ok(None);
        };
        let mut change = Change {
            revision: last.revision(),
            profile: self.profile.clone(),
            ..Change::default()
        };
        for (id, record) in self.now {
            match record {
                Some(record) => change.put.push(record),
                None => change.removed.push(id),
            }
        }
        let next = self.base.after(&change)?;
        let commit = Commit {
            base: self.base.revision(),
            events: self.events,
            put: change.put,
            removed: change.removed,
            integrator: self.profile,
        };
        Ok(Some((commit, next)))
    }
}

/// Whether nothing changed of what its certificates are judged by: a note may be changed while a
/// certificate lapses.
fn is_vouched_for(old: Option<&ThirdParty>, new: &ThirdParty) -> bool {
    old.is_some_and(|old| {
        old.status() == Status::Active
            && old.licence() == new.licence()
            && old.legal_name() == new.legal_name()
            && old.organization_identifier() == new.organization_identifier()
    })
}

/// # Errors
/// OB-C201 and OB-C202: the first thing that is wrong with its certificates.
fn refuse_unfit(new: &ThirdParty, now: SystemTime) -> Result<(), RegistryError> {
    match new.certificate_problems(now).into_iter().next() {
        None => Ok(()),
        Some(problem) => Err(RegistryError::certificate(
            new.business_id(),
            problem.code(),
            format!("has an unfit {problem}"),
        )),
    }
}

/// Others change the registry at the same time; so often in a row is no coincidence.
const MOST_ATTEMPTS: u32 = 1_000;
