//! A token each, sealed.

use super::{
    stage::{LICENSED, SUSPENDED, Stage, UNLICENSED, grant},
    story::{Story, ensure},
};
use crate::exit::Failure;
use obkit::{
    Code,
    core::{Clock, SystemClock},
};
use serde::Serialize;
use std::time::SystemTime;

/// A token and the claims that were checked.
#[derive(Debug, Serialize)]
pub(super) struct Seen {
    r#for: String,
    sub: String,
    act: String,
    scope: Vec<String>,
    expires_in: u64,
    sealed: bool,
}

pub(super) async fn show(stage: &Stage, story: &mut Story) -> Result<Vec<Seen>, Failure> {
    story.act("A token for each, opened and compared before it is kept");
    let mut tokens = Vec::new();
    for id in [UNLICENSED, LICENSED] {
        let seen = token(stage, id).await?;
        let scope = seen.scope.join(" ");
        story.tell_of(
            id,
            format_args!("sealed: sub={} act.sub={}", seen.sub, seen.act),
        );
        story.tell_of(
            "",
            format_args!("        scope={scope} expires_in={}", seen.expires_in),
        );
        tokens.push(seen);
    }
    let suspended = stage.integrator.on_behalf_of(SUSPENDED);
    ensure(
        suspended.is_err_and(|error| error.code() == Code::R005),
        format_args!("{SUSPENDED} gets no handle, so no token"),
    )?;
    story.tell_of(SUSPENDED, "no token: it is suspended");
    Ok(tokens)
}

async fn token(stage: &Stage, id: &str) -> Result<Seen, Failure> {
    let party = stage.party(id)?;
    let lease = party.token(&grant("consents:create")?).await?;
    let token = &lease.token;
    let actor = token.actor().map(ToString::to_string).unwrap_or_default();
    ensure(token.is_sealed(), format_args!("{id}'s token is sealed"))?;
    ensure(
        token.client_id() == party.acting_for().client_id(),
        "sub is the third-party",
    )?;
    ensure(
        actor == stage.descriptor.integrator.client_id.as_str(),
        "act.sub is the Integrator",
    )?;
    Ok(Seen {
        r#for: id.to_owned(),
        sub: token.client_id().to_string(),
        act: actor,
        scope: token.scopes().iter().map(ToString::to_string).collect(),
        expires_in: seconds_left(token.expires_at()),
        sealed: token.is_sealed(),
    })
}

/// To the nearest second, as the server said it.
fn seconds_left(until: SystemTime) -> u64 {
    let left = until
        .duration_since(SystemClock::default().now())
        .unwrap_or_default();
    (left + std::time::Duration::from_millis(500)).as_secs()
}
