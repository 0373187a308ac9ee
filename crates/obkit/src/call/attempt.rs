//! One attempt: guard, authorise, send, understand, record.

use super::{Call, run::Marks};
use crate::{
    ConsentRef, Error, IdempotencyKeyForm,
    environment::header,
    recorder::{Attempt, Draft},
};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use ob_api::{Answer, Operation};
use ob_auth::{Challenge, Grant, SealedToken};
use ob_core::Code;
use std::sync::Arc;

/// A failed attempt, and whether to try again.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) error: Error,
    pub(super) again: Again,
}

/// Why an attempt may be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// It may not.
    No,
    /// The API asked for a DPoP nonce, and gave this one.
    Nonce(Option<HeaderValue>),
    /// The API refused the token, which has been thrown away.
    Token,
    /// The error itself says whether and when.
    Transient,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self {
            error,
            again: Again::No,
        }
    }
}

pub(super) async fn attempt<O: Operation>(
    call: &Call<O>,
    marks: &Marks,
) -> Result<O::Output, Failed> {
    let parts = &call.integrator.parts;
    parts.recorder.ready().await?;
    let mut record = parts.recorder.attempt(&parts.clock, call.draft(marks));
    let outcome = call.try_once(marks, &mut record).await;
    let (status, correlation) = (record.status(), record.correlation().to_owned());
    match outcome {
        Ok(output) => {
            record.succeeded().await;
            Ok(output)
        }
        Err(mut failed) => {
            failed.error = failed.error.with(|parts| {
                parts.status = parts.status.or(status);
                parts.correlation = parts.correlation.take().or(Some(correlation));
            });
            record.failed(&failed.error).await;
            Err(failed)
        }
    }
}

impl<O: Operation> Call<O> {
    fn draft(&self, marks: &Marks) -> Draft {
        Draft {
            party: self.party().clone(),
            operation: self.operation.name(),
            consent: self.operation.touched_consent().cloned(),
            interaction_id: marks.interaction_id.clone(),
            attempt: marks.attempt,
        }
    }

    async fn try_once(&self, marks: &Marks, record: &mut Attempt<'_>) -> Result<O::Output, Failed> {
        let parts = &self.integrator.parts;
        let grant = self.guard()?;
        let mut request = self.request(marks)?;
        // A hiccup of the token endpoint is one of the call's attempts, like one of the API.
        let token = self
            .authorize(&grant, &mut request)
            .await
            .map_err(transient)?;
        self.acting
            .accompany(request.extensions_mut(), grant.scopes());
        let uri = request.uri().clone();
        record.sending();
        let answer = parts
            .transport
            .send(request)
            .await
            .map_err(|error| Failed {
                error: Error::transport(error),
                again: Again::Transient,
            })?;
        record.answered(
            answer.status().as_u16(),
            ob_api::correlation_id(answer.headers()),
        );
        parts.authorizer.observe(&uri, answer.headers());
        self.understand(&answer, (&grant, &token))
    }

    /// Everything that must hold before a token is even asked for.
    fn guard(&self) -> Result<Grant, Error> {
        let scopes = self.operation.scopes();
        self.integrator.consult(&self.acting, &scopes)?;
        self.guard_consent()?;
        let grant = Grant::new(scopes);
        Ok(match self.operation.consent() {
            Some(consent) => grant.with_consent(consent.clone()),
            None => grant,
        })
    }

    /// Right token, wrong consent: refused before the network.
    fn guard_consent(&self) -> Result<(), Error> {
        let touched = self.operation.touched_consent();
        let consent = match (touched, &self.consent) {
            (None, None) => return Ok(()),
            // A bare id in an operation of the caller's own: the ledger alone can tell.
            (Some(id), None) => &ConsentRef::new(self.party().business_id().clone(), id.clone()),
            (Some(id), Some(consent)) if id != consent.id() => {
                return Err(foreign(
                    consent,
                    &format!("the operation touches consent {id}"),
                ));
            }
            (_, Some(consent)) => consent,
        };
        let party = self.party().business_id();
        let known = self
            .integrator
            .parts
            .ledger
            .claim(consent.id(), consent.owner());
        if consent.owner() == party && &known == party {
            return Ok(());
        }
        Err(foreign(
            consent,
            &format!("the handle acts for {party}, the consent is {known}'s"),
        ))
    }

    fn request(&self, marks: &Marks) -> Result<Request<Bytes>, Error> {
        let parts = &self.integrator.parts;
        let operation = self.operation.request().map_err(Error::request)?;
        let url = parts.api.url(self.operation.family(), &operation.target());
        let mut request = Request::builder()
            .method(operation.method())
            .uri(url)
            .body(Bytes::new())
            .map_err(|error| Error::new(Code::N102, error.to_string()))?;
        let headers = request.headers_mut();
        headers.insert(http::header::ACCEPT, JSON);
        headers.insert(header::INTERACTION_ID, value(&marks.interaction_id)?);
        if let Some(key) = &marks.idempotency_key {
            let form = parts.idempotency_key;
            headers.insert(header::IDEMPOTENCY_KEY, value(&idempotency_key(key, form))?);
        }
        if let Some(consent) = self.operation.consent() {
            headers.insert(header::CONSENT_ID, value(consent.as_str())?);
        }
        if let Some(body) = operation.body() {
            headers.insert(http::header::CONTENT_TYPE, JSON);
            request.body_mut().clone_from(body);
        }
        Ok(request)
    }

    /// Writes the headers that say who acts for whom, and returns the token they carry.
    async fn authorize(
        &self,
        grant: &Grant,
        request: &mut Request<Bytes>,
    ) -> Result<Arc<SealedToken>, Error> {
        let authorizer = &self.integrator.parts.authorizer;
        match &self.token {
            Some(token) => {
                let attached = authorizer.attach(self.party(), token, request).await;
                attached.map(|()| Arc::clone(token))
            }
            None => {
                let authorized = authorizer.authorize(self.party(), grant, request).await;
                authorized.map(|authorized| authorized.token)
            }
        }
        .map_err(|error| Error::auth(grant, error))
    }

    fn understand(
        &self,
        response: &Response<Bytes>,
        (grant, token): (&Grant, &SealedToken),
    ) -> Result<O::Output, Failed> {
        let parts = &self.integrator.parts;
        let answer = Answer::from(response);
        let error = match self.operation.parse(&answer) {
            Ok(output) => return Ok(output),
            Err(error) => Error::api(error, parts.clock.now()),
        };
        let again = match parts
            .authorizer
            .challenge(answer.status(), answer.headers())
        {
            // Even where another call learned of it first: the token is not to blame.
            Some(Challenge::UseNonce) => {
                Again::Nonce(parts.authorizer.given_nonce(answer.headers()))
            }
            _ if answer.status() != StatusCode::UNAUTHORIZED => Again::Transient,
            _ => Again::Token,
        };
        if again == Again::Token {
            parts.authorizer.evict(self.party(), grant, token);
        }
        Err(Failed { error, again })
    }
}

/// The error itself says whether the call may be repeated.
fn transient(error: Error) -> Failed {
    let again = Again::Transient;
    Failed { error, again }
}

fn foreign(consent: &ConsentRef, why: &str) -> Error {
    Error::new(Code::X003, format!("consent {}: {why}", consent.id()))
}

fn idempotency_key(key: &str, form: IdempotencyKeyForm) -> String {
    match form {
        IdempotencyKeyForm::Bare => key.to_owned(),
        IdempotencyKeyForm::Quoted => format!("\"{key}\""),
    }
}

fn value(text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text).map_err(|error| Error::new(Code::R004, error.to_string()))
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");
