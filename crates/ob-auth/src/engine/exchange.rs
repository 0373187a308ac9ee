//! One token request and its answer: the only place that touches the network.

use super::{Engine, Fetched};
use crate::{
    AuthError, Grant, SealedToken,
    moment::Moment,
    nonce::Nonce,
    random,
    server_clock::{floor_seconds, shifted},
    token_request::TokenRequest,
    verdict,
};
use bytes::Bytes;
use http::{Request, Response};
use ob_core::{ActingFor, Code, EntropyError, Retry, Secret, Sent};
use ob_jose::{ProofInput, SignError};
use ob_transport::{TransportError, TransportErrorKind};
use std::{sync::Arc, time::SystemTime};

/// An answer, and what is known about its request.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) answer: Response<Bytes>,
    pub(super) asked_at: Moment,
    pub(super) correlation: Option<String>,
    used_nonce: Option<Nonce>,
}

impl Exchange {
    /// Whether the answer gave a usable nonce that the request did not already carry.
    pub(super) fn has_another_nonce(&self) -> bool {
        let given = Nonce::of(self.answer.headers());
        given.is_some() && given != self.used_nonce
    }

    pub(super) fn fetched(&self, token: SealedToken, attempts: u32) -> Fetched {
        Fetched {
            token: Arc::new(token),
            attempts,
            correlation: self.correlation.clone(),
        }
    }

    pub(super) fn blame(&self, error: AuthError) -> AuthError {
        error
            .answered(self.answer.status().as_u16())
            .correlated(self.correlation.clone())
    }
}

impl Engine {
    /// Signs, sends and notes what every answer teaches: the nonce and the clock.
    pub(super) async fn exchange(
        &self,
        party: &ActingFor,
        grant: &Grant,
    ) -> Result<Exchange, AuthError> {
        let used_nonce = self.nonces.get(self.server.origin());
        let interaction_id = random::interaction_id(&self.entropy).map_err(no_entropy)?;
        let request = self
            .signed(party, grant, used_nonce.as_ref(), &interaction_id)
            .await?;
        let asked_at = Moment::now(&self.clock);
        let answer = self.transport.send(request).await;
        let answer = answer.map_err(|error| {
            tracing::debug!(kind = %error.kind(), interaction_id, "no token answer");
            no_answer(error).correlated(Some(interaction_id.clone()))
        })?;
        self.learn(&answer, asked_at.wall);
        let correlation = verdict::correlation(answer.headers()).or(Some(interaction_id));
        Ok(Exchange {
            answer,
            asked_at,
            correlation,
            used_nonce,
        })
    }

    /// Fresh assertion, fresh proof; no `ath`, because there is no token yet (R073).
    async fn signed(
        &self,
        party: &ActingFor,
        grant: &Grant,
        nonce: Option<&Nonce>,
        interaction_id: &str,
    ) -> Result<Request<Bytes>, AuthError> {
        let correction = self.clocks.correction(self.server.origin()).unwrap_or(0);
        let now = shifted(self.clock.now(), correction);
        let jti = random::jti(&self.entropy).map_err(no_entropy)?;
        let assertion = self.assertion.sign(&*self.client_key, now, &jti).await;
        let proof_jti = random::jti(&self.entropy).map_err(no_entropy)?;
        let input = ProofInput {
            htm: "POST",
            htu: self.server.htu(),
            iat: unix_seconds(now),
            jti: &proof_jti,
            ath: None,
            nonce: nonce.map(Nonce::expose),
        };
        let proof = self.prover.prove(&input).await;
        let request = TokenRequest {
            token_url: self.server.token_url(),
            party,
            grant,
            assertion: Secret::new(assertion.map_err(not_signed)?),
            proof: Secret::new(proof.map_err(not_signed)?),
            interaction_id,
        };
        let unusable = |error| AuthError::new(Code::K010, "no token request").caused_by(error);
        request.build().map_err(unusable)
    }

    fn learn(&self, answer: &Response<Bytes>, asked_at: SystemTime) {
        let (origin, headers) = (self.server.origin(), answer.headers());
        self.nonces.learn(origin, headers);
        self.clocks
            .learn(origin, headers, (asked_at, self.clock.now()));
    }
}

pub(crate) fn unix_seconds(time: SystemTime) -> u64 {
    u64::try_from(floor_seconds(time)).unwrap_or(0)
}

pub(crate) fn no_entropy(error: EntropyError) -> AuthError {
    AuthError::new(Code::K009, "no random bytes, so nothing was signed").caused_by(error)
}

pub(crate) fn not_signed(error: SignError) -> AuthError {
    let retry = if error.is_retryable() {
        Retry::Backoff
    } else {
        Retry::Never
    };
    AuthError::new(Code::K009, "the signer gave no signature")
        .when_to_retry(retry)
        .caused_by(error)
}

fn no_answer(error: TransportError) -> AuthError {
    let sent = if error.may_have_been_sent() {
        Sent::Maybe
    } else {
        Sent::No
    };
    let (code, retry) = match error.kind() {
        TransportErrorKind::Refused => (Code::N102, Retry::Never),
        TransportErrorKind::Tls => (Code::N104, Retry::Backoff),
        TransportErrorKind::Truncated
        | TransportErrorKind::TooLarge
        | TransportErrorKind::Protocol => (Code::T201, Retry::Backoff),
        _ => (Code::T210, Retry::Backoff),
    };
    AuthError::new(code, error.to_string())
        .sent(sent)
        .when_to_retry(retry)
        .caused_by(error)
}
