//! `ob onboard ID --confirm`: the ids are tried before anything depends on them.

use super::{folder, packet, refuse_gaps};
use crate::{
    cli::OnboardArgs,
    command::{
        change,
        registry::{integrator, known},
    },
    exit::Failure,
    moment,
    output::{self, Format},
    target,
};
use obkit::{
    BusinessId, Code, Probe,
    registry::{MemoryStore, Record, Registry, Status, ThirdParty},
};
use serde_json::json;

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
    if args.facts.is_any_given() {
        let what = format!(
            "--confirm changes no facts: change them by `ob registry set {id}`, or tell the \
             platform the new ones by `ob onboard {id}` first"
        );
        return Err(Failure::usage(what));
    }
    let registry = target::registry(args.registry.as_deref(), None, args.config.as_deref()).await?;
    let known = in_onboarding(&registry, id)?;
    refuse_gaps(known.third_party())?;
    let told = with_ids(known.third_party(), args)?;
    let active = told.to_builder().status(Status::Active).build();
    let active = active.map_err(|error| change::refused(&error))?;
    let edit = || -> Result<_, Failure> {
        let edit = change::edit(&registry, &args.change, "ob onboard --confirm")?;
        // What was tried must be what becomes active.
        Ok(edit.expecting(known.version()))
    };
    // Nobody is asked for a token with ids that are somebody else's.
    let free = edit()?.check_put(&active);
    free.map_err(|error| change::refused(&error))?;
    let probe = probe(args, &told).await?;
    let put = edit()?.put(active).await;
    let record = put.map_err(|error| change::refused(&error))?;
    finish_packet(&registry, args, record.third_party(), &actor);
    show(format, id, &probe)
}

fn in_onboarding(registry: &Registry, id: &BusinessId) -> Result<Record, Failure> {
    let known = known(registry, id)?;
    let status = known.third_party().status();
    if status == Status::Onboarding {
        return Ok(known);
    }
    let what = format!("{id} is {status}, needs one that is in onboarding");
    Err(Failure::coded(Code::R006, what))
}

/// With the ids that the command names, or those that are written down.
fn with_ids(known: &ThirdParty, args: &OnboardArgs) -> Result<ThirdParty, Failure> {
    let told = &args.confirm;
    let client_id = told.client_id.as_ref().or(known.client_id());
    let application_id = told.application_id.as_ref().or(known.application_id());
    let (Some(client_id), Some(application_id)) = (client_id, application_id) else {
        return Err(Failure::usage(
            "--confirm needs --client-id ID and --application-id UUID, as the platform gave them",
        ));
    };
    let told = known.to_builder().client_id(client_id.clone());
    let told = told.application_id(*application_id).build();
    told.map_err(|error| change::refused(&error))
}

/// A real token, for all that was authorised, with ids that stand nowhere yet: where none comes,
/// nothing is changed.
async fn probe(args: &OnboardArgs, told: &ThirdParty) -> Result<Probe, Failure> {
    let (sandbox, config) = (args.sandbox.as_deref(), args.config.as_deref());
    let alone = Registry::open(MemoryStore::with([told.clone()])).await;
    let alone = alone.map_err(|error| change::refused(&error))?;
    let integrator = target::integrator_with(sandbox, config, alone).await?;
    let id = told.business_id();
    integrator.probe(id, told.scopes()).await.map_err(|error| {
        output::say(format_args!(
            "{id} stays in onboarding: its ids did not stand the test, and were not written down"
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
             scope    {}\n  next     make a first call: it is the first to try the application \
             id;\n           ob registry set {id} --application-id UUID mends a mistyped one",
            probe.client_id, probe.scopes
        )
    })
}
