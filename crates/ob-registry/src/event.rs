//! What happened to a registry.

use crate::{
    Actor, IntegratorProfile, Reason, Record, RegistryError, Revision, Standing, Status,
    ThirdParty, Version, timestamp,
};
use ob_core::BusinessId;
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::SystemTime};

/// One change of a registry: who did what, when and why. Events are only ever appended; played
/// from the first to the last they give the present state.
///
/// As JSON, schema `ob.registry-event/1`, it is what a [`Store`](crate::Store) keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct Event {
    revision: Revision,
    at: SystemTime,
    actor: Actor,
    reason: Reason,
    subject: Subject,
}

/// What an [`Event`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// A third-party was added, changed or removed.
    ThirdParty {
        /// Which one.
        business_id: BusinessId,
        /// Its version after the change; of a removed one, the last it had.
        version: Version,
        /// The status it had, unless it is new.
        from: Option<Status>,
        /// What it is now; nothing if it was removed.
        now: Option<Arc<ThirdParty>>,
    },
    /// The Integrator's profile was written down or changed.
    Integrator(Arc<IntegratorProfile>),
}

/// Who makes a change, when and why.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) at: SystemTime,
    pub(crate) actor: Actor,
    pub(crate) reason: Reason,
}

impl Event {
    pub(crate) fn new(revision: Revision, signature: &Signature, subject: Subject) -> Self {
        Self {
            revision,
            at: timestamp::cut(signature.at),
            actor: signature.actor.clone(),
            reason: signature.reason.clone(),
            subject,
        }
    }

    /// Reads what [`Event::to_json`] wrote.
    ///
    /// # Errors
    /// OB-R008 when it is something else, or of another version of obkit.
    pub fn from_json(json: &str) -> Result<Self, RegistryError> {
        serde_json::from_str(json).map_err(|error| crate::text::refused_json(&error))
    }

    /// Writes the event as one line of JSON.
    ///
    /// # Errors
    /// OB-R008 when it cannot be written; one that was made or read always can.
    pub fn to_json(&self) -> Result<String, RegistryError> {
        serde_json::to_string(self).map_err(|error| {
            RegistryError::store_caused("an event cannot be written as JSON", error)
        })
    }

    /// Its number: the revision that the registry came to by it.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// When it happened, by the clock of whoever did it, to the millisecond. The order of events
    /// is that of their revisions: clocks step.
    #[must_use]
    pub fn at(&self) -> SystemTime {
        self.at
    }

    /// Who did it.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    /// What it is about.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The third-party it is about, if it is about one.
    #[must_use]
    pub fn business_id(&self) -> Option<&BusinessId> {
        match &self.subject {
            Subject::ThirdParty { business_id, .. } => Some(business_id),
            Subject::Integrator(_) => None,
        }
    }

    /// The change of status: from (nothing, if it was added) and to (nothing, if it was removed);
    /// `None` when the status stayed.
    #[must_use]
    pub fn transition(&self) -> Option<(Option<Status>, Option<Status>)> {
        let Subject::ThirdParty { from, now, .. } = &self.subject else {
            return None;
        };
        let to = now.as_ref().map(|now| now.status());
        (*from != to).then_some((*from, to))
    }

    /// The third-party's record after this event, given the one before: how history is replayed.
    #[must_use]
    pub fn record_after(&self, before: Option<&Record>) -> Option<Record> {
        let Subject::ThirdParty { now, .. } = &self.subject else {
            return None;
        };
        let standing = || Standing {
            at: self.at,
            actor: self.actor.clone(),
            reason: self.reason.clone(),
        };
        let now = Arc::clone(now.as_ref()?);
        Some(Record::after(before, now, standing))
    }

    /// Whether it says of the third-party before it what is so.
    pub(crate) fn follows(&self, before: Option<&Record>) -> bool {
        let Subject::ThirdParty {
            version, from, now, ..
        } = &self.subject
        else {
            return true;
        };
        let was = before.map(|before| before.third_party().status());
        let after = Self::version_after(before.map(Record::version), now.is_some());
        *from == was && *version == after
    }

    /// The version that an event bears: the one that it made, or the last one of who is gone.
    pub(crate) fn version_after(before: Option<Version>, is_there: bool) -> Version {
        match before {
            Some(before) if is_there => before.next(),
            Some(before) => before,
            None => Version::FIRST,
        }
    }
}

/// The flat form of an event.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    schema: String,
    revision: Revision,
    #[serde(with = "timestamp")]
    at: SystemTime,
    actor: Actor,
    reason: Reason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    business_id: Option<BusinessId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<Version>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Status>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    third_party: Option<Arc<ThirdParty>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    integrator: Option<Arc<IntegratorProfile>>,
}

impl TryFrom<Unchecked> for Event {
    type Error = String;

    fn try_from(it: Unchecked) -> Result<Self, String> {
        if it.schema != SCHEMA {
            let found = ob_core::Shown(&it.schema);
            return Err(format!("the schema is {found}, needs {SCHEMA}"));
        }
        let subject = match (it.business_id, it.version, it.integrator) {
            (Some(business_id), Some(version), None) => Subject::ThirdParty {
                business_id,
                version,
                from: it.from,
                now: it.third_party,
            },
            (None, None, Some(profile)) => Subject::Integrator(profile),
            _ => return Err("an event is about one third-party or about the integrator".into()),
        };
        Ok(Self {
            revision: it.revision,
            at: it.at,
            actor: it.actor,
            reason: it.reason,
            subject,
        })
    }
}

impl From<Event> for Unchecked {
    fn from(it: Event) -> Self {
        let flat = Self {
            schema: SCHEMA.to_owned(),
            revision: it.revision,
            at: it.at,
            actor: it.actor,
            reason: it.reason,
            business_id: None,
            version: None,
            from: None,
            third_party: None,
            integrator: None,
        };
        match it.subject {
            Subject::Integrator(profile) => Self {
                integrator: Some(profile),
                ..flat
            },
            Subject::ThirdParty {
                business_id,
                version,
                from,
                now,
            } => Self {
                business_id: Some(business_id),
                version: Some(version),
                from,
                third_party: now,
                ..flat
            },
        }
    }
}

const SCHEMA: &str = "ob.registry-event/1";
