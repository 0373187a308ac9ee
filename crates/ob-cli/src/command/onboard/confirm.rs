//! `ob onboard ID --confirm`: the ids are tried before anything depends on them.

use super::{folder, packet, refuse_gaps};
use crate::{
    cli::OnboardArgs,
    command::{change, registry::integrator},
    exit::Failure,
    moment,
    output::{self, Format},
    target,
};
use obkit::{
    ApplicationId, BusinessId, ClientId, Code, Probe,
    registry::{Registry, Status, ThirdParty},
};
use serde_json::json;
use std::sync::Arc;

pub(super) async fn run(
    format: Format,
    id: &BusinessId,
    args: &OnboardArgs,
) -> Result<(), Failure> {
    let actor = change::actor(&args.change)?;
    if args.config.is_none() && args.sandbox.is_none() {
        return Err(Failure::usage(
            "--confirm needs --config FILE or --sandbox DIR",
        ));
    }
    let registry = target::registry(args.registry.as_deref(), None, args.config.as_deref()).await?;
    let known = in_onboarding(&registry, id)?;
    let ids = ids(&known, args)?;
    refuse_gaps(&known)?;
    let known = write_down(&registry, args, id, ids).await?;
    let probe = probe(&registry, args, &known).await?;
    let edit = change::edit(&registry, &args.change, "ob onboard --confirm")?;
    let active = edit.set_status(id, Status::Active).await;
    let active = active.map_err(|error| change::refused(&error))?;
    finish_packet(&registry, args, active.third_party(), &actor);
    show(format, id, &probe)
}

fn in_onboarding(registry: &Registry, id: &BusinessId) -> Result<Arc<ThirdParty>, Failure> {
    let Some(known) = registry.get(id) else {
        let refused = registry.act_for(id, &obkit::Scopes::none());
        let what = refused
            .err()
            .map_or_else(String::new, |error| error.to_string());
        return Err(Failure::coded(Code::R001, what));
    };
    if known.status() == Status::Onboarding {
        return Ok(known);
    }
    let status = known.status();
    let what = format!("{id} is {status}, needs one that is in onboarding");
    Err(Failure::coded(Code::R006, what))
}

/// Those that the command names, or those of an earlier attempt.
fn ids(known: &ThirdParty, args: &OnboardArgs) -> Result<(ClientId, ApplicationId), Failure> {
    let told = &args.confirm;
    let client_id = told.client_id.as_ref().or(known.client_id());
    let application_id = told.application_id.as_ref().or(known.application_id());
    match (client_id, application_id) {
        (Some(client_id), Some(application_id)) => Ok((client_id.clone(), *application_id)),
        _ => Err(Failure::usage(
            "--confirm needs --client-id ID and --application-id UUID, as the platform gave them",
        )),
    }
}

async fn write_down(
    registry: &Registry,
    args: &OnboardArgs,
    id: &BusinessId,
    (client_id, application_id): (ClientId, ApplicationId),
) -> Result<Arc<ThirdParty>, Failure> {
    let edit = change::edit(registry, &args.change, "ob onboard --confirm")?;
    let written = edit.update(id, |known| {
        known
            .client_id(client_id.clone())
            .application_id(application_id)
    });
    let record = written.await.map_err(|error| change::refused(&error))?;
    Ok(Arc::clone(record.third_party()))
}

/// A real token, for all that was authorised. Where none comes, nothing else changes.
async fn probe(
    registry: &Registry,
    args: &OnboardArgs,
    known: &ThirdParty,
) -> Result<Probe, Failure> {
    let (sandbox, config) = (args.sandbox.as_deref(), args.config.as_deref());
    let integrator = target::integrator_with(sandbox, config, registry.clone()).await?;
    let id = known.business_id();
    integrator.probe(id, known.scopes()).await.map_err(|error| {
        output::say(format_args!(
            "{id} stays in onboarding: its ids did not stand the test"
        ));
        error.into()
    })
}

/// The packet's checklist says so, where the packet still is. It is a reminder for people: that
/// it cannot be written takes nothing back.
fn finish_packet(registry: &Registry, args: &OnboardArgs, third_party: &ThirdParty, actor: &str) {
    let id = third_party.business_id();
    let (Some(folder), Ok(profile)) = (
        packet::Folder::existing(&folder(args, id), id),
        integrator::profile(registry),
    ) else {
        return;
    };
    let packet = packet::Packet {
        integrator: &profile,
        third_party,
        actor,
        at: moment::now(),
    };
    if let Err(failure) = folder.finish(&packet) {
        output::say(format_args!("note: {}", failure.message()));
    }
}

fn show(format: Format, id: &BusinessId, probe: &Probe) -> Result<(), Failure> {
    let done = json!({
        "schema": "ob.onboard/1",
        "for": id,
        "status": Status::Active,
        "probe": {
            "client_id": probe.client_id,
            "scope": probe.scopes,
            "expires_at": moment::utc(probe.expires_at),
            "attempts": probe.attempts,
            "correlation_id": probe.correlation,
        },
    });
    output::result(format, &done, |_| {
        format!(
            "{id} is active\n\n  token    fetched on behalf of {}, compared and forgotten\n  \
             scope    {}\n  note     the application id is first tried by the first call",
            probe.client_id, probe.scopes
        )
    })
}
