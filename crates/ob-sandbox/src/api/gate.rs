//! The checks every call passes, in order of cost: syntax, token, standing, proof, application,
//! scope (R031 to R033, R110, R113, R196).

use super::{
    Caller,
    credentials::{self, Credentials, Scheme},
    refusals,
};
use crate::{
    audit::Trail,
    exchange::{APPLICATION_ID, CONSENT_ID, DPOP, Exchange, ON_BEHALF_OF},
    proof::{self, ProofRefusal, ProvenToken},
    refused::{Refused, RefusedKind, because},
    route::Call,
    world::{Role, World},
};
use ob_core::ClientId;
use ob_jose::AccessTokenClaims;
use serde_json::Value;

/// Lets a call in, or says why not.
pub(super) fn admit(
    world: &World,
    exchange: &Exchange,
    (call, trail): (Call<'_>, &mut Trail),
) -> Result<Caller, Refused> {
    let credentials = credentials::read(exchange, !world.settings.binds())?;
    check_single_headers(exchange)?;
    let claims = verify(world, exchange, credentials)?;
    note(trail, &claims);
    check_standing(world, credentials, &claims)?;
    check_binding(world, exchange, (credentials, &claims))?;
    check_application(world, exchange, &claims)?;
    check_on_behalf_of(exchange, &claims)?;
    check_scope(call, (credentials.scheme, &claims))?;
    let invalid = || {
        refusals::invalid_token(
            credentials.scheme,
            because("R175", "sub").expected("a client id"),
        )
    };
    Ok(Caller {
        tenant: claims.sub().parse::<ClientId>().map_err(|_| invalid())?,
        client: claims.client_id().to_owned(),
        consent: consent_of(credentials.scheme, &claims)?,
    })
}

/// R088, R192: before any signature is looked at.
fn check_single_headers(exchange: &Exchange) -> Result<(), Refused> {
    exchange
        .single(DPOP, "R088")
        .map_err(refusals::invalid_proof)?;
    for name in [APPLICATION_ID, CONSENT_ID, ON_BEHALF_OF] {
        let value = exchange
            .single(name, "R192")
            .map_err(refusals::bad_request)?;
        if value.is_some_and(|value| value.contains(',')) {
            let reason = because("R192", name).expected("one value");
            return Err(refusals::bad_request(reason.found("a list")));
        }
    }
    Ok(())
}

fn verify(
    world: &World,
    exchange: &Exchange,
    credentials: Credentials<'_>,
) -> Result<AccessTokenClaims, Refused> {
    let verified = world.tokens.verify(credentials.token, exchange.now);
    verified.map_err(|refusal| refusals::invalid_token(credentials.scheme, refusal.into()))
}

fn note(trail: &mut Trail, claims: &AccessTokenClaims) {
    trail.client_id = Some(claims.client_id().to_owned());
    trail.sub = Some(claims.sub().to_owned());
    trail.act_sub = claims.act_sub().map(str::to_owned);
    trail.jti = Some(claims.jti().to_owned());
    trail.jkt = claims.jkt().map(ToString::to_string);
}

/// R031, R196: revoked tokens and suspended third-parties, checked on every call.
fn check_standing(
    world: &World,
    credentials: Credentials<'_>,
    claims: &AccessTokenClaims,
) -> Result<(), Refused> {
    let state = world.state();
    let refuse = |rule, what, expected: &'static str, found: &'static str| {
        let reason = because(rule, what).expected(expected).found(found);
        Err(refusals::invalid_token(credentials.scheme, reason))
    };
    if !state.parties.is_integrator(claims.client_id()) {
        return refuse(
            "R196",
            "client_id",
            "the Integrator of the third-party",
            "another client",
        );
    }
    if !state.parties.is_in_good_standing(claims.sub()) {
        return refuse(
            "R196",
            "sub",
            "an active third-party of this Integrator",
            "one that is not",
        );
    }
    if !state.issued.is_good(claims.jti()) {
        return refuse(
            "R031",
            "jti",
            "a token that was not revoked",
            "one that was",
        );
    }
    Ok(())
}

/// R033, R103, R111: a bound token comes with the scheme and the proof of its key, an unbound
/// one as Bearer.
fn check_binding(
    world: &World,
    exchange: &Exchange,
    (credentials, claims): (Credentials<'_>, &AccessTokenClaims),
) -> Result<(), Refused> {
    let refuse = |rule, expected: &'static str, found: &'static str| {
        let reason = because(rule, "Authorization")
            .expected(expected)
            .found(found);
        Err(refusals::invalid_token(credentials.scheme, reason))
    };
    match (claims.jkt(), credentials.scheme) {
        (None, Scheme::Bearer) if world.settings.binds() => {
            refuse("R010", "a bound token", "an unbound one")
        }
        (None, Scheme::Bearer) => Ok(()),
        (None, Scheme::Dpop) => refuse("R103", "Bearer, as the token is not bound", "DPoP"),
        (Some(_), Scheme::Bearer) => refuse("R111", "DPoP, as the token is bound", "Bearer"),
        (Some(jkt), Scheme::Dpop) => {
            let ath = ob_jose::ath(credentials.token);
            let token = ProvenToken { ath: &ath, jkt };
            let checked = proof::check(world, exchange, (Role::Api, Some(token)));
            checked
                .map(|_| ())
                .map_err(|refusal| refused_proof(world, refusal))
        }
    }
}

fn refused_proof(world: &World, refusal: ProofRefusal) -> Refused {
    match refusal {
        ProofRefusal::Invalid(reason) => refusals::invalid_proof(reason),
        ProofRefusal::Replayed(reason) => refusals::invalid_proof(reason).kind(RefusedKind::Replay),
        ProofRefusal::NeedsNonce(reason) => {
            refusals::use_nonce(reason, world.settings.malformed_challenge)
        }
        ProofRefusal::Overloaded(reason) => refusals::overloaded(reason),
    }
}

/// Platform section 4: present, and the token's own (standards section 0, R193-R195).
fn check_application(
    world: &World,
    exchange: &Exchange,
    claims: &AccessTokenClaims,
) -> Result<(), Refused> {
    let wanted =
        because("platform 4", "X-Application-Id").expected("the third-party's application id");
    let sent = exchange
        .single(APPLICATION_ID, "R192")
        .map_err(refusals::bad_request)?;
    let Some(sent) = sent else {
        return Err(refusals::bad_request(wanted));
    };
    let Ok(sent) = sent.parse::<ob_core::ApplicationId>() else {
        return Err(refusals::bad_request(wanted.shown(sent)));
    };
    if world.state().parties.owns(claims.sub(), &sent) {
        return Ok(());
    }
    let told = "the application id does not belong to the token's third-party";
    Err(refusals::forbidden(
        "FORBIDDEN",
        told,
        wanted.shown(&sent.to_string()),
    ))
}

/// The header belongs on the token request; on a call it may only repeat the token (R195).
fn check_on_behalf_of(exchange: &Exchange, claims: &AccessTokenClaims) -> Result<(), Refused> {
    match exchange
        .single(ON_BEHALF_OF, "R192")
        .map_err(refusals::bad_request)?
    {
        Some(other) if other != claims.sub() || claims.act_sub().is_none() => {
            let reason = because("R195", "X-On-Behalf-Of")
                .expected("none, or the token's sub")
                .shown(other);
            Err(refusals::forbidden(
                "FORBIDDEN",
                "the token is for somebody else",
                reason,
            ))
        }
        _ => Ok(()),
    }
}

fn check_scope(
    call: Call<'_>,
    (scheme, claims): (Scheme, &AccessTokenClaims),
) -> Result<(), Refused> {
    let needed = call.scope();
    if claims.scopes().any(|scope| scope == needed) {
        return Ok(());
    }
    let reason = because("R032", "scope")
        .expected(needed)
        .shown(claims.scope().unwrap_or_default());
    Err(refusals::insufficient_scope(scheme, needed, reason))
}

/// The consent a token is for. A claim of another type must not look like none at all: a token
/// without one may do more.
fn consent_of(scheme: Scheme, claims: &AccessTokenClaims) -> Result<Option<String>, Refused> {
    match claims.extra().get("consent_id") {
        None => Ok(None),
        Some(Value::String(id)) => Ok(Some(id.clone())),
        Some(_) => {
            let reason = because("R175", "consent_id").expected("a string");
            Err(refusals::invalid_token(
                scheme,
                reason.found("another type"),
            ))
        }
    }
}
