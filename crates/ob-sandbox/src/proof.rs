//! DPoP proofs at both servers: the checks that need memory (nonce, replay) on top of the pure
//! ones.

use crate::{
    builder::NonceMode,
    exchange::{DPOP, Exchange},
    refused::{Reason, because},
    replay::Seen,
    world::{Role, World},
};
use ob_jose::{ExpectedProof, Htu, Thumbprint, VerifiedProof};
use std::time::{Duration, SystemTime};

/// Why a proof was not accepted.
#[derive(Debug)]
pub(crate) enum ProofRefusal {
    Invalid(Reason),
    NeedsNonce(Reason),
    Replayed(Reason),
    /// The replay store has no room: nothing can be promised, so nothing is accepted.
    Overloaded(Reason),
}

/// The token a proof belongs to, at the API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProvenToken<'a> {
    pub(crate) ath: &'a str,
    pub(crate) jkt: &'a Thumbprint,
}

/// Checks the proof of a request, all of it, and remembers it.
pub(crate) fn check(
    world: &World,
    exchange: &Exchange,
    (role, token): (Role, Option<ProvenToken<'_>>),
) -> Result<VerifiedProof, ProofRefusal> {
    let proof = verify(world, exchange, token).map_err(ProofRefusal::Invalid)?;
    check_nonce(world, exchange, (role, &proof))?;
    remember(world, exchange, &proof)?;
    Ok(proof)
}

fn verify(
    world: &World,
    exchange: &Exchange,
    token: Option<ProvenToken<'_>>,
) -> Result<VerifiedProof, Reason> {
    let text = exchange.single(DPOP, "R088")?;
    let text = text.ok_or_else(|| because("R010", "DPoP").expected("one proof"))?;
    let htu = Htu::from_uri(&world.base.url(&exchange.path)).map_err(|error| {
        because("R098", "path")
            .expected(error.needed())
            .shown(&exchange.path)
    })?;
    let expected = ExpectedProof {
        ath: token.map(|token| token.ath),
        jkt: token.map(|token| token.jkt),
        max_age: max_age(world),
        max_ahead: MAX_AHEAD,
        ..ExpectedProof::new(exchange.method.as_str(), &htu, exchange.now)
    };
    Ok(world.proofs.verify(text, &expected)?)
}

/// R099: in the required mode no proof without a nonce of this very server.
fn check_nonce(
    world: &World,
    exchange: &Exchange,
    (role, proof): (Role, &VerifiedProof),
) -> Result<(), ProofRefusal> {
    if world.settings.nonce == NonceMode::Off {
        return Ok(());
    }
    let reason =
        because("R099", "nonce").expected("a nonce this server gave less than a minute ago");
    let Some(nonce) = proof.nonce() else {
        return Err(ProofRefusal::NeedsNonce(reason));
    };
    if world.state().nonces(role).accepts(nonce, exchange.now) {
        Ok(())
    } else {
        Err(ProofRefusal::NeedsNonce(reason.found("another one")))
    }
}

/// R104, R117: noted after the signature was verified, for as long as the proof is acceptable.
fn remember(world: &World, exchange: &Exchange, proof: &VerifiedProof) -> Result<(), ProofRefusal> {
    let key = ob_jose::base64url::encode(&proof.replay_key());
    let end = end_of(proof.issued_at(), max_age(world));
    let reason = || because("R104", "jti").expected("a proof that was never used");
    match world.state().used_proofs.note(&key, exchange.now, end) {
        Seen::FirstTime => Ok(()),
        Seen::Before => Err(ProofRefusal::Replayed(
            reason().found("one that was used before"),
        )),
        Seen::StoreFull => Err(ProofRefusal::Overloaded(
            reason().found("a full replay store"),
        )),
    }
}

fn end_of(issued: SystemTime, age: Duration) -> SystemTime {
    // A second more than the window, as `iat` may carry a fraction.
    issued
        .checked_add(age + Duration::from_secs(1))
        .unwrap_or(issued)
}

/// R100: a minute with nonces, two without.
fn max_age(world: &World) -> Duration {
    Duration::from_secs(match world.settings.nonce {
        NonceMode::Off => 120,
        NonceMode::Required => 60,
    })
}

/// R017: within the free range of 10 to 60 s.
const MAX_AHEAD: Duration = Duration::from_secs(30);
