//! Whether a suspension is in force everywhere.

use super::{Registry, follow::taken_out_of_service};
use crate::{
    Event, HistoryQuery, Receipt, ReceiptLine, ReceiptState, RegistryError, ReplicaName, Revision,
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
            let waiting = |line: &ReceiptLine| matches!(line.state, ReceiptState::Waiting { .. });
            if !replicas.iter().any(waiting) || begin.elapsed() >= patience {
                return Ok(Receipt {
                    business_id: id.clone(),
                    revision: event.revision(),
                    committed_at: event.at(),
                    replicas,
                });
            }
            sleep(POLL).await;
        }
    }

    async fn withdrawn_by(&self, id: &BusinessId) -> Result<Event, RegistryError> {
        let query = HistoryQuery {
            business_id: Some(id.clone()),
            newest_first: true,
            ..HistoryQuery::default()
        };
        let events = self.0.store.history(&query).await?;
        let found = events
            .into_iter()
            .find(|it| taken_out_of_service(it).is_some());
        found.ok_or_else(|| RegistryError::never_withdrawn(id))
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

const POLL: Duration = Duration::from_millis(50);
