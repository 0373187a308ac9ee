//! The record of one attempt, while it is made.

use super::Recorder;
use crate::Error;
use ob_core::{ActingFor, Code, ConsentId, Sent, SharedClock};
use ob_journal::{Outcome, Record};
use std::time::{Duration, SystemTime};

/// What is known about an attempt before it is made.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) party: ActingFor,
    pub(crate) operation: &'static str,
    pub(crate) consent: Option<ConsentId>,
    /// The id of ours that goes with the call; the platform's takes its place when it comes.
    pub(crate) interaction_id: String,
    pub(crate) attempt: u32,
}

/// An attempt whose record is being made. When it is dropped before it had an outcome, because
/// the caller gave up, it is recorded as cancelled all the same.
#[derive(Debug)]
pub(crate) struct Attempt<'a> {
    recorder: &'a Recorder,
    clock: &'a SharedClock,
    draft: Draft,
    time: SystemTime,
    started: Duration,
    sent: Sent,
    status: Option<u16>,
    recorded: bool,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(recorder: &'a Recorder, clock: &'a SharedClock, draft: Draft) -> Self {
        Self {
            recorder,
            clock,
            draft,
            time: clock.now(),
            started: clock.monotonic(),
            sent: Sent::No,
            status: None,
            recorded: false,
        }
    }

    /// The request is about to leave.
    pub(crate) fn sending(&mut self) {
        self.sent = Sent::Maybe;
    }

    /// An answer came.
    pub(crate) fn answered(&mut self, status: u16, correlation: Option<String>) {
        self.sent = Sent::Yes;
        self.status = Some(status);
        if let Some(correlation) = correlation {
            self.draft.interaction_id = correlation;
        }
    }

    pub(crate) fn status(&self) -> Option<u16> {
        self.status
    }

    pub(crate) fn correlation(&self) -> &str {
        &self.draft.interaction_id
    }

    pub(crate) async fn succeeded(self) {
        let status = self.status.unwrap_or_default();
        self.end(Outcome::Ok { status }).await;
    }

    pub(crate) async fn failed(self, error: &Error) {
        let outcome = match error.sent() {
            Sent::No => Outcome::Refused { code: error.code() },
            sent => Outcome::Failed {
                code: error.code(),
                status: error.status(),
                sent,
            },
        };
        self.end(outcome).await;
    }

    async fn end(mut self, outcome: Outcome) {
        self.recorded = true;
        let record = self.record(outcome);
        self.recorder.write(record).await;
    }

    fn record(&self, outcome: Outcome) -> Record {
        let draft = &self.draft;
        Record::new(&draft.party, draft.operation, self.time, outcome)
            .consent(draft.consent.clone())
            .correlation(Some(&draft.interaction_id))
            .attempt(draft.attempt)
            .duration(self.clock.monotonic().saturating_sub(self.started))
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if self.recorded {
            return;
        }
        let outcome = match self.sent {
            Sent::No => Outcome::Refused { code: Code::N499 },
            sent => Outcome::Failed {
                code: Code::N499,
                status: self.status,
                sent,
            },
        };
        self.recorder.keep(self.record(outcome));
    }
}
