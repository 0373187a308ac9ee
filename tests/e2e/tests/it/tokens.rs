//! Tokens over time: reused, refreshed, never used late, fetched once for many.

use crate::{
    gate::{gated, is_token_request},
    world::{LICENSED, UNLICENSED, World, scopes, transport},
};
use bytes::Bytes;
use futures_util::future::join_all;
use http::{Request, Uri};
use ob_sandbox::{NonceMode, Profile, Sandbox};
use obkit::{
    Code, Error, Grant, Owner, RetryPolicy, Sent, ThirdParty,
    auth::{CacheStatus, SharedSpawner},
    core::{Clock, TestClock},
    journal::Outcome,
    testing::{Fault, Faulty, from_fn},
    transport::SharedTransport,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

async fn list(party: &ThirdParty) -> Result<(), Error> {
    party.providers().list().send().await.map(drop)
}

/// Rows: R164
#[tokio::test]
async fn a_hiccup_of_the_token_endpoint_is_repeated() {
    let faults = [Fault::ResetBeforeSend, Fault::ResetAfterSend];
    let network = Faulty::new(transport()).plan(faults);
    let policy = RetryPolicy {
        first_wait: Duration::ZERO,
        ..RetryPolicy::default()
    };
    let world = World::wired(|builder| builder.transport(network).retry(policy)).await;
    list(&world.party(UNLICENSED)).await.unwrap();
    assert_eq!(
        world.token_requests(UNLICENSED),
        2,
        "one of the three was never sent"
    );
    assert_eq!(world.counters().api_requests, 1);
    assert_eq!(world.journal.records().len(), 3);
}

/// Rows: R165
#[tokio::test]
async fn a_warm_token_is_reused_and_refreshed_before_it_ends() {
    for profile in [Profile::OneToMany, Profile::Fapi2] {
        let world = World::start(profile, NonceMode::Off).await;
        let acme = world.party(UNLICENSED);
        for _ in 0..5 {
            list(&acme).await.unwrap();
        }
        // Tokens live 300 s; the refresh starts 48 to 72 s before that.
        world.clock.advance(seconds(220));
        list(&acme).await.unwrap();
        assert_eq!(world.token_requests(UNLICENSED), 1);
        world.clock.advance(seconds(40));
        list(&acme).await.unwrap();
        assert_eq!(
            world.token_requests(UNLICENSED),
            2,
            "refreshed while it lived"
        );
        world.clock.advance(seconds(200));
        list(&acme).await.unwrap();
        assert_eq!(world.token_requests(UNLICENSED), 2, "the new one serves");
        assert_eq!(world.counters().refusals, 0, "{:?}", world.counters());
    }
}

#[tokio::test]
async fn a_refresh_through_a_spawner_makes_nobody_wait() {
    let (transport, mut gate) = gated_after_first();
    let world = World::wired(|builder| {
        let spawn = SharedSpawner::from_fn(|task| drop(tokio::spawn(task)));
        builder.transport(transport).spawner(spawn)
    })
    .await;
    let acme = world.party(UNLICENSED);
    let grant = Grant::new(scopes("ob_providers"));
    let old = acme.token(&grant).await.unwrap().token;
    world.clock.advance(seconds(260));
    // The refresh hangs at the gate; calls go on with the token that still lives.
    for _ in 0..3 {
        let lease = acme.token(&grant).await.unwrap();
        assert!(Arc::ptr_eq(&lease.token, &old));
        assert_eq!(lease.cache, CacheStatus::Hit);
    }
    gate.held(1).await;
    gate.open();
    while world.counters().tokens_issued < 2 {
        tokio::task::yield_now().await;
    }
    world.clock.advance(seconds(60));
    let new = acme.token(&grant).await.unwrap().token;
    assert_ne!(new.expose(), old.expose());
    assert_eq!((gate.total(), world.token_requests(UNLICENSED)), (1, 2));
}

fn gated_after_first() -> (SharedTransport, crate::gate::Gate) {
    let first = AtomicBool::new(true);
    gated(move |request| is_token_request(request) && !first.swap(false, Ordering::SeqCst))
}

#[tokio::test]
async fn an_expired_token_is_never_used() {
    let world = World::simple().await;
    let acme = world.party(UNLICENSED);
    list(&acme).await.unwrap();
    world.clock.advance(seconds(86_400));
    list(&acme).await.unwrap();
    assert_eq!(world.token_requests(UNLICENSED), 2);
    assert_eq!(
        world.counters().refusals,
        0,
        "no token was presented too late"
    );
}

#[tokio::test]
async fn a_wall_clock_that_steps_back_revives_no_token() {
    let world = World::simple().await;
    let acme = world.party(UNLICENSED);
    list(&acme).await.unwrap();
    let begin = world.clock.now();
    world.clock.advance(seconds(301));
    world.clock.set(begin);
    list(&acme).await.unwrap();
    assert_eq!(
        world.token_requests(UNLICENSED),
        2,
        "the monotonic clock counts too"
    );
}

#[tokio::test]
async fn without_a_new_token_nothing_is_sent() {
    let down = Arc::new(AtomicBool::new(false));
    let transport = token_endpoint_down(Arc::clone(&down));
    let world = World::wired(|builder| builder.transport(transport)).await;
    let acme = world.party(UNLICENSED);
    list(&acme).await.unwrap();
    down.store(true, Ordering::SeqCst);

    // Due, but alive: it serves although the refresh fails.
    world.clock.advance(seconds(260));
    list(&acme).await.unwrap();
    let before = world.counters().api_requests;

    world.clock.advance(seconds(60));
    let error = list(&acme).await.unwrap_err();
    assert_eq!(
        (error.code(), error.sent()),
        (Code::T211, Sent::No),
        "{error}"
    );
    assert_eq!(error.owner(), Owner::Platform);
    assert!(error.is_retryable(), "{error}");
    assert_eq!(world.counters().api_requests, before);

    // One that never had a token gets the reason itself.
    let error = list(&world.party(LICENSED)).await.unwrap_err();
    assert_eq!(
        (error.code(), error.sent()),
        (Code::T210, Sent::No),
        "{error}"
    );

    down.store(false, Ordering::SeqCst);
    list(&acme).await.unwrap();
}

/// While it is down, token requests go where nobody listens.
fn token_endpoint_down(down: Arc<AtomicBool>) -> SharedTransport {
    let inner = transport();
    from_fn(move |mut request: Request<Bytes>| {
        if is_token_request(&request) && down.load(Ordering::SeqCst) {
            *request.uri_mut() = Uri::from_static("http://127.0.0.1:1/oauth2/tokens");
        }
        let inner = inner.clone();
        async move { inner.send(request).await }
    })
    .into()
}

/// Rows: R165
#[tokio::test]
async fn a_revoked_token_is_replaced_once() {
    for profile in [Profile::OneToMany, Profile::Fapi2] {
        let world = World::start(profile, NonceMode::Off).await;
        let acme = world.party(UNLICENSED);
        let grant = Grant::new(scopes("ob_providers"));
        let old = acme.token(&grant).await.unwrap().token;
        assert_eq!(world.sandbox().revoke_tokens(UNLICENSED), 1);

        list(&acme).await.unwrap();
        let counters = world.counters();
        assert_eq!((counters.token_requests, counters.api_requests), (2, 2));
        let new = acme.token(&grant).await.unwrap();
        assert_eq!(new.cache, CacheStatus::Hit);
        assert_ne!(new.token.expose(), old.expose());

        let records = world.journal.records();
        let outcomes: Vec<_> = records
            .iter()
            .map(|r| (r.attempt_number(), r.outcome()))
            .collect();
        let refused = Outcome::Failed {
            code: Code::A401,
            status: Some(401),
            sent: Sent::Yes,
        };
        assert_eq!(outcomes, [(1, refused), (2, Outcome::Ok { status: 200 })]);
    }
}

/// Rows: R165
#[tokio::test]
async fn many_calls_that_meet_a_revoked_token_share_one_new_one() {
    let world = World::simple().await;
    let acme = world.party(UNLICENSED);
    list(&acme).await.unwrap();
    world.sandbox().revoke_tokens(UNLICENSED);
    for outcome in join_all((0..20).map(|_| list(&acme))).await {
        outcome.unwrap();
    }
    // Stragglers of the first round must not throw the second token away.
    assert_eq!(world.token_requests(UNLICENSED), 2);
}

/// Rows: R165
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_cold_callers_make_two_token_requests() {
    for profile in [Profile::OneToMany, Profile::Fapi2] {
        let world = World::start(profile, NonceMode::Off).await;
        let mut callers = tokio::task::JoinSet::new();
        for caller in 0..200 {
            let id = [UNLICENSED, LICENSED][caller % 2];
            let party = world.party(id);
            callers.spawn(async move { list(&party).await });
        }
        for outcome in callers.join_all().await {
            outcome.unwrap();
        }
        let counters = world.counters();
        assert_eq!(counters.token_requests, 2, "{counters:?}");
        assert_eq!(counters.token_requests_by_party[UNLICENSED], 1);
        assert_eq!(counters.token_requests_by_party[LICENSED], 1);
        assert_eq!(counters.api_requests_admitted, 200);
    }
}

/// All of them are asked for the same nonce at once, and all but one hear of it from another. That
/// is no fault of the token: nobody throws it away.
///
/// Rows: R078, R080
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_calls_that_are_challenged_at_once_keep_their_token() {
    let (transport, mut gate) = gated(crate::gate::is_api_request);
    let sandbox = Sandbox::builder().nonce(NonceMode::Required);
    let world = World::with(Profile::Fapi2, sandbox, |b| b.transport(transport)).await;
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let party = world.party(UNLICENSED);
        callers.spawn(async move { list(&party).await });
    }
    gate.held(50).await;
    gate.open();
    for outcome in callers.join_all().await {
        outcome.unwrap();
    }
    let counters = world.counters();
    assert_eq!(counters.tokens_issued, 1, "{counters:?}");
    assert_eq!(counters.api_requests_admitted, 50, "{counters:?}");
    assert!(counters.api_requests <= 100, "{counters:?}");
}

#[tokio::test]
async fn cancelled_leaders_strand_nobody() {
    let (transport, mut gate) = gated(is_token_request);
    let world = World::wired(|builder| builder.transport(transport)).await;
    let start = || {
        let party = world.party(UNLICENSED);
        tokio::spawn(async move { list(&party).await })
    };
    let leader = start();
    gate.held(1).await;
    let (cancelled, waiting): (Vec<_>, Vec<_>) = (0..20)
        .map(|_| start())
        .enumerate()
        .partition(|(n, _)| n % 2 == 0);
    leader.abort();
    assert!(leader.await.unwrap_err().is_cancelled());
    for (_, caller) in &cancelled {
        caller.abort();
    }
    gate.open();
    for (_, caller) in waiting {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(world.counters().api_requests_admitted, 10);
    // The leader's request was given up with it, or taken over: never more than that.
    assert!(gate.total() <= 2, "{} token requests begun", gate.total());
}

#[tokio::test]
async fn when_everybody_is_cancelled_the_next_caller_starts_anew() {
    let (transport, mut gate) = gated(is_token_request);
    let world = World::wired(|builder| builder.transport(transport)).await;
    let party = world.party(UNLICENSED);
    let task = tokio::spawn(async move { list(&party).await });
    gate.held(1).await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    gate.open();
    list(&world.party(UNLICENSED)).await.unwrap();
    assert_eq!(
        world.token_requests(UNLICENSED),
        1,
        "only the second one left"
    );
}

/// Rows: R028
#[tokio::test]
async fn a_clock_that_is_off_is_corrected_within_bounds() {
    for (profile, nonce) in crate::world::MODES {
        let world = World::start(profile, nonce).await;
        let here = world.clock.now();
        let ahead_and_behind = |by| [here + seconds(by), here - seconds(by)];
        for off in ahead_and_behind(45) {
            let clock = TestClock::at(off);
            let integrator = world.another().await.clock(clock).build().unwrap();
            list(&integrator.on_behalf_of(UNLICENSED).unwrap())
                .await
                .unwrap();
        }
        let before = world.counters().api_requests;
        for off in ahead_and_behind(300) {
            let clock = TestClock::at(off);
            let integrator = world.another().await.clock(clock).build().unwrap();
            let acme = integrator.on_behalf_of(UNLICENSED).unwrap();
            let error = list(&acme).await.unwrap_err();
            assert_eq!(
                (error.code(), error.owner()),
                (Code::C101, Owner::You),
                "{error}"
            );
            assert_eq!(error.sent(), Sent::No);
            // `Date` has whole seconds.
            let text = error.to_string();
            assert!(text.contains("300 s") || text.contains("299 s"), "{text}");
        }
        assert_eq!(world.counters().api_requests, before);
    }
}
