//! The SQLite store's own promises: the file, its mode, its schema, its locks.

use crate::sample::{edit, party};
use ob_core::Code;
use ob_registry::{HistoryQuery, Registry, RegistryError, SqliteStore, Status};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions,
};
use std::{fs, os::unix::fs::PermissionsExt, path::Path};
use tempfile::TempDir;

async fn raw(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path);
    options.create_if_missing(true).connect().await.unwrap()
}

async fn execute(path: &Path, sql: &str) -> Result<(), sqlx::Error> {
    let mut connection = raw(path).await;
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await;
    connection.close().await.unwrap();
    done.map(drop)
}

/// A registry with two third-parties, closed.
async fn sample() -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.db");
    let store = SqliteStore::open_or_create(&path).await.unwrap();
    let store = std::sync::Arc::new(store);
    let registry = Registry::open(std::sync::Arc::clone(&store)).await.unwrap();
    for n in 0..2 {
        edit(&registry).put(party(n, Status::Draft)).await.unwrap();
    }
    store.close().await;
    (folder, path)
}

async fn refusal(path: &Path) -> RegistryError {
    let error = SqliteStore::open_or_create(path).await.unwrap_err();
    assert!(error.to_string().contains("registry.db"), "{error}");
    error
}

#[tokio::test]
async fn keeps_what_was_committed() {
    let (_folder, path) = sample().await;
    let registry = Registry::open(SqliteStore::open(&path).await.unwrap())
        .await
        .unwrap();
    assert_eq!((registry.len(), registry.revision().get()), (2, 2));
    edit(&registry)
        .remove(&"party-0".parse().unwrap())
        .await
        .unwrap();
    let events = registry.history(&HistoryQuery::default()).await.unwrap();
    assert_eq!(events.len(), 3);
    let again = SqliteStore::open(&path).await.unwrap();
    assert_eq!(Registry::open(again).await.unwrap().len(), 1);
}

#[tokio::test]
async fn is_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.db");
    let store = SqliteStore::open_or_create(&path).await.unwrap();
    let registry = Registry::open(store).await.unwrap();
    edit(&registry).put(party(0, Status::Draft)).await.unwrap();
    let mut seen = 0;
    for file in fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.path());
        seen += 1;
    }
    assert_eq!(seen, 3, "the database, its log and its index");
}

#[tokio::test]
async fn a_missing_file_is_no_empty_registry() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.db");
    let error = SqliteStore::open(&path).await.unwrap_err();
    assert_eq!(error.code().as_str(), "OB-R008");
    assert!(!path.exists());
    fs::write(&path, "").unwrap();
    let error = SqliteStore::open(&path).await.unwrap_err();
    assert!(error.to_string().contains("is empty"), "{error}");
    SqliteStore::open_or_create(&path).await.unwrap();
    let nowhere = folder.path().join("absent").join("registry.db");
    let error = refusal(&nowhere).await;
    assert_eq!(error.code().as_str(), "OB-R008");
}

#[tokio::test]
async fn what_is_no_registry_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.db");
    fs::write(&path, "certainly no database\n".repeat(100)).unwrap();
    let before = fs::read(&path).unwrap();
    let error = refusal(&path).await;
    assert!(
        error.to_string().contains("is no SQLite database"),
        "{error}"
    );
    assert!(!error.is_retryable());
    assert_eq!(fs::read(&path).unwrap(), before);

    fs::remove_file(&path).unwrap();
    execute(
        &path,
        "CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)",
    )
    .await
    .unwrap();
    let before = fs::read(&path).unwrap();
    let error = refusal(&path).await;
    assert!(error.to_string().contains("another program"), "{error}");
    assert_eq!(error.code().as_str(), "OB-R008");
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_newer_schema_is_left_alone() {
    let (_folder, path) = sample().await;
    let older = SqliteStore::open(&path).await.unwrap();
    let older = Registry::open(older).await.unwrap();
    execute(&path, "UPDATE ob_registry_meta SET schema_version = 7")
        .await
        .unwrap();
    let error = refusal(&path).await;
    assert_eq!(error.code().as_str(), "OB-R011");
    let text = error.to_string();
    assert!(
        text.contains("version 7") && text.contains("up to 1"),
        "{text}"
    );
    // A process that has it open since before must not write either.
    let refused = edit(&older).put(party(5, Status::Draft)).await.unwrap_err();
    assert_eq!(refused.code().as_str(), "OB-R011");
}

#[tokio::test]
async fn a_read_only_file_is_named() {
    let (_folder, path) = sample().await;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    let error = refusal(&path).await;
    assert!(error.to_string().contains("read-only"), "{error}");
}

#[tokio::test]
async fn a_truncated_file_is_an_error_and_not_an_empty_registry() {
    let (_folder, path) = sample().await;
    let whole = fs::metadata(&path).unwrap().len();
    for part in [whole / 2, 4096, 1000, 50] {
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..usize::try_from(part).unwrap()]).unwrap();
        let opened = match SqliteStore::open_or_create(&path).await {
            Ok(store) => Registry::open(store).await.map(drop),
            Err(error) => Err(error),
        };
        let error = opened.unwrap_err();
        assert_eq!(error.code().as_str(), "OB-R008", "{part}: {error}");
    }
}

#[tokio::test]
async fn the_history_cannot_be_rewritten() {
    let (_folder, path) = sample().await;
    for sql in [
        "DELETE FROM ob_registry_event",
        "UPDATE ob_registry_event SET body = '{}'",
    ] {
        let refused = execute(&path, sql).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_may_make_it_at_once() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.db");
        let openers: Vec<_> = (0..8)
            .map(|_| tokio::spawn(SqliteStore::open_or_create(path.clone())))
            .collect();
        for opener in openers {
            let store = opener.await.unwrap().unwrap();
            Registry::open(store).await.unwrap();
        }
    }
}

/// Whoever holds the lock for longer than the patience has stopped: an error, and one that says
/// that trying again may help, not a conflict.
#[tokio::test]
async fn a_hung_lock_is_no_conflict() {
    let (_folder, path) = sample().await;
    let registry = Registry::open(SqliteStore::open(&path).await.unwrap())
        .await
        .unwrap();
    let mut other = raw(&path).await;
    let held = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let refused = edit(&registry)
        .put(party(9, Status::Draft))
        .await
        .unwrap_err();
    assert!(
        refused.is_retryable() && !refused.is_conflict(),
        "{refused}"
    );
    assert!(refused.to_string().contains("lock"), "{refused}");
    drop(held);
    other.close().await.unwrap();
    edit(&registry).put(party(9, Status::Draft)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_registry_sees_a_change_by_following() {
    let (_folder, path) = sample().await;
    let here = Registry::open(SqliteStore::open(&path).await.unwrap())
        .await
        .unwrap();
    let there = Registry::open(SqliteStore::open(&path).await.unwrap())
        .await
        .unwrap();
    let mut changes = there.changes();
    let following = tokio::spawn({
        let there = there.clone();
        async move { there.follow().await }
    });
    edit(&here).put(party(7, Status::Draft)).await.unwrap();
    let event = changes.next().await.unwrap();
    assert_eq!(event.revision().get(), 3);
    assert_eq!(there.len(), 3);
    following.abort();
}

/// The connections would go on with the file that is gone, and see no suspension in the new one.
#[cfg(unix)]
#[tokio::test]
async fn a_file_that_is_replaced_while_it_is_open_is_an_error() {
    let (folder, path) = sample().await;
    let here = Registry::open(SqliteStore::open(&path).await.unwrap())
        .await
        .unwrap();
    let copy = folder.path().join("copy.db");
    let backup = format!("VACUUM INTO '{}'", copy.display());
    execute(&path, &backup).await.unwrap();
    let there = Registry::open(SqliteStore::open(&copy).await.unwrap())
        .await
        .unwrap();
    let id = "party-1".parse().unwrap();
    edit(&there)
        .set_status(&id, Status::Onboarding)
        .await
        .unwrap();
    there.close().await;
    fs::rename(&copy, &path).unwrap();
    let error = here.catch_up().await.unwrap_err();
    assert_eq!(error.code(), Code::R008);
    assert!(error.to_string().contains("was replaced"), "{error}");
    assert!(here.freshness().failure.is_some());
    let lost = edit(&here).update(&id, |it| it.notes("into nowhere")).await;
    assert_eq!(lost.unwrap_err().code(), Code::R008);
    let again = Registry::open(SqliteStore::open(&path).await.unwrap())
        .await
        .unwrap();
    assert_eq!(again.get(&id).unwrap().status(), Status::Onboarding);
    assert_eq!(again.get(&id).unwrap().notes(), "");
    fs::remove_file(&path).unwrap();
    assert!(again.catch_up().await.is_err());
}
