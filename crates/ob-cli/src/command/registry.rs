//! `ob registry`.

mod change;
mod facts;
mod files;
mod history;
pub(crate) mod integrator;
mod plan;
mod replicas;
mod show;
mod status;

pub(crate) use change::known;

use crate::{
    cli::{PlaceArgs, RegistryCommand, RegistrySource},
    exit::Failure,
    output::Format,
    target::{self, ToChange},
};
use obkit::registry::{Registry, RegistryError, Status};
use std::process::ExitCode;

pub(crate) async fn run(
    format: Format,
    no_input: bool,
    command: RegistryCommand,
) -> Result<ExitCode, Failure> {
    match command {
        RegistryCommand::Add { id, facts, change } => {
            change::add(format, &id, &facts, &change).await?;
        }
        RegistryCommand::Set {
            id,
            facts,
            clear,
            expect,
            change,
        } => {
            change::set(
                format,
                &id,
                (&facts, &clear),
                expect.expect_version,
                &change,
            )
            .await?;
        }
        RegistryCommand::Get { id, source } => show::get(format, &open(&source).await?, &id)?,
        RegistryCommand::List { filter, source } => {
            show::list(format, &open(&source).await?, &filter)?;
        }
        RegistryCommand::Suspend { id, wait, step } => {
            return status::withdraw(format, &id, Status::Suspended, wait, &step).await;
        }
        RegistryCommand::Resume { id, step } => status::resume(format, &id, &step).await?,
        RegistryCommand::Offboard {
            id,
            finish,
            wait,
            step,
        } => return status::offboard(format, &id, finish, wait, &step).await,
        RegistryCommand::History {
            id,
            since,
            limit,
            source,
        } => history::run(format, &open(&source).await?, id, since, limit).await?,
        RegistryCommand::Replicas { sign_off, source } => {
            replicas::run(format, &open(&source).await?, sign_off.as_ref()).await?;
        }
        RegistryCommand::Import {
            file,
            sandbox,
            format: kind,
            dry_run,
            change,
        } => {
            let from = files::From::of(file.as_deref(), sandbox.as_deref(), kind)?;
            files::import(format, &from, dry_run, &change).await?;
        }
        RegistryCommand::Export {
            source,
            to,
            format: kind,
        } => files::export(format, &open(&source).await?, to.as_deref(), kind)?,
        RegistryCommand::Plan { file, out, source } => {
            plan::plan(format, &open(&source).await?, &file, out.as_deref())?;
        }
        RegistryCommand::Integrator(command) => integrator::run(format, command).await?,
        RegistryCommand::Apply {
            file,
            allow_offboard,
            yes,
            change,
        } => {
            let consent = plan::Consent {
                allow_offboard,
                yes,
                no_input,
            };
            plan::apply(format, &file, &consent, &change).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn open(source: &RegistrySource) -> Result<Registry, Failure> {
    let RegistrySource {
        registry,
        sandbox,
        config,
    } = source;
    target::registry(registry.as_deref(), sandbox.as_deref(), config.as_deref()).await
}

/// The registry to change, as it is: a command about one that must be there.
async fn existing(place: &PlaceArgs) -> Result<Registry, Failure> {
    target::registry(place.registry.as_deref(), None, place.config.as_deref()).await
}

/// The registry to change; an absent file is made by the first change.
async fn to_change(place: &PlaceArgs) -> Result<ToChange, Failure> {
    target::registry_to_change(place.registry.as_deref(), place.config.as_deref()).await
}

fn refused(error: RegistryError) -> Failure {
    Failure::coded(error.code(), error)
}

fn counted(parties: usize) -> String {
    let noun = if parties == 1 { "y" } else { "ies" };
    format!("{parties} third-part{noun}")
}
