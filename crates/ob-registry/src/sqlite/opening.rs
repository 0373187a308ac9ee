//! From a path to a database that is ours, whole and of this version.

use super::{
    SqliteStore,
    failure::{Place, is_busy},
    file_id,
    migrations::{self, Found, OTHER, VERSION},
};
use crate::{RegistryError, database::refuse_newer};
use futures_util::lock::Mutex;
use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous},
};
use std::{fs, io, path::PathBuf, time::Duration};
use tokio::time::{Instant, sleep};

pub(super) async fn open(path: PathBuf, create: bool) -> Result<SqliteStore, RegistryError> {
    let place = Place(&path);
    make(place, create)?;
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging();
    let mut first = options
        .connect()
        .await
        .map_err(|error| place.unreadable(error))?;
    let prepared = prepare(&mut first, place, create).await;
    let closed = first.close().await;
    prepared?;
    closed.map_err(|error| place.unwritable(error))?;
    let pool = SqlitePoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_lazy_with(options);
    Ok(SqliteStore {
        file: file_id(&path),
        path,
        pool,
        writer: Mutex::new(()),
    })
}

async fn prepare(
    connection: &mut SqliteConnection,
    place: Place<'_>,
    create: bool,
) -> Result<(), RegistryError> {
    let found = look(connection).await;
    match found.map_err(|error| place.unreadable(error))? {
        Found::Empty if !create => return Err(place.refused(EMPTY)),
        Found::Empty => {}
        Found::Registry(version) => refuse_newer(&place.to_string(), version, VERSION)?,
        Found::Other => return Err(place.refused(OTHER)),
    }
    write_ahead(connection, place).await?;
    migrations::run(connection, place).await
}

/// Looks in one transaction, so at one moment: another process may be making it.
async fn look(connection: &mut SqliteConnection) -> Result<Found, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let found = migrations::look(&mut transaction).await?;
    transaction.rollback().await?;
    Ok(found)
}

/// Switches to the write-ahead log. SQLite does not wait for the lock that this needs.
async fn write_ahead(
    connection: &mut SqliteConnection,
    place: Place<'_>,
) -> Result<(), RegistryError> {
    let begin = Instant::now();
    loop {
        let mode = sqlx::query_scalar::<_, String>("PRAGMA journal_mode = WAL");
        match mode.fetch_one(&mut *connection).await {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(_) => return Err(place.refused(NO_LOG)),
            Err(error) if is_busy(&error) && begin.elapsed() < BUSY_TIMEOUT => {
                sleep(LOCK_POLL).await;
            }
            Err(error) => return Err(place.unwritable(error)),
        }
    }
}

/// Makes the file, for its owner alone. SQLite gives its companions the same mode.
fn make(place: Place<'_>, create: bool) -> Result<(), RegistryError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match fs::metadata(place.0) {
        Ok(found) if found.is_dir() => Err(place.refused("is a folder: needs a file")),
        Ok(found) if found.permissions().readonly() => Err(place.refused(READ_ONLY)),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound && create => {
            match options.open(place.0) {
                Ok(_) => Ok(()),
                // Another process was faster.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                Err(error) => Err(place.io("cannot be made", error)),
            }
        }
        Err(error) => Err(place.io("cannot be read", error)),
    }
}

const EMPTY: &str = "is empty: needs the file of a registry";
const READ_ONLY: &str = "is read-only: needs a file that may be written, also for reading, \
     because readers and writers share its write-ahead log";
const NO_LOG: &str = "cannot have a write-ahead log: needs a local file system with shared memory";

/// Readers wait for nobody, and writers for each other before they ask for a connection.
const CONNECTIONS: u32 = 4;
/// A commit takes milliseconds, the largest import seconds; whoever holds the lock for so long
/// has stopped.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Longer than a connection can be in use for one call.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
const LOCK_POLL: Duration = Duration::from_millis(5);
