//! The PostgreSQL store's own promises: logins, schemas, locks, a server that goes away.

use crate::{
    sample::{edit, party},
    server,
};
use ob_registry::{HistoryQuery, PostgresStore, Registry, Status, Store};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{sync::Arc, time::Duration};
use throwaway::{Server, Shutdown};

async fn execute(url: &str, sql: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await;
    connection.close().await?;
    done.map(drop)
}

#[tokio::test]
async fn keeps_what_was_committed() {
    let url = server::database();
    let registry = Registry::open(PostgresStore::connect(&url).await.unwrap())
        .await
        .unwrap();
    for n in 0..3 {
        edit(&registry).put(party(n, Status::Draft)).await.unwrap();
    }
    let gone = "party-0".parse().unwrap();
    edit(&registry).remove(&gone).await.unwrap();
    let again = PostgresStore::connect(&url).await.unwrap();
    let again = Registry::open(again).await.unwrap();
    assert_eq!((again.len(), again.revision().get()), (2, 4));
    let events = again.history(&HistoryQuery::default()).await.unwrap();
    assert_eq!(events.len(), 4);
}

#[tokio::test]
async fn two_schemas_are_two_registries() {
    let url = server::database();
    let mut open = Vec::new();
    for schema in ["one", "other_2"] {
        let builder = PostgresStore::builder(&url).unwrap();
        let store = builder.schema(schema).unwrap().connect().await.unwrap();
        open.push(Registry::open(store).await.unwrap());
    }
    edit(&open[0]).put(party(1, Status::Draft)).await.unwrap();
    open[1].catch_up().await.unwrap();
    assert_eq!((open[0].len(), open[1].len()), (1, 0));
    for name in [
        "",
        "Upper",
        "1st",
        "a-b",
        "a\"; DROP",
        "pg_x",
        &"x".repeat(49),
    ] {
        let builder = PostgresStore::builder(&url).unwrap();
        let error = builder.schema(name).unwrap_err();
        assert_eq!(error.code().as_str(), "OB-R009", "{name}");
    }
}

#[tokio::test]
async fn the_password_is_never_shown() {
    let url = server::database();
    let wrong = url.replace("throwaway-7d1f", "hunter2secret");
    let error = PostgresStore::connect(&wrong).await.unwrap_err();
    assert_eq!(error.code().as_str(), "OB-R008");
    assert!(!error.is_retryable());
    let mut shown = format!("{error} {error:?}");
    for url in [
        "mysql://me:hunter2secret@db/x",
        "postgres://me:hunter2secret@db:port/x",
        "postgres://me:hunter2secret@db/x?sslmode=perhaps",
        "postgres://me:12/hunter2secret@db/x",
        "postgres://me:12?hunter2secret@db/x",
        "postgres://me:12#hunter2secret@db/x",
        "postgres://me@db/x?passwd=hunter2secret",
        "postgres:/me:hunter2secret@db/x",
        "hunter2secret",
    ] {
        let error = PostgresStore::connect(url).await.unwrap_err();
        assert_eq!(error.code().as_str(), "OB-R008", "{url}");
        shown += &format!("{error} {error:?}");
    }
    let builder = PostgresStore::builder(&wrong).unwrap();
    shown += &format!("{builder:?}");
    shown += &format!("{:?}", PostgresStore::connect(&url).await.unwrap());
    assert!(!shown.contains("hunter2secret"), "{shown}");
    assert!(!shown.contains("throwaway-7d1f"), "{shown}");
    assert!(shown.contains("127.0.0.1"), "{shown}");
}

#[tokio::test]
async fn a_missing_database_is_named() {
    let url = server::database();
    let (server, _) = url.rsplit_once('/').unwrap();
    let error = PostgresStore::connect(&format!("{server}/absent"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("absent"), "{error}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn a_newer_schema_is_left_alone() {
    let url = server::database();
    let older = PostgresStore::connect(&url).await.unwrap();
    let older = Registry::open(older).await.unwrap();
    execute(
        &url,
        "UPDATE ob_registry.ob_registry_meta SET schema_version = 7",
    )
    .await
    .unwrap();
    let error = PostgresStore::connect(&url).await.unwrap_err();
    assert_eq!(error.code().as_str(), "OB-R011");
    let text = error.to_string();
    assert!(
        text.contains("version 7") && text.contains("up to 1"),
        "{text}"
    );
    let refused = edit(&older).put(party(5, Status::Draft)).await.unwrap_err();
    assert_eq!(refused.code().as_str(), "OB-R011");
    execute(
        &url,
        "UPDATE ob_registry.ob_registry_meta SET schema_version = 1",
    )
    .await
    .unwrap();
    // Nothing was written, and nothing is left open.
    let after = PostgresStore::connect(&url).await.unwrap();
    assert_eq!(after.load().await.unwrap().revision().get(), 0);
}

#[tokio::test]
async fn the_history_cannot_be_rewritten() {
    let url = server::database();
    let store = PostgresStore::connect(&url).await.unwrap();
    let registry = Registry::open(store).await.unwrap();
    edit(&registry).put(party(1, Status::Draft)).await.unwrap();
    for sql in [
        "DELETE FROM ob_registry.ob_registry_event",
        "UPDATE ob_registry.ob_registry_event SET body = '{}'",
        "TRUNCATE ob_registry.ob_registry_event",
    ] {
        let refused = execute(&url, sql).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_may_migrate_at_once() {
    for _ in 0..3 {
        let url = server::database();
        let openers: Vec<_> = (0..8)
            .map(|_| {
                let url = url.clone();
                tokio::spawn(async move { PostgresStore::connect(&url).await })
            })
            .collect();
        for opener in openers {
            let store = opener.await.unwrap().unwrap();
            assert_eq!(store.load().await.unwrap().revision().get(), 0);
        }
    }
}

/// Whoever holds the lock for too long has stopped: an error that says that trying again may
/// help, not a conflict, and nobody waits for ever.
#[tokio::test]
async fn a_hung_lock_is_no_conflict() {
    let url = server::database();
    let builder = PostgresStore::builder(&url).unwrap();
    let builder = builder.time_limit(Duration::from_secs(2));
    let registry = Registry::open(builder.connect().await.unwrap())
        .await
        .unwrap();
    let mut other = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("BEGIN; UPDATE ob_registry.ob_registry_meta SET revision = revision")
        .execute(&mut other)
        .await
        .unwrap();
    let refused = edit(&registry)
        .put(party(9, Status::Draft))
        .await
        .unwrap_err();
    assert!(
        refused.is_retryable() && !refused.is_conflict(),
        "{refused}"
    );
    assert!(refused.to_string().contains("lock"), "{refused}");
    other.close().await.unwrap();
    edit(&registry).put(party(9, Status::Draft)).await.unwrap();
}

/// A server that takes the connection and says nothing holds nobody up.
#[tokio::test]
async fn a_hung_server_is_given_up() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let builder = PostgresStore::builder(&format!("postgres://a:b@127.0.0.1:{port}/c")).unwrap();
    let builder = builder.time_limit(Duration::from_millis(200));
    let error = builder.connect().await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert!(error.to_string().contains("time limit"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_is_an_error_and_then_over() {
    let mut server = Server::start().unwrap();
    let url = server.database().unwrap();
    let store = Arc::new(PostgresStore::connect(&url).await.unwrap());
    let registry = Registry::open(Arc::clone(&store)).await.unwrap();
    let follower = PostgresStore::connect(&url).await.unwrap();
    let follower = Registry::open(follower).await.unwrap();
    let following = tokio::spawn({
        let follower = follower.clone();
        async move { follower.follow().await }
    });
    let mut changes = follower.changes();
    edit(&registry).put(party(1, Status::Draft)).await.unwrap();
    assert_eq!(changes.next().await.unwrap().revision().get(), 1);
    for (n, how) in [(2, Shutdown::Immediate), (3, Shutdown::Fast)] {
        server.stop(how).unwrap();
        let down = edit(&registry)
            .put(party(n, Status::Draft))
            .await
            .unwrap_err();
        assert!(down.is_retryable(), "{down}");
        assert_eq!(down.code().as_str(), "OB-R008");
        assert!(store.load().await.unwrap_err().is_retryable());
        server.resume().unwrap();
        edit(&registry).put(party(n, Status::Draft)).await.unwrap();
        loop {
            match changes.next().await {
                Ok(event) => break assert_eq!(event.revision().get(), u64::from(n)),
                Err(error) => assert!(error.is_retryable(), "{error}"),
            }
        }
    }
    following.abort();
}

/// A database that is set to be stricter than it needs to be: whoever was too late decides again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_take_turns_whatever_isolation_is_the_default() {
    let url = server::database();
    let (_, name) = url.rsplit_once('/').unwrap();
    let name = name.split('?').next().unwrap();
    let strict = "SET default_transaction_isolation = 'serializable'";
    let strict = format!("ALTER DATABASE \"{name}\" {strict}");
    execute(&url, &strict).await.unwrap();
    let first = Registry::open(PostgresStore::connect(&url).await.unwrap())
        .await
        .unwrap();
    edit(&first).put(party(1, Status::Active)).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..6 {
        let registry = Registry::open(PostgresStore::connect(&url).await.unwrap())
            .await
            .unwrap();
        tasks.spawn(async move {
            let id = "party-1".parse().unwrap();
            for n in 0..10 {
                let note = format!("{task} {n}");
                edit(&registry)
                    .update(&id, |it| it.notes(&note))
                    .await
                    .unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    first.catch_up().await.unwrap();
    assert_eq!(first.revision().get(), 61);
}
