//! The test controls under `/__sandbox/`, and the page that stands where the bank's would.

use crate::{
    answer::Answer,
    end_user::{self, Step},
    end_user_error::{EndUserError, EndUserErrorKind},
    exchange::Exchange,
    refused::{Reason, Refused, because},
    route::Control,
    seed::PartyStatus,
    world::World,
};
use http::StatusCode;
use ob_jose::json::parse_object;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Does what a test asks for.
pub(crate) fn control(
    world: &World,
    exchange: &Exchange,
    control: Control<'_>,
) -> Result<Answer, Refused> {
    // A page in the developer's browser can send such a request without asking anybody.
    if exchange.first("origin").is_some() {
        let reason = because("sandbox", "Origin").expected("none: not a web page");
        return Err(Refused::gateway(
            StatusCode::FORBIDDEN,
            ("FORBIDDEN", "the test controls are not for web pages"),
            reason.found("one"),
        ));
    }
    match control {
        Control::Explain(id) => explanation(world, id),
        Control::Counters => Ok(Answer::ok(&world.state().counters)),
        Control::Suspend => set_status(world, exchange, PartyStatus::Suspended),
        Control::Resume => set_status(world, exchange, PartyStatus::Active),
        Control::RevokeTokens => revoke(world, exchange),
        Control::CompleteFlow(flow) => complete(world, exchange, flow),
        Control::CancelFlow(flow) => {
            let state = end_user::cancel(world, flow).map_err(refused_step)?;
            Ok(Answer::ok(
                &json!({"flowId": flow, "status": state.as_str()}),
            ))
        }
    }
}

/// A plain page: the browser page of the bank is not part of this version.
pub(crate) fn flow_page(world: &World, exchange: &Exchange, id: &str) -> Result<Answer, Refused> {
    let state = world.state();
    let flow = state
        .consents
        .by_flow(id)
        .and_then(|consent| consent.flows.iter().find(|flow| flow.id == id));
    let flow = flow
        .ok_or_else(|| missing(because("platform 5", "flow").expected("a flow of this sandbox")))?;
    let status = flow.state(exchange.timestamp()).as_str();
    let url = world.base.url(&format!("/__sandbox/flows/{id}/complete"));
    Ok(Answer::text(
        StatusCode::OK,
        &format!(
            "Managed flow {id}: {status}\n\n\
             This version of the sandbox has no browser page. Do the end user's step with:\n\n\
             curl -X POST {url} \\\n  -H 'Content-Type: application/json' \\\n  \
             -d '{{\"username\":\"john.smith\",\"password\":\"12345\",\"otp\":\"987654\"}}'\n\n\
             or give up with POST /__sandbox/flows/{id}/cancel\n"
        ),
    ))
}

fn explanation(world: &World, id: &str) -> Result<Answer, Refused> {
    let state = world.state();
    let kept = state.explain.get(id).ok_or_else(|| {
        missing(
            because("platform 1", "refusal id")
                .expected("one of the last 10,000 refusals")
                .shown(id),
        )
    })?;
    Ok(Answer::ok(kept))
}

fn set_status(world: &World, exchange: &Exchange, status: PartyStatus) -> Result<Answer, Refused> {
    let name = party_name(exchange)?;
    let mut state = world.state();
    let client_id = state
        .parties
        .set_status(&name, status)
        .ok_or_else(|| no_such_party(&name))?;
    let revoked = match status {
        PartyStatus::Suspended => state.issued.revoke_of(client_id.as_str()),
        PartyStatus::Active => 0,
    };
    Ok(Answer::ok(
        &json!({"business_id": name, "status": status, "tokens_revoked": revoked}),
    ))
}

fn revoke(world: &World, exchange: &Exchange) -> Result<Answer, Refused> {
    let name = party_name(exchange)?;
    let mut state = world.state();
    let client_id = state
        .parties
        .client_id_of(&name)
        .cloned()
        .ok_or_else(|| no_such_party(&name))?;
    let revoked = state.issued.revoke_of(client_id.as_str());
    Ok(Answer::ok(
        &json!({"business_id": name, "tokens_revoked": revoked}),
    ))
}

fn complete(world: &World, exchange: &Exchange, flow: &str) -> Result<Answer, Refused> {
    let step: Step = body(exchange)?;
    let state = end_user::complete(world, flow, &step).map_err(refused_step)?;
    Ok(Answer::ok(
        &json!({"flowId": flow, "status": state.as_str()}),
    ))
}

fn party_name(exchange: &Exchange) -> Result<String, Refused> {
    let body: Value = body(exchange)?;
    let name = body
        .get("business_id")
        .and_then(Value::as_str)
        .map(str::to_owned);
    name.ok_or_else(|| bad(because("platform 1", "business_id").expected("a text")))
}

/// Reads a JSON body, strictly (R218).
fn body<T: DeserializeOwned>(exchange: &Exchange) -> Result<T, Refused> {
    let wanted = || because("R218", "body").expected("a JSON object with the documented members");
    let members =
        parse_object(&exchange.body).map_err(|error| bad(wanted().found(error.reason())))?;
    serde_json::from_value(Value::Object(members)).map_err(|_| bad(wanted().found("other members")))
}

fn no_such_party(name: &str) -> Refused {
    missing(
        because("platform 1", "business_id")
            .expected("a known third-party")
            .shown(name),
    )
}

fn missing(reason: Reason) -> Refused {
    Refused::gateway(
        StatusCode::NOT_FOUND,
        ("NOT_FOUND", "there is no such thing"),
        reason,
    )
}

fn bad(reason: Reason) -> Refused {
    Refused::gateway(
        StatusCode::BAD_REQUEST,
        ("BAD_REQUEST", "the request is malformed"),
        reason,
    )
}

fn refused_step(error: EndUserError) -> Refused {
    let (status, code) = match error.kind {
        EndUserErrorKind::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND"),
        EndUserErrorKind::Credentials => (StatusCode::FORBIDDEN, "WRONG_CREDENTIALS"),
        EndUserErrorKind::State => (StatusCode::CONFLICT, "ILLEGAL_STEP"),
        EndUserErrorKind::Input => (StatusCode::BAD_REQUEST, "BAD_REQUEST"),
    };
    let reason = because("platform 10", "end user's step")
        .expected(error.expected)
        .found(error.found);
    Refused::gateway(status, (code, "the end user's step was refused"), reason)
}
