//! A process that writes to an SQLite registry is killed, two hundred times: the database opens,
//! is whole, and has every change that was acknowledged.

use crate::{
    child::{place, said, say, start},
    sample::{edit, party},
};
use ob_registry::{HistoryQuery, Registry, SqliteStore, Status};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use std::{
    hash::{BuildHasher, RandomState},
    path::Path,
    time::{Duration, Instant},
};

const KILLS: usize = 200;

async fn open(path: impl AsRef<Path>) -> Registry {
    let store = SqliteStore::open_or_create(path.as_ref()).await.unwrap();
    Registry::open(store).await.unwrap()
}

/// The process that gets killed: started by the test below, alone it does nothing.
#[tokio::test]
#[ignore = "the other test starts it as a process of its own"]
async fn endless_writer() {
    let Some(path) = place() else { return };
    let registry = open(path).await;
    let id = "party-1".parse().unwrap();
    loop {
        let note = format!("after revision {}", registry.revision());
        let change = edit(&registry).update(&id, |it| it.notes(note.clone()));
        let record = change.await.unwrap();
        assert_eq!(record.version().get(), registry.revision().get());
        say(registry.revision().get());
    }
}

#[tokio::test]
async fn a_killed_process_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.db");
    let registry = open(&path).await;
    edit(&registry).put(party(1, Status::Draft)).await.unwrap();
    drop(registry);
    let mut last = 1;
    for kill in 0..KILLS {
        let (mut writer, mut lines) =
            start("killed_sqlite::endless_writer", path.to_str().unwrap());
        let random = RandomState::new().hash_one(kill);
        let mut left = random % 8;
        let mut acknowledged = last;
        while left > 0 {
            let line = lines.next().unwrap().unwrap();
            if let Some(revision) = said(&line) {
                acknowledged = revision;
                left -= 1;
            }
        }
        // Any moment of the next commit, or of the opening.
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_micros(random / 8 % 4_000) {
            std::hint::spin_loop();
        }
        writer.kill().unwrap();
        writer.wait().unwrap();
        let rest = lines.map_while(Result::ok);
        acknowledged = rest
            .filter_map(|it| said(&it))
            .last()
            .unwrap_or(acknowledged);

        let options = SqliteConnectOptions::new().filename(&path);
        let mut raw = options.connect().await.unwrap();
        let check = sqlx::query_scalar::<_, String>("PRAGMA integrity_check");
        assert_eq!(check.fetch_one(&mut raw).await.unwrap(), "ok");
        raw.close().await.unwrap();

        let registry = open(&path).await;
        let found = registry.revision().get();
        assert!(
            found == acknowledged || found == acknowledged + 1,
            "{found} after {acknowledged}"
        );
        let record = registry.record(&"party-1".parse().unwrap()).unwrap();
        assert_eq!(record.version().get(), found);
        let events = registry.history(&HistoryQuery::default()).await.unwrap();
        assert_eq!(events.len() as u64, found);
        last = found;
    }
    assert!(last > KILLS as u64, "the writers wrote: {last}");
}
