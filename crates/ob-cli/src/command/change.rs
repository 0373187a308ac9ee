//! Who changes a registry, and why; and which one.

use crate::{cli::ChangeArgs, exit::Failure, path_text, target};
use obkit::registry::{Edit, FileStore, Registry, RegistryError};
use std::path::Path;

/// Starts a change, signed by whom the person said or by the login name.
///
/// # Errors
/// A usage error when nobody can be named.
pub(crate) fn edit<'a>(
    registry: &'a Registry,
    args: &ChangeArgs,
    default_reason: &str,
) -> Result<Edit<'a>, Failure> {
    let actor = actor(args)?;
    let reason = args.reason.as_deref().unwrap_or(default_reason);
    let edit = registry.edit(actor, reason);
    edit.map_err(|error| Failure::usage(format!("--by and --reason: {}", error.reason())))
}

/// Who makes the change.
pub(crate) fn actor(args: &ChangeArgs) -> Result<String, Failure> {
    let login = || {
        let named = ["USER", "LOGNAME"].into_iter();
        let mut named = named.filter_map(|name| std::env::var(name).ok());
        named.find(|name| !name.is_empty())
    };
    let actor = args.by.clone().or_else(login);
    actor.ok_or_else(|| Failure::usage("needs --by NAME: who makes the change"))
}

/// The registry that a command changes: the one it names, made when it is missing, or else the
/// configuration's.
pub(crate) async fn open(
    registry: Option<&Path>,
    config: Option<&Path>,
) -> Result<Registry, Failure> {
    let Some(file) = registry else {
        return target::registry(None, None, config).await;
    };
    let failed = |error: &RegistryError| {
        Failure::coded(error.code(), format!("{}: {error}", path_text::shown(file)))
    };
    let store = FileStore::open_or_create(file).map_err(|error| failed(&error))?;
    Registry::open(store).await.map_err(|error| failed(&error))
}

/// What the registry refused.
pub(crate) fn refused(error: &RegistryError) -> Failure {
    Failure::coded(error.code(), error)
}
