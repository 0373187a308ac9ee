//! What other processes see, and what they say about it.

use crate::sample::{Fragile, edit, party};
use async_trait::async_trait;
use futures_util::StreamExt;
use ob_core::{BusinessId, Code, TestClock};
use ob_registry::{
    Attendant, MemoryStore, Receipt, ReceiptState, Registry, ReplicaName, Status, ThirdParty,
};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{sync::watch, task::JoinHandle, time::timeout};

fn id(n: u32) -> BusinessId {
    format!("party-{n}").parse().unwrap()
}

fn follow(registry: &Registry) -> JoinHandle<()> {
    let registry = registry.clone();
    tokio::spawn(async move {
        registry.follow().await;
    })
}

#[tokio::test]
async fn a_follower_sees_every_change_once_and_in_order() {
    let store = MemoryStore::default();
    let here = Registry::open(store.clone()).await.unwrap();
    let there = Registry::open(store).await.unwrap();
    let following = follow(&here);
    let mut changes = here.changes();
    for n in 0..20 {
        edit(&there).put(party(n, Status::Draft)).await.unwrap();
    }
    edit(&there).remove(&id(3)).await.unwrap();
    for expected in 1..=21 {
        let event = changes.next().await.unwrap();
        assert_eq!(event.revision().get(), expected);
    }
    assert_eq!(here.len(), 19);
    assert_eq!(here.records(), there.records());
    // From the beginning, for whoever was not there; as a stream.
    let again = here
        .changes_after(ob_registry::Revision::ZERO)
        .into_stream();
    let again: Vec<_> = again.take(21).collect().await;
    let numbers = again.iter().map(|it| it.as_ref().unwrap().revision().get());
    assert!(numbers.eq(1..=21));
    following.abort();
}

#[tokio::test(start_paused = true)]
async fn a_follower_survives_an_outage() {
    let store = Arc::new(Fragile::default());
    let here = Registry::open(Arc::clone(&store)).await.unwrap();
    let there = Registry::open(store.store.clone()).await.unwrap();
    let following = follow(&here);
    store.broken.store(true, Ordering::SeqCst);
    edit(&there).put(party(1, Status::Active)).await.unwrap();
    while here.freshness().failure.is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(here.is_empty(), "the last state serves");
    let mut changes = here.changes();
    store.broken.store(false, Ordering::SeqCst);
    changes.next().await.unwrap();
    assert_eq!(here.len(), 1);
    assert_eq!(here.freshness().failure, None);
    following.abort();
}

/// A held right is asked again after each change, and follows what is there.
#[tokio::test]
async fn a_held_right_ends_with_the_service_and_with_the_ids() {
    let registry = Registry::open(MemoryStore::with([
        party(1, Status::Active),
        party(2, Status::Active),
    ]))
    .await
    .unwrap();
    let scopes = "a".parse().unwrap();
    let held = registry.admit(&id(1)).unwrap();
    edit(&registry)
        .set_status(&id(2), Status::Suspended)
        .await
        .unwrap();
    held.check(&scopes).unwrap();
    assert_eq!(
        held.check(&"c".parse().unwrap()).unwrap_err().code(),
        Code::R007
    );
    edit(&registry)
        .set_status(&id(1), Status::Suspended)
        .await
        .unwrap();
    assert_eq!(held.check(&scopes).unwrap_err().code(), Code::R005);
    assert_eq!(held.clone().check(&scopes).unwrap_err().code(), Code::R005);
    edit(&registry)
        .set_status(&id(1), Status::Active)
        .await
        .unwrap();
    held.check(&scopes).unwrap();
    let change = edit(&registry);
    let to_another = |it: ob_registry::ThirdPartyBuilder| it.client_id("another".parse().unwrap());
    change.update(&id(1), to_another).await.unwrap();
    assert!(held.check(&scopes).unwrap_err().is_stale_handle());
    assert_eq!(registry.admit(&id(2)).unwrap_err().code(), Code::R005);
}

/// An attendant whose last call ends when the test says so.
#[derive(Clone)]
struct Gate {
    open: watch::Sender<bool>,
    withdrawn: Arc<Mutex<Vec<BusinessId>>>,
}

impl Gate {
    fn new(open: bool) -> Self {
        Self {
            open: watch::Sender::new(open),
            withdrawn: Arc::default(),
        }
    }
}

#[async_trait]
impl Attendant for Gate {
    async fn withdraw(&self, id: &BusinessId) -> Option<SystemTime> {
        self.withdrawn.lock().unwrap().push(id.clone());
        self.open.subscribe().wait_for(|open| *open).await.unwrap();
        Some(UNIX_EPOCH + Duration::from_secs(7))
    }
}

struct Replica {
    gate: Gate,
    registry: Registry,
    running: JoinHandle<()>,
}

impl Replica {
    async fn start(store: &MemoryStore, name: &str, gate: Gate) -> Self {
        let registry = Registry::open(store.clone()).await.unwrap();
        let name: ReplicaName = name.parse().unwrap();
        let running = tokio::spawn({
            let (registry, gate) = (registry.clone(), gate.clone());
            async move {
                registry.follow_as(name, gate).await;
            }
        });
        Self {
            gate,
            registry,
            running,
        }
    }
}

fn parties() -> [ThirdParty; 2] {
    [party(1, Status::Active), party(2, Status::Active)]
}

#[tokio::test]
async fn a_receipt_waits_for_the_last_call_of_every_replica() {
    let store = MemoryStore::with(parties());
    let quick = Replica::start(&store, "quick", Gate::new(true)).await;
    let slow = Replica::start(&store, "slow", Gate::new(false)).await;
    let here = Registry::open(store.clone()).await.unwrap();
    wait_for_replicas(&store, 2).await;

    edit(&here)
        .set_status(&id(1), Status::Suspended)
        .await
        .unwrap();
    let receipt = receipt_when(&here, 1, |receipt| quiet(receipt) == ["quick"]).await;
    assert_eq!(
        receipt.quiet_at(),
        None,
        "the slow one still has a call on its way"
    );
    let states: Vec<_> = receipt.replicas.iter().map(|line| &line.state).collect();
    assert!(
        matches!(states[1], ReceiptState::Waiting { .. }),
        "{states:?}"
    );

    // A call that hangs for one third-party holds up no other receipt.
    slow.gate.open.send_replace(true);
    let receipt = here.receipt(&id(1), Duration::from_secs(20)).await.unwrap();
    assert_eq!(quiet(&receipt), ["quick", "slow"]);
    assert!(receipt.quiet_at().unwrap() >= receipt.committed_at);
    let ReceiptState::Quiet(line) = &receipt.replicas[0].state else {
        panic!("{receipt:?}");
    };
    assert_eq!(line.last_call_at, Some(UNIX_EPOCH + Duration::from_secs(7)));
    assert!(line.effective_at <= line.quiet_at);

    // Back, and out again: another receipt.
    edit(&here)
        .set_status(&id(1), Status::Active)
        .await
        .unwrap();
    edit(&here)
        .set_status(&id(1), Status::Offboarding)
        .await
        .unwrap();
    let second = here.receipt(&id(1), Duration::from_secs(20)).await.unwrap();
    assert!(second.revision > receipt.revision);
    assert_eq!(quiet(&second), ["quick", "slow"]);
    assert_eq!(*quick.gate.withdrawn.lock().unwrap(), [id(1), id(1)]);
    for replica in [quick, slow] {
        assert_eq!(
            replica.registry.get(&id(1)).unwrap().status(),
            Status::Offboarding
        );
        replica.running.abort();
    }
    let never = here.receipt(&id(2), Duration::ZERO).await.unwrap_err();
    assert_eq!(never.code(), Code::R001);
}

/// A report that was on its way, or would have been the next one, brings nobody back.
#[tokio::test(start_paused = true)]
async fn who_signed_off_reports_no_more_and_may_begin_again() {
    use ob_registry::Store;
    let store = MemoryStore::default();
    let registry = Registry::open(store.clone()).await.unwrap();
    let name: ReplicaName = "one".parse().unwrap();
    let begin = || {
        let (registry, name) = (registry.clone(), name.clone());
        tokio::spawn(async move {
            registry.follow_as(name, Gate::new(true)).await;
        })
    };
    let running = begin();
    wait_for_replicas(&store, 1).await;
    registry.sign_off(&name).await.unwrap();
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(store.replicas().await.unwrap().len(), 0);
    running.abort();

    let again = begin();
    wait_for_replicas(&store, 1).await;
    again.abort();
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_is_silent_is_named_and_one_that_signed_off_is_not() {
    let store = MemoryStore::with(parties());
    let silent = Replica::start(&store, "silent", Gate::new(true)).await;
    let gone = Replica::start(&store, "gone", Gate::new(true)).await;
    let here = Registry::open(store.clone()).await.unwrap();
    wait_for_replicas(&store, 2).await;
    silent.running.abort();
    gone.running.abort();
    here.sign_off(&"gone".parse().unwrap()).await.unwrap();
    edit(&here)
        .set_status(&id(1), Status::Suspended)
        .await
        .unwrap();
    // Nobody answers: the receipt comes back at the end of its patience, not before.
    let id = id(1);
    let asked = here.receipt(&id, Duration::from_secs(2));
    let receipt = timeout(Duration::from_secs(3), asked)
        .await
        .unwrap()
        .unwrap();
    let names: Vec<_> = receipt
        .replicas
        .iter()
        .map(|it| it.replica.as_str())
        .collect();
    assert_eq!(names, ["silent"]);
    assert_eq!(receipt.quiet_at(), None);
}

/// It takes over the name of one that died, or is new: either way it has nothing to withdraw.
#[tokio::test]
async fn a_replica_that_started_after_the_suspension_holds_up_nothing() {
    let store = MemoryStore::with(parties());
    let early = Replica::start(&store, "early", Gate::new(true)).await;
    let here = Registry::open(store.clone()).await.unwrap();
    wait_for_replicas(&store, 1).await;
    set(&here, 1, Status::Suspended).await;
    let late = Replica::start(&store, "late", Gate::new(false)).await;
    wait_for_replicas(&store, 2).await;
    let receipt = here.receipt(&id(1), Duration::from_secs(60)).await.unwrap();
    assert_eq!(quiet(&receipt), ["early"]);
    let states: Vec<_> = receipt.replicas.iter().map(|line| &line.state).collect();
    assert!(
        matches!(states[1], ReceiptState::StartedAfter { .. }),
        "{states:?}"
    );
    assert!(receipt.quiet_at().is_some());

    // The next one is its own business too.
    set(&here, 1, Status::Active).await;
    set(&here, 1, Status::Suspended).await;
    let receipt = receipt_when(&here, 1, |receipt| quiet(receipt) == ["early"]).await;
    assert_eq!(receipt.quiet_at(), None, "{receipt:?}");
    late.gate.open.send_replace(true);
    let receipt = here.receipt(&id(1), Duration::from_secs(60)).await.unwrap();
    assert_eq!(quiet(&receipt), ["early", "late"]);
    early.running.abort();
    late.running.abort();
}

/// Between the reading of the store and the following lies a change of its own process: it is
/// acknowledged, because calls for the third-party may have been on their way before it.
#[tokio::test]
async fn what_changed_before_the_following_began_is_acknowledged() {
    let store = MemoryStore::with(parties());
    let registry = Registry::open(store).await.unwrap();
    set(&registry, 1, Status::Suspended).await;
    let running = tokio::spawn({
        let registry = registry.clone();
        async move {
            let name: ReplicaName = "one".parse().unwrap();
            registry.follow_as(name, Gate::new(true)).await;
        }
    });
    let receipt = receipt_when(&registry, 1, |receipt| !receipt.replicas.is_empty()).await;
    let states: Vec<_> = receipt.replicas.iter().map(|line| &line.state).collect();
    assert!(
        !matches!(states[0], ReceiptState::StartedAfter { .. }),
        "{states:?}"
    );
    let receipt = receipt_when(&registry, 1, |receipt| quiet(receipt) == ["one"]).await;
    assert!(receipt.quiet_at().is_some(), "{receipt:?}");
    running.abort();
}

/// A moment from which on nothing is sent is never told too early.
#[tokio::test]
async fn the_moments_of_an_acknowledgement_are_rounded_up() {
    let store = MemoryStore::with(parties());
    let clock = TestClock::at(UNIX_EPOCH + Duration::from_nanos(1_700_000_000_123_456_789));
    let builder = Registry::builder(store).clock(clock);
    let registry = builder.open().await.unwrap();
    set(&registry, 1, Status::Suspended).await;
    let running = tokio::spawn({
        let registry = registry.clone();
        async move {
            let name: ReplicaName = "one".parse().unwrap();
            registry.follow_as(name, Gate::new(true)).await;
        }
    });
    let receipt = receipt_when(&registry, 1, |receipt| quiet(receipt) == ["one"]).await;
    let up = UNIX_EPOCH + Duration::from_millis(1_700_000_000_124);
    assert_eq!(receipt.quiet_at(), Some(up));
    let ReceiptState::Quiet(line) = &receipt.replicas[0].state else {
        panic!("{receipt:?}");
    };
    assert_eq!((line.effective_at, line.quiet_at), (up, up));
    running.abort();
}

/// Nobody was asked, so nobody said that nothing is sent.
#[tokio::test]
async fn a_receipt_without_replicas_promises_nothing() {
    let registry = Registry::open(MemoryStore::with(parties())).await.unwrap();
    set(&registry, 1, Status::Suspended).await;
    let receipt = registry.receipt(&id(1), Duration::ZERO).await.unwrap();
    assert_eq!((receipt.replicas.len(), receipt.quiet_at()), (0, None));
}

/// Resumed before everybody had said so: the receipt is past, and waits for nobody.
#[tokio::test]
async fn a_receipt_tells_that_the_third_party_was_resumed() {
    let store = MemoryStore::with(parties());
    let slow = Replica::start(&store, "slow", Gate::new(false)).await;
    let here = Registry::open(store.clone()).await.unwrap();
    wait_for_replicas(&store, 1).await;
    set(&here, 1, Status::Suspended).await;
    let receipt = receipt_when(&here, 1, |_| true).await;
    assert_eq!(receipt.resumed, None);
    set(&here, 1, Status::Active).await;
    let receipt = here.receipt(&id(1), Duration::from_secs(60)).await.unwrap();
    assert_eq!(receipt.resumed, Some(here.revision()));
    assert_eq!(receipt.quiet_at(), None);
    // What it says later, it does not say of calls that left after the resumption.
    slow.gate.open.send_replace(true);
    set(&here, 2, Status::Suspended).await;
    here.receipt(&id(2), Duration::from_secs(60)).await.unwrap();
    let receipt = here.receipt(&id(1), Duration::ZERO).await.unwrap();
    assert_eq!((quiet(&receipt).len(), receipt.quiet_at()), (0, None));
    slow.running.abort();
}

/// An attendant that notes when it is told to serve.
#[derive(Clone, Default)]
struct Announced(Arc<AtomicBool>);

#[async_trait]
impl Attendant for Announced {
    async fn withdraw(&self, _: &BusinessId) -> Option<SystemTime> {
        None
    }

    async fn announced(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Between the reading of the store and the first report lies a suspension that no receipt can
/// ask this replica about: it sees it before it is told to serve.
#[tokio::test]
async fn a_replica_serves_when_receipts_know_it_and_it_knows_what_was_decided() {
    let store = Arc::new(Fragile::default());
    let here = Registry::open(Arc::clone(&store)).await.unwrap();
    edit(&here).put(party(1, Status::Active)).await.unwrap();
    let late = Registry::open(Arc::clone(&store)).await.unwrap();
    set(&here, 1, Status::Suspended).await;
    store.broken.store(true, Ordering::SeqCst);
    let attendant = Announced::default();
    let following = tokio::spawn({
        let (registry, attendant) = (late.clone(), attendant.clone());
        async move {
            let name: ReplicaName = "late".parse().unwrap();
            registry.follow_as(name, attendant).await;
        }
    });
    // It has reported, and cannot see what was decided before.
    wait_for_replicas(&store.store, 1).await;
    assert!(!attendant.0.load(Ordering::SeqCst));
    store.broken.store(false, Ordering::SeqCst);
    while !attendant.0.load(Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
    assert_eq!(late.get(&id(1)).unwrap().status(), Status::Suspended);
    following.abort();
}

async fn set(registry: &Registry, n: u32, status: Status) {
    edit(registry).set_status(&id(n), status).await.unwrap();
}

fn quiet(receipt: &Receipt) -> Vec<&str> {
    let quiet = |state: &ReceiptState| matches!(state, ReceiptState::Quiet(_));
    let lines = receipt.replicas.iter().filter(|line| quiet(&line.state));
    lines.map(|line| line.replica.as_str()).collect()
}

async fn receipt_when(registry: &Registry, n: u32, until: impl Fn(&Receipt) -> bool) -> Receipt {
    loop {
        let receipt = registry.receipt(&id(n), Duration::ZERO).await.unwrap();
        if until(&receipt) {
            return receipt;
        }
        tokio::task::yield_now().await;
    }
}

async fn wait_for_replicas(store: &MemoryStore, count: usize) {
    use ob_registry::Store;
    while store.replicas().await.unwrap().len() < count {
        tokio::task::yield_now().await;
    }
}
