use crate::world::{Issue, Reply, World, acme, get_accounts, grant, refusal, start};
use ob_auth::{Authorizer, CacheStatus, SharedSpawner, TokenLease};
use ob_core::{Code, Sent};
use std::{
    error::Error as _,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::Semaphore;

async fn token(authorizer: &Authorizer) -> TokenLease {
    authorizer.token(&acme(), &grant("a")).await.unwrap()
}

fn pass(world: &World, seconds: u64) {
    world.clock.advance(Duration::from_secs(seconds));
}

/// A server that issues one token and then fails like this.
fn then(fail: impl Fn() -> Reply + Send + Sync + 'static) -> World {
    World::new(move |asked| match asked.nth {
        1 => Issue::honest(asked).into(),
        _ => fail(),
    })
}

/// Rows: R165
#[tokio::test]
async fn a_token_is_replaced_before_it_ends() {
    let world = World::honest();
    let authorizer = world.authorizer();
    let first = token(&authorizer).await.token;
    let refresh_at = first
        .refresh_at()
        .duration_since(start())
        .unwrap()
        .as_secs();
    assert!((828..=852).contains(&refresh_at), "{refresh_at}");
    pass(&world, 827);
    assert_eq!(token(&authorizer).await.cache, CacheStatus::Hit);
    assert_eq!(world.server.requests(), 1);
    pass(&world, 26);
    let second = token(&authorizer).await;
    assert_eq!(
        second.cache,
        CacheStatus::Fetched,
        "without a spawner, inside the elected call"
    );
    assert!(!Arc::ptr_eq(&first, &second.token));
    assert_eq!(token(&authorizer).await.cache, CacheStatus::Hit);
    assert_eq!(world.server.requests(), 2);
}

#[tokio::test]
async fn a_short_token_is_not_fetched_by_every_call() {
    let world = World::new(|asked| Issue::honest(asked).member("expires_in", 10.into()).into());
    let authorizer = world.authorizer();
    for _ in 0..50 {
        token(&authorizer).await;
    }
    assert_eq!(world.server.requests(), 1);
    pass(&world, 7);
    assert_eq!(token(&authorizer).await.cache, CacheStatus::Hit);
}

#[tokio::test]
async fn nobody_waits_while_the_elected_call_refreshes() {
    let gate = Arc::new(Semaphore::new(1));
    let world = World::gated(&gate, |asked| Issue::honest(asked).into());
    let authorizer = world.authorizer();
    let first = token(&authorizer).await.token;
    pass(&world, 860);
    let elected = tokio::spawn({
        let authorizer = authorizer.clone();
        async move { token(&authorizer).await }
    });
    while world.server.requests() < 2 {
        tokio::task::yield_now().await;
    }
    for _ in 0..20 {
        let lease = token(&authorizer).await;
        assert!(Arc::ptr_eq(&lease.token, &first), "the old one serves");
    }
    assert_eq!(world.server.requests(), 2, "one refresh at a time");
    gate.add_permits(1);
    assert_eq!(elected.await.unwrap().cache, CacheStatus::Fetched);
}

#[tokio::test]
async fn with_a_spawner_no_call_waits_at_all() {
    let world = World::honest();
    let spawner = SharedSpawner::from_fn(|task| drop(tokio::spawn(task)));
    let authorizer = world.builder().spawner(spawner).build().unwrap();
    let first = token(&authorizer).await.token;
    pass(&world, 860);
    assert!(Arc::ptr_eq(&token(&authorizer).await.token, &first));
    while Arc::ptr_eq(&token(&authorizer).await.token, &first) {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.server.requests(), 2);
}

#[tokio::test]
async fn a_spawner_that_drops_its_tasks_costs_nothing_but_the_head_start() {
    let world = World::honest();
    let dropped = Arc::new(Mutex::new(0));
    let count = Arc::clone(&dropped);
    let spawner = SharedSpawner::from_fn(move |_task| *count.lock().unwrap() += 1);
    let authorizer = world.builder().spawner(spawner).build().unwrap();
    token(&authorizer).await;
    pass(&world, 860);
    for _ in 0..20 {
        assert_eq!(token(&authorizer).await.cache, CacheStatus::Hit);
    }
    assert_eq!(
        *dropped.lock().unwrap(),
        1,
        "asked again after a second only"
    );
    pass(&world, 40);
    assert_eq!(token(&authorizer).await.cache, CacheStatus::Fetched);
}

#[tokio::test]
async fn a_failed_refresh_lets_the_old_token_serve_and_backs_off() {
    let world = then(|| refusal(503, "busy").into());
    let authorizer = world.authorizer();
    let first = token(&authorizer).await.token;
    pass(&world, 860);
    for (rest, requests) in [(1, 2), (2, 3), (4, 4), (8, 5)] {
        for _ in 0..10 {
            assert!(Arc::ptr_eq(&token(&authorizer).await.token, &first));
        }
        assert_eq!(world.server.requests(), requests);
        pass(&world, rest);
    }
    // 875 s: the old one lives; at 900 s it does not, and is never used again.
    token(&authorizer).await;
    pass(&world, 25);
    let before = world.server.requests();
    let mut request = get_accounts();
    let dead = authorizer
        .authorize(&acme(), &grant("a"), &mut request)
        .await
        .unwrap_err();
    assert_eq!(dead.code(), Code::T211);
    assert!(dead.is_retryable() && request.headers().is_empty());
    assert!(dead.source().unwrap().to_string().contains("OB-T210"));
    assert_eq!(dead.token_request_sent(), Sent::Yes);
    assert_eq!(world.server.requests(), before + 1);
}

#[tokio::test]
async fn an_expired_token_and_a_permanent_refusal_name_the_refusal() {
    let world = then(|| refusal(400, "unauthorized_client").into());
    let authorizer = world.authorizer();
    token(&authorizer).await;
    pass(&world, 900);
    let refused = authorizer.token(&acme(), &grant("a")).await.unwrap_err();
    assert_eq!(refused.code(), Code::T204);
}

#[tokio::test]
async fn a_refresh_that_is_refused_for_good_does_not_end_the_old_token() {
    let world = then(|| refusal(400, "unauthorized_client").into());
    let authorizer = world.authorizer();
    token(&authorizer).await;
    pass(&world, 860);
    assert_eq!(token(&authorizer).await.cache, CacheStatus::Hit);
    assert_eq!(world.server.requests(), 2);
}

#[tokio::test]
async fn a_cancelled_refresh_is_taken_up_again() {
    let world = World::new(|asked| match asked.nth {
        2 => Reply::Hang,
        _ => Issue::honest(asked).into(),
    });
    let authorizer = world.authorizer();
    let first = token(&authorizer).await.token;
    pass(&world, 860);
    let elected = tokio::time::timeout(Duration::from_millis(20), token(&authorizer));
    elected.await.unwrap_err();
    assert!(Arc::ptr_eq(&token(&authorizer).await.token, &first));
    pass(&world, 1);
    assert_eq!(token(&authorizer).await.cache, CacheStatus::Fetched);
    assert_eq!(world.server.requests(), 3);
}

#[tokio::test]
async fn a_token_that_was_evicted_during_its_refresh_does_not_come_back() {
    let gate = Arc::new(Semaphore::new(1));
    let world = World::gated(&gate, |asked| match asked.nth {
        1 => Issue::honest(asked).into(),
        _ => refusal(503, "busy").into(),
    });
    let authorizer = world.authorizer();
    let first = token(&authorizer).await.token;
    pass(&world, 860);
    let elected = tokio::spawn({
        let authorizer = authorizer.clone();
        async move { authorizer.token(&acme(), &grant("a")).await }
    });
    while world.server.requests() < 2 {
        tokio::task::yield_now().await;
    }
    assert!(authorizer.evict(&acme(), &grant("a"), &first));
    gate.add_permits(1);
    assert_eq!(elected.await.unwrap().unwrap_err().code(), Code::T210);
}

#[tokio::test]
async fn a_dead_replacement_does_not_displace_a_living_token() {
    let world = World::new(|asked| match asked.nth {
        1 => Issue::honest(asked).into(),
        _ => Issue::honest(asked).member("expires_in", 0.into()).into(),
    });
    let authorizer = world.authorizer();
    let first = token(&authorizer).await.token;
    pass(&world, 860);
    assert!(Arc::ptr_eq(&token(&authorizer).await.token, &first));
    assert_eq!(world.server.requests(), 2);
}

#[tokio::test]
async fn a_step_of_the_wall_clock_never_prolongs_a_token() {
    let world = World::honest();
    let authorizer = world.authorizer();
    token(&authorizer).await;
    world.clock.set(start() - Duration::from_secs(50));
    pass(&world, 899);
    // Due by the monotonic clock although the wall says otherwise; it still lives.
    token(&authorizer).await;
    assert_eq!(world.server.requests(), 2);

    let world = then(|| refusal(503, "busy").into());
    let authorizer = world.authorizer();
    token(&authorizer).await;
    world.clock.set(start() - Duration::from_secs(50));
    pass(&world, 900);
    let dead = authorizer.token(&acme(), &grant("a")).await.unwrap_err();
    assert_eq!(dead.code(), Code::T211, "dead by the monotonic clock");

    let world = then(|| refusal(503, "busy").into());
    let authorizer = world.authorizer();
    token(&authorizer).await;
    world.clock.set(start() + Duration::from_secs(900));
    let dead = authorizer.token(&acme(), &grant("a")).await.unwrap_err();
    assert_eq!(dead.code(), Code::T211, "dead by the wall clock");
}

#[tokio::test]
async fn refreshes_of_a_fleet_are_spread() {
    let mut moments = std::collections::HashSet::new();
    for seed in 0..20 {
        let world = World::honest();
        let entropy = ob_core::SeededEntropy::new(seed);
        let authorizer = world.builder().entropy(entropy).build().unwrap();
        moments.insert(token(&authorizer).await.token.refresh_at());
    }
    assert!(moments.len() > 15, "{}", moments.len());
}
