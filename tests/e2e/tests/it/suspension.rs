//! Suspended means suspended: whatever is under way, and in every replica.

use crate::{
    gate::{Gate, gated, is_api_request, is_token_request},
    world::{LICENSED, UNLICENSED, World, losing_answers, patient, transport},
};
use bytes::Bytes;
use futures_util::future::join_all;
use http::Request;
use ob_sandbox::{NonceMode, Profile, Sandbox};
use obkit::{
    BusinessId, Code, Error, Integrator, Sent, ThirdParty,
    auth::SharedSpawner,
    registry::{MemoryStore, ReceiptState, Registry, ReplicaName, Status},
    testing::from_fn,
    transport::{SharedTransport, TransportError, TransportErrorKind},
};
use std::{
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};

fn id(text: &str) -> BusinessId {
    text.parse().unwrap()
}

async fn set(registry: &Registry, party: &str, status: Status) {
    let edit = registry.edit("maria", "invoice unpaid").unwrap();
    edit.set_status(&id(party), status).await.unwrap();
}

async fn list(party: &ThirdParty) -> Result<(), Error> {
    party.providers().list().send().await.map(drop)
}

#[track_caller]
fn assert_out_of_service(error: &Error) {
    assert_eq!(error.code(), Code::R005, "{error}");
    assert!(!error.is_retryable(), "{error}");
    assert_eq!(error.party().unwrap().as_str(), UNLICENSED);
    let line = error.to_string();
    assert!(
        line.contains("maria") && line.contains("invoice unpaid"),
        "{line}"
    );
}

fn api_requests(world: &World, party: &str) -> u64 {
    let by_party = world.counters().api_requests_by_party;
    by_party.get(party).copied().unwrap_or_default()
}

/// The first attempt fails, the third-party is suspended while the call waits, and there is no
/// second attempt.
#[tokio::test]
async fn a_call_between_two_attempts_makes_no_further_one() {
    let registry: Arc<OnceLock<Registry>> = Arc::default();
    let attempts = Arc::new(AtomicU64::new(0));
    let (known, counted) = (Arc::clone(&registry), Arc::clone(&attempts));
    let inner = transport();
    let breaking = from_fn(move |request: Request<Bytes>| {
        let (inner, known, counted) = (inner.clone(), Arc::clone(&known), Arc::clone(&counted));
        async move {
            if is_token_request(&request) {
                return inner.send(request).await;
            }
            if counted.fetch_add(1, Ordering::SeqCst) == 2 {
                set(known.get().unwrap(), UNLICENSED, Status::Suspended).await;
            }
            let closed = TransportError::new(TransportErrorKind::Closed, "reset");
            Err(closed.sent(false))
        }
    });
    let world = World::wired(|builder| builder.transport(breaking).retry(patient())).await;
    let stored = registry.set(world.integrator.registry().clone());
    stored.unwrap();

    let error = list(&world.party(UNLICENSED)).await.unwrap_err();
    assert_out_of_service(&error);
    assert_eq!(error.sent(), Sent::No);
    assert_eq!(attempts.load(Ordering::SeqCst), 3);
}

async fn held_world(
    nonce: NonceMode,
    held: impl Fn(&Request<Bytes>) -> bool + Send + Sync + 'static,
) -> (World, Gate) {
    let (network, gate) = gated(held);
    let sandbox = Sandbox::builder().nonce(nonce);
    let wire = |builder: obkit::IntegratorBuilder<obkit::Ready>| {
        builder.transport(network).retry(patient())
    };
    let world = World::with(Profile::OneToMany, sandbox, wire).await;
    (world, gate)
}

/// A token was under way when the third-party was suspended: it comes, and is used for nothing.
#[tokio::test]
async fn a_token_that_was_under_way_is_not_used() {
    let (world, mut gate) = held_world(NonceMode::Off, is_token_request).await;
    let acme = world.party(UNLICENSED);
    let call = tokio::spawn(async move { list(&acme).await });
    gate.held(1).await;
    set(world.integrator.registry(), UNLICENSED, Status::Suspended).await;
    gate.open();
    let error = call.await.unwrap().unwrap_err();
    assert_out_of_service(&error);
    assert_eq!(error.sent(), Sent::No);
    assert_eq!(world.token_requests(UNLICENSED), 1);
    assert_eq!(api_requests(&world, UNLICENSED), 0);
}

/// The token endpoint asks for a nonce, the third-party is suspended: the request that would
/// carry the nonce is not sent, and the call says why.
#[tokio::test]
async fn a_token_request_is_not_repeated_for_a_nonce() {
    let (world, mut gate) = held_world(NonceMode::Required, is_token_request).await;
    let acme = world.party(UNLICENSED);
    let call = tokio::spawn(async move { list(&acme).await });
    gate.held(1).await;
    set(world.integrator.registry(), UNLICENSED, Status::Suspended).await;
    gate.open();
    let error = call.await.unwrap().unwrap_err();
    assert_out_of_service(&error);
    assert_eq!(error.sent(), Sent::No);
    assert_eq!(world.token_requests(UNLICENSED), 1);
    assert_eq!(world.counters().tokens_issued, 0);

    // Nothing of the refusal is remembered.
    set(world.integrator.registry(), UNLICENSED, Status::Active).await;
    list(&world.party(UNLICENSED)).await.unwrap();
}

/// A refresh that was due before the suspension and runs after it asks for nothing.
#[tokio::test]
async fn a_refresh_in_the_background_asks_for_nothing() {
    let tasks = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&tasks);
    let spawner = SharedSpawner::from_fn(move |task| kept.lock().unwrap().push(task));
    let world = World::wired(|builder| builder.spawner(spawner)).await;
    let acme = world.party(UNLICENSED);
    list(&acme).await.unwrap();
    let mut waited = 0;
    while tasks.lock().unwrap().is_empty() {
        world.clock.advance(Duration::from_secs(5));
        list(&acme).await.unwrap();
        waited += 1;
        assert!(waited < 100, "a refresh is due before the token ends");
    }
    let before = world.token_requests(UNLICENSED);
    set(world.integrator.registry(), UNLICENSED, Status::Suspended).await;
    let due = std::mem::take(&mut *tasks.lock().unwrap());
    join_all(due).await;
    assert_eq!(world.token_requests(UNLICENSED), before);

    set(world.integrator.registry(), UNLICENSED, Status::Active).await;
    list(&acme).await.unwrap();
}

struct Replica {
    integrator: Integrator,
    following: JoinHandle<()>,
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.following.abort();
    }
}

async fn store(world: &World) -> MemoryStore {
    let parties = world.integrator.registry().list();
    MemoryStore::with(parties.into_iter().map(Arc::unwrap_or_clone))
}

async fn replica(
    world: &World,
    store: &MemoryStore,
    name: &str,
    network: SharedTransport,
) -> Replica {
    let registry = Registry::open(store.clone()).await.unwrap();
    let builder = world.another().await.registry(registry).transport(network);
    let integrator = builder.retry(patient()).build().unwrap();
    let name: ReplicaName = name.parse().unwrap();
    let follow = integrator.follow_registry(name);
    let following = tokio::spawn(async move {
        follow.await;
    });
    Replica {
        integrator,
        following,
    }
}

/// Waits until so many replicas have reported, so that a receipt waits for all of them.
async fn all_known(decider: &Registry, party: &str, count: usize) {
    loop {
        set(decider, party, Status::Suspended).await;
        let receipt = decider.receipt(&id(party), PATIENCE).await.unwrap();
        set(decider, party, Status::Active).await;
        if receipt.replicas.len() == count {
            return;
        }
    }
}

/// Sees the registry's state of a third-party in a replica, once it is there.
async fn seen(replica: &Replica, party: &str, status: Status) {
    let registry = replica.integrator.registry();
    while registry.get(&id(party)).unwrap().status() != status {
        let mut changes = registry.changes();
        if registry.get(&id(party)).unwrap().status() == status {
            return;
        }
        drop(changes.next().await.unwrap());
    }
}

/// Before its first report no receipt asks a replica: what it sends for third-parties waits until
/// then, and then obeys what was decided meanwhile.
#[tokio::test]
async fn nothing_is_sent_before_a_receipt_would_ask_for_it() {
    let world = World::simple().await;
    let store = store(&world).await;
    let registry = Registry::open(store.clone()).await.unwrap();
    let builder = world.another().await.registry(registry);
    let integrator = builder.transport(transport()).build().unwrap();
    let decider = Registry::open(store).await.unwrap();
    let begin = Arc::new(Notify::new());
    let following = tokio::spawn({
        let follow = integrator.follow_registry("late".parse().unwrap());
        let begin = Arc::clone(&begin);
        async move {
            begin.notified().await;
            follow.await;
        }
    });
    let acme = integrator.on_behalf_of(UNLICENSED).unwrap();
    let other = integrator.on_behalf_of(LICENSED).unwrap();
    let before = world.token_requests(UNLICENSED);
    let decided = async {
        set(&decider, UNLICENSED, Status::Suspended).await;
        let receipt = decider.receipt(&id(UNLICENSED), PATIENCE).await.unwrap();
        assert_eq!((receipt.replicas.len(), receipt.quiet_at()), (0, None));
        begin.notify_one();
    };
    let (refused, served, ()) = tokio::join!(list(&acme), list(&other), decided);
    assert_out_of_service(&refused.unwrap_err());
    served.unwrap();
    assert_eq!(world.token_requests(UNLICENSED), before);
    following.abort();
    // Given up before it was announced: the door is open as without it.
    set(&decider, UNLICENSED, Status::Active).await;
    integrator.registry().catch_up().await.unwrap();
    drop(integrator.follow_registry("later".parse().unwrap()));
    list(&acme).await.unwrap();
}

/// A call that hangs holds its third-party's receipt back until it ends, and no other's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_waits_for_the_call_that_hangs_and_for_no_other() {
    let world = World::simple().await;
    let store = store(&world).await;
    let (network, mut gate) = gated(is_api_request);
    let one = replica(&world, &store, "one", network).await;
    let two = replica(&world, &store, "two", transport()).await;
    let decider = Registry::open(store).await.unwrap();
    all_known(&decider, LICENSED, 2).await;

    let acme = one.integrator.on_behalf_of(UNLICENSED).unwrap();
    let hanging = tokio::spawn(async move { list(&acme).await });
    gate.held(1).await;
    set(&decider, UNLICENSED, Status::Suspended).await;
    set(&decider, LICENSED, Status::Suspended).await;

    let other = decider.receipt(&id(LICENSED), PATIENCE).await.unwrap();
    assert!(other.quiet_at().is_some(), "{other:?}");
    seen(&one, UNLICENSED, Status::Suspended).await;
    seen(&two, UNLICENSED, Status::Suspended).await;
    let mut receipt = decider.receipt(&id(UNLICENSED), Duration::ZERO).await;
    while quiet(&receipt.as_ref().unwrap().replicas) < 1 {
        tokio::task::yield_now().await;
        receipt = decider.receipt(&id(UNLICENSED), Duration::ZERO).await;
    }
    let receipt = receipt.unwrap();
    assert_eq!(receipt.quiet_at(), None, "{receipt:?}");
    assert!(!hanging.is_finished());

    gate.open();
    // It was sent before, so it may be answered; nothing is taken back.
    hanging.await.unwrap().unwrap();
    let receipt = decider.receipt(&id(UNLICENSED), PATIENCE).await.unwrap();
    assert!(receipt.quiet_at().is_some(), "{receipt:?}");
    let last = receipt.replicas.iter().find_map(|line| match &line.state {
        ReceiptState::Quiet(it) if line.replica.as_str() == "one" => it.last_call_at,
        _ => None,
    });
    assert!(last.is_some(), "its last call is dated: {receipt:?}");

    set(&decider, UNLICENSED, Status::Active).await;
    seen(&one, UNLICENSED, Status::Active).await;
    list(&one.integrator.on_behalf_of(UNLICENSED).unwrap())
        .await
        .unwrap();
}

fn quiet(lines: &[obkit::registry::ReceiptLine]) -> usize {
    let quiet = |line: &&obkit::registry::ReceiptLine| matches!(line.state, ReceiptState::Quiet(_));
    lines.iter().filter(quiet).count()
}

/// Counts, below everything, what a process sends for whom, and loses answers.
fn judged(sent: &Arc<AtomicU64>, acme: &ThirdParty) -> SharedTransport {
    let application = acme.acting_for().application_id().to_string();
    let client = acme.acting_for().client_id().to_string();
    let (inner, sent) = (losing_answers(transport()), Arc::clone(sent));
    from_fn(move |request: Request<Bytes>| {
        let named = |name: &str, value: &str| {
            let header = request.headers().get(name);
            header.is_some_and(|it| it.as_bytes() == value.as_bytes())
        };
        if named("x-application-id", &application) || named("x-on-behalf-of", &client) {
            sent.fetch_add(1, Ordering::SeqCst);
        }
        let inner = inner.clone();
        async move { inner.send(request).await }
    })
    .into()
}

/// Two replicas under load, with repeated attempts and cold tokens: after the receipt nothing
/// arrives for the third-party, and the other goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_after_the_receipt_under_load() {
    let world = World::simple().await;
    let store = store(&world).await;
    let sent = Arc::new(AtomicU64::new(0));
    let acme = world.party(UNLICENSED);
    let one = replica(&world, &store, "one", judged(&sent, &acme)).await;
    let two = replica(&world, &store, "two", judged(&sent, &acme)).await;
    let decider = Registry::open(store).await.unwrap();
    all_known(&decider, UNLICENSED, 2).await;
    for replica in [&one, &two] {
        seen(replica, UNLICENSED, Status::Active).await;
    }

    let (ended, others) = (Arc::new(AtomicBool::new(false)), watch::channel(0_u64).0);
    let others = Arc::new(others);
    let callers: Vec<_> = [&one, &two, &one, &two]
        .into_iter()
        .map(|it| {
            let (integrator, ended) = (it.integrator.clone(), Arc::clone(&ended));
            let others = Arc::clone(&others);
            tokio::spawn(async move {
                let acme = integrator.on_behalf_of(UNLICENSED).unwrap();
                while !ended.load(Ordering::SeqCst) {
                    if let Err(error) = list(&acme).await {
                        assert_eq!(error.code(), Code::R005, "{error}");
                    }
                    let other = integrator.on_behalf_of(LICENSED).unwrap();
                    list(&other).await.unwrap();
                    others.send_modify(|calls| *calls += 1);
                    // Cold every now and then.
                    if *others.borrow() % 5 == 0 {
                        integrator.purge(&id(UNLICENSED)).unwrap();
                    }
                }
            })
        })
        .collect();

    for _ in 0..10 {
        let begin = sent.load(Ordering::SeqCst);
        further(&others, 8).await;
        assert!(sent.load(Ordering::SeqCst) > begin, "it is under load");
        set(&decider, UNLICENSED, Status::Suspended).await;
        let receipt = decider.receipt(&id(UNLICENSED), PATIENCE).await.unwrap();
        assert!(receipt.quiet_at().is_some(), "{receipt:?}");
        assert_eq!(receipt.replicas.len(), 2);
        let then = (sent.load(Ordering::SeqCst), requests(&world));
        further(&others, 12).await;
        assert_eq!((sent.load(Ordering::SeqCst), requests(&world)), then);
        set(&decider, UNLICENSED, Status::Active).await;
        for replica in [&one, &two] {
            seen(replica, UNLICENSED, Status::Active).await;
        }
    }
    ended.store(true, Ordering::SeqCst);
    for caller in callers {
        caller.await.unwrap();
    }
    assert_eq!(world.counters().token_reuse_violations, 0);
}

/// Waits until the other third-party was served so many times more.
async fn further(others: &watch::Sender<u64>, calls: u64) {
    let until = *others.borrow() + calls;
    let mut others = others.subscribe();
    drop(others.wait_for(|calls| *calls >= until).await.unwrap());
}

/// What the sandbox saw for the third-party.
fn requests(world: &World) -> (u64, u64) {
    (
        api_requests(world, UNLICENSED),
        world.token_requests(UNLICENSED),
    )
}

/// Long enough for a machine that does other things, too; nobody waits for its end.
const PATIENCE: Duration = Duration::from_secs(60);
