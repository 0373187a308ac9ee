//! The attempt loop: everything that is repeated is repeated here, above signing.

use super::{
    Call,
    attempt::{self, Again, Failed},
};
use crate::{
    Error,
    retry::{Failure, Wait},
};
use http::HeaderValue;
use ob_api::Operation;
use ob_core::{Code, Sent, SharedEntropy};
use std::time::Duration;

/// What belongs to the call as a whole and stays the same over its attempts.
#[derive(Debug)]
pub(super) struct Marks {
    pub(super) interaction_id: String,
    pub(super) idempotency_key: Option<String>,
    pub(super) attempt: u32,
}

/// How often the call was repeated for reasons that are not failures of the platform.
#[derive(Debug, Default)]
struct Extra {
    nonces: u32,
    /// The nonce that the last of them was repeated for.
    nonce: Option<HeaderValue>,
    tokens: u32,
}

pub(super) async fn run<O: Operation>(call: &Call<O>) -> Result<O::Output, Error> {
    let mut sent = Sent::No;
    let outcome = attempts(call, &mut sent).await;
    // An attempt that was refused here takes nothing back of what an earlier one may have done.
    outcome.map_err(|error| error.with(|parts| parts.sent = further(parts.sent, sent)))
}

async fn attempts<O: Operation>(call: &Call<O>, sent: &mut Sent) -> Result<O::Output, Error> {
    let mut marks = Marks::new(call)?;
    let mut extra = Extra::default();
    loop {
        marks.attempt += 1;
        let failed = match attempt::attempt(call, &marks).await {
            Ok(output) => return Ok(output),
            Err(failed) => failed,
        };
        let Failed { error, again } = failed;
        *sent = further(*sent, error.sent());
        let wait = match again {
            Again::No => return Err(error),
            Again::Nonce(given) => extra.nonce(given, &error)?,
            Again::Token if extra.tokens == 0 && call.token.is_none() => extra.token(),
            Again::Token => return Err(error),
            Again::Transient => match call.wait(&marks, &extra, &error)? {
                Some(wait) => wait,
                None => return Err(error),
            },
        };
        tracing::debug!(code = %error.code(), attempt = marks.attempt, ?wait, "the attempt is repeated");
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }
}

/// How far a call got whose attempts got this far.
fn further(one: Sent, other: Sent) -> Sent {
    match (one, other) {
        (Sent::Yes, _) | (_, Sent::Yes) => Sent::Yes,
        (Sent::Maybe, _) | (_, Sent::Maybe) => Sent::Maybe,
        (Sent::No, Sent::No) => Sent::No,
    }
}

impl Extra {
    /// One retry per request; a second, different nonce allows one more; then stop (R078).
    fn nonce(&mut self, given: Option<HeaderValue>, error: &Error) -> Result<Duration, Error> {
        let another = given.is_some() && given != self.nonce;
        if another && self.nonces < MAX_NONCE_RETRIES {
            self.nonces += 1;
            self.nonce = given;
            return Ok(Duration::ZERO);
        }
        let why = if another {
            "the server replaced its nonce again and again"
        } else {
            "the server asked for a nonce and gave none that is new"
        };
        Err(Error::new(Code::D302, why).with(|parts| {
            parts.status = error.status();
            parts.sent = error.sent();
            parts.correlation = error.correlation().map(str::to_owned);
        }))
    }

    fn token(&mut self) -> Duration {
        self.tokens += 1;
        Duration::ZERO
    }
}

impl Marks {
    fn new<O: Operation>(call: &Call<O>) -> Result<Self, Error> {
        let entropy = &call.integrator.parts.entropy;
        let idempotency_key = match (call.operation.idempotency(), &call.idempotency_key) {
            (ob_api::Idempotency::Key, Some(key)) => Some(checked_key(key)?),
            (ob_api::Idempotency::Key, None) => Some(random_uuid(entropy)?),
            _ => None,
        };
        Ok(Self {
            interaction_id: random_uuid(entropy)?,
            idempotency_key,
            attempt: 0,
        })
    }
}

impl<O: Operation> Call<O> {
    /// How long to wait before the call is repeated after a transient failure.
    fn wait(&self, marks: &Marks, extra: &Extra, error: &Error) -> Result<Option<Duration>, Error> {
        let parts = &self.integrator.parts;
        let failure = Failure {
            attempt: marks.attempt - extra.nonces - extra.tokens,
            idempotency: self.operation.idempotency(),
            may_have_been_sent: error.sent() != Sent::No,
            transient: error.is_retryable(),
            retry_after: match error.retry() {
                ob_core::Retry::After(wait) => Some(wait),
                _ => None,
            },
        };
        // Randomness only where it is needed: a generator that fails hides no other failure.
        let wait = match parts.retry.wait(failure) {
            None => return Ok(None),
            Some(Wait::Asked(wait)) => wait,
            Some(Wait::Backoff) => {
                let jitter = parts.entropy.bytes().map_err(no_entropy)?;
                parts
                    .retry
                    .backoff(failure.attempt, u64::from_le_bytes(jitter))
            }
        };
        Ok(Some(wait))
    }
}

fn checked_key(key: &str) -> Result<String, Error> {
    let uuid = uuid::Uuid::try_parse(key).map_err(|_| {
        let found = ob_core::Shown(key);
        Error::new(
            Code::R004,
            format!("{found} is not an idempotency key: needs a UUID"),
        )
    })?;
    Ok(uuid.hyphenated().to_string())
}

fn random_uuid(entropy: &SharedEntropy) -> Result<String, Error> {
    let bytes = entropy.bytes().map_err(no_entropy)?;
    Ok(uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .hyphenated()
        .to_string())
}

fn no_entropy(error: ob_core::EntropyError) -> Error {
    Error::new(Code::K009, error.to_string()).with(|parts| parts.source = Some(error.into()))
}

const MAX_NONCE_RETRIES: u32 = 2;
