//! `POST /consents/{id}/managed-flows` (INT live) and `GET .../{flowId}` (ASSUMED).

use super::{Caller, consents, payload, refusals};
use crate::{
    answer::Answer,
    consent::{ConsentRecord, ConsentState, Flow, FlowKind},
    exchange::Exchange,
    refused::{Refused, because},
    seed::fresh_uuid,
    world::World,
};
use http::StatusCode;
use ob_api::{FlowType, NewManagedFlow};

/// Starts a flow for the consent's own end user.
pub(super) fn create(
    world: &World,
    exchange: &Exchange,
    (caller, id): (&Caller, &str),
) -> Result<Answer, Refused> {
    let body: NewManagedFlow = payload::read(exchange)?;
    let kind = kind_of(&body.flow_type)?;
    let flow_id = fresh_uuid(&world.entropy)?.to_string();
    let now = exchange.timestamp();
    let mut state = world.state();
    let consent = state
        .consents
        .of(&caller.tenant, consents::own(caller, id)?);
    let consent = consent.ok_or_else(|| consents::missing(id))?;
    check(consent, (&body, kind), now)?;
    let flow = Flow::start(flow_id, kind, now);
    let answer = Answer::json(StatusCode::CREATED, &payload::flow(world, &flow, now)?);
    state.consents.add_flow(id, flow);
    Ok(answer)
}

pub(super) fn get(
    world: &World,
    exchange: &Exchange,
    (caller, id, flow): (&Caller, &str, &str),
) -> Result<Answer, Refused> {
    let state = world.state();
    let consent = state
        .consents
        .of(&caller.tenant, consents::own(caller, id)?);
    let consent = consent.ok_or_else(|| consents::missing(id))?;
    let known = consent
        .flows
        .iter()
        .find(|known| known.id == flow)
        .ok_or_else(|| {
            refusals::not_found(
                because("R200", "flow")
                    .expected("a flow of this consent")
                    .shown(flow),
            )
        })?;
    Ok(Answer::ok(&payload::flow(
        world,
        known,
        exchange.timestamp(),
    )?))
}

/// What ended stays ended; what was never connected cannot be authorised again (R230).
fn check(
    consent: &ConsentRecord,
    (body, kind): (&NewManagedFlow, FlowKind),
    now: jiff::Timestamp,
) -> Result<(), Refused> {
    if *body.end_user.identifier.expose() != consent.end_user.identifier {
        let reason = because("platform 5", "endUser.identifier").expected("the consent's end user");
        return Err(refusals::bad_request(reason.found("another one")));
    }
    match (consent.state(now), kind) {
        (ConsentState::Active, _) | (ConsentState::Inactive, FlowKind::ConnectAccounts) => Ok(()),
        (ended, _) => Err(refusals::consent_not_active(ended)),
    }
}

fn kind_of(kind: &FlowType) -> Result<FlowKind, Refused> {
    match kind {
        FlowType::ConnectAccounts => Ok(FlowKind::ConnectAccounts),
        FlowType::ReauthenticateConnection => Ok(FlowKind::Reauthenticate),
        other => {
            let reason = because("platform 5", "type")
                .expected("CONNECT_ACCOUNTS or REAUTHENTICATE_CONNECTION");
            Err(refusals::bad_request(reason.shown(other.as_str())))
        }
    }
}
