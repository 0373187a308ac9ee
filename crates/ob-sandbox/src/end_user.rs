//! The end user's side of a managed flow: log in at a bank, choose accounts, or give up.

use crate::{
    bank::{Account, PROVIDERS, Provider, User, accounts_of},
    consent::{ConsentRecord, ConsentState, Flow, FlowKind, FlowState, IllegalStep},
    end_user_error::{EndUserError, EndUserErrorKind},
    exchange::timestamp,
    seed::Seed,
    world::World,
};
use jiff::Timestamp;
use ob_core::Shown;
use serde::Deserialize;

/// What the end user enters.
#[derive(Deserialize)]
pub(crate) struct Step {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) otp: String,
    /// The bank, by id or name; Mock Bank unless named.
    #[serde(default)]
    pub(crate) provider: Option<String>,
    /// Which of the user's accounts, counted from 0; all unless named.
    #[serde(default)]
    pub(crate) accounts: Option<Vec<usize>>,
}

/// Does the step in one flow.
pub(crate) fn complete(world: &World, flow: &str, step: &Step) -> Result<FlowState, EndUserError> {
    let now = timestamp(world.clock.now());
    let mut state = world.state();
    let consent = state
        .consents
        .by_flow_mut(flow)
        .ok_or_else(|| not_found("a flow", flow))?;
    let chosen = authenticate(world.seed, consent, (flow, step, now))?;
    let flow = flow_of(consent, flow)?;
    flow.complete(now).map_err(illegal)?;
    let (done, kind) = (flow.state(now), flow.kind);
    if kind == FlowKind::ConnectAccounts {
        consent.connect(chosen);
    }
    Ok(done)
}

/// Gives up.
pub(crate) fn cancel(world: &World, flow: &str) -> Result<FlowState, EndUserError> {
    let now = timestamp(world.clock.now());
    let mut state = world.state();
    let consent = state
        .consents
        .by_flow_mut(flow)
        .ok_or_else(|| not_found("a flow", flow))?;
    let flow = flow_of(consent, flow)?;
    flow.cancel(now).map_err(illegal)?;
    Ok(flow.state(now))
}

/// Does the step in the newest open flow of a consent, as one of the test users.
pub(crate) fn complete_newest(
    world: &World,
    consent: &str,
    username: &str,
) -> Result<(), EndUserError> {
    let user = User::find(username).ok_or_else(|| not_found("a test user", username))?;
    let now = timestamp(world.clock.now());
    let flow = {
        let mut state = world.state();
        let record = state
            .consents
            .any_mut(consent)
            .ok_or_else(|| not_found("a consent", consent))?;
        let open = record.flows.iter().rev().find(|flow| flow.is_open(now));
        open.map(|flow| flow.id.clone())
            .ok_or_else(|| not_found("an open flow of the consent", consent))?
    };
    let step = Step {
        username: user.username.into(),
        password: crate::bank::PASSWORD.into(),
        otp: user.otp.into(),
        provider: None,
        accounts: None,
    };
    complete(world, &flow, &step).map(|_| ())
}

fn authenticate(
    seed: Seed,
    consent: &mut ConsentRecord,
    (flow, step, now): (&str, &Step, Timestamp),
) -> Result<Vec<Account>, EndUserError> {
    if matches!(
        consent.state(now),
        ConsentState::Expired | ConsentState::Revoked
    ) {
        return Err(refused(
            EndUserErrorKind::State,
            "a consent that has not ended",
            consent.state(now).as_str(),
        ));
    }
    let owner = consent.owner.clone();
    let flow = flow_of(consent, flow)?;
    flow.authorize(now).map_err(illegal)?;
    let user = User::find(&step.username).filter(|user| user.accepts(&step.password, &step.otp));
    let Some(user) = user else {
        flow.wrong_credentials(now).map_err(illegal)?;
        return Err(wrong_credentials(flow.state(now)));
    };
    let name = step.provider.as_deref();
    let provider = name.map_or(PROVIDERS.first(), |name| Provider::find(seed, name));
    let provider = provider.ok_or_else(|| not_found("a provider", name.unwrap_or_default()))?;
    choose(
        accounts_of(seed, &owner, (provider, user)),
        step.accounts.as_deref(),
    )
}

fn choose(all: Vec<Account>, wanted: Option<&[usize]>) -> Result<Vec<Account>, EndUserError> {
    let Some(wanted) = wanted else { return Ok(all) };
    if let Some(beyond) = wanted.iter().find(|&&n| n >= all.len()) {
        return Err(refused(
            EndUserErrorKind::Input,
            "numbers of accounts that the user has, from 0",
            &beyond.to_string(),
        ));
    }
    let chosen = all
        .into_iter()
        .enumerate()
        .filter(|(n, _)| wanted.contains(n));
    Ok(chosen.map(|(_, account)| account).collect())
}

fn flow_of<'a>(consent: &'a mut ConsentRecord, id: &str) -> Result<&'a mut Flow, EndUserError> {
    let flow = consent.flows.iter_mut().find(|flow| flow.id == id);
    flow.ok_or_else(|| not_found("a flow", id))
}

fn not_found(expected: &'static str, found: &str) -> EndUserError {
    refused(
        EndUserErrorKind::NotFound,
        expected,
        &Shown(found).to_string(),
    )
}

fn wrong_credentials(state: FlowState) -> EndUserError {
    let found = format!("others; the flow is now {}", state.as_str());
    refused(
        EndUserErrorKind::Credentials,
        "the user's password and one-time password",
        &found,
    )
}

fn illegal(step: IllegalStep) -> EndUserError {
    let found = format!("{} on the way to {}", step.from.as_str(), step.to.as_str());
    refused(EndUserErrorKind::State, "a flow in an open state", &found)
}

fn refused(kind: EndUserErrorKind, expected: &'static str, found: &str) -> EndUserError {
    EndUserError {
        kind,
        expected,
        found: found.to_owned(),
    }
}
