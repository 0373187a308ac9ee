//! The schema, version by version.

use super::{
    connections::limited,
    failure::{Failure, Place},
};
use crate::{RegistryError, database::refuse_newer};
use sqlx::{AssertSqlSafe, PgConnection};
use std::time::Duration;

/// Brings the schema to [`VERSION`]. Of several processes that do it at once one does the work,
/// the others wait and find it done. The schema's name is a plain one.
pub(super) async fn run(
    connection: &mut PgConnection,
    place: &Place,
    (schema, limit): (&str, Duration),
) -> Result<(), RegistryError> {
    let found = limited(limit, version(connection)).await;
    if let Some(found) = found.map_err(|failure| place.unreadable(failure))? {
        refuse_newer(&place.to_string(), found, VERSION)?;
        if found == VERSION {
            return Ok(());
        }
    }
    while step(connection, place, (schema, limit)).await? {}
    Ok(())
}

/// One migration in one transaction. Whether there may be more to do.
async fn step(
    connection: &mut PgConnection,
    place: &Place,
    (schema, limit): (&str, Duration),
) -> Result<bool, RegistryError> {
    let unwritable = |failure: Failure| place.unwritable(failure);
    let begun = limited(limit, async {
        sqlx::raw_sql("BEGIN").execute(&mut *connection).await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1)")
            .bind(LOCK)
            .execute(&mut *connection)
            .await?;
        let there = sqlx::query_scalar::<_, bool>(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)",
        );
        if !there.bind(schema).fetch_one(&mut *connection).await? {
            let sql = format!("CREATE SCHEMA {schema}");
            sqlx::raw_sql(AssertSqlSafe(sql))
                .execute(&mut *connection)
                .await?;
        }
        version(connection).await
    });
    let found = begun.await.map_err(unwritable)?.unwrap_or_default();
    refuse_newer(&place.to_string(), found, VERSION)?;
    let next = MIGRATIONS.iter().find(|(version, _)| *version > found);
    let done = limited(limit, async {
        if let Some((version, sql)) = next {
            sqlx::raw_sql(*sql).execute(&mut *connection).await?;
            sqlx::query("UPDATE ob_registry_meta SET schema_version = $1")
                .bind(version)
                .execute(&mut *connection)
                .await?;
        }
        sqlx::raw_sql("COMMIT").execute(&mut *connection).await
    });
    done.await.map_err(unwritable)?;
    Ok(next.is_some())
}

async fn version(connection: &mut PgConnection) -> Result<Option<i64>, sqlx::Error> {
    let there = sqlx::query_scalar::<_, bool>("SELECT to_regclass('ob_registry_meta') IS NOT NULL");
    if !there.fetch_one(&mut *connection).await? {
        return Ok(None);
    }
    sqlx::query_scalar("SELECT schema_version FROM ob_registry_meta")
        .fetch_optional(connection)
        .await
}

/// The version that this obkit reads and writes.
pub(super) const VERSION: i64 = 1;

/// `obrg`: whoever migrates holds this advisory lock.
const LOCK: i64 = 0x6f62_7267;

const MIGRATIONS: &[(i64, &str)] = &[(VERSION, FIRST)];

const FIRST: &str = "
CREATE TABLE ob_registry_meta (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    schema_version bigint NOT NULL,
    revision bigint NOT NULL
);
INSERT INTO ob_registry_meta (schema_version, revision) VALUES (0, 0);
CREATE TABLE ob_registry_integrator (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    body text NOT NULL
);
CREATE TABLE ob_registry_record (
    business_id text PRIMARY KEY,
    body text NOT NULL
);
CREATE TABLE ob_registry_event (
    revision bigint PRIMARY KEY,
    business_id text,
    body text NOT NULL
);
CREATE INDEX ob_registry_event_by_business_id ON ob_registry_event (business_id, revision);
CREATE FUNCTION ob_registry_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the history of the registry is append-only'; END $$;
CREATE TRIGGER ob_registry_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ob_registry_event
    FOR EACH STATEMENT EXECUTE FUNCTION ob_registry_event_stays();
CREATE TABLE ob_registry_replica (
    replica text PRIMARY KEY,
    body text NOT NULL,
    heard timestamptz NOT NULL
);
CREATE TABLE ob_registry_acknowledgement (
    revision bigint NOT NULL,
    replica text NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (revision, replica)
);
";
