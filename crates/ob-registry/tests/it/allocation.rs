//! What a lookup takes from the heap: nothing.

use crate::sample::party;
use allocation_counter::measure;
use ob_core::{BusinessId, Scopes};
use ob_registry::{MemoryStore, Registry, Status};

#[tokio::test]
async fn a_lookup_and_a_held_handle_allocate_nothing() {
    let parties = (0..10_000).map(|n| party(n, Status::Active));
    let registry = Registry::open(MemoryStore::with(parties)).await.unwrap();
    let ids: Vec<BusinessId> = (0..10_000)
        .map(|n| format!("party-{n}").parse().unwrap())
        .collect();
    let scopes = Scopes::none();
    // What is made once per thread is made before.
    drop(registry.act_for(&ids[0], &scopes).unwrap());
    let lookups = measure(|| {
        for id in &ids {
            drop(registry.act_for(id, &scopes).unwrap());
        }
    });
    assert_eq!(lookups.count_total, 0, "{lookups:?}");

    let admission = registry.admit(&ids[7]).unwrap();
    let held = measure(|| {
        for _ in 0..1_000 {
            admission.check(&scopes).unwrap();
        }
    });
    assert_eq!(held.count_total, 0, "{held:?}");

    // The measure itself can see.
    let text = measure(|| drop(ids[0].to_string()));
    assert!(text.count_total > 0);
}
