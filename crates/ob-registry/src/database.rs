//! What the database stores have in common: values as they stand in columns.

use crate::{Acknowledgement, Commit, RegistryError, ReplicaReport, Revision};
use futures_util::FutureExt as _;
use std::pin::pin;

/// A commit in columns.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    pub(crate) events: Vec<EventRow>,
    pub(crate) put: Vec<RecordRow>,
    pub(crate) removed: Vec<String>,
    pub(crate) integrator: Option<String>,
}

#[derive(Debug)]
pub(crate) struct EventRow {
    pub(crate) revision: i64,
    pub(crate) business_id: Option<String>,
    pub(crate) body: String,
}

#[derive(Debug)]
pub(crate) struct RecordRow {
    pub(crate) business_id: String,
    pub(crate) body: String,
}

impl Columns {
    /// # Errors
    /// OB-R008 when something cannot be written as JSON; what a registry commits always can.
    pub(crate) fn of(commit: &Commit) -> Result<Self, RegistryError> {
        let mut columns = Self {
            removed: commit.removed.iter().map(ToString::to_string).collect(),
            ..Self::default()
        };
        for event in &commit.events {
            columns.events.push(EventRow {
                revision: number(event.revision()),
                business_id: event.business_id().map(ToString::to_string),
                body: event.to_json()?,
            });
        }
        for record in &commit.put {
            columns.put.push(RecordRow {
                business_id: record.third_party().business_id().to_string(),
                body: record.to_json()?,
            });
        }
        if let Some(profile) = &commit.integrator {
            columns.integrator = Some(json(&**profile, "the integrator's profile")?);
        }
        Ok(columns)
    }
}

/// Rows for one statement.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'a> {
    Events(&'a [EventRow]),
    Removed(&'a [String]),
    Put(&'a [RecordRow]),
    Integrator(&'a str),
}

impl Columns {
    /// In the order in which they are to be written.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let events = self.events.chunks(ROWS_AT_ONCE).map(Part::Events);
        let removed = self.removed.chunks(ROWS_AT_ONCE).map(Part::Removed);
        let put = self.put.chunks(ROWS_AT_ONCE).map(Part::Put);
        let integrator = self.integrator.as_deref().map(Part::Integrator);
        events.chain(removed).chain(put).chain(integrator)
    }
}

/// A revision as a column holds it. No registry comes to 2^63 changes.
pub(crate) fn number(revision: Revision) -> i64 {
    i64::try_from(revision.get()).unwrap_or(i64::MAX)
}

/// A revision from a column.
pub(crate) fn revision(number: i64) -> Result<Revision, RegistryError> {
    let number = u64::try_from(number).map_err(|_| {
        RegistryError::malformed(None, format!("the database has the revision {number}"))
    })?;
    Ok(Revision::from(number))
}

/// The limit of a query as a column type: more than that is all there is.
pub(crate) fn limit(limit: Option<usize>) -> i64 {
    limit.map_or(i64::MAX, |limit| i64::try_from(limit).unwrap_or(i64::MAX))
}

pub(crate) fn report_to_json(report: &ReplicaReport) -> Result<String, RegistryError> {
    json(report, "a replica's report")
}

pub(crate) fn report_from_json(body: &str) -> Result<ReplicaReport, RegistryError> {
    serde_json::from_str(body).map_err(|error| crate::text::refused_json(&error))
}

pub(crate) fn acknowledgement_to_json(it: &Acknowledgement) -> Result<String, RegistryError> {
    json(it, "an acknowledgement")
}

pub(crate) fn acknowledgement_from_json(body: &str) -> Result<Acknowledgement, RegistryError> {
    serde_json::from_str(body).map_err(|error| crate::text::refused_json(&error))
}

pub(crate) fn integrator_from_json(body: &str) -> Result<crate::IntegratorProfile, RegistryError> {
    serde_json::from_str(body).map_err(|error| crate::text::refused_json(&error))
}

fn json(value: &impl serde::Serialize, what: &str) -> Result<String, RegistryError> {
    serde_json::to_string(value).map_err(|error| {
        RegistryError::store_caused(format!("{what} cannot be written as JSON"), error)
    })
}

/// # Errors
/// OB-R011 when a newer obkit migrated the database.
pub(crate) fn refuse_newer(place: &str, found: i64, supported: i64) -> Result<(), RegistryError> {
    if found <= supported {
        return Ok(());
    }
    Err(RegistryError::newer_version(format!(
        "{place} has schema version {found}, this obkit knows up to {supported}: needs a newer \
         obkit, nothing was touched"
    )))
}

/// Between the bodies of many records in one row: no JSON has it anywhere. Row by row, most of the
/// time would go into handing them over.
pub(crate) const SEPARATOR: char = '\u{1e}';
/// So many bodies in one row.
pub(crate) const BODIES_AT_ONCE: i64 = 500;

/// Lets the database begin with the answer, does some work meanwhile, and waits for the answer.
pub(crate) async fn while_waiting<A, B>(
    answer: impl Future<Output = A>,
    work: impl FnOnce() -> B,
) -> (A, B) {
    let mut answer = pin!(answer);
    let early = answer.as_mut().now_or_never();
    let done = work();
    match early {
        Some(answer) => (answer, done),
        None => (answer.await, done),
    }
}

/// Beyond so many events a reader is better served with the records.
pub(crate) const MOST_EVENTS: i64 = 10_000;

/// At most three variables each; SQLite takes 32,766 in one statement.
const ROWS_AT_ONCE: usize = 1_000;
