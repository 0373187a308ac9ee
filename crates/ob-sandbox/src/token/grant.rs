//! What a client may have (standards J).

use super::{INVALID_GRANT, INVALID_SCOPE, UNAUTHORIZED_CLIENT, request::TokenRequest};
use crate::{
    consent::ConsentState,
    exchange::Exchange,
    refused::{Refused, because},
    world::{State, World},
};
use http::StatusCode;
use ob_core::{ClientId, Scopes};

/// A decision in the client's favour.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) subject: String,
    /// The Integrator, when it acts for somebody else.
    pub(super) actor: Option<String>,
    pub(super) scopes: Scopes,
    pub(super) consent: Option<String>,
}

/// Decides on one authenticated request, all under one lock.
pub(super) fn decide(
    world: &World,
    exchange: &Exchange,
    request: &TokenRequest,
) -> Result<Grant, Refused> {
    let state = world.state();
    let grant = match &request.on_behalf_of {
        Some(party) => for_third_party(world, &state, (party, request))?,
        None => Grant {
            subject: world.integrator.client_id.to_string(),
            actor: None,
            scopes: request.scopes.clone(),
            consent: request.consent.clone(),
        },
    };
    check_consent(&state, exchange, &grant)?;
    Ok(grant)
}

/// R193, R194: unknown, suspended, and onboarded under somebody else are one case, with one
/// answer; only the explanation tells them apart.
fn for_third_party(
    world: &World,
    state: &State,
    (party, request): (&ClientId, &TokenRequest),
) -> Result<Grant, Refused> {
    let known = state.parties.by_client(party.as_str());
    let Some(known) = known.filter(|known| known.may_be_acted_for()) else {
        let reason = because("R193", "X-On-Behalf-Of")
            .expected("an active third-party that was onboarded under this Integrator")
            .shown(party.as_str());
        return Err(Refused::oauth(
            StatusCode::BAD_REQUEST,
            UNAUTHORIZED_CLIENT,
            reason,
        ));
    };
    let beyond = request.scopes.difference(&known.seed.scopes);
    if !beyond.is_empty() {
        let reason = because("R193", "scope")
            .expected(format!(
                "within what the third-party authorised: {}",
                known.seed.scopes
            ))
            .shown(&beyond.to_string());
        return Err(Refused::oauth(
            StatusCode::BAD_REQUEST,
            INVALID_SCOPE,
            reason,
        ));
    }
    Ok(Grant {
        subject: known.seed.client_id.to_string(),
        actor: Some(world.integrator.client_id.to_string()),
        scopes: request.scopes.clone(),
        consent: request.consent.clone(),
    })
}

/// ASSUMED (platform section 3). Missing, foreign and not active are one case again (R200).
fn check_consent(state: &State, exchange: &Exchange, grant: &Grant) -> Result<(), Refused> {
    let Some(id) = &grant.consent else {
        return Ok(());
    };
    let owner: Option<ClientId> = grant.subject.parse().ok();
    let found = owner.and_then(|owner| state.consents.of(&owner, id));
    let now = exchange.timestamp();
    if found.is_some_and(|consent| consent.state(now) == ConsentState::Active) {
        return Ok(());
    }
    let reason = because("platform 3", "consent_id")
        .expected("an ACTIVE consent of this third-party")
        .found(found.map_or("none of this third-party", |consent| {
            consent.state(now).as_str()
        }));
    Err(Refused::oauth(
        StatusCode::BAD_REQUEST,
        INVALID_GRANT,
        reason,
    ))
}
