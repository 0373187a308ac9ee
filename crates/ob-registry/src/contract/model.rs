//! What a store should hold, worked out beside it.

use super::{Outcome, Wrong, demand};
use crate::{
    Commit, Event, IntegratorProfile, Loaded, Record, Revision, Since, Store, Subject, ThirdParty,
    Version, event::Signature,
};
use ob_core::BusinessId;
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

/// One step of a commit.
pub(super) enum Step {
    Put(ThirdParty),
    Remove(BusinessId),
    Profile(IntegratorProfile),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) events: Vec<Event>,
    records: BTreeMap<BusinessId, Record>,
    profile: Option<Arc<IntegratorProfile>>,
    /// Where the model began: a store is asked for what came after that.
    begin: Revision,
}

impl Model {
    pub(super) fn revision(&self) -> Revision {
        self.events.last().map_or(self.begin, Event::revision)
    }

    /// What a store holds that others wrote to.
    pub(super) fn of(loaded: &Loaded) -> Self {
        let records = loaded.records();
        let by_id = |it: &Record| (it.third_party().business_id().clone(), it.clone());
        Self {
            events: Vec::new(),
            records: records.map(by_id).collect(),
            profile: loaded.integrator().cloned(),
            begin: loaded.revision(),
        }
    }

    /// The commit of these steps, which the model has made already.
    pub(super) fn commit(&mut self, steps: Vec<Step>) -> Result<Commit, Wrong> {
        let base = self.revision();
        let first = self.events.len();
        let mut removed = Vec::new();
        let mut put = Vec::new();
        let mut integrator = None;
        for step in steps {
            let revision = self.revision().next();
            let signature = Signature {
                at: UNIX_EPOCH + Duration::from_millis(BEGIN + revision.get()),
                actor: "contract".parse()?,
                reason: format!("step {revision} – „geprüft“").parse()?,
            };
            let subject = self.subject(&step);
            let event = Event::new(revision, &signature, subject);
            self.apply(&event);
            self.events.push(event);
            match step {
                Step::Put(it) => put.push(it.business_id().clone()),
                Step::Remove(id) => removed.push(id),
                Step::Profile(it) => integrator = Some(Arc::new(it)),
            }
        }
        let put = put.iter().filter_map(|id| self.records.get(id));
        Ok(Commit {
            base,
            put: put.cloned().collect(),
            events: self.events.get(first..).unwrap_or_default().to_vec(),
            removed,
            integrator,
        })
    }

    /// Makes a commit here and there.
    pub(super) async fn write(&mut self, store: &dyn Store, steps: Vec<Step>) -> Outcome {
        let commit = self.commit(steps)?;
        Ok(store.commit(&commit).await?)
    }

    fn subject(&self, step: &Step) -> Subject {
        let (id, now) = match step {
            Step::Profile(profile) => return Subject::Integrator(Arc::new(profile.clone())),
            Step::Put(now) => (now.business_id(), Some(Arc::new(now.clone()))),
            Step::Remove(id) => (id, None),
        };
        let before = self.records.get(id);
        let version = before.map(Record::version);
        Subject::ThirdParty {
            business_id: id.clone(),
            version: match (version, &now) {
                (Some(version), Some(_)) => version.next(),
                (Some(version), None) => version,
                (None, _) => Version::FIRST,
            },
            from: before.map(|it| it.third_party().status()),
            now,
        }
    }

    pub(super) fn apply(&mut self, event: &Event) {
        match event.subject() {
            Subject::Integrator(profile) => self.profile = Some(Arc::clone(profile)),
            Subject::ThirdParty { business_id, .. } => {
                let before = self.records.get(business_id);
                match event.record_after(before) {
                    Some(record) => drop(self.records.insert(business_id.clone(), record)),
                    None => drop(self.records.remove(business_id)),
                }
            }
        }
    }

    /// Whether a store's content is the model's.
    pub(super) fn compare(&self, loaded: &Loaded) -> Outcome {
        let (found, needed) = (loaded.revision(), self.revision());
        demand(found == needed, || {
            format!("it stands at revision {found}, needs {needed}")
        })?;
        let (found, needed) = (loaded.len(), self.records.len());
        demand(found == needed, || {
            format!("it holds {found} records, needs {needed}")
        })?;
        for record in loaded.records() {
            let id = record.third_party().business_id();
            let known = self.records.get(id);
            demand(known == Some(record), || {
                format!("the record of {id} is {record:?}, needs {known:?}")
            })?;
        }
        demand(loaded.integrator() == self.profile.as_ref(), || {
            format!(
                "the integrator's profile is {:?}, needs {:?}",
                loaded.integrator(),
                self.profile
            )
        })
    }

    /// Whether what happened since this older state leads to `now`.
    pub(super) fn follow(mut self, since: Since, now: &Self) -> Outcome {
        let seen = self.revision();
        let events = match since {
            Since::Everything(loaded) => return now.compare(&loaded),
            Since::Nothing if seen == now.revision() => return Ok(()),
            Since::Nothing => return Err(format!("since {seen} nothing happened, it says").into()),
            Since::Events(events) => events,
        };
        for event in events {
            let (found, needed) = (event.revision(), self.revision().next());
            demand(found == needed, || {
                format!("event {found} came where {needed} is next")
            })?;
            self.apply(&event);
            self.events.push(event);
        }
        demand(self.revision() == now.revision(), || {
            format!(
                "the events end at {}, needs {}",
                self.revision(),
                now.revision()
            )
        })?;
        demand(
            self.records == now.records && self.profile == now.profile,
            || "the events lead to another state than the present one".to_owned(),
        )
    }
}

/// 2026-11-23T10:00:00Z in milliseconds.
const BEGIN: u64 = 1_795_428_000_000;
