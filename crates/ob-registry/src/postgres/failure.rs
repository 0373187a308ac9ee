//! What goes wrong with a database server, in the registry's words.

use super::migrations::VERSION;
use crate::{
    RegistryError, Revision,
    database::{refuse_newer, revision},
};
use sqlx::postgres::PgConnectOptions;
use std::{fmt, sync::Arc};

/// Why a statement has no answer.
#[derive(Debug)]
pub(super) enum Failure {
    Sql(sqlx::Error),
    TimeIsUp,
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

/// The database that a refusal is about: host, port, name and schema, never the password.
#[derive(Clone, Debug)]
pub(super) struct Place(Arc<str>);

impl Place {
    pub(super) fn of(options: &PgConnectOptions, schema: &str) -> Self {
        let database = options.get_database().unwrap_or(options.get_username());
        let place = match options.get_socket() {
            Some(socket) => format!("{}/{database}", socket.display()),
            None => format!("{}:{}/{database}", options.get_host(), options.get_port()),
        };
        Self(format!("PostgreSQL {place}, schema {schema}").into())
    }

    pub(super) fn unreachable(&self, failure: Failure) -> RegistryError {
        self.failed("cannot be reached", failure)
    }

    pub(super) fn unreadable(&self, failure: Failure) -> RegistryError {
        self.failed("cannot be read", failure)
    }

    pub(super) fn unwritable(&self, failure: Failure) -> RegistryError {
        self.failed("cannot be written", failure)
    }

    /// The connection broke after the commit was asked for.
    pub(super) fn unknown(&self, failure: Failure) -> RegistryError {
        let refused = matches!(&failure, Failure::Sql(sqlx::Error::Database(_)));
        if refused {
            return self.unwritable(failure);
        }
        self.failed(
            "did not answer to a commit, and it is not known whether the change was written: \
             catch up, then look",
            failure,
        )
    }

    pub(super) fn conflict(&self, head: Revision, base: Revision) -> RegistryError {
        RegistryError::conflict(format!(
            "{self} stands at revision {head}, the change is from {base}: reload, then try again"
        ))
    }

    /// It is something else: trying again does not help.
    pub(super) fn refused(&self, why: impl fmt::Display) -> RegistryError {
        RegistryError::malformed(None, format!("{self} {why}"))
    }

    /// The revision, if the schema is one that this obkit knows.
    pub(super) fn usable(&self, (version, head): (i64, i64)) -> Result<Revision, RegistryError> {
        refuse_newer(&self.0, version, VERSION)?;
        revision(head)
    }

    fn failed(&self, what: &str, failure: Failure) -> RegistryError {
        match failure {
            Failure::TimeIsUp => {
                RegistryError::store(format!("{self} {what}: no answer within the time limit"))
            }
            Failure::Sql(error) => match code(&error).as_deref() {
                Some(LOCKED) => {
                    let what = format!("{self} {what}: another process holds its lock");
                    RegistryError::store_caused(what, error)
                }
                Some(code) if SETTLED.iter().any(|it| code.starts_with(it)) => {
                    self.refused(format_args!("{what}: {error}"))
                }
                _ => RegistryError::store_caused(format!("{self} {what}: {error}"), error),
            },
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// PostgreSQL's error code (its appendix A).
fn code(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

const LOCKED: &str = "55P03";
/// The login, the database's name, a right, a table: another try has the same answer.
const SETTLED: &[&str] = &["28", "3D", "42"];

/// # Errors
/// OB-R008 when the server is older than what this is made for.
pub(super) fn refuse_old_server(place: &Place, number: i32) -> Result<(), RegistryError> {
    if number >= OLDEST_SERVER {
        return Ok(());
    }
    let (major, minor) = (number / 10_000, number % 10_000);
    Err(place.refused(format_args!(
        "is served by PostgreSQL {major}.{minor}: needs version 15 or newer"
    )))
}

const OLDEST_SERVER: i32 = 150_000;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_old_server_is_refused() {
        let place = Place::of(&PgConnectOptions::new().host("db"), "ob_registry");
        assert!(refuse_old_server(&place, 150_000).is_ok());
        assert!(refuse_old_server(&place, 180_001).is_ok());
        let error = refuse_old_server(&place, 140_012).unwrap_err();
        assert_eq!(error.code().as_str(), "OB-R008");
        assert!(!error.is_retryable());
        let text = error.to_string();
        assert!(text.contains("14.12") && text.contains("15"), "{text}");
    }

    #[test]
    fn a_broken_commit_says_that_its_outcome_is_not_known() {
        let place = Place::of(&PgConnectOptions::new().host("db"), "ob_registry");
        let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        for failure in [Failure::Sql(sqlx::Error::Io(broken)), Failure::TimeIsUp] {
            let error = place.unknown(failure);
            assert!(error.is_retryable() && !error.is_conflict());
            assert!(error.to_string().contains("not known"), "{error}");
        }
    }
}
