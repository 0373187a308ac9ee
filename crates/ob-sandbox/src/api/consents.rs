//! `POST /consents`, `GET` and `DELETE /consents/{id}` (platform section 5).

use super::{Caller, payload, refusals};
use crate::{
    answer::Answer,
    consent::{ConsentKind, ConsentRecord, ConsentState, EndUserRecord, NewConsent},
    exchange::{Exchange, IDEMPOTENCY_KEY},
    idempotency::{KeyScope, KeyUse, StoredAnswer, read_key},
    refused::{Refused, because},
    seed::fresh_uuid,
    world::{State, World},
};
use http::StatusCode;
use ob_core::UseCaseConfigurationId;

/// Creates a consent, once per idempotency key (R214).
pub(super) fn create(
    world: &World,
    exchange: &Exchange,
    caller: &Caller,
) -> Result<Answer, Refused> {
    let key = idempotency_key(exchange, caller)?;
    let new = read(world, exchange, caller)?;
    // The look-up, the effect and the note are one step: two parallel requests have one effect.
    let mut state = world.state();
    let Some(key) = key else {
        return make(&mut state, exchange, new);
    };
    match state
        .idempotency
        .look_up(&key, &exchange.body, exchange.now)
    {
        KeyUse::New => {}
        KeyUse::Repeat(stored) => return Ok(Answer::stored(stored.status, stored.body)),
        KeyUse::OtherPayload => return Err(reused()),
    }
    let answer = make(&mut state, exchange, new)?;
    let stored = StoredAnswer {
        status: answer.status,
        body: answer.body().clone(),
    };
    state
        .idempotency
        .keep(key, (exchange.body.clone(), stored), exchange.now);
    Ok(answer)
}

pub(super) fn get(
    world: &World,
    exchange: &Exchange,
    (caller, id): (&Caller, &str),
) -> Result<Answer, Refused> {
    let state = world.state();
    let record = state
        .consents
        .of(&caller.tenant, own(caller, id)?)
        .ok_or_else(|| missing(id))?;
    Ok(Answer::ok(&payload::consent(record, exchange.timestamp())?))
}

/// Revokes. Deleting what is revoked already changes nothing and succeeds, as `DELETE` is
/// idempotent.
pub(super) fn delete(
    world: &World,
    exchange: &Exchange,
    (caller, id): (&Caller, &str),
) -> Result<Answer, Refused> {
    let now = exchange.timestamp();
    let mut state = world.state();
    let record = state
        .consents
        .of_mut(&caller.tenant, own(caller, id)?)
        .ok_or_else(|| missing(id))?;
    if record.state(now) != ConsentState::Expired {
        record.revoke(now);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// A consent-scoped token knows no other consent.
pub(super) fn own<'a>(caller: &Caller, id: &'a str) -> Result<&'a str, Refused> {
    match &caller.consent {
        Some(own) if own != id => Err(missing(id)),
        _ => Ok(id),
    }
}

/// R200: foreign and missing are one answer.
pub(super) fn missing(id: &str) -> Refused {
    let reason = because("R200", "consent").expected("a consent of the token's third-party");
    refusals::not_found(reason.shown(id))
}

fn make(state: &mut State, exchange: &Exchange, new: NewConsent) -> Result<Answer, Refused> {
    let now = exchange.timestamp();
    let record: &ConsentRecord = state.consents.create(new, now);
    let answer = Answer::json(StatusCode::CREATED, &payload::consent(record, now)?);
    state.counters.consents_created += 1;
    Ok(answer)
}

fn read(world: &World, exchange: &Exchange, caller: &Caller) -> Result<NewConsent, Refused> {
    let body: ob_api::NewConsent = payload::read(exchange)?;
    let kind = kind_of(world, body.use_case_configuration_id)?;
    Ok(NewConsent {
        id: fresh_uuid(&world.entropy)?.to_string(),
        owner: caller.tenant.clone(),
        use_case: body.use_case_configuration_id.to_string(),
        end_user: end_user(&body.end_users)?,
        kind,
    })
}

/// The use case configuration decides how long consents live (ASSUMED).
fn kind_of(world: &World, use_case: UseCaseConfigurationId) -> Result<ConsentKind, Refused> {
    let known = &world.integrator;
    if use_case == known.use_case_configuration_id {
        Ok(ConsentKind::Ongoing)
    } else if use_case == known.one_off_use_case_configuration_id {
        Ok(ConsentKind::OneOff)
    } else {
        let reason =
            because("platform 5", "useCaseConfigurationId").expected("one of the Integrator's");
        Err(refusals::bad_request(reason.shown(&use_case.to_string())))
    }
}

/// Exactly one end user (DOC), with an e-mail address (INT live: missing gives 400).
fn end_user(all: &[ob_api::EndUser]) -> Result<EndUserRecord, Refused> {
    let wrong = |what, expected: &'static str, found: String| {
        Err(refusals::bad_request(
            because("platform 5", what).expected(expected).found(found),
        ))
    };
    let [one] = all else {
        return wrong("endUsers", "exactly one end user", all.len().to_string());
    };
    let identifier = one.identifier.expose().clone();
    let email = one
        .email
        .as_ref()
        .map(|email| email.expose().clone())
        .unwrap_or_default();
    if identifier.is_empty() || identifier.len() > MAX_TEXT {
        return wrong(
            "identifier",
            "1 to 256 characters",
            format!("{} bytes", identifier.len()),
        );
    }
    if email.len() > MAX_TEXT || !is_address(&email) {
        return wrong(
            "email",
            "an e-mail address",
            format!("a text of {} bytes", email.len()),
        );
    }
    Ok(EndUserRecord { identifier, email })
}

fn is_address(text: &str) -> bool {
    let halves = text.split_once('@');
    let clean = !text.contains(|c: char| c.is_whitespace() || c.is_control());
    clean
        && halves
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}

fn idempotency_key(exchange: &Exchange, caller: &Caller) -> Result<Option<KeyScope>, Refused> {
    let Some(text) = exchange
        .single(IDEMPOTENCY_KEY, "R214")
        .map_err(refusals::bad_request)?
    else {
        return Ok(None);
    };
    let key = read_key(text).ok_or_else(|| {
        let reason = because("R213", "Idempotency-Key").expected("a UUID, bare or quoted");
        refusals::bad_request(reason.shown(text))
    })?;
    Ok(Some((
        caller.client.clone(),
        caller.tenant.to_string(),
        key,
    )))
}

fn reused() -> Refused {
    let reason =
        because("R214", "Idempotency-Key").expected("a new key, or the payload it came with first");
    Refused::gateway(
        StatusCode::UNPROCESSABLE_ENTITY,
        (
            "IDEMPOTENCY_KEY_REUSED",
            "the idempotency key was used with another payload",
        ),
        reason.found("another payload"),
    )
}

/// ASSUMED.
const MAX_TEXT: usize = 256;
