//! One fetch of a token: the loop of token requests, bounded.

mod exchange;

use crate::{
    AuthError, AuthorizationServer, Grant, SealPolicy, SealedToken,
    isolation::Isolation,
    nonce::NonceStore,
    random,
    seal::{self, Refresh, Terms},
    server_clock::{ServerClocks, Suspicion},
    token_key::Realm,
    verdict::{Culprit, Verdict},
};
use exchange::Exchange;
pub(crate) use exchange::{no_entropy, not_signed, unix_seconds};
use ob_core::{ActingFor, Code, SharedClock, SharedEntropy};
use ob_jose::{ClientAssertion, DpopProver, Signer};
use ob_transport::SharedTransport;
use std::{sync::Arc, time::Duration};
use tracing::Instrument as _;

/// Everything a token request needs. Shared by all fetches of one authorizer.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) server: AuthorizationServer,
    pub(crate) realm: Arc<Realm>,
    pub(crate) client_key: Arc<dyn Signer>,
    pub(crate) assertion: ClientAssertion,
    pub(crate) prover: DpopProver,
    pub(crate) transport: SharedTransport,
    pub(crate) seal_policy: SealPolicy,
    pub(crate) narrower: bool,
    pub(crate) refresh_cap: Duration,
    pub(crate) clock: SharedClock,
    pub(crate) entropy: SharedEntropy,
    pub(crate) isolation: Isolation,
    /// Nonces of the authorization server.
    pub(crate) nonces: NonceStore,
    pub(crate) clocks: ServerClocks,
}

/// A token that was just fetched.
#[derive(Clone, Debug)]
pub(crate) struct Fetched {
    pub(crate) token: Arc<SealedToken>,
    pub(crate) attempts: u32,
    pub(crate) correlation: Option<String>,
}

/// What a fetch may still try. At most four token requests in all: the first, two for nonces
/// (R078), one for the clock (R028).
#[derive(Debug)]
struct Budget {
    nonces: u32,
    clocks: u32,
    attempts: u32,
}

/// What comes after a refusal.
type Next = Result<(), AuthError>;

impl Engine {
    /// Asks for a token and seals it.
    pub(crate) async fn fetch(
        &self,
        party: &ActingFor,
        grant: &Grant,
    ) -> Result<Fetched, AuthError> {
        let span = tracing::info_span!(
            "token_request",
            business_id = %party.business_id(),
            client_id = %party.client_id(),
            scopes = %grant.scopes(),
        );
        let mut budget = Budget {
            nonces: 2,
            clocks: 1,
            attempts: 0,
        };
        let outcome = self
            .attempts(party, grant, &mut budget)
            .instrument(span)
            .await;
        outcome.map_err(|error| error.of(party).after_attempts(budget.attempts))
    }

    /// Every attempt is signed afresh, assertion and proof (R063, R067).
    async fn attempts(
        &self,
        party: &ActingFor,
        grant: &Grant,
        budget: &mut Budget,
    ) -> Result<Fetched, AuthError> {
        loop {
            budget.attempts += 1;
            let exchange = self.exchange(party, grant).await?;
            let verdict = Verdict::of(&exchange.answer, self.clock.now());
            tracing::debug!(
                attempt = budget.attempts,
                status = exchange.answer.status().as_u16(),
                correlation = exchange.correlation.as_deref(),
                "token answer"
            );
            let next = match verdict {
                Verdict::Token(answer) => {
                    let terms = self.terms(party, grant, &exchange)?;
                    let sealed = seal::seal(answer, &terms);
                    return sealed
                        .map(|token| exchange.fetched(token, budget.attempts))
                        .map_err(|error| exchange.blame(error));
                }
                Verdict::UseNonce => after_nonce_challenge(&exchange, budget),
                Verdict::Refused(culprit, error) => self.after_refusal(culprit, error, budget),
                Verdict::Failed(error) => Err(error),
            };
            next.map_err(|error| exchange.blame(error))?;
        }
    }

    fn terms<'a>(
        &'a self,
        party: &'a ActingFor,
        grant: &'a Grant,
        exchange: &Exchange,
    ) -> Result<Terms<'a>, AuthError> {
        let fraction = random::fraction(&self.entropy)
            .map_err(|error| AuthError::new(Code::K009, "no random bytes").caused_by(error))?;
        Ok(Terms {
            realm: &self.realm,
            party,
            grant,
            policy: self.seal_policy,
            narrower: self.narrower,
            isolation: self.isolation,
            asked_at: exchange.asked_at,
            refresh: Refresh {
                cap: self.refresh_cap,
                fraction,
            },
        })
    }

    /// A refused signature of ours: once more if the clock explains it, else named.
    fn after_refusal(&self, culprit: Culprit, error: AuthError, budget: &mut Budget) -> Next {
        match self.clocks.suspect(self.server.origin()) {
            Suspicion::Corrected if budget.clocks > 0 => {
                budget.clocks -= 1;
                tracing::debug!("clock of the server adopted, trying once more");
                Ok(())
            }
            Suspicion::TooFar(seconds) => Err(too_far(seconds, &error)),
            _ => Err(self.explained(culprit, error)),
        }
    }

    /// What was checked on this side, so that nobody has to ask.
    fn explained(&self, culprit: Culprit, error: AuthError) -> AuthError {
        let said = error.reason().to_owned();
        error.because(match culprit {
            Culprit::Assertion => format!(
                "{said} (assertion: iss and sub {}, aud {}, alg {}; the clock is not the cause)",
                self.realm.client_id,
                self.server.issuer(),
                self.client_key.algorithm(),
            ),
            Culprit::Proof => format!(
                "{said} (proof: htu {}; request: {}; the clock is not the cause)",
                self.server.htu(),
                self.server.token_url(),
            ),
        })
    }
}

/// Once with the new nonce, once more if that one was replaced in between, then never again.
fn after_nonce_challenge(exchange: &Exchange, budget: &mut Budget) -> Next {
    let stopped = |why| {
        let status = exchange.answer.status().as_u16();
        AuthError::new(Code::D302, why)
            .answered(status)
            .said(Some("use_dpop_nonce".to_owned()))
    };
    if !exchange.has_another_nonce() {
        return Err(stopped(
            "the server asked for a nonce and gave none that is new and usable",
        ));
    }
    if budget.nonces == 0 {
        return Err(stopped("the server replaced its nonce again and again"));
    }
    budget.nonces -= 1;
    tracing::debug!("nonce asked for, trying again");
    Ok(())
}

fn too_far(seconds: i64, refusal: &AuthError) -> AuthError {
    let ahead = if seconds > 0 { "behind" } else { "ahead of" };
    let by = seconds.unsigned_abs();
    let reason = format!(
        "this clock is {by} s {ahead} the server's; {}",
        refusal.reason()
    );
    AuthError::new(Code::C101, reason)
        .answered(refusal.status().unwrap_or_default())
        .said(refusal.server_error().map(str::to_owned))
}
