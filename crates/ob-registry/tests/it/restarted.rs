//! A PostgreSQL server crashes while registries write and follow: everything recovers, nothing
//! that was acknowledged is lost, and nothing is applied twice.

use crate::sample::party;
use ob_registry::{Event, HistoryQuery, PostgresStore, Registry, RegistryError, Status};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};
use throwaway::{Server, Shutdown};

const WRITERS: u32 = 6;
const CHANGES: u32 = 100;
const CRASHES: u32 = 4;

async fn open(url: &str) -> Registry {
    Registry::open(PostgresStore::connect(url).await.unwrap())
        .await
        .unwrap()
}

/// Whether a change is in the history, as soon as the server answers.
async fn is_written(registry: &Registry, reason: &str) -> bool {
    loop {
        match registry.history(&HistoryQuery::default()).await {
            Ok(events) => return events.iter().any(|it| it.reason().as_str() == reason),
            Err(error) => assert!(error.is_retryable(), "{error}"),
        }
        tokio::task::yield_now().await;
    }
}

/// Makes a change exactly once: where the store does not know whether it was written, look.
async fn change(registry: &Registry, reason: &str, n: u32) -> Result<(), RegistryError> {
    let id = format!("party-{n}").parse().unwrap();
    loop {
        let edit = registry.edit("writer", reason)?;
        match edit.update(&id, |it| it.notes(reason)).await {
            Ok(_) => return Ok(()),
            Err(error) if !error.is_retryable() => return Err(error),
            Err(error) if error.to_string().contains("it is not known") => {
                if is_written(registry, reason).await {
                    return Ok(());
                }
            }
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn crashes_of_the_server_lose_nothing() {
    let mut server = Server::start().unwrap();
    let url = server.database().unwrap();
    let registry = open(&url).await;
    let all = (0..WRITERS).map(|n| party(n, Status::Draft)).collect();
    let edit = registry.edit("tester", "the beginning").unwrap();
    let first = edit.put_all(all).await.unwrap();

    let follower = open(&url).await;
    let following = tokio::spawn({
        let follower = follower.clone();
        async move { follower.follow().await }
    });
    let done = Arc::new(AtomicU32::new(0));
    let mut writers = Vec::new();
    for n in 0..WRITERS {
        // Two registries, as two processes have.
        let registry = match n % 2 {
            0 => registry.clone(),
            _ => open(&url).await,
        };
        let done = Arc::clone(&done);
        writers.push(tokio::spawn(async move {
            for change_number in 0..CHANGES {
                let reason = format!("writer {n} change {change_number}");
                change(&registry, &reason, n).await.unwrap();
                done.fetch_add(1, Ordering::SeqCst);
            }
        }));
    }
    for crash in 1..=CRASHES {
        while done.load(Ordering::SeqCst) < crash * WRITERS * CHANGES / (CRASHES + 1) {
            tokio::task::yield_now().await;
        }
        server.stop(Shutdown::Immediate).unwrap();
        server.resume().unwrap();
    }
    for writer in writers {
        writer.await.unwrap();
    }

    let query = HistoryQuery {
        after: first,
        ..HistoryQuery::default()
    };
    let events = open(&url).await.history(&query).await.unwrap();
    let mut times: BTreeMap<&str, u32> = BTreeMap::new();
    for event in &events {
        *times.entry(event.reason().as_str()).or_default() += 1;
    }
    assert_eq!(times.len(), (WRITERS * CHANGES) as usize);
    let twice: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    let last = events.last().map(Event::revision).unwrap();
    while follower.revision() < last {
        tokio::task::yield_now().await;
    }
    assert_eq!(follower.records(), open(&url).await.records());
    following.abort();
}
