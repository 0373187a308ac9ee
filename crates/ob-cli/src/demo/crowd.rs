//! Many callers at once.

use super::{
    data,
    stage::{LICENSED, Stage, UNLICENSED},
    story::{Story, count, ensure},
};
use crate::exit::Failure;
use indicatif::{ProgressBar, ProgressStyle};
use obkit::{
    ThirdParty,
    testing::{IsolationRun, Tenant, meant_for},
};
use serde::Serialize;
use std::time::Duration;

/// Callers that all found an empty cache.
#[derive(Debug, Serialize)]
pub(super) struct Cold {
    callers: u64,
    third_parties: u64,
    token_requests: u64,
}

/// Mixed calls of many third-parties.
#[derive(Debug, Serialize)]
pub(super) struct Mixed {
    requests: u64,
    tasks: u64,
    wrong_party: u64,
}

const CALLERS: usize = 200;

pub(super) async fn cold(stage: &Stage, story: &mut Story) -> Result<Cold, Failure> {
    story.act("200 callers find an empty cache at once");
    let integrator = stage.another().await?.build()?;
    let before = stage.sandbox.sandbox().counters().token_requests;
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..CALLERS {
        let id = if caller % 2 == 0 {
            UNLICENSED
        } else {
            LICENSED
        };
        callers.spawn(list_providers(integrator.on_behalf_of(id)?));
    }
    for outcome in callers.join_all().await {
        outcome?;
    }
    let token_requests = stage.sandbox.sandbox().counters().token_requests - before;
    ensure(
        token_requests == 2,
        format_args!("2 token requests, not {token_requests}"),
    )?;
    story.tell(format_args!(
        "{CALLERS} calls for 2 third-parties: {}",
        count(token_requests, "token request")
    ));
    Ok(Cold {
        callers: CALLERS as u64,
        third_parties: 2,
        token_requests,
    })
}

async fn list_providers(party: ThirdParty) -> Result<(), obkit::Error> {
    meant_for(party.id(), party.providers().list().send())
        .await
        .map(drop)
}

pub(super) async fn mixed(stage: &Stage, story: &mut Story) -> Result<Mixed, Failure> {
    let run = IsolationRun {
        seed: 20,
        calls: 10_000,
        tasks: 64,
        cancel_percent: 0,
        purge_permille: 5,
    };
    story.act("10,000 mixed calls from 64 tasks");
    let mut tenants = Vec::new();
    for party in stage.active()? {
        let consent = data::authorised(stage, &party, "mattias.mustermann").await?;
        tenants.push(Tenant::new(party, consent).await?);
    }
    let parties = tenants.len();
    let busy = spinner();
    let report = run.run(&stage.integrator, tenants, |_| async {}).await;
    busy.finish_and_clear();
    let counters = stage.sandbox.sandbox().counters();
    ensure(
        report.holds(),
        format_args!("no isolation refusal: {:?}", report.breaches.first()),
    )?;
    ensure(
        report.ok == run.calls,
        format_args!("all calls succeed: {:?}", report.failed),
    )?;
    ensure(
        counters.meant_checked >= run.calls,
        "the sandbox compared every call",
    )?;
    ensure(
        counters.wrong_party == 0,
        format_args!("{} wrong-party requests", counters.wrong_party),
    )?;
    story.tell(format_args!(
        "{} for {parties} third-parties, all answered",
        count(report.calls, "call"),
    ));
    story.tell(format_args!(
        "{} for the wrong party, as counted by the sandbox",
        count(counters.wrong_party, "request")
    ));
    Ok(Mixed {
        requests: report.calls,
        tasks: run.tasks,
        wrong_party: counters.wrong_party,
    })
}

/// Shown on a terminal only.
fn spinner() -> ProgressBar {
    let style = ProgressStyle::with_template("   {spinner} calling, {elapsed}");
    let bar = ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
