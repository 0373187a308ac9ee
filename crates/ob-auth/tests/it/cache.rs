use crate::world::{
    Issue, Reply, World, acme, beta, claims, data_grant, get_accounts, grant, party, refusal,
};
use futures_util::future::join_all;
use ob_auth::{Authorized, Authorizer, CacheStatus, Grant};
use ob_core::{ActingFor, Code, SeededEntropy, Sent};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

async fn until(world: &World, requests: usize) {
    while world.server.requests() < requests {
        tokio::task::yield_now().await;
    }
}

fn gate() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(0))
}

fn honest_behind(gate: &Arc<Semaphore>) -> World {
    World::gated(gate, |asked| Issue::honest(asked).into())
}

/// Rows: R165
#[tokio::test]
async fn r165_200_cold_callers_of_two_parties_make_two_requests() {
    let gate = gate();
    let world = honest_behind(&gate);
    let authorizer = world.authorizer();
    let parties = [acme(), beta()];
    let asked = grant("a");
    let callers = join_all((0..200).map(|i| authorizer.token(&parties[i % 2], &asked)));
    let (leases, ()) = tokio::join!(callers, async {
        until(&world, 2).await;
        gate.add_permits(2);
    });
    let leases: Vec<_> = leases.into_iter().map(Result::unwrap).collect();
    assert_eq!(world.server.requests(), 2);
    let of = |status| leases.iter().filter(|lease| lease.cache == status).count();
    assert_eq!(
        (of(CacheStatus::Fetched), of(CacheStatus::Shared)),
        (2, 198)
    );
    for (i, lease) in leases.iter().enumerate() {
        assert_eq!(lease.token.acting_for(), &parties[i % 2]);
        assert!(Arc::ptr_eq(&lease.token, &leases[i % 2].token));
    }
}

/// Rows: R165
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r165_on_several_threads_too() {
    let world = World::honest();
    let authorizer = world.authorizer();
    let tasks = (0..200).map(|i| {
        let authorizer = authorizer.clone();
        let party = if i % 2 == 0 { acme() } else { beta() };
        tokio::spawn(async move { authorizer.token(&party, &grant("a")).await.unwrap() })
    });
    for lease in join_all(tasks).await {
        lease.unwrap();
    }
    assert_eq!(world.server.requests(), 2);
}

/// Rows: R165
#[tokio::test]
async fn everyone_who_waits_shares_a_failure_and_nobody_after() {
    let gate = gate();
    let world = World::gated(&gate, |asked| match asked.nth {
        1 => refusal(503, "busy").into(),
        _ => Issue::honest(asked).into(),
    });
    let authorizer = world.authorizer();
    let (party, asked) = (acme(), grant("a"));
    let callers = join_all((0..50).map(|_| authorizer.token(&party, &asked)));
    let (outcomes, ()) = tokio::join!(callers, async {
        until(&world, 1).await;
        gate.add_permits(2);
    });
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert_eq!(
            (error.code(), error.correlation()),
            (Code::T210, Some("corr-refused"))
        );
    }
    assert_eq!(world.server.requests(), 1);
    authorizer.token(&acme(), &grant("a")).await.unwrap();
    assert_eq!(world.server.requests(), 2);
}

#[tokio::test]
async fn a_cancelled_leader_strands_nobody_and_wastes_nothing() {
    let gate = gate();
    let world = honest_behind(&gate);
    let authorizer = world.authorizer();
    let call = || {
        let authorizer = authorizer.clone();
        tokio::spawn(async move { authorizer.token(&acme(), &grant("a")).await })
    };
    let leader = call();
    until(&world, 1).await;
    let waiters: Vec<_> = (0..10).map(|_| call()).collect();
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    leader.abort();
    assert!(leader.await.unwrap_err().is_cancelled());
    gate.add_permits(1);
    for waiter in waiters {
        assert_eq!(waiter.await.unwrap().unwrap().cache, CacheStatus::Shared);
    }
    assert_eq!(
        world.server.requests(),
        1,
        "the waiters drove the leader's request to its end"
    );
}

#[tokio::test]
async fn when_everyone_left_the_next_caller_starts_afresh() {
    let gate = gate();
    let world = honest_behind(&gate);
    let authorizer = world.authorizer();
    for abandoned in 1..=3 {
        let call = {
            let authorizer = authorizer.clone();
            tokio::spawn(async move { authorizer.token(&acme(), &grant("a")).await })
        };
        until(&world, abandoned).await;
        call.abort();
        call.await.unwrap_err();
    }
    gate.add_permits(1);
    let lease = authorizer.token(&acme(), &grant("a")).await.unwrap();
    assert_eq!(lease.cache, CacheStatus::Fetched);
    assert_eq!(
        world.server.requests(),
        4,
        "no half-dead request is resumed"
    );
}

#[tokio::test]
async fn a_panic_below_is_an_outcome_that_everyone_shares() {
    let gate = gate();
    let world = World::gated(&gate, |asked| match asked.nth {
        1 => Reply::Panic,
        _ => Issue::honest(asked).into(),
    });
    let authorizer = world.authorizer();
    let (party, asked) = (acme(), grant("a"));
    let callers = join_all((0..20).map(|_| authorizer.token(&party, &asked)));
    let (outcomes, ()) = tokio::join!(callers, async {
        until(&world, 1).await;
        gate.add_permits(2);
    });
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert_eq!(error.code(), Code::T210);
        assert_eq!(error.token_request_sent(), Sent::Maybe);
        assert!(error.is_retryable());
    }
    authorizer.token(&acme(), &grant("a")).await.unwrap();
}

#[tokio::test]
async fn a_permanent_refusal_is_remembered_for_two_seconds_for_its_key_alone() {
    for error in ["invalid_client", "unauthorized_client", "invalid_scope"] {
        let world = World::new(move |asked| match asked.third_party.as_deref() {
            Some("tpp-acme") => refusal(400, error).into(),
            _ => Issue::honest(asked).into(),
        });
        let authorizer = world.authorizer();
        for _ in 0..100 {
            authorizer.token(&acme(), &grant("a")).await.unwrap_err();
        }
        assert_eq!(world.server.requests(), 1);
        authorizer.token(&beta(), &grant("a")).await.unwrap();
        world.clock.advance(Duration::from_millis(1999));
        authorizer.token(&acme(), &grant("a")).await.unwrap_err();
        assert_eq!(world.server.requests(), 2);
        world.clock.advance(Duration::from_millis(1));
        authorizer.token(&acme(), &grant("a")).await.unwrap_err();
        assert_eq!(world.server.requests(), 3);
    }
}

/// Rows: R165, R197
#[tokio::test]
async fn r165_eviction_removes_this_very_token_only() {
    let world = World::honest();
    let authorizer = world.authorizer();
    let asked = grant("a");
    let old = authorizer.token(&acme(), &asked).await.unwrap().token;
    let other = authorizer.token(&beta(), &asked).await.unwrap().token;
    assert!(
        !authorizer.evict(&acme(), &asked, &other),
        "not the one that is held"
    );
    assert!(!authorizer.evict(&acme(), &grant("b"), &old), "another key");
    assert!(authorizer.evict(&acme(), &asked, &old));
    assert!(!authorizer.evict(&acme(), &asked, &old), "once");
    let new = authorizer.token(&acme(), &asked).await.unwrap();
    assert_eq!(new.cache, CacheStatus::Fetched);
    // A late 401 of a call with the old token does not cost the new one.
    assert!(!authorizer.evict(&acme(), &asked, &old));
    assert_eq!(
        authorizer.token(&acme(), &asked).await.unwrap().cache,
        CacheStatus::Hit
    );
    assert_eq!(world.server.requests(), 3);
}

/// Rows: R197
#[tokio::test]
async fn a_purge_forgets_every_token_of_one_party() {
    let world = World::honest();
    let authorizer = world.authorizer();
    for party in [acme(), beta()] {
        authorizer.token(&party, &grant("a")).await.unwrap();
        authorizer.token(&party, &data_grant("c-1")).await.unwrap();
    }
    authorizer.purge(&acme());
    assert_eq!(authorizer.cached(), 2);
    assert_eq!(
        authorizer.token(&beta(), &grant("a")).await.unwrap().cache,
        CacheStatus::Hit
    );
    assert_eq!(
        authorizer.token(&acme(), &grant("a")).await.unwrap().cache,
        CacheStatus::Fetched
    );
    assert_eq!(world.server.requests(), 5);
}

#[tokio::test]
async fn the_cache_is_bounded_and_keeps_serving() {
    let world = World::honest();
    let authorizer = world.builder().capacity(32).build().unwrap();
    for i in 0..500 {
        let lease = authorizer
            .token(&acme(), &data_grant(&format!("c-{i}")))
            .await
            .unwrap();
        assert_eq!(lease.token.consent().unwrap().as_str(), format!("c-{i}"));
    }
    assert!(
        (1..=32).contains(&authorizer.cached()),
        "{}",
        authorizer.cached()
    );
}

/// Rows: R197
#[tokio::test]
async fn applications_of_one_third_party_do_not_share_a_token() {
    let world = World::honest();
    let authorizer = world.authorizer();
    let other = party("acme", "tpp-acme", crate::world::APP_B);
    authorizer.token(&acme(), &grant("a")).await.unwrap();
    assert_eq!(
        authorizer.token(&other, &grant("a")).await.unwrap().cache,
        CacheStatus::Fetched
    );
    assert_ne!(
        authorizer.token_key(&acme(), &grant("a")),
        authorizer.token_key(&other, &grant("a"))
    );
    // The order of scopes means nothing.
    authorizer.token(&acme(), &grant("x y")).await.unwrap();
    assert_eq!(
        authorizer
            .token(&acme(), &grant("y x"))
            .await
            .unwrap()
            .cache,
        CacheStatus::Hit
    );
}

/// L3-11, R197, R198: interleaved parties, failures, expiry, eviction and cancellation; every
/// request that is written carries its own party's token and application.
///
/// Rows: R197, R198, L3.11
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn l3_1000_interleaved_tasks_never_mix_parties() {
    let world = World::new(|asked| match asked.nth % 5 {
        0 => refusal(503, "busy").into(),
        1 => Reply::Break(ob_transport::TransportError::new(
            ob_transport::TransportErrorKind::Closed,
            "reset",
        )),
        _ => Issue::honest(asked).member("expires_in", 10.into()).into(),
    });
    let authorizer = world.authorizer();
    let dice = Arc::new(SeededEntropy::new(4711));
    let tasks = (0..1000_u64).map(|i| {
        let (authorizer, clock, dice) =
            (authorizer.clone(), world.clock.clone(), Arc::clone(&dice));
        tokio::spawn(async move {
            let who = numbered(i % 10);
            let asked = data_grant(&format!("c-{}", i % 3));
            let roll = dice.next_u64() % 16;
            if roll == 0 {
                // A minute in all, so that no request under way outlives its signatures.
                clock.advance(Duration::from_secs(1));
            }
            if roll < 4 {
                let call = authorizer.token(&who, &asked);
                let _ = tokio::time::timeout(Duration::from_micros(roll * 10), call).await;
            }
            let done = written(&authorizer, &who, &asked).await;
            if roll == 5 {
                authorizer.evict(&who, &asked, &done.token);
            }
        })
    });
    for done in join_all(tasks).await {
        done.unwrap();
    }
}

fn numbered(i: u64) -> ActingFor {
    let application = format!("0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a{i:02}");
    party(&format!("p{i}"), &format!("tpp-{i}"), &application)
}

/// Authorises until it works, and compares what was written.
async fn written(authorizer: &Authorizer, who: &ActingFor, asked: &Grant) -> Authorized {
    loop {
        let mut request = get_accounts();
        match authorizer.authorize(who, asked, &mut request).await {
            Ok(done) => {
                let headers = request.headers();
                let authorization = headers["authorization"].to_str().unwrap();
                let said = claims(authorization.strip_prefix("DPoP ").unwrap());
                assert_eq!(said["sub"], who.client_id().as_str());
                assert_eq!(said["consent_id"], asked.consent().unwrap().as_str());
                assert_eq!(
                    headers["x-application-id"],
                    who.application_id().to_string()
                );
                return done;
            }
            Err(error) => assert!(
                error.is_retryable() || error.code() == Code::T211,
                "{error}"
            ),
        }
    }
}
