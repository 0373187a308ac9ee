//! `ob onboard`.

mod ask;
mod confirm;
mod facts;
mod message;
mod packet;

use crate::{
    cli::OnboardArgs,
    command::{change, registry::integrator},
    exit::Failure,
    moment,
    output::{self, Format},
    path_text, target,
};
use obkit::{
    BusinessId,
    registry::{Contact, Gap, Onboarding, Registry, Status, ThirdParty, Version},
};
use serde_json::json;
use std::path::PathBuf;

pub(crate) async fn run(format: Format, args: OnboardArgs, no_input: bool) -> Result<(), Failure> {
    let id: BusinessId = args
        .id
        .parse()
        .map_err(|error: obkit::IdError| Failure::usage(error.to_string()))?;
    if args.confirm.confirm {
        return Box::pin(confirm::run(format, &id, &args)).await;
    }
    begin(format, &id, args, no_input).await
}

/// Collects, checks, writes down as a draft, writes the folder, and moves on to onboarding.
async fn begin(
    format: Format,
    id: &BusinessId,
    mut args: OnboardArgs,
    no_input: bool,
) -> Result<(), Failure> {
    let actor = change::actor(&args.change)?;
    let registry = target::registry(args.registry.as_deref(), None, args.config.as_deref()).await?;
    let profile = integrator::profile(&registry)?;
    let version = registry.version(id);
    let known = registry.get(id);
    refuse_unless_before_service(known.as_deref())?;
    let folder = packet::Folder::at(&folder(&args, id), id)?;
    ask::complete(&mut args.facts, known.as_deref(), no_input)?;
    let third_party = facts::third_party(id, known.as_deref(), &args.facts)?;
    refuse_gaps(&third_party)?;
    let third_party = put(&registry, &args, third_party, version).await?;
    let packet = packet::Packet {
        integrator: &profile,
        third_party: &third_party,
        actor: &actor,
        at: moment::now(),
    };
    let files = folder.write(&packet).inspect_err(|_| {
        let status = third_party.status();
        output::say(format_args!(
            "{id} is written down ({status}), its packet is not: the same command again writes it"
        ));
    })?;
    for missing in profile.missing() {
        output::say(format_args!(
            "note: the Integrator's profile lacks {missing}; `ob registry integrator set` adds it"
        ));
    }
    let edit = change::edit(&registry, &args.change, "ob onboard")?;
    let moved = edit.set_status(id, Status::Onboarding).await;
    moved.map_err(|error| change::refused(&error))?;
    let done = json!({
        "schema": "ob.onboard/1",
        "for": id,
        "status": Status::Onboarding,
        "packet": path_text::shown(folder.path()),
        "files": files,
    });
    output::result(format, &done, |_| {
        let at = path_text::shown(folder.path());
        format!(
            "{id} is in onboarding\n\n  send     {at}/message.md (or .txt) with {at}/attachments/\n  \
             then     {at}/checklist.md says who does what next"
        )
    })
}

fn folder(args: &OnboardArgs, id: &BusinessId) -> PathBuf {
    let default = || PathBuf::from(format!("onboarding-{id}"));
    args.packet.clone().unwrap_or_else(default)
}

/// Whoever is in service, or was, is not onboarded again.
fn refuse_unless_before_service(known: Option<&ThirdParty>) -> Result<(), Failure> {
    let Some(known) = known else {
        return Ok(());
    };
    match known.status() {
        Status::Draft | Status::Onboarding => Ok(()),
        status => {
            let id = known.business_id();
            let what = format!("{id} is {status}, needs a new one, a draft or one in onboarding");
            Err(Failure::coded(obkit::Code::R006, what))
        }
    }
}

/// Everything that is missing or wrong at once, with the code of the first.
fn refuse_gaps(third_party: &ThirdParty) -> Result<(), Failure> {
    let onboarding = Onboarding::of(third_party, moment::now());
    let Some(first) = onboarding.gaps().first() else {
        return Ok(());
    };
    let all: Vec<_> = onboarding.gaps().iter().map(Gap::to_string).collect();
    let id = third_party.business_id();
    Err(Failure::coded(
        first.code(),
        format!("{id}: {}", all.join("; ")),
    ))
}

/// Writes it down in the status it has, draft if it is new: whoever collides is refused here,
/// before a file is written.
async fn put(
    registry: &Registry,
    args: &OnboardArgs,
    third_party: ThirdParty,
    version: Option<Version>,
) -> Result<ThirdParty, Failure> {
    let edit = change::edit(registry, &args.change, "ob onboard")?;
    // What was asked and checked was thought out on what was known then.
    let edit = match version {
        Some(version) => edit.expecting(version),
        None => edit.expecting_absent(),
    };
    let put = edit.put(third_party).await;
    let record = put.map_err(|error| change::refused(&error))?;
    Ok(record.third_party().as_ref().clone())
}

fn licence(third_party: &ThirdParty) -> &'static str {
    match third_party.licence().is_licensed() {
        true => "licensed",
        false => "unlicensed",
    }
}

/// A contact in words.
pub(crate) fn contact_row(contact: &Contact) -> (&'static str, String) {
    let role = match contact.role() {
        obkit::registry::ContactRole::Primary => "primary contact",
        obkit::registry::ContactRole::Technical => "technical contact",
    };
    let mut words = format!("{} <{}>", contact.name(), contact.email().as_str());
    if let Some(phone) = contact.phone() {
        words.push_str(&format!(", {phone}"));
    }
    (role, words)
}
