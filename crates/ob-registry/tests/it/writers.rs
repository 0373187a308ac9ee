//! Two processes with eight tasks each make ten thousand changes to the same third-parties.

use crate::{
    child::{place, start},
    sample::{edit, party},
};
use ob_registry::{HistoryQuery, Registry, Status, Subject};
use std::{collections::HashSet, process};

const PROCESSES: u32 = 2;
const TASKS: u32 = 8;
const CHANGES: u32 = 625;

async fn open(place: &str) -> Registry {
    #[cfg(feature = "postgres")]
    if place.starts_with("postgres://") {
        let store = ob_registry::PostgresStore::connect(place).await.unwrap();
        return Registry::open(store).await.unwrap();
    }
    #[cfg(feature = "sqlite")]
    if let Ok(store) = ob_registry::SqliteStore::open_or_create(place).await {
        return Registry::open(store).await.unwrap();
    }
    panic!("{place}")
}

/// One of the processes: started by the tests below, alone it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the other tests start it as a process of its own"]
async fn writer() {
    let Some(place) = place() else { return };
    let registry = open(&place).await;
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let registry = registry.clone();
            tokio::spawn(async move {
                let id = format!("party-{task}").parse().unwrap();
                for change in 0..CHANGES {
                    let note = format!("process {} task {task} change {change}", process::id());
                    let edit = edit(&registry).update(&id, |it| it.notes(note.clone()));
                    edit.await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn nothing_is_lost(place: &str) {
    let registry = open(place).await;
    let all = (0..TASKS).map(|n| party(n, Status::Draft)).collect();
    edit(&registry).put_all(all).await.unwrap();
    let first = registry.revision();
    let writers: Vec<_> = (0..PROCESSES)
        .map(|_| start("writers::writer", place))
        .collect();
    for (mut writer, lines) in writers {
        lines.for_each(|line| drop(line.unwrap()));
        assert!(writer.wait().unwrap().success());
    }
    let registry = open(place).await;
    let versions = registry
        .records()
        .iter()
        .map(|it| it.version().get() - 1)
        .sum::<u64>();
    let wanted = u64::from(PROCESSES * TASKS * CHANGES);
    assert_eq!(wanted, 10_000);
    assert_eq!(versions, wanted);
    let query = HistoryQuery {
        after: first,
        ..HistoryQuery::default()
    };
    let events = registry.history(&query).await.unwrap();
    let notes: HashSet<_> = events
        .iter()
        .map(|event| match event.subject() {
            Subject::ThirdParty { now: Some(now), .. } => now.notes().to_owned(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!((events.len() as u64, notes.len() as u64), (wanted, wanted));
    assert_eq!(registry.revision().get(), first.get() + wanted);
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn sqlite_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.db");
    nothing_is_lost(path.to_str().unwrap()).await;
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn postgres_loses_nothing() {
    nothing_is_lost(&crate::server::database()).await;
}
