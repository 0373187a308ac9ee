//! With the real cache key, nothing goes wrong.

use crate::world::World;
use ob_sandbox::Profile;
use obkit::{journal::Usage, testing::IsolationRun};
use std::{collections::BTreeMap, time::Duration};

/// Less than an assertion lives, so that a step of the clock expires tokens but not the request
/// that is just on its way.
const STEP: Duration = Duration::from_secs(40);

#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_mixed_calls_bearer() {
    holds(Profile::OneToMany, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_mixed_calls_bound_tokens_and_rotating_nonces() {
    holds(Profile::Fapi2, 2).await;
}

#[expect(clippy::print_stdout, reason = "the figures of the run")]
async fn holds(profile: Profile, seed: u64) {
    let mut world = World::start(profile).await;
    let run = IsolationRun {
        seed,
        ..IsolationRun::default()
    };
    let tenants = std::mem::take(&mut world.tenants);
    let clock = world.clock.clone();
    let report = run
        .run(&world.integrator, tenants, move |_| {
            clock.advance(STEP);
            std::future::ready(())
        })
        .await;
    let counters = world.running.sandbox().counters();
    println!("seed {seed}: {report:?}");
    println!("sandbox: {counters:?}");
    assert_eq!(report.calls, 20_000);
    assert!(report.holds(), "seed {seed}: {:?}", report.breaches);
    assert_eq!(counters.wrong_party, 0, "seed {seed}");
    assert_eq!(counters.token_reuse_violations, 0, "seed {seed}");

    // The run proves something only if most calls arrived, were compared, and were disturbed.
    assert!(report.ok > 18_000, "seed {seed}: {:?}", report.failed);
    assert!(report.cancelled > 300, "seed {seed}");
    assert!(counters.meant_checked > 18_000, "seed {seed}");
    assert!(
        counters.token_requests > 1_000,
        "tokens expired again and again, seed {seed}"
    );
    assert!(counters.nonce_challenges > 0, "seed {seed}");
    journal_agrees(&world, &counters.api_requests_by_party).await;
}

/// Who was called for, by the journal and by the sandbox. A dropped call may or may not have
/// arrived, so the journal's certain and possible calls are the two bounds.
async fn journal_agrees(world: &World, arrived: &BTreeMap<String, u64>) {
    world.integrator.flush_journal().await.unwrap();
    let records = world.journal.records();
    let usage = Usage::fold(&records);
    for (party, arrived) in arrived {
        let counts = usage.of(&party.parse().unwrap()).unwrap().total();
        let possible = counts.ok + counts.failed;
        assert!(
            counts.ok <= *arrived && *arrived <= possible,
            "{party}: {arrived} {counts:?}"
        );
    }
}
