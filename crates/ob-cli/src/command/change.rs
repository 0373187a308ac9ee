//! Who changes a registry, and why.

use crate::{cli::ChangeArgs, exit::Failure};
use obkit::registry::{Actor, Edit, Reason, Registry, RegistryError};
use std::{
    env,
    process::{Command, Stdio},
};

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

/// Whether a change can be signed; asked before a file is made for it.
///
/// # Errors
/// As [`edit`].
pub(crate) fn check(args: &ChangeArgs) -> Result<(), Failure> {
    let wrong =
        |error: RegistryError| Failure::usage(format!("--by and --reason: {}", error.reason()));
    actor(args)?.parse::<Actor>().map_err(wrong)?;
    if let Some(reason) = &args.reason {
        reason.parse::<Reason>().map_err(wrong)?;
    }
    Ok(())
}

/// Who makes the change.
pub(crate) fn actor(args: &ChangeArgs) -> Result<String, Failure> {
    let actor = args.by.clone().or_else(login);
    actor.ok_or_else(|| Failure::usage("needs --by NAME: who makes the change"))
}

/// The login name: what the shell says, or else what the system says.
fn login() -> Option<String> {
    let mut named = ["USER", "LOGNAME"]
        .into_iter()
        .filter_map(|it| env::var(it).ok());
    named.find(|name| !name.is_empty()).or_else(|| {
        let id = Command::new("id")
            .arg("-un")
            .stdin(Stdio::null())
            .output()
            .ok()?;
        let name = String::from_utf8(id.stdout).ok()?;
        let name = name.trim();
        (id.status.success() && !name.is_empty()).then(|| name.to_owned())
    })
}

/// What the registry refused.
pub(crate) fn refused(error: &RegistryError) -> Failure {
    Failure::coded(error.code(), error)
}
