//! Whether a suspension is in force everywhere.

use super::{Registry, follow::taken_out_of_service};
use crate::{
    Event, HistoryQuery, Receipt, ReceiptLine, ReceiptState, RegistryError, ReplicaName, Revision,
    Status,
};
use ob_core::BusinessId;
use std::{collections::BTreeMap, time::Duration};
use tokio::time::{Instant, sleep};

impl Registry {
    /// The receipt of the last time that a third-party was taken out of service: waits until
    /// every replica that lives has acknowledged it, at most for `patience`.
    ///
    /// A replica that started later is not waited for: it never served the third-party otherwise,
    /// or only because it was resumed since. Nor is one that was not heard of for
    /// [`Receipt::SILENT_AFTER`]; it is named as silent: it does not live, or it cannot reach the
    /// store and serves the last state it knew until its maximum age.
    ///
    /// Nor is anybody waited for when it was resumed meanwhile: [`Receipt::resumed`].
    ///
    /// # Errors
    /// OB-R001 when the third-party was never taken out of service, OB-R008 when the store cannot
    /// be read.
    pub async fn receipt(
        &self,
        id: &BusinessId,
        patience: Duration,
    ) -> Result<Receipt, RegistryError> {
        let event = self.withdrawn_by(id).await?;
        let begin = Instant::now();
        loop {
            let replicas = self.lines(event.revision()).await?;
            // After the lines: what they say holds until then.
            let resumed = self.resumed_by(&event).await?;
            let waiting = |line: &ReceiptLine| matches!(line.state, ReceiptState::Waiting { .. });
            let in_force = resumed.is_none() && replicas.iter().any(waiting);
            if !in_force || begin.elapsed() >= patience {
                return Ok(Receipt {
                    business_id: id.clone(),
                    revision: event.revision(),
                    committed_at: event.at(),
                    resumed,
                    replicas,
                });
            }
            sleep(POLL).await;
        }
    }

    /// The newest event that took it out of service; a long history is not read for it at once.
    async fn withdrawn_by(&self, id: &BusinessId) -> Result<Event, RegistryError> {
        for limit in [Some(FEW), None] {
            let query = HistoryQuery {
                business_id: Some(id.clone()),
                newest_first: true,
                limit,
                ..HistoryQuery::default()
            };
            let mut events = self.0.store.history(&query).await?.into_iter();
            if let Some(event) = events.find(|it| taken_out_of_service(it).is_some()) {
                return Ok(event);
            }
        }
        Err(RegistryError::never_withdrawn(id))
    }

    /// The event that put it back into service after this one.
    async fn resumed_by(&self, withdrawn: &Event) -> Result<Option<Revision>, RegistryError> {
        let query = HistoryQuery {
            business_id: withdrawn.business_id().cloned(),
            after: withdrawn.revision(),
            ..HistoryQuery::default()
        };
        let events = self.0.store.history(&query).await?.into_iter();
        let mut back = events.filter(|event| {
            let to = event.transition().and_then(|(_, to)| to);
            to == Some(Status::Active)
        });
        Ok(back.next().map(|event| event.revision()))
    }

    async fn lines(&self, revision: Revision) -> Result<Vec<ReceiptLine>, RegistryError> {
        let mut lines: BTreeMap<ReplicaName, ReceiptState> = BTreeMap::new();
        for (report, heard) in self.0.store.replicas().await? {
            let state = if report.since >= revision {
                ReceiptState::StartedAfter {
                    started_at: report.started_at,
                }
            } else if heard < Receipt::SILENT_AFTER {
                ReceiptState::Waiting { heard }
            } else {
                ReceiptState::Silent { heard }
            };
            lines.insert(report.replica, state);
        }
        for acknowledgement in self.0.store.acknowledgements(revision).await? {
            let replica = acknowledgement.replica.clone();
            lines.insert(replica, ReceiptState::Quiet(acknowledgement));
        }
        let lines = lines.into_iter();
        Ok(lines
            .map(|(replica, state)| ReceiptLine { replica, state })
            .collect())
    }
}

/// So many events of one third-party are enough to find the last withdrawal, nearly always.
const FEW: usize = 64;
const POLL: Duration = Duration::from_millis(50);
