//! What is noticed of a call before anything is judged: for whom it was meant, whose token and
//! whose application it carries, and whether a token is used outside its own.

use super::credentials;
use crate::{
    counters::{count, note},
    exchange::{APPLICATION_ID, CONSENT_ID, Exchange, MEANT_FOR},
    world::{State, World},
};
use ob_core::ClientId;
use serde_json::{Map, Value};

/// As much as the verifier reads (R147).
const TOKEN_LIMIT: usize = 8 * 1024;

/// Counts one call. Nothing here refuses; the token is read without being believed.
pub(super) fn request(world: &World, exchange: &Exchange) {
    let token = credentials::glimpse(exchange);
    let claims = token.and_then(|token| ob_jose::read_claims_unverified(token, TOKEN_LIMIT).ok());
    let mut state = world.state();
    state.counters.api_requests += 1;
    let Some(claims) = claims else { return };
    let Some(subject) = claims.get("sub").and_then(Value::as_str) else {
        return;
    };
    let label = state.parties.label(Some(subject)).to_owned();
    count(&mut state.counters.api_requests_by_party, &label);
    let last = &mut state.counters.last_request_at_by_party;
    note(last, &label, exchange.now);
    let wrong = is_wrong_party(&state, exchange, subject);
    let misused = is_misused(&state, exchange, &claims);
    let counters = &mut state.counters;
    counters.meant_checked += u64::from(wrong.is_some());
    counters.wrong_party += u64::from(wrong == Some(true));
    counters.token_reuse_violations += u64::from(misused);
}

/// The token's subject and the owner of the application id must both be whom it was meant for.
fn is_wrong_party(state: &State, exchange: &Exchange, subject: &str) -> Option<bool> {
    let meant = meant_for(state, exchange)?;
    let application = exchange.first(APPLICATION_ID);
    let owner = application.map(|id| state.parties.owner_of(id).map(ClientId::as_str));
    Some(subject != meant || owner.is_some_and(|owner| owner != Some(meant)))
}

/// A token has one subject, that subject's applications and at most one consent; any use beside
/// them is a cache or a header gone wrong on the client's side.
fn is_misused(state: &State, exchange: &Exchange, claims: &Map<String, Value>) -> bool {
    let jti = claims
        .get("jti")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let Some(own) = state.issued.get(jti) else {
        return false;
    };
    let application = exchange.first(APPLICATION_ID);
    let other_application = application.is_some_and(|id| {
        let owner = state.parties.owner_of(id);
        owner.is_none_or(|owner| owner.as_str() != own.subject)
    });
    let consent = exchange.first(CONSENT_ID);
    let other_consent = consent.is_some_and(|id| own.consent.as_deref() != Some(id));
    let other_party = meant_for(state, exchange).is_some_and(|meant| meant != own.subject);
    other_application || other_consent || other_party
}

fn meant_for<'a>(state: &'a State, exchange: &'a Exchange) -> Option<&'a str> {
    let meant = exchange.first(MEANT_FOR)?;
    Some(
        state
            .parties
            .client_id_of(meant)
            .map_or(meant, |id| id.as_str()),
    )
}
