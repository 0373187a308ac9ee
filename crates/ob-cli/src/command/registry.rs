//! `ob registry list|import|export|integrator`.

pub(crate) mod integrator;

use crate::{
    cli::{RegistryCommand, RegistrySource},
    exit::Failure,
    file::{self, Access, LARGE},
    output::{self, Format},
    path_text, target,
};
use obkit::registry::{
    FileStore, Licence, Registry, RegistryError, ThirdParty, from_json, from_toml, to_json, to_toml,
};
use std::{path::Path, sync::Arc};

pub(crate) async fn run(format: Format, command: RegistryCommand) -> Result<(), Failure> {
    match command {
        RegistryCommand::List { source } => list(format, &open(&source).await?),
        RegistryCommand::Import { file, registry } => import(format, &file, &registry).await,
        RegistryCommand::Integrator(command) => integrator::run(format, command).await,
        RegistryCommand::Export { source, to } => {
            export(format, &open(&source).await?, to.as_deref())
        }
    }
}

async fn open(source: &RegistrySource) -> Result<Registry, Failure> {
    let RegistrySource {
        registry,
        sandbox,
        config,
    } = source;
    target::registry(registry.as_deref(), sandbox.as_deref(), config.as_deref()).await
}

fn list(format: Format, registry: &Registry) -> Result<(), Failure> {
    let parties = registry.list();
    let items: Vec<_> = parties.iter().map(Arc::as_ref).map(summary).collect();
    let whole = serde_json::json!({"schema": "ob.registry-list/1", "third_parties": items});
    output::list(format, &whole, &items, || {
        let mut table = output::table(&["business id", "licence", "status", "client id", "scopes"]);
        for party in &parties {
            table.add_row([
                party.business_id().to_string(),
                licence(party).to_owned(),
                party.status().to_string(),
                party
                    .client_id()
                    .map_or_else(String::new, ToString::to_string),
                party.scopes().to_string(),
            ]);
        }
        table
    })
}

fn summary(party: &ThirdParty) -> serde_json::Value {
    serde_json::json!({
        "business_id": party.business_id(),
        "legal_name": party.legal_name(),
        "licence": licence(party),
        "status": party.status().to_string(),
        "client_id": party.client_id(),
        "application_id": party.application_id(),
        "scopes": party.scopes(),
    })
}

fn licence(party: &ThirdParty) -> &'static str {
    match party.licence() {
        Licence::Licensed { .. } => "licensed",
        _ => "unlicensed",
    }
}

async fn import(format: Format, file: &Path, into: &Path) -> Result<(), Failure> {
    let text = file::read_text(file, LARGE)?;
    let read = if is_json(file) {
        from_json(&text)
    } else {
        from_toml(&text)
    };
    let parties = read.map_err(|error| in_file(file, &error))?;
    let count = parties.len();
    let store = FileStore::open_or_create(into).map_err(|error| in_file(into, &error))?;
    let registry = Registry::open(store)
        .await
        .map_err(|error| in_file(into, &error))?;
    registry
        .edit("ob", "import")
        .map_err(|error| in_file(into, &error))?
        .put_all(parties)
        .await
        .map_err(|error| in_file(into, &error))?;
    let done = serde_json::json!({
        "schema": "ob.registry-import/1",
        "imported": count,
        "third_parties": registry.len(),
    });
    output::result(format, &done, |_| {
        let (read, all) = (counted(count), registry.len());
        format!("imported {read}; the registry holds {all}")
    })
}

fn export(format: Format, registry: &Registry, to: Option<&Path>) -> Result<(), Failure> {
    if let Some(file) = to
        && !is_json(file)
        && !is_toml(file)
    {
        let what = format!("{} needs a name in .toml or .json", path_text::shown(file));
        return Err(Failure::usage(what));
    }
    let parties = registry.list();
    let json = to.map_or(format != Format::Text, is_json);
    let text = if json {
        to_json(&parties)
    } else {
        to_toml(&parties)
    };
    let text = text.map_err(|error| Failure::coded(error.code(), error))?;
    match to {
        None if format == Format::Jsonl => {
            let whole: serde_json::Value = serde_json::from_str(&text)
                .map_err(|error| Failure::unexpected(error.to_string()))?;
            output::result(format, &whole, ToString::to_string)
        }
        None => output::text(&text),
        Some(file) => {
            let written = file::replace(file, text.as_bytes(), Access::Umask);
            written.map_err(|error| Failure::file(file, &error))?;
            let (parties, file) = (counted(parties.len()), path_text::shown(file));
            output::say(format_args!("wrote {parties} to {file}"));
            Ok(())
        }
    }
}

fn counted(parties: usize) -> String {
    let noun = if parties == 1 { "y" } else { "ies" };
    format!("{parties} third-part{noun}")
}

fn is_json(file: &Path) -> bool {
    has_extension(file, "json")
}

fn is_toml(file: &Path) -> bool {
    has_extension(file, "toml")
}

fn has_extension(file: &Path, wanted: &str) -> bool {
    file.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}

fn in_file(file: &Path, error: &RegistryError) -> Failure {
    Failure::coded(error.code(), format!("{}: {error}", path_text::shown(file)))
}
