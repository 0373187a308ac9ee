//! What one process commits another one shows.

use crate::{
    child::{place, said, say, start},
    sample::{edit, party},
};
use ob_registry::{Registry, Status};
use std::time::{Duration, Instant};

const CHANGES: u64 = 40;

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

/// The process that sees: started by the tests below, alone it does nothing. It says each
/// revision when it shows it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the other tests start it as a process of its own"]
async fn follower() {
    let Some(place) = place() else { return };
    let registry = open(&place).await;
    let mut changes = registry.changes();
    tokio::spawn({
        let registry = registry.clone();
        async move { registry.follow().await }
    });
    say(registry.revision().get());
    loop {
        let revision = changes.next().await.unwrap().revision();
        assert!(registry.revision() >= revision);
        say(revision.get());
    }
}

#[expect(clippy::print_stderr, reason = "figures for whoever measures")]
async fn every_change_is_shown(place: &str) {
    let registry = open(place).await;
    edit(&registry).put(party(1, Status::Draft)).await.unwrap();
    let (mut follower, lines) = start("visible::follower", place);
    let mut seen = lines.map_while(Result::ok).filter_map(|it| said(&it));
    assert_eq!(seen.next(), Some(1));
    let id = "party-1".parse().unwrap();
    let mut times: Vec<Duration> = Vec::new();
    for change in 0..CHANGES {
        let note = format!("change {change}");
        let edit = edit(&registry).update(&id, |it| it.notes(note.clone()));
        edit.await.unwrap();
        let begin = Instant::now();
        assert_eq!(seen.next(), Some(change + 2), "each of them, in order");
        times.push(begin.elapsed());
    }
    follower.kill().unwrap();
    follower.wait().unwrap();
    times.sort();
    let (median, most) = (times[times.len() / 2], times[times.len() - 1]);
    eprintln!("shown after {median:?} in the median, {most:?} at most");
    // Broken, not slow: a follower that is not told looks about once a second.
    assert!(median < Duration::from_secs(10), "{times:?}");
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn through_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.db");
    every_change_is_shown(path.to_str().unwrap()).await;
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn through_postgres() {
    every_change_is_shown(&crate::server::database()).await;
}
