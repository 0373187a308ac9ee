//! A third-party as the registry keeps it.

use crate::{
    Actor, Reason, RegistryError, Status, ThirdParty, Version,
    pool::Pool,
    third_party::{Object, Row},
    timestamp,
};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::SystemTime};

/// A third-party, its version, and since when and why it stands where it stands.
///
/// As JSON it is the third-party's own row with `version` and `standing` beside its fields: what
/// a [`Store`](crate::Store) keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Object<Row>", into = "Row")]
pub struct Record {
    third_party: Arc<ThirdParty>,
    version: Version,
    standing: Option<Arc<Standing>>,
}

/// Since when, by whom and why a third-party is in its present status.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// When it came into this status.
    #[serde(with = "timestamp")]
    pub at: SystemTime,
    /// Who moved it there.
    pub actor: Actor,
    /// Why.
    pub reason: Reason,
}

impl Record {
    pub(crate) fn new(
        third_party: impl Into<Arc<ThirdParty>>,
        version: Version,
        standing: Option<Standing>,
    ) -> Self {
        Self {
            third_party: third_party.into(),
            version,
            standing: standing.map(Arc::new),
        }
    }

    /// Reads what [`Record::to_json`] wrote.
    ///
    /// # Errors
    /// OB-R008 when it is something else, OB-R009 when the third-party contradicts itself.
    pub fn from_json(json: &str) -> Result<Self, RegistryError> {
        crate::text::record_from_json(json)
    }

    /// Writes the record as one line of JSON.
    ///
    /// # Errors
    /// OB-R008 when it cannot be written; a checked one always can.
    pub fn to_json(&self) -> Result<String, RegistryError> {
        serde_json::to_string(self).map_err(|error| {
            RegistryError::store_caused("a record cannot be written as JSON", error)
        })
    }

    /// The third-party.
    #[must_use]
    pub fn third_party(&self) -> &Arc<ThirdParty> {
        &self.third_party
    }

    /// How often it was changed.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Since when and why it is in its status, if that was written down.
    #[must_use]
    pub fn standing(&self) -> Option<&Standing> {
        self.standing.as_deref()
    }

    /// The record after a change: the next version, and a new standing where the status changed.
    pub(crate) fn after(
        before: Option<&Self>,
        now: Arc<ThirdParty>,
        standing: impl FnOnce() -> Standing,
    ) -> Self {
        let version = before.map_or(Version::FIRST, |before| before.version.next());
        let stayed = before.filter(|before| before.status() == now.status());
        let standing = match stayed {
            Some(before) => before.standing.clone(),
            None => Some(Arc::new(standing())),
        };
        Self {
            third_party: now,
            version,
            standing,
        }
    }

    fn status(&self) -> Status {
        self.third_party.status()
    }

    /// Shares what many records have in common.
    pub(crate) fn share(mut self, pool: &mut Pool) -> Self {
        if let Some(third_party) = Arc::get_mut(&mut self.third_party) {
            third_party.share(pool);
        }
        self.standing = self
            .standing
            .as_ref()
            .map(|standing| pool.standing(standing));
        self
    }
}
