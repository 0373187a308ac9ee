//! One call: from an operation value to its typed answer.

mod attempt;
mod run;

use crate::{ConsentRef, Error, Integrator, door::Acting};
use ob_api::Operation;
use ob_auth::SealedToken;
use ob_core::{ActingFor, Code};
use std::{sync::Arc, time::Duration};
use tracing::Instrument as _;

/// A call that has not been made yet: an operation, for one third-party.
///
/// [`Call::send`] makes it. Each attempt consults the registry, gets its token and a fresh
/// proof, is compared with the third-party once more when its headers are written, and leaves
/// one record in the journal.
#[derive(Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct Call<O> {
    integrator: Integrator,
    acting: Acting,
    operation: O,
    consent: Option<ConsentRef>,
    token: Option<Arc<SealedToken>>,
    idempotency_key: Option<String>,
    deadline: Option<Duration>,
}

impl<O: Operation> Call<O> {
    pub(crate) fn new(integrator: &Integrator, acting: &Acting, operation: O) -> Self {
        Self {
            integrator: integrator.clone(),
            acting: acting.clone(),
            operation,
            consent: None,
            token: None,
            idempotency_key: None,
            deadline: None,
        }
    }

    pub(crate) fn party(&self) -> &ActingFor {
        self.acting.party()
    }

    /// Changes the operation before it is sent, for example to set a filter.
    pub fn with(mut self, change: impl FnOnce(O) -> O) -> Self {
        self.operation = change(self.operation);
        self
    }

    /// Declares whose consent the call touches: another third-party's is refused (`OB-X003`).
    pub fn consent(mut self, consent: &ConsentRef) -> Self {
        self.consent = Some(consent.clone());
        self
    }

    /// Presents this token instead of asking for one. It is compared with the third-party like
    /// any other: a foreign one is refused (`OB-X001`), unsent.
    pub fn token(mut self, token: Arc<SealedToken>) -> Self {
        self.token = Some(token);
        self
    }

    /// Sets the idempotency key: a UUID of your own, so that a repetition after a restart has the
    /// same effect once. By default a fresh one is made per call.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// Sets how long the whole call may take, its token and all its attempts included.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Makes the call.
    ///
    /// # Errors
    /// [`Error`] says by its code what happened, and by [`Error::sent`] whether the call left
    /// this process.
    pub async fn send(self) -> Result<O::Output, Error> {
        let name = self.operation.name();
        let party = self.party().business_id().clone();
        // The third-party is on the span and in the journal, never a metric's label.
        let span = tracing::info_span!("call", operation = name, third_party = %party);
        let run = Box::pin(run::run(&self).instrument(span));
        let outcome = match self.deadline {
            None => run.await,
            Some(deadline) => tokio::time::timeout(deadline, run)
                .await
                .unwrap_or_else(|_| Err(past(deadline))),
        };
        outcome.map_err(|error| error.about(&party, name))
    }
}

fn past(deadline: Duration) -> Error {
    let why = format!("the deadline of {} ms passed", deadline.as_millis());
    Error::new(Code::N499, why).with(|parts| {
        parts.sent = ob_core::Sent::Maybe;
        parts.retry = ob_core::Retry::Backoff;
    })
}
