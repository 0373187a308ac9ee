//! The schema, version by version.

use super::failure::Place;
use crate::{RegistryError, database::refuse_newer};
use sqlx::{Connection, SqliteConnection};

/// What a database is found to be.
pub(super) enum Found {
    Empty,
    Registry(i64),
    Other,
}

/// Reads what the database is, and writes nothing.
pub(super) async fn look(connection: &mut SqliteConnection) -> Result<Found, sqlx::Error> {
    let application: i64 = sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(&mut *connection)
        .await?;
    let objects: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema")
        .fetch_one(&mut *connection)
        .await?;
    match (application, objects) {
        (0, 0) => Ok(Found::Empty),
        (APPLICATION, 1..) => {
            let version = sqlx::query_scalar("SELECT schema_version FROM ob_registry_meta");
            Ok(Found::Registry(version.fetch_one(connection).await?))
        }
        _ => Ok(Found::Other),
    }
}

/// Brings the schema to [`VERSION`]. Of several processes that do it at once one does the work,
/// the others wait and find it done.
pub(super) async fn run(
    connection: &mut SqliteConnection,
    place: Place<'_>,
) -> Result<(), RegistryError> {
    while step(connection, place).await? {}
    Ok(())
}

/// One migration in one transaction. Whether there may be more to do.
async fn step(connection: &mut SqliteConnection, place: Place<'_>) -> Result<bool, RegistryError> {
    let mut transaction = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(|error| place.unwritable(error))?;
    let found = look(&mut transaction)
        .await
        .map_err(|error| place.unreadable(error))?;
    let found = match found {
        Found::Empty => 0,
        Found::Registry(version) => version,
        Found::Other => return Err(place.refused(OTHER)),
    };
    refuse_newer(&place.to_string(), found, VERSION)?;
    let next = MIGRATIONS.iter().find(|(version, _)| *version > found);
    let Some((version, sql)) = next else {
        return Ok(false);
    };
    let done = async {
        sqlx::raw_sql(*sql).execute(&mut *transaction).await?;
        sqlx::query("UPDATE ob_registry_meta SET schema_version = ?1")
            .bind(version)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    };
    done.await.map_err(|error| place.unwritable(error))?;
    Ok(true)
}

pub(super) const OTHER: &str = "is the database of another program: needs the file of a registry";

/// The version that this obkit reads and writes.
pub(super) const VERSION: i64 = 1;

/// `obrg` in the file's header says whose it is.
const APPLICATION: i64 = 0x6f62_7267;

const MIGRATIONS: &[(i64, &str)] = &[(1, FIRST)];

const FIRST: &str = "
PRAGMA application_id = 1868722791;
CREATE TABLE ob_registry_meta (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    schema_version INTEGER NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO ob_registry_meta VALUES (1, 0, 0);
CREATE TABLE ob_registry_integrator (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    body TEXT NOT NULL
) STRICT;
CREATE TABLE ob_registry_record (
    business_id TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE ob_registry_event (
    revision INTEGER PRIMARY KEY,
    business_id TEXT,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX ob_registry_event_by_business_id ON ob_registry_event (business_id, revision);
CREATE TRIGGER ob_registry_event_stays BEFORE DELETE ON ob_registry_event
BEGIN SELECT RAISE(ABORT, 'the history of the registry is append-only'); END;
CREATE TRIGGER ob_registry_event_is_fixed BEFORE UPDATE ON ob_registry_event
BEGIN SELECT RAISE(ABORT, 'the history of the registry is append-only'); END;
CREATE TABLE ob_registry_replica (
    replica TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    heard REAL NOT NULL
) STRICT;
CREATE TABLE ob_registry_acknowledgement (
    revision INTEGER NOT NULL,
    replica TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (revision, replica)
) STRICT, WITHOUT ROWID;
";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_header_and_the_versions_agree() {
        assert!(FIRST.contains(&format!("application_id = {APPLICATION};")));
        let versions: Vec<_> = MIGRATIONS.iter().map(|(version, _)| *version).collect();
        assert!(versions.is_sorted_by(|a, b| a < b));
        assert_eq!(*versions.last().unwrap(), VERSION);
    }
}
