//! With a cache key that forgets the third-party, the proof must fail: a proof that cannot fail
//! proves nothing.

use crate::world::{World, builder};
use ob_sandbox::Profile;
use obkit::{
    auth::Sabotage,
    testing::{IsolationReport, IsolationRun},
};

async fn run(sabotage: Sabotage) -> (IsolationReport, u64) {
    let world = World::start(Profile::OneToMany).await;
    let builder = builder(&world.running, &world.clock).await;
    let builder = builder.journal(world.journal.clone());
    let broken = builder.dangerous_break_isolation(sabotage).build().unwrap();
    let tenants = world.tenants.iter().map(|tenant| tenant.through(&broken));
    let tenants: Result<Vec<_>, _> = tenants.collect();
    let run = IsolationRun {
        seed: 3,
        calls: 2_000,
        ..IsolationRun::default()
    };
    let calm = |_| std::future::ready(());
    // The control: the same calls, the same seed, the honest integrator.
    let honest = run.run(&world.integrator, world.tenants.clone(), calm);
    assert!(honest.await.holds());
    assert_eq!(world.running.sandbox().counters().wrong_party, 0);
    let report = run.run(&broken, tenants.unwrap(), calm).await;
    (report, world.running.sandbox().counters().wrong_party)
}

/// The seal stands behind the key: it refuses what the key mixes up, unsent, and the run says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_cache_key_is_noticed_by_the_seal() {
    let (report, _) = run(Sabotage::CacheKey).await;
    assert!(!report.holds(), "{report:?}");
    assert!(
        report
            .breaches
            .iter()
            .any(|breach| breach.what.contains("OB-X001")),
        "{report:?}"
    );
}

/// Without the seal it reaches the wire, and the sandbox counts it from what arrived.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_seal_the_sandbox_notices() {
    let (report, wrong_party) = run(Sabotage::CacheKeyAndSeal).await;
    assert!(!report.holds(), "{report:?}");
    assert!(wrong_party > 0, "{report:?}");
}
