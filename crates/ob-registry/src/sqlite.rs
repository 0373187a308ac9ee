//! A registry in one SQLite file.

use crate::{
    Acknowledgement, Commit, Event, HistoryQuery, Loaded, RegistryError, ReplicaName,
    ReplicaReport, Revision, Since, Store,
    database::{
        BODIES_AT_ONCE, Columns, MOST_EVENTS, acknowledgement_from_json, acknowledgement_to_json,
        integrator_from_json, limit, number, refuse_newer, report_from_json, report_to_json,
        revision as from_number, while_waiting,
    },
};
use async_trait::async_trait;
use futures_util::lock::Mutex;
use sqlx::{Row, SqliteConnection, sqlite::SqlitePool};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::time::{Instant, sleep};

mod failure;
mod migrations;
mod opening;
mod rows;

use failure::Place;

/// Keeps the registry in one SQLite database file, for any number of processes of one machine.
///
/// A commit is one transaction that is on the disk (write-ahead log, `synchronous=FULL`) before it
/// is acknowledged: a killed process or a power cut loses nothing that was. The file and its
/// companions (`-wal`, `-shm`) are made for their owner alone (mode 0600). Events can only be
/// appended: the database itself refuses to change or delete them.
///
/// A file that is replaced or removed while it is open is an error (OB-R008) until it is opened
/// again: what others decide in the new one is not taken for decided here.
///
/// The schema is made and migrated by opening. A file of another program is refused and left as
/// it is (OB-R008), and so is a database that a newer obkit migrated (OB-R011).
///
/// Changes of other processes are looked for five times a second. The file must be on a local
/// disk: network file systems have no locks that SQLite can trust. A store belongs to the tokio
/// runtime that it was opened in.
///
/// ```
/// use ob_registry::{Registry, SqliteStore, ThirdParty};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("registry.db");
/// let registry = Registry::open(SqliteStore::open_or_create(&path).await?).await?;
/// let acme = ThirdParty::draft("acme".parse()?, "Acme GmbH").build()?;
/// registry.edit("maria", "first talk")?.put(acme).await?;
///
/// let after_a_restart = Registry::open(SqliteStore::open(&path).await?).await?;
/// assert_eq!(after_a_restart.len(), 1);
/// # Ok(())
/// # }
/// ```
pub struct SqliteStore {
    path: PathBuf,
    /// Which file the connections are to.
    file: Option<FileId>,
    pool: SqlitePool,
    /// One writer at a time in this process: they queue here instead of polling SQLite's lock.
    writer: Mutex<()>,
}

impl SqliteStore {
    /// A store in a file that must exist and hold a registry. An older schema is migrated.
    ///
    /// # Errors
    /// OB-R008 when the file is absent, read-only, no SQLite database, or the database of another
    /// program; OB-R011 when a newer obkit migrated it. It is left as it is then.
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, RegistryError> {
        opening::open(path.into(), false).await
    }

    /// A store in a file that is made if it is absent or empty.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], and OB-R008 when the file cannot be made.
    pub async fn open_or_create(path: impl Into<PathBuf>) -> Result<Self, RegistryError> {
        opening::open(path.into(), true).await
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Ends every connection and brings the write-ahead log into the file. Dropping the store does
    /// so too, some time later.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    fn place(&self) -> Place<'_> {
        Place(&self.path)
    }

    async fn head(&self, connection: &mut SqliteConnection) -> Result<Revision, RegistryError> {
        let place = self.place();
        // The connections would go on with the file that was there, and see nothing of the other.
        if self.file.is_some() && file_id(&self.path) != self.file {
            return Err(place.refused(REPLACED));
        }
        let row = sqlx::query("SELECT schema_version, revision FROM ob_registry_meta")
            .fetch_one(connection)
            .await
            .map_err(|error| place.unreadable(error))?;
        let (version, revision) = (|| Ok((row.try_get(0)?, row.try_get(1)?)))()
            .map_err(|error| place.unreadable(error))?;
        refuse_newer(&place.to_string(), version, migrations::VERSION)?;
        from_number(revision)
    }

    async fn write(&self, commit: &Commit) -> Result<(), RegistryError> {
        let columns = Columns::of(commit)?;
        let place = self.place();
        let mut transaction = self
            .pool
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(|error| place.unwritable(error))?;
        let head = self.head(&mut transaction).await?;
        if head != commit.base {
            return Err(place.conflict(head, commit.base));
        }
        let written = async {
            for part in columns.parts() {
                rows::write(&mut transaction, part).await?;
            }
            rows::set_head(&mut transaction, number(commit.revision())).await?;
            transaction.commit().await
        };
        written.await.map_err(|error| place.unwritable(error))
    }

    async fn load_all(&self) -> Result<Loaded, RegistryError> {
        let place = self.place();
        // One transaction, so one moment.
        let mut transaction = self
            .pool
            .begin()
            .await
            .map_err(|error| place.unreadable(error))?;
        let mut loaded = Loaded::new(self.head(&mut transaction).await?);
        let profile = sqlx::query_scalar::<_, String>("SELECT body FROM ob_registry_integrator")
            .fetch_optional(&mut *transaction)
            .await
            .map_err(|error| place.unreadable(error))?;
        if let Some(body) = profile {
            let profile = integrator_from_json(&body).map_err(|error| place.named(error))?;
            loaded.set_integrator(Arc::new(profile));
        }
        let (mut last, mut read): (_, Option<String>) = (String::new(), None);
        loop {
            let some = sqlx::query_as(rows::SOME_RECORDS)
                .bind(&last)
                .bind(BODIES_AT_ONCE)
                .fetch_one(&mut *transaction);
            let (some, pushed) = while_waiting(some, || match read.take() {
                Some(bodies) => loaded.push_all_json(&bodies),
                None => Ok(()),
            })
            .await;
            pushed.map_err(|error| place.named(error))?;
            let (Some(id), Some(bodies)): (Option<String>, Option<String>) =
                some.map_err(|error| place.unreadable(error))?
            else {
                return Ok(loaded);
            };
            (last, read) = (id, Some(bodies));
        }
    }

    async fn revision(&self) -> Result<Revision, RegistryError> {
        let connection = self.pool.acquire().await;
        let mut connection = connection.map_err(|error| self.place().unreadable(error))?;
        self.head(&mut connection).await
    }

    fn events(&self, bodies: &[String]) -> Result<Vec<Event>, RegistryError> {
        let read = bodies.iter().map(|body| Event::from_json(body));
        read.collect::<Result<_, _>>()
            .map_err(|error| self.place().named(error))
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn load(&self) -> Result<Loaded, RegistryError> {
        self.load_all().await
    }

    async fn since(&self, revision: Revision) -> Result<Since, RegistryError> {
        let head = self.revision().await?;
        let behind = number(head).checked_sub(number(revision));
        match behind {
            Some(0) => Ok(Since::Nothing),
            Some(1..=MOST_EVENTS) => {
                let query = HistoryQuery {
                    after: revision,
                    ..HistoryQuery::default()
                };
                self.history(&query).await.map(Since::Events)
            }
            // Far behind, or ahead of a database that was put back to an older state.
            _ => self.load_all().await.map(Box::new).map(Since::Everything),
        }
    }

    async fn commit(&self, commit: &Commit) -> Result<(), RegistryError> {
        let _writer = self.writer.lock().await;
        self.write(commit).await
    }

    async fn history(&self, query: &HistoryQuery) -> Result<Vec<Event>, RegistryError> {
        let after = number(query.after);
        let most = limit(query.limit);
        let about = query.business_id.as_ref().map(ToString::to_string);
        let sql = rows::history(about.is_some(), query.newest_first);
        let mut statement = sqlx::query_scalar(sql).bind(after).bind(most);
        if let Some(id) = about {
            statement = statement.bind(id);
        }
        let bodies = statement.fetch_all(&self.pool).await;
        self.events(&bodies.map_err(|error| self.place().unreadable(error))?)
    }

    async fn changed(&self, seen: Revision, patience: Duration) -> Result<(), RegistryError> {
        let begin = Instant::now();
        loop {
            let left = patience.saturating_sub(begin.elapsed());
            if self.revision().await? != seen || left.is_zero() {
                return Ok(());
            }
            sleep(POLL.min(left)).await;
        }
    }

    async fn report(&self, report: &ReplicaReport) -> Result<(), RegistryError> {
        let body = report_to_json(report)?;
        let _writer = self.writer.lock().await;
        let kept = sqlx::query(rows::REPORT)
            .bind(report.replica.as_str())
            .bind(body)
            .execute(&self.pool);
        kept.await
            .map(drop)
            .map_err(|error| self.place().unwritable(error))
    }

    async fn replicas(&self) -> Result<Vec<(ReplicaReport, Duration)>, RegistryError> {
        let rows = sqlx::query_as::<_, (String, f64)>(rows::REPLICAS)
            .fetch_all(&self.pool)
            .await
            .map_err(|error| self.place().unreadable(error))?;
        let reports = rows.into_iter().map(|(body, seconds)| {
            let heard = Duration::try_from_secs_f64(seconds).unwrap_or_default();
            Ok((report_from_json(&body)?, heard))
        });
        reports
            .collect::<Result<_, _>>()
            .map_err(|error| self.place().named(error))
    }

    async fn forget(&self, replica: &ReplicaName) -> Result<(), RegistryError> {
        let _writer = self.writer.lock().await;
        let gone = sqlx::query("DELETE FROM ob_registry_replica WHERE replica = ?1")
            .bind(replica.as_str())
            .execute(&self.pool);
        gone.await
            .map(drop)
            .map_err(|error| self.place().unwritable(error))
    }

    async fn acknowledge(&self, acknowledgement: &Acknowledgement) -> Result<(), RegistryError> {
        let body = acknowledgement_to_json(acknowledgement)?;
        let _writer = self.writer.lock().await;
        let kept = sqlx::query(rows::ACKNOWLEDGE)
            .bind(number(acknowledgement.revision))
            .bind(acknowledgement.replica.as_str())
            .bind(body)
            .execute(&self.pool);
        kept.await
            .map(drop)
            .map_err(|error| self.place().unwritable(error))
    }

    async fn acknowledgements(
        &self,
        revision: Revision,
    ) -> Result<Vec<Acknowledgement>, RegistryError> {
        let bodies = sqlx::query_scalar::<_, String>(rows::ACKNOWLEDGEMENTS)
            .bind(number(revision))
            .fetch_all(&self.pool)
            .await
            .map_err(|error| self.place().unreadable(error))?;
        let read = bodies.iter().map(|body| acknowledgement_from_json(body));
        read.collect::<Result<_, _>>()
            .map_err(|error| self.place().named(error))
    }

    async fn close(&self) {
        SqliteStore::close(self).await;
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// The device and the number on it.
type FileId = (u64, u64);

#[cfg(unix)]
fn file_id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Other systems do not let an open file be replaced.
#[cfg(not(unix))]
fn file_id(_path: &Path) -> Option<FileId> {
    None
}

const REPLACED: &str = "was replaced or removed while it was open, and nothing that happens there \
     is seen any more: needs a new start. To put a copy back, stop everybody who uses it first";
/// How often the database is looked at: a change by another process shows within a second.
const POLL: Duration = Duration::from_millis(200);
