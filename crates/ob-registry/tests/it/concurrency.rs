//! Many readers and writers at once.

use crate::sample::{Fragile, builder, client, edit, party};
use ob_registry::{Registry, Status};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

const SCOPE: &str = "a";

/// Two parties swap their ids again and again. Whoever reads sees one state, whole: the ids of a
/// handle always belong together, and never two parties with the same id.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_never_see_half_a_write() {
    let registry = Registry::open(Fragile::default()).await.unwrap();
    let swapped = |a: u32, b: u32| {
        let one = builder(1).client_id(client(a)).status(Status::Active);
        let other = builder(2).client_id(client(b)).status(Status::Active);
        vec![one.build().unwrap(), other.build().unwrap()]
    };
    edit(&registry).put_all(swapped(1, 2)).await.unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (registry, done) = (registry.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                let mut reads = 0_u64;
                while !done.load(Ordering::SeqCst) || reads == 0 {
                    let list = registry.list();
                    assert_eq!(list.len(), 2);
                    assert_ne!(list[0].client_id(), list[1].client_id());
                    let found = registry.by_client_id(&client(1)).unwrap();
                    assert_eq!(found.client_id(), Some(&client(1)));
                    let id = found.business_id();
                    assert!(registry.act_for(id, &SCOPE.parse().unwrap()).is_ok());
                    reads += 1;
                    tokio::task::yield_now().await;
                }
                reads
            })
        })
        .collect();
    for round in 0..300 {
        let (a, b) = if round % 2 == 0 { (2, 1) } else { (1, 2) };
        edit(&registry).put_all(swapped(a, b)).await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    for reader in readers {
        assert!(reader.await.unwrap() > 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_write_is_lost() {
    let store = Arc::new(Fragile::default());
    let registry = Registry::open(Arc::clone(&store)).await.unwrap();
    let writers: Vec<_> = (0..64)
        .map(|n| {
            let registry = registry.clone();
            tokio::spawn(async move {
                edit(&registry)
                    .put(party(n, Status::Active))
                    .await
                    .map(drop)
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    assert_eq!(registry.len(), 64);
    assert_eq!(Registry::open(store).await.unwrap().len(), 64);
}

/// Of many who want the same id, one gets it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_wins_a_contested_id() {
    let registry = Registry::open(Fragile::default()).await.unwrap();
    let writers: Vec<_> = (0..32)
        .map(|n| {
            let registry = registry.clone();
            let wanted = builder(n)
                .client_id("same".parse().unwrap())
                .build()
                .unwrap();
            tokio::spawn(async move { edit(&registry).put(wanted).await.is_ok() })
        })
        .collect();
    let mut winners = 0;
    for writer in writers {
        winners += usize::from(writer.await.unwrap());
    }
    assert_eq!((winners, registry.len()), (1, 1));
}

/// A suspension is seen by every handle from the moment its write returns.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn suspended_means_suspended() {
    let registry = Registry::open(Fragile::default()).await.unwrap();
    edit(&registry).put(party(1, Status::Active)).await.unwrap();
    let id = "party-1".parse().unwrap();
    let scopes = SCOPE.parse().unwrap();
    let held = registry.act_for(&id, &scopes).unwrap();
    for _ in 0..200 {
        edit(&registry)
            .set_status(&id, Status::Suspended)
            .await
            .unwrap();
        let checks = (0..4).map(|_| {
            let (registry, held, scopes) = (registry.clone(), held.clone(), scopes.clone());
            tokio::spawn(async move { registry.check(&held, &scopes).is_err() })
        });
        for check in checks.collect::<Vec<_>>() {
            assert!(check.await.unwrap());
        }
        edit(&registry)
            .set_status(&id, Status::Active)
            .await
            .unwrap();
        registry.check(&held, &scopes).unwrap();
    }
}

/// A writer that is dropped in the middle holds nobody up.
#[tokio::test]
async fn a_cancelled_write_strands_nobody() {
    let store = Arc::new(Fragile::default());
    let registry = Registry::open(Arc::clone(&store)).await.unwrap();
    {
        let mut write = Box::pin(edit(&registry).put(party(1, Status::Active)));
        let waker = std::task::Waker::noop();
        let mut context = std::task::Context::from_waker(waker);
        assert!(write.as_mut().poll(&mut context).is_pending());
    }
    assert!(registry.is_empty());
    edit(&registry).put(party(2, Status::Active)).await.unwrap();
    assert_eq!(registry.len(), 1);
    registry.reload().await.unwrap();
    assert_eq!(registry.len(), 1);
}
