//! Then it tries to get it wrong.

use super::{
    data::Data,
    stage::{LICENSED, SUSPENDED, Stage, UNLICENSED},
    story::{Story, ensure},
};
use crate::exit::{self, Failure};
use obkit::{
    Code, Error, Grant, Scopes, Sent,
    core::{Clock, SystemClock, TestClock},
};
use serde::Serialize;
use std::time::Duration;

/// A mistake that was tried, and the code that stopped it.
#[derive(Debug, Serialize)]
pub(super) struct Seen {
    case: &'static str,
    code: &'static str,
    sent: bool,
}

pub(super) async fn show(
    stage: &Stage,
    data: &Data,
    story: &mut Story,
) -> Result<Vec<Seen>, Failure> {
    story.act("Now it tries to get it wrong; nothing of this leaves the process");
    let tried = [
        (
            "token_of_another",
            Code::X001,
            token_of_another(stage).await?,
        ),
        (
            "consent_of_another",
            Code::X003,
            consent_of_another(stage, data).await?,
        ),
        ("suspended_third_party", Code::R005, suspended(stage)?),
        ("unknown_third_party", Code::R001, unknown(stage)?),
        (
            "scope_not_authorised",
            Code::R007,
            scope_not_authorised(stage).await?,
        ),
        (
            "clock_five_minutes_off",
            Code::C101,
            skewed_clock(stage).await?,
        ),
    ];
    let mut seen = Vec::new();
    for (case, expected, error) in tried {
        ensure(
            error.code() == expected,
            format_args!("{case} is {expected}, it was {error}"),
        )?;
        ensure(
            error.sent() == Sent::No,
            format_args!("{case} was not sent: {error}"),
        )?;
        story.refused(
            &case.replace('_', " "),
            format_args!("{expected} {}", expected.summary()),
        );
        seen.push(Seen {
            case,
            code: expected.as_str(),
            sent: error.sent() != Sent::No,
        });
    }
    Ok(seen)
}

/// A's token on B's call.
async fn token_of_another(stage: &Stage) -> Result<Error, Failure> {
    let (acme, other) = (stage.party(UNLICENSED)?, stage.party(LICENSED)?);
    let lease = acme.token(&Grant::new(scopes("ob_providers")?)).await?;
    let call = other.providers().list().token(lease.token);
    refused("A's token on B's call", call.send().await)
}

/// A's consent through B.
async fn consent_of_another(stage: &Stage, data: &Data) -> Result<Error, Failure> {
    let other = stage.party(LICENSED)?;
    let consent = data.of(UNLICENSED)?;
    refused(
        "A's consent through B",
        other.accounts(consent).list().send().await,
    )
}

fn suspended(stage: &Stage) -> Result<Error, Failure> {
    refused(
        "a suspended third-party",
        stage.integrator.on_behalf_of(SUSPENDED),
    )
}

fn unknown(stage: &Stage) -> Result<Error, Failure> {
    refused(
        "an unknown third-party",
        stage.integrator.on_behalf_of("acme-budgett"),
    )
}

async fn scope_not_authorised(stage: &Stage) -> Result<Error, Failure> {
    let acme = stage.party(UNLICENSED)?;
    refused(
        "a scope",
        acme.token(&Grant::new(scopes("payments:create")?)).await,
    )
}

/// The server names the time; 60 seconds are compensated, five minutes are not.
async fn skewed_clock(stage: &Stage) -> Result<Error, Failure> {
    let wrong = SystemClock::default().now() + Duration::from_secs(300);
    let integrator = stage.another().await?.clock(TestClock::at(wrong)).build()?;
    let acme = integrator.on_behalf_of(UNLICENSED)?;
    refused("a skewed clock", acme.providers().list().send().await)
}

fn refused<T>(what: &str, outcome: Result<T, Error>) -> Result<Error, Failure> {
    match outcome {
        Err(error) => Ok(error),
        Ok(_) => Err(Failure::new(
            exit::PROBLEMS,
            format!("{what} was not refused"),
        )),
    }
}

fn scopes(text: &str) -> Result<Scopes, Failure> {
    text.parse()
        .map_err(|error| Failure::unexpected(format!("{error}")))
}
