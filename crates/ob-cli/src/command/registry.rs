//! `ob registry list|import|export`.

use crate::{
    cli::{RegistryCommand, RegistrySource},
    exit::Failure,
    output::{self, Format},
    target,
};
use obkit::registry::{
    FileStore, Licence, Registry, RegistryError, ThirdParty, from_json, from_toml, to_json, to_toml,
};
use std::{path::Path, sync::Arc};

pub(crate) async fn run(format: Format, command: RegistryCommand) -> Result<(), Failure> {
    match command {
        RegistryCommand::List { source } => list(format, &open(&source).await?),
        RegistryCommand::Import { file, registry } => import(format, &file, &registry).await,
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
    let items: Vec<_> = parties.iter().map(|party| summary(party)).collect();
    let whole = serde_json::json!({"schema": "ob.registry-list/1", "third_parties": items});
    output::list(format, &whole, &items, || {
        let mut table = output::table(&["business id", "licence", "status", "client id", "scopes"]);
        for party in &parties {
            table.add_row([
                party.business_id().to_string(),
                licence(party).to_owned(),
                party.status().to_string(),
                party.client_id().to_string(),
                party.scopes().to_string(),
            ]);
        }
        table
    })
}

fn summary(party: &Arc<ThirdParty>) -> serde_json::Value {
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
    let text = std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error))?;
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
        .put_all(parties)
        .await
        .map_err(|error| in_file(into, &error))?;
    let done = serde_json::json!({
        "schema": "ob.registry-import/1",
        "imported": count,
        "third_parties": registry.len(),
    });
    output::result(format, &done, |_| {
        format!("imported {count}, the registry holds {}", registry.len())
    })
}

fn export(format: Format, registry: &Registry, to: Option<&Path>) -> Result<(), Failure> {
    let parties = registry.list();
    let json = to.map_or(format != Format::Text, is_json);
    let text = if json {
        to_json(&parties)
    } else {
        to_toml(&parties)
    };
    let text = text.map_err(|error| Failure::coded(error.code(), error))?;
    match to {
        None => output::text(&text),
        Some(file) => {
            std::fs::write(file, text).map_err(|error| Failure::file(file, &error))?;
            output::say(format_args!(
                "wrote {} third-parties to {}",
                parties.len(),
                file.display()
            ));
            Ok(())
        }
    }
}

fn is_json(file: &Path) -> bool {
    file.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

fn in_file(file: &Path, error: &RegistryError) -> Failure {
    Failure::coded(error.code(), format!("{}: {error}", file.display()))
}
