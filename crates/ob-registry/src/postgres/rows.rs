//! The statements.

use super::{
    connections::limited,
    failure::{Failure, Place},
};
use crate::{
    Loaded, RegistryError,
    database::{BODIES_AT_ONCE, Part, integrator_from_json, while_waiting},
};
use sqlx::PgConnection;
use std::{sync::Arc, time::Duration};

/// The schema's version and the revision.
pub(super) async fn head(connection: &mut PgConnection) -> Result<(i64, i64), sqlx::Error> {
    sqlx::query_as("SELECT schema_version, revision FROM ob_registry_meta")
        .fetch_one(connection)
        .await
}

/// Begins a transaction and moves the head, if it stands at `base`; gives the schema's version.
/// Others who do so wait for this one's end.
pub(super) async fn begin(
    connection: &mut PgConnection,
    base: i64,
    head: i64,
) -> Result<Option<i64>, sqlx::Error> {
    // Whatever the database's default is: under a stricter one, whoever waited would fail instead
    // of being told that the head has moved.
    sqlx::raw_sql("BEGIN ISOLATION LEVEL READ COMMITTED")
        .execute(&mut *connection)
        .await?;
    sqlx::query_scalar(
        "UPDATE ob_registry_meta SET revision = $2 WHERE revision = $1 RETURNING schema_version",
    )
    .bind(base)
    .bind(head)
    .fetch_optional(connection)
    .await
}

pub(super) async fn write(
    connection: &mut PgConnection,
    part: Part<'_>,
) -> Result<(), sqlx::Error> {
    let query = match part {
        Part::Events(rows) => {
            let revisions: Vec<_> = rows.iter().map(|row| row.revision).collect();
            let ids: Vec<_> = rows.iter().map(|row| row.business_id.as_deref()).collect();
            let bodies: Vec<_> = rows.iter().map(|row| &*row.body).collect();
            sqlx::query(EVENTS).bind(revisions).bind(ids).bind(bodies)
        }
        Part::Removed(ids) => sqlx::query(REMOVED).bind(ids),
        Part::Put(rows) => {
            let ids: Vec<_> = rows.iter().map(|row| &*row.business_id).collect();
            let bodies: Vec<_> = rows.iter().map(|row| &*row.body).collect();
            sqlx::query(PUT).bind(ids).bind(bodies)
        }
        Part::Integrator(body) => sqlx::query(INTEGRATOR).bind(body),
    };
    query.execute(connection).await.map(drop)
}

/// Tells the listeners, when the transaction is committed.
pub(super) async fn announce(
    connection: &mut PgConnection,
    channel: &str,
    head: i64,
) -> Result<(), sqlx::Error> {
    let told = sqlx::query("SELECT pg_notify($1, $2)")
        .bind(channel)
        .bind(head.to_string());
    told.execute(connection).await.map(drop)
}

pub(super) async fn commit(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("COMMIT").execute(connection).await.map(drop)
}

/// Everything as of one moment, part by part. The time limit is for each part, not for all.
pub(super) async fn load(
    connection: &mut PgConnection,
    place: &Place,
    limit: Duration,
) -> Result<Loaded, RegistryError> {
    let unreadable = |failure: Failure| place.unreadable(failure);
    let begun = limited(limit, async {
        sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .execute(&mut *connection)
            .await?;
        let head = head(connection).await?;
        let profile = sqlx::query_scalar("SELECT body FROM ob_registry_integrator");
        let profile: Option<String> = profile.fetch_optional(&mut *connection).await?;
        Ok((head, profile))
    });
    let (head, profile) = begun.await.map_err(unreadable)?;
    let mut loaded = Loaded::new(place.usable(head)?);
    if let Some(body) = profile {
        loaded.set_integrator(Arc::new(integrator_from_json(&body)?));
    }
    let (mut last, mut read): (_, Option<String>) = (String::new(), None);
    loop {
        let some = sqlx::query_as(SOME_RECORDS)
            .bind(&last)
            .bind(BODIES_AT_ONCE)
            .fetch_one(&mut *connection);
        let (some, pushed) = while_waiting(limited(limit, some), || match read.take() {
            Some(bodies) => loaded.push_all_json(&bodies),
            None => Ok(()),
        })
        .await;
        pushed?;
        let (Some(id), Some(bodies)): (Option<String>, Option<String>) =
            some.map_err(unreadable)?
        else {
            break;
        };
        (last, read) = (id, Some(bodies));
    }
    limited(limit, commit(connection))
        .await
        .map_err(unreadable)?;
    Ok(loaded)
}

/// The bodies of events after a revision, at most so many, about one third-party or all.
pub(super) async fn history(
    connection: &mut PgConnection,
    (after, most, about): (i64, i64, Option<String>),
    newest_first: bool,
) -> Result<Vec<String>, sqlx::Error> {
    let sql = match (about.is_some(), newest_first) {
        (false, false) => {
            "SELECT body FROM ob_registry_event WHERE revision > $1 ORDER BY revision LIMIT $2"
        }
        (false, true) => {
            "SELECT body FROM ob_registry_event WHERE revision > $1 ORDER BY revision DESC LIMIT $2"
        }
        (true, false) => {
            "SELECT body FROM ob_registry_event WHERE revision > $1 AND business_id = $3 \
             ORDER BY revision LIMIT $2"
        }
        (true, true) => {
            "SELECT body FROM ob_registry_event WHERE revision > $1 AND business_id = $3 \
             ORDER BY revision DESC LIMIT $2"
        }
    };
    let mut query = sqlx::query_scalar(sql).bind(after).bind(most);
    if let Some(id) = about {
        query = query.bind(id);
    }
    query.fetch_all(connection).await
}

pub(super) async fn report(
    connection: &mut PgConnection,
    replica: &str,
    body: String,
) -> Result<(), sqlx::Error> {
    let kept = sqlx::query(REPORT).bind(replica).bind(body);
    kept.execute(connection).await.map(drop)
}

/// Bodies, and how many seconds ago they came.
pub(super) async fn replicas(
    connection: &mut PgConnection,
) -> Result<Vec<(String, f64)>, sqlx::Error> {
    sqlx::query_as(REPLICAS).fetch_all(connection).await
}

pub(super) async fn forget(
    connection: &mut PgConnection,
    replica: &str,
) -> Result<(), sqlx::Error> {
    let gone = sqlx::query("DELETE FROM ob_registry_replica WHERE replica = $1").bind(replica);
    gone.execute(connection).await.map(drop)
}

pub(super) async fn acknowledge(
    connection: &mut PgConnection,
    (revision, replica): (i64, &str),
    body: String,
) -> Result<(), sqlx::Error> {
    let kept = sqlx::query(ACKNOWLEDGE)
        .bind(revision)
        .bind(replica)
        .bind(body);
    kept.execute(connection).await.map(drop)
}

pub(super) async fn acknowledgements(
    connection: &mut PgConnection,
    revision: i64,
) -> Result<Vec<String>, sqlx::Error> {
    let bodies = sqlx::query_scalar(ACKNOWLEDGEMENTS).bind(revision);
    bodies.fetch_all(connection).await
}

const SOME_RECORDS: &str = "SELECT max(business_id), string_agg(body, chr(30)) FROM (
    SELECT business_id, body FROM ob_registry_record
    WHERE business_id > $1 ORDER BY business_id LIMIT $2) AS some_records";

const EVENTS: &str = "INSERT INTO ob_registry_event (revision, business_id, body)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])";

const REMOVED: &str = "DELETE FROM ob_registry_record WHERE business_id = ANY($1)";

const PUT: &str = "INSERT INTO ob_registry_record (business_id, body)
    SELECT * FROM unnest($1::text[], $2::text[])
    ON CONFLICT (business_id) DO UPDATE SET body = excluded.body";

const INTEGRATOR: &str = "INSERT INTO ob_registry_integrator (body) VALUES ($1)
    ON CONFLICT (only_row) DO UPDATE SET body = excluded.body";

const REPORT: &str = "INSERT INTO ob_registry_replica (replica, body, heard)
    VALUES ($1, $2, clock_timestamp())
    ON CONFLICT (replica) DO UPDATE SET body = excluded.body, heard = excluded.heard";

const REPLICAS: &str = "SELECT body,
    greatest(0, extract(epoch FROM clock_timestamp() - heard))::float8
    FROM ob_registry_replica ORDER BY replica";

const ACKNOWLEDGE: &str = "INSERT INTO ob_registry_acknowledgement (revision, replica, body)
    VALUES ($1, $2, $3)
    ON CONFLICT (revision, replica) DO UPDATE SET body = excluded.body";

const ACKNOWLEDGEMENTS: &str = "SELECT body FROM ob_registry_acknowledgement
    WHERE revision = $1 ORDER BY replica";
