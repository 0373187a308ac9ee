//! The statements.

use crate::database::Part;
use sqlx::{QueryBuilder, SqliteConnection};

/// Writes a part of a commit, inside a transaction that has the write lock.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    part: Part<'_>,
) -> Result<(), sqlx::Error> {
    let mut statement = match part {
        Part::Events(rows) => {
            let mut insert = QueryBuilder::new(EVENTS);
            insert.push_values(rows, |mut values, row| {
                values
                    .push_bind(row.revision)
                    .push_bind(row.business_id.clone())
                    .push_bind(row.body.clone());
            });
            insert
        }
        Part::Removed(ids) => {
            let mut delete = QueryBuilder::new(REMOVED);
            let mut list = delete.separated(", ");
            for id in ids {
                list.push_bind(id.clone());
            }
            delete.push(")");
            delete
        }
        Part::Put(rows) => {
            let mut insert = QueryBuilder::new(PUT);
            insert.push_values(rows, |mut values, row| {
                values
                    .push_bind(row.business_id.clone())
                    .push_bind(row.body.clone());
            });
            insert.push(" ON CONFLICT (business_id) DO UPDATE SET body = excluded.body");
            insert
        }
        Part::Integrator(body) => {
            let mut insert = QueryBuilder::new(INTEGRATOR);
            insert.push_bind(body.to_owned());
            insert.push(") ON CONFLICT (only) DO UPDATE SET body = excluded.body");
            insert
        }
    };
    statement.build().execute(connection).await.map(drop)
}

pub(super) async fn set_head(
    connection: &mut SqliteConnection,
    head: i64,
) -> Result<(), sqlx::Error> {
    let set = sqlx::query("UPDATE ob_registry_meta SET revision = ?1").bind(head);
    set.execute(connection).await.map(drop)
}

/// The bodies of events after `?1`, at most `?2`, about `?3`.
pub(super) fn history(of_one: bool, newest_first: bool) -> &'static str {
    match (of_one, newest_first) {
        (false, false) => {
            "SELECT body FROM ob_registry_event WHERE revision > ?1 ORDER BY revision LIMIT ?2"
        }
        (false, true) => {
            "SELECT body FROM ob_registry_event WHERE revision > ?1 ORDER BY revision DESC LIMIT ?2"
        }
        (true, false) => {
            "SELECT body FROM ob_registry_event WHERE revision > ?1 AND business_id = ?3 \
             ORDER BY revision LIMIT ?2"
        }
        (true, true) => {
            "SELECT body FROM ob_registry_event WHERE revision > ?1 AND business_id = ?3 \
             ORDER BY revision DESC LIMIT ?2"
        }
    }
}

const EVENTS: &str = "INSERT INTO ob_registry_event (revision, business_id, body) ";
const REMOVED: &str = "DELETE FROM ob_registry_record WHERE business_id IN (";
const PUT: &str = "INSERT INTO ob_registry_record (business_id, body) ";
const INTEGRATOR: &str = "INSERT INTO ob_registry_integrator (only, body) VALUES (1, ";

pub(super) const SOME_RECORDS: &str = "SELECT max(business_id), group_concat(body, char(30)) FROM (
    SELECT business_id, body FROM ob_registry_record
    WHERE business_id > ?1 ORDER BY business_id LIMIT ?2)";

pub(super) const REPORT: &str = "INSERT INTO ob_registry_replica (replica, body, heard)
    VALUES (?1, ?2, unixepoch('subsec'))
    ON CONFLICT (replica) DO UPDATE SET body = excluded.body, heard = excluded.heard";

pub(super) const REPLICAS: &str = "SELECT body, max(0.0, unixepoch('subsec') - heard)
    FROM ob_registry_replica ORDER BY replica";

pub(super) const ACKNOWLEDGE: &str = "INSERT INTO ob_registry_acknowledgement
    (revision, replica, body) VALUES (?1, ?2, ?3)
    ON CONFLICT (revision, replica) DO UPDATE SET body = excluded.body";

pub(super) const ACKNOWLEDGEMENTS: &str = "SELECT body FROM ob_registry_acknowledgement
    WHERE revision = ?1 ORDER BY replica";
