//! A registry in a PostgreSQL database.

use crate::{
    Acknowledgement, Commit, Event, HistoryQuery, Loaded, RegistryError, ReplicaName,
    ReplicaReport, Revision, Since, Store,
    database::{
        Columns, MOST_EVENTS, acknowledgement_from_json, acknowledgement_to_json, limit, number,
        report_from_json, report_to_json,
    },
};
use async_trait::async_trait;
use std::{fmt, time::Duration};
use tokio::time::{Instant, timeout};

mod connections;
mod failure;
mod listening;
mod migrations;
mod opening;
mod rows;

pub use opening::PostgresStoreBuilder;

use connections::Connections;
use failure::Place;
use listening::Ear;

/// Keeps the registry in a PostgreSQL database, version 15 or newer, for any number of processes
/// on any number of machines.
///
/// A commit is one transaction; concurrent ones take turns, and each but the first is told that it
/// conflicts. Changes are announced by `NOTIFY`, so another process shows them within a fraction
/// of a second. Events can only be appended: the database itself refuses to change or delete
/// them. The tables stand in a schema of their own, made and migrated by connecting.
///
/// The server may restart or be out of reach: calls fail with an error that
/// [is retryable](RegistryError::is_retryable) then, none of them hangs for longer than the time
/// limit, and the next one connects again. Where the connection broke in the middle of a commit,
/// the error says that its outcome is not known; [`Registry::catch_up`](crate::Registry::catch_up)
/// shows what the database holds.
///
/// It needs a connection of its own for `LISTEN`, so a pooler between has to pool sessions, not
/// transactions. A store belongs to the tokio runtime that it was connected in.
///
/// ```no_run
/// use ob_registry::{PostgresStore, Registry};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let url = "postgres://obkit@db.example/registry?sslmode=verify-full";
/// let registry = Registry::open(PostgresStore::connect(url).await?).await?;
/// assert!(registry.get(&"acme".parse()?).is_some());
/// # Ok(())
/// # }
/// ```
pub struct PostgresStore {
    connections: Connections,
    ear: Ear,
    place: Place,
}

impl PostgresStore {
    /// A store in the database of a URL, `postgres://user:password@host:port/database`. What the
    /// URL leaves out comes from the environment (`PGPASSWORD` and the like) and the password file
    /// as with every PostgreSQL program. `sslmode=verify-full` checks whom it talks to.
    ///
    /// # Errors
    /// OB-R008 when the URL is unusable, the server cannot be reached, refuses the login, or is
    /// older than version 15; OB-R011 when a newer obkit migrated the database. The password is in
    /// none of them.
    pub async fn connect(url: &str) -> Result<Self, RegistryError> {
        Self::builder(url)?.connect().await
    }

    /// A store with settings.
    ///
    /// # Errors
    /// OB-R008 when the URL is unusable.
    pub fn builder(url: &str) -> Result<PostgresStoreBuilder, RegistryError> {
        PostgresStoreBuilder::new(url)
    }

    /// Ends every connection. Dropping the store does so too, less politely.
    pub async fn close(&self) {
        self.ear.close().await;
        self.connections.close().await;
    }

    async fn revision(&self) -> Result<Revision, RegistryError> {
        let place = &self.place;
        let work = async |connection: &mut _| rows::head(connection).await;
        let mut held = self.connections.take().await?;
        let head = self.connections.limited(work(held.get())).await;
        let head = held.done(head).map_err(|error| place.unreadable(error))?;
        place.usable(head)
    }

    async fn load_all(&self) -> Result<Loaded, RegistryError> {
        let mut held = self.connections.take().await?;
        let loaded = rows::load(held.get(), &self.place, self.connections.limit()).await;
        if loaded.is_ok() {
            held.give_back();
        }
        loaded
    }

    async fn write(&self, commit: &Commit) -> Result<(), RegistryError> {
        let columns = Columns::of(commit)?;
        let place = &self.place;
        let mut held = self.connections.take().await?;
        let connection = held.get();
        let (base, head) = (number(commit.base), number(commit.revision()));
        let moved = self
            .connections
            .limited(rows::begin(connection, base, head))
            .await
            .map_err(|error| place.unwritable(error))?;
        let Some(version) = moved else {
            // Dropped with its transaction.
            drop(held);
            let found = self.revision().await?;
            return Err(place.conflict(found, commit.base));
        };
        place.usable((version, head))?;
        // As long as it takes, while it gets on: an import may be large.
        for part in columns.parts() {
            let written = rows::write(connection, part);
            let written = self.connections.limited(written).await;
            written.map_err(|error| place.unwritable(error))?;
        }
        let announced = rows::announce(connection, self.ear.channel(), head);
        let announced = self.connections.limited(announced).await;
        announced.map_err(|error| place.unwritable(error))?;
        let committed = self.connections.limited(rows::commit(connection)).await;
        held.done(committed).map_err(|error| place.unknown(error))
    }

    fn read<T>(
        &self,
        bodies: &[String],
        read: impl Fn(&str) -> Result<T, RegistryError>,
    ) -> Result<Vec<T>, RegistryError> {
        bodies.iter().map(|body| read(body)).collect()
    }
}

#[async_trait]
impl Store for PostgresStore {
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
        self.write(commit).await
    }

    async fn history(&self, query: &HistoryQuery) -> Result<Vec<Event>, RegistryError> {
        let about = query.business_id.as_ref().map(ToString::to_string);
        let asked = (number(query.after), limit(query.limit), about);
        let mut held = self.connections.take().await?;
        let bodies = rows::history(held.get(), asked, query.newest_first);
        let bodies = self.connections.limited(bodies).await;
        let bodies = held
            .done(bodies)
            .map_err(|error| self.place.unreadable(error))?;
        self.read(&bodies, Event::from_json)
    }

    async fn changed(&self, seen: Revision, patience: Duration) -> Result<(), RegistryError> {
        let begin = Instant::now();
        let waited = timeout(patience, async {
            self.ear.listen().await?;
            loop {
                if self.revision().await? != seen {
                    return Ok(());
                }
                self.ear.hear(number(seen)).await?;
            }
        });
        match waited.await {
            Ok(heard) => heard.map_err(|error: RegistryError| {
                tracing::debug!(%error, waited = ?begin.elapsed(), "the database was not heard");
                error
            }),
            Err(_) => Ok(()),
        }
    }

    async fn report(&self, report: &ReplicaReport) -> Result<(), RegistryError> {
        let body = report_to_json(report)?;
        let mut held = self.connections.take().await?;
        let kept = rows::report(held.get(), report.replica.as_str(), body);
        let kept = self.connections.limited(kept).await;
        held.done(kept)
            .map_err(|error| self.place.unwritable(error))
    }

    async fn replicas(&self) -> Result<Vec<(ReplicaReport, Duration)>, RegistryError> {
        let mut held = self.connections.take().await?;
        let rows = self.connections.limited(rows::replicas(held.get())).await;
        let rows = held
            .done(rows)
            .map_err(|error| self.place.unreadable(error))?;
        let reports = rows.into_iter().map(|(body, seconds)| {
            let heard = Duration::try_from_secs_f64(seconds).unwrap_or_default();
            Ok((report_from_json(&body)?, heard))
        });
        reports.collect()
    }

    async fn forget(&self, replica: &ReplicaName) -> Result<(), RegistryError> {
        let mut held = self.connections.take().await?;
        let gone = rows::forget(held.get(), replica.as_str());
        let gone = self.connections.limited(gone).await;
        held.done(gone)
            .map_err(|error| self.place.unwritable(error))
    }

    async fn acknowledge(&self, acknowledgement: &Acknowledgement) -> Result<(), RegistryError> {
        let body = acknowledgement_to_json(acknowledgement)?;
        let key = (
            number(acknowledgement.revision),
            acknowledgement.replica.as_str(),
        );
        let mut held = self.connections.take().await?;
        let kept = rows::acknowledge(held.get(), key, body);
        let kept = self.connections.limited(kept).await;
        held.done(kept)
            .map_err(|error| self.place.unwritable(error))
    }

    async fn acknowledgements(
        &self,
        revision: Revision,
    ) -> Result<Vec<Acknowledgement>, RegistryError> {
        let mut held = self.connections.take().await?;
        let bodies = rows::acknowledgements(held.get(), number(revision));
        let bodies = self.connections.limited(bodies).await;
        let bodies = held
            .done(bodies)
            .map_err(|error| self.place.unreadable(error))?;
        self.read(&bodies, acknowledgement_from_json)
    }

    async fn close(&self) {
        PostgresStore::close(self).await;
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("database", &self.place)
            .finish_non_exhaustive()
    }
}
