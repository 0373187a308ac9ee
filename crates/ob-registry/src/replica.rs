//! What processes that serve from one registry tell each other.

use crate::{ReplicaName, Revision, timestamp};
use async_trait::async_trait;
use ob_core::BusinessId;
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

/// What a replica says of itself, about once a second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplicaReport {
    /// Its name.
    pub replica: ReplicaName,
    /// When it began to follow the registry, by its own clock.
    #[serde(with = "timestamp")]
    pub started_at: SystemTime,
    /// The revision whose state it served first. What happened before, it never served otherwise.
    pub since: Revision,
    /// The revision whose state it serves.
    pub revision: Revision,
}

/// A replica says: this third-party is out of service here, and its last call has left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// Which replica.
    pub replica: ReplicaName,
    /// The third-party.
    pub business_id: BusinessId,
    /// The event that took it out of service.
    pub revision: Revision,
    /// From this moment on nothing new was sent for it; by the replica's clock, rounded up to the
    /// millisecond.
    #[serde(with = "timestamp")]
    pub effective_at: SystemTime,
    /// When its last call was sent, if one was sent since the replica started.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional")]
    pub last_call_at: Option<SystemTime>,
    /// When the last call that was already on its way had ended, rounded up in the same way.
    #[serde(with = "timestamp")]
    pub quiet_at: SystemTime,
}

/// Withdraws a third-party from the service of a replica; see
/// [`Registry::follow_as`](crate::Registry::follow_as).
#[async_trait]
pub trait Attendant: Send + Sync {
    /// The third-party was taken out of service: the registry refuses it from now on. Forget what
    /// is held for it, and come back when the last call that was on its way has ended, with the
    /// moment that it was sent at.
    async fn withdraw(&self, id: &BusinessId) -> Option<SystemTime>;

    /// From now on every receipt asks this replica, and everything that was decided before is
    /// shown here: it may serve. Whoever serves earlier could be forgotten by a receipt.
    async fn announced(&self) {}
}

/// What is known about a suspension, replica by replica.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The third-party.
    pub business_id: BusinessId,
    /// The event that took it out of service.
    pub revision: Revision,
    /// When it was written down.
    pub committed_at: SystemTime,
    /// The event that put it back into service since, if there is one: the receipt is past then.
    pub resumed: Option<Revision>,
    /// Every replica that is known to be running, or acknowledged.
    pub replicas: Vec<ReceiptLine>,
}

/// One replica in a [`Receipt`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptLine {
    /// Its name.
    pub replica: ReplicaName,
    /// What it said.
    pub state: ReceiptState,
}

/// What a replica said about a suspension.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReceiptState {
    /// It is out of service there.
    Quiet(Acknowledgement),
    /// It lives and has not said so yet: a call may still be on its way.
    Waiting {
        /// How long ago it was last heard of.
        heard: Duration,
    },
    /// It began to serve when the third-party was out of service already, so there was nothing to
    /// withdraw.
    StartedAfter {
        /// When it began, by its own clock.
        started_at: SystemTime,
    },
    /// It was not heard of for a while, so it does not live or cannot reach the store.
    Silent {
        /// How long ago it was last heard of.
        heard: Duration,
    },
}

impl Receipt {
    /// A replica reports about once a second; one that did not for so long is silent.
    pub const SILENT_AFTER: Duration = Duration::from_secs(5);

    /// From when on no replica sends for the third-party any more, if all of them said so. Nothing
    /// if none is known: nobody was asked then. Nothing either if it was resumed since.
    #[must_use]
    pub fn quiet_at(&self) -> Option<SystemTime> {
        if self.replicas.is_empty() || self.resumed.is_some() {
            return None;
        }
        let mut latest = self.committed_at;
        for line in &self.replicas {
            match &line.state {
                ReceiptState::Quiet(it) => latest = latest.max(it.quiet_at).max(it.effective_at),
                // By the order of the revisions, whatever its clock says.
                ReceiptState::StartedAfter { .. } => {}
                _ => return None,
            }
        }
        Some(latest)
    }
}

mod optional {
    use crate::timestamp;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
    use std::time::SystemTime;

    #[expect(clippy::ref_option, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(
        at: &Option<SystemTime>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        at.map(timestamp::to_text).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<SystemTime>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        let read = text.map(|text| timestamp::from_text(&text));
        read.transpose().map_err(D::Error::custom)
    }
}
