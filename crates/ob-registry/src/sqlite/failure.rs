//! What goes wrong with a database file, in the registry's words.

use crate::{RegistryError, Revision};
use std::{fmt, path::Path};

/// The file that a refusal is about.
#[derive(Clone, Copy)]
pub(super) struct Place<'a>(pub(super) &'a Path);

impl Place<'_> {
    pub(super) fn unreadable(self, error: sqlx::Error) -> RegistryError {
        self.failed("cannot be read", error)
    }

    pub(super) fn unwritable(self, error: sqlx::Error) -> RegistryError {
        self.failed("cannot be written", error)
    }

    fn failed(self, what: &str, error: sqlx::Error) -> RegistryError {
        match code(&error) {
            Some(NOT_A_DATABASE) => {
                self.refused("is no SQLite database: needs the file of a registry")
            }
            Some(BUSY | LOCKED) => {
                let what = format!("{self} {what}: another process holds its lock");
                RegistryError::store_caused(what, error)
            }
            _ => RegistryError::store_caused(format!("{self} {what}: {error}"), error),
        }
    }

    pub(super) fn conflict(self, head: Revision, base: Revision) -> RegistryError {
        RegistryError::conflict(format!(
            "{self} stands at revision {head}, the change is from {base}: reload, then try again"
        ))
    }

    /// It is something else: trying again does not help.
    pub(super) fn refused(self, why: &str) -> RegistryError {
        RegistryError::malformed(None, why).in_file(self.0)
    }

    /// A refusal of what stands in the file, naming the file.
    pub(super) fn named(self, error: RegistryError) -> RegistryError {
        error.in_file(self.0)
    }

    pub(super) fn io(self, what: &str, error: std::io::Error) -> RegistryError {
        RegistryError::store_caused(format!("{self} {what}: {error}"), error)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}

/// Whether somebody else holds the lock.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    matches!(code(error), Some(BUSY | LOCKED))
}

/// SQLite's primary result code (<https://www.sqlite.org/rescode.html>).
fn code(error: &sqlx::Error) -> Option<u32> {
    let extended: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(extended & 0xff)
}

const BUSY: u32 = 5;
const LOCKED: u32 = 6;
const NOT_A_DATABASE: u32 = 26;
