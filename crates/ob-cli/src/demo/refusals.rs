//! Then it tries to get it wrong.

use super::{
    data::Data,
    stage::{LICENSED, SUSPENDED, Stage, UNLICENSED, grant},
    story::{Story, ensure},
};
use crate::exit::{self, Failure};
use obkit::{
    Code, Error, Sent,
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

/// One mistake: what it is called, the code that must stop it, and how that is told.
struct Tried {
    case: &'static str,
    words: &'static str,
    code: Code,
    told: &'static str,
    error: Error,
}

pub(super) async fn show(
    stage: &Stage,
    data: &Data,
    story: &mut Story,
) -> Result<Vec<Seen>, Failure> {
    story.act("Now it tries to get it wrong; none of these calls leaves the process");
    let before = stage.sandbox.sandbox().counters().api_requests;
    let tried = all(stage, data).await?;
    let after = stage.sandbox.sandbox().counters().api_requests;
    let seen = tried.iter().map(check).collect::<Result<Vec<_>, _>>()?;
    for Tried {
        words, code, told, ..
    } in &tried
    {
        story.refused(words, format_args!("{code}  {told}"));
    }
    ensure(
        before == after,
        format_args!("no API call arrives; {} did", after - before),
    )?;
    story.tell("the sandbox saw no API call meanwhile");
    Ok(seen)
}

async fn all(stage: &Stage, data: &Data) -> Result<[Tried; 6], Failure> {
    Ok([
        Tried {
            case: "token_of_another",
            words: "A's token on B's call",
            code: Code::X001,
            told: Code::X001.summary(),
            error: token_of_another(stage).await?,
        },
        Tried {
            case: "consent_of_another",
            words: "A's consent through B",
            code: Code::X003,
            told: Code::X003.summary(),
            error: consent_of_another(stage, data).await?,
        },
        Tried {
            case: "suspended_third_party",
            words: "a call for oldtown-loans",
            code: Code::R005,
            told: "the third-party is suspended",
            error: suspended(stage)?,
        },
        Tried {
            case: "unknown_third_party",
            words: "a call for acme-budgett",
            code: Code::R001,
            told: "unknown; the closest is acme-budget",
            error: unknown(stage)?,
        },
        Tried {
            case: "scope_not_authorised",
            words: "scope payments:create",
            code: Code::R007,
            told: "not authorised by acme-budget",
            error: scope_not_authorised(stage).await?,
        },
        Tried {
            case: "clock_five_minutes_off",
            words: "a clock five minutes fast",
            code: Code::C101,
            told: Code::C101.summary(),
            error: skewed_clock(stage).await?,
        },
    ])
}

/// Refused with the code it must have, unsent; and what is told of it is in the error.
fn check(tried: &Tried) -> Result<Seen, Failure> {
    let Tried {
        case, code, error, ..
    } = tried;
    ensure(
        error.code() == *code,
        format_args!("{case} is {code}, it was {error}"),
    )?;
    ensure(
        error.sent() == Sent::No,
        format_args!("{case} was not sent: {error}"),
    )?;
    let named = match *code {
        Code::R001 => "the closest is acme-budget",
        Code::R005 => "is suspended",
        _ => code.summary(),
    };
    ensure(
        error.to_string().contains(named),
        format_args!("{case} says \"{named}\": {error}"),
    )?;
    Ok(Seen {
        case,
        code: code.as_str(),
        sent: error.sent() != Sent::No,
    })
}

/// A's token on B's call.
async fn token_of_another(stage: &Stage) -> Result<Error, Failure> {
    let (acme, other) = (stage.party(UNLICENSED)?, stage.party(LICENSED)?);
    let lease = acme.token(&grant("ob_providers")?).await?;
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
        stage.integrator.on_behalf_of(MISSPELT),
    )
}

async fn scope_not_authorised(stage: &Stage) -> Result<Error, Failure> {
    let acme = stage.party(UNLICENSED)?;
    refused("a scope", acme.token(&grant("payments:create")?).await)
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

const MISSPELT: &str = "acme-budgett";
