//! `ob registry import|export`, and the files with third-parties that other commands read.

use super::{counted, refused, to_change};
use crate::{
    cli::{EditArgs, FileFormat},
    command::change::{check, edit},
    exit::Failure,
    file::{self, Access, LARGE},
    output::{self, Format},
    path_text, target,
};
use obkit::{
    Code,
    registry::{
        CSV_LIMIT, Registry, RegistryError, Status, ThirdParty, from_csv_over, from_json,
        from_toml, to_csv, to_json, to_toml,
    },
};
use std::{
    collections::HashSet,
    fs::File,
    path::{Path, PathBuf},
};

/// Where third-parties are taken from.
pub(super) enum From {
    File(PathBuf, Option<FileFormat>),
    Sandbox(PathBuf),
}

impl From {
    pub(super) fn of(
        file: Option<&Path>,
        sandbox: Option<&Path>,
        format: Option<FileFormat>,
    ) -> Result<Self, Failure> {
        match (file, sandbox) {
            (Some(file), None) => Ok(Self::File(file.to_owned(), format)),
            (None, Some(dir)) => Ok(Self::Sandbox(dir.to_owned())),
            _ => Err(Failure::usage("needs a FILE or --sandbox DIR")),
        }
    }

    async fn read(&self, known: &Registry) -> Result<Vec<ThirdParty>, Failure> {
        match self {
            Self::File(file, format) => read(file, *format, known),
            Self::Sandbox(dir) => {
                let registry = target::registry(None, Some(dir), None).await?;
                Ok(registry.list().iter().map(|it| (**it).clone()).collect())
            }
        }
    }

    fn failure(&self, error: &RegistryError) -> Failure {
        match self {
            Self::File(path, _) | Self::Sandbox(path) => in_file(path, error),
        }
    }
}

/// Reads the third-parties of a file, by its extension or as told. What a table has no column for
/// stays as the registry knows it.
pub(super) fn read(
    file: &Path,
    format: Option<FileFormat>,
    known: &Registry,
) -> Result<Vec<ThirdParty>, Failure> {
    let failed = |error| Failure::file(file, &error);
    let opened = File::open(file).map_err(failed)?;
    // Known before anything of it is read, unless it is a pipe.
    if opened.metadata().map_err(failed)?.len() > CSV_LIMIT {
        let what = format!(
            "{}: is larger than 100 MB: split it",
            path_text::shown(file)
        );
        return Err(Failure::coded(Code::R008, what));
    }
    let parsed = match format.or_else(|| by_extension(file)) {
        Some(FileFormat::Csv) => from_csv_over(opened, |id| known.get(id)),
        Some(FileFormat::Json) => from_json(&file::read_text(file, LARGE)?),
        // What has no name of its own, as a pipe, is read as the format of configuration files.
        Some(FileFormat::Toml) | None => from_toml(&file::read_text(file, LARGE)?),
    };
    parsed.map_err(|error| in_file(file, &error))
}

pub(super) async fn import(
    format: Format,
    from: &From,
    dry_run: bool,
    change: &EditArgs,
) -> Result<(), Failure> {
    check(&change.change)?;
    let asked = to_change(&change.place).await?;
    let parties = from.read(&asked.known).await?;
    refuse_offboarding(&parties, &asked.known)?;
    let count = parties.len();
    let versions: Vec<_> = parties
        .iter()
        .map(|it| asked.known.version(it.business_id()))
        .collect();
    let registry = match dry_run {
        true => asked.known,
        false => asked.made().await?,
    };
    let before = registry.len();
    let new = parties
        .iter()
        .filter(|it| registry.get(it.business_id()).is_none());
    let after = before + new.count();
    let revision = registry.revision();
    if dry_run {
        let all = registry.list();
        let named: HashSet<_> = parties.iter().map(ThirdParty::business_id).collect();
        let rest = all.iter().filter(|it| !named.contains(it.business_id()));
        let wanted = rest.map(|it| (**it).clone()).chain(parties.iter().cloned());
        let wanted: Vec<_> = wanted.collect();
        registry
            .plan(wanted, None)
            .map_err(|error| from.failure(&error))?;
    } else {
        let edit = edit(&registry, &change.change, "ob registry import")?;
        // What is not told must stay as it is now, not as it was when the file was read.
        edit.put_all_expecting(parties.into_iter().zip(versions).collect())
            .await
            .map_err(|error| from.failure(&error))?;
    }
    let done = serde_json::json!({
        "schema": "ob.registry-import/1",
        "imported": count,
        "changed": registry.revision() != revision,
        "third_parties": after,
        "dry_run": dry_run,
    });
    output::result(format, &done, |_| {
        let read = counted(count);
        if dry_run {
            format!("{read} can be imported; the registry would hold {after}; nothing was changed")
        } else if registry.revision() == revision {
            format!("nothing changed: the registry has what the file says of {read}")
        } else {
            format!("imported {read}; the registry holds {after}")
        }
    })
}

/// A table is no order to offboard: for good, and by a cell that somebody mistyped.
fn refuse_offboarding(parties: &[ThirdParty], known: &Registry) -> Result<(), Failure> {
    let leaving = |status: Status| matches!(status, Status::Offboarding | Status::Offboarded);
    let offboards = |new: &&ThirdParty| {
        let old = known.get(new.business_id());
        old.is_some_and(|old| old.status() != new.status() && leaving(new.status()))
    };
    let Some(new) = parties.iter().find(offboards) else {
        return Ok(());
    };
    let (id, status) = (new.business_id(), new.status());
    let what = format!(
        "{id} would be {status}: needs `ob registry offboard {id} --reason TEXT`, or `ob registry \
         apply --allow-offboard` with all third-parties"
    );
    Err(Failure::coded(Code::R006, what))
}

pub(super) fn export(
    format: Format,
    registry: &Registry,
    to: Option<&Path>,
    kind: Option<FileFormat>,
) -> Result<(), Failure> {
    let named = kind.or_else(|| by_extension(to?));
    let kind = match (named, to) {
        (Some(kind), _) => kind,
        (None, Some(file)) => {
            let file = path_text::shown(file);
            let what = format!("{file} needs a name in .toml or .json or .csv, or --format");
            return Err(Failure::usage(what));
        }
        (None, None) if format == Format::Text => FileFormat::Toml,
        (None, None) => FileFormat::Json,
    };
    let parties = registry.list();
    let text = match kind {
        FileFormat::Toml => to_toml(&parties),
        FileFormat::Json => to_json(&parties),
        FileFormat::Csv => to_csv(&parties),
    };
    let text = text.map_err(refused)?;
    match to {
        None if format == Format::Jsonl && kind == FileFormat::Json => {
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

fn by_extension(file: &Path) -> Option<FileFormat> {
    let has = |wanted: &str| {
        let extension = file.extension();
        extension.is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
    };
    let known = [
        ("toml", FileFormat::Toml),
        ("json", FileFormat::Json),
        ("csv", FileFormat::Csv),
    ];
    known.into_iter().find(|(name, _)| has(name)).map(|it| it.1)
}

pub(super) fn in_file(file: &Path, error: &RegistryError) -> Failure {
    Failure::coded(error.code(), format!("{}: {error}", path_text::shown(file)))
}
