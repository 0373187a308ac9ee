//! Client authentication (standards B).

use super::{INVALID_CLIENT, OVERLOADED, request::TokenRequest};
use crate::{
    exchange::Exchange,
    refused::{Reason, Refused, RefusedKind, because},
    replay::Seen,
    world::World,
};
use http::StatusCode;
use ob_jose::{RegisteredClient, VerifiedAssertion};

/// Who asks. Every failure looks the same from outside (R059).
pub(super) fn authenticate(
    world: &World,
    exchange: &Exchange,
    request: &TokenRequest,
) -> Result<VerifiedAssertion, Refused> {
    let assertion = verify(world, exchange, request).map_err(refused)?;
    match world
        .state()
        .used_assertions
        .note(&key(&assertion), exchange.now, assertion.expires_at())
    {
        Seen::FirstTime => Ok(assertion),
        Seen::Before => {
            let reason = because("R054", "jti").expected("an assertion that was never used");
            Err(refused(reason.found("one that was used before")).kind(RefusedKind::Replay))
        }
        Seen::StoreFull => {
            let reason = because("R054", "jti")
                .expected("room to remember it")
                .found("a full store");
            Err(Refused::oauth(
                StatusCode::SERVICE_UNAVAILABLE,
                OVERLOADED,
                reason,
            ))
        }
    }
}

/// Takes the use of an assertion back: the request it came with did not count (X11).
pub(super) fn release(world: &World, assertion: &VerifiedAssertion) {
    world.state().used_assertions.release(&key(assertion));
}

fn verify(
    world: &World,
    exchange: &Exchange,
    request: &TokenRequest,
) -> Result<VerifiedAssertion, Reason> {
    let claimed = world.assertions.claimed_client(&request.assertion)?;
    let registered = world.integrator.client_id.as_str();
    if claimed != registered {
        return Err(because("R050", "iss")
            .expected("a registered client")
            .shown(&claimed));
    }
    if let Some(other) = request.client_id.as_deref().filter(|&id| id != claimed) {
        return Err(because("R049", "client_id")
            .expected("the assertion's client")
            .shown(other));
    }
    let client = RegisteredClient {
        client_id: registered,
        keys: &world.client_keys,
        algorithm: Some(world.integrator.key.algorithm()),
    };
    Ok(world
        .assertions
        .verify(&request.assertion, &client, exchange.now)?)
}

fn refused(reason: Reason) -> Refused {
    Refused::oauth(StatusCode::UNAUTHORIZED, INVALID_CLIENT, reason)
}

/// A `jti` is unique per client; the NUL that neither may contain keeps the two apart.
fn key(assertion: &VerifiedAssertion) -> String {
    format!("{}\0{}", assertion.client_id(), assertion.jti())
}
