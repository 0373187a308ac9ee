//! Who may be acted for, and what a refusal says.

use crate::sample::{application, builder, client, edit, party, registry};
use ob_core::{ActingFor, Code};
use ob_registry::{MemoryStore, Registry, RegistryError, Status};
use std::time::{Duration, Instant};

async fn refusal(status: Status, scopes: &str) -> RegistryError {
    let registry = registry([party(1, status)]).await;
    let id = "party-1".parse().unwrap();
    registry.act_for(&id, &scopes.parse().unwrap()).unwrap_err()
}

#[tokio::test]
async fn an_active_one_is_acted_for_with_its_own_ids() {
    let registry = registry([party(1, Status::Active), party(2, Status::Active)]).await;
    let id = "party-2".parse().unwrap();
    let scopes = "b".parse().unwrap();
    let acting = registry.act_for(&id, &scopes).unwrap();
    assert_eq!(acting.business_id(), &id);
    assert_eq!(acting.client_id(), &client(2));
    assert_eq!(acting.application_id(), &application(2));
    assert!(!acting.is_integrator());
    registry.check(&acting, &scopes).unwrap();
}

#[tokio::test]
async fn the_value_is_made_once() {
    let registry = registry([party(1, Status::Active)]).await;
    let id = "party-1".parse().unwrap();
    let scopes = "a".parse().unwrap();
    let one = registry.act_for(&id, &scopes).unwrap();
    let other = registry.act_for(&id, &scopes).unwrap();
    // The same text in memory, not an equal one.
    assert!(std::ptr::eq(one.client_id(), other.client_id()));
}

#[tokio::test]
async fn every_other_status_is_refused_with_its_code() {
    let cases = [
        (
            Status::Draft,
            Code::R003,
            "party-1 is draft, not active yet",
        ),
        (
            Status::Onboarding,
            Code::R003,
            "party-1 is onboarding, not active yet",
        ),
        (
            Status::Suspended,
            Code::R005,
            "party-1 is suspended: nothing is sent for it",
        ),
        (
            Status::Offboarding,
            Code::R005,
            "party-1 is offboarding: nothing is sent for it",
        ),
        (
            Status::Offboarded,
            Code::R005,
            "party-1 is offboarded: nothing is sent for it",
        ),
    ];
    for (status, code, message) in cases {
        // A scope that is not authorised either: the status is told first.
        let refused = refusal(status, "zz").await;
        assert_eq!(refused.code(), code);
        assert_eq!(refused.status(), Some(status));
        assert_eq!(refused.to_string(), message);
        assert_eq!(refused.business_id().unwrap().as_str(), "party-1");
        assert!(!refused.is_retryable());
    }
}

#[tokio::test]
async fn missing_scopes_are_named() {
    let refused = refusal(Status::Active, "a c d").await;
    assert_eq!(refused.code(), Code::R007);
    assert_eq!(refused.missing_scopes().unwrap().to_string(), "c d");
    assert_eq!(
        refused.to_string(),
        "party-1 did not authorise c d: it authorised a b"
    );
}

#[tokio::test]
async fn who_authorised_nothing_is_refused_everything() {
    let nothing = builder(1)
        .status(Status::Active)
        .scopes(ob_core::Scopes::none());
    let registry = registry([nothing.build().unwrap()]).await;
    let refused = registry
        .act_for(&"party-1".parse().unwrap(), &"a".parse().unwrap())
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .ends_with("it authorised no scope at all")
    );
}

#[tokio::test]
async fn a_typing_error_is_named_only_if_near() {
    let registry = registry([party(1, Status::Active), party(27, Status::Active)]).await;
    let ask = |id: &str| {
        let refused = registry.act_for(&id.parse().unwrap(), &"a".parse().unwrap());
        refused.unwrap_err()
    };
    let near = ask("Party-72");
    assert_eq!(near.code(), Code::R001);
    assert_eq!(near.closest().unwrap().as_str(), "party-27");
    assert_eq!(
        near.to_string(),
        "no third-party Party-72 in the registry: the closest is party-27"
    );
    let far = ask("globex");
    assert_eq!(far.closest(), None);
    assert_eq!(far.to_string(), "no third-party globex in the registry");
}

#[tokio::test]
async fn ten_thousand_ids_are_searched_in_no_time() {
    let all = (0..10_000).map(|n| party(n, Status::Active));
    let registry = registry(all).await;
    let begun = Instant::now();
    let refused = registry
        .act_for(&"party-9999x".parse().unwrap(), &"a".parse().unwrap())
        .unwrap_err();
    assert_eq!(refused.closest().unwrap().as_str(), "party-9999");
    // Milliseconds; the bound is loose because a debug build runs beside others.
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(registry.len(), 10_000);
}

#[tokio::test]
async fn a_held_handle_is_refused_once_its_party_is_suspended() {
    let registry = registry([party(1, Status::Active)]).await;
    let id = "party-1".parse().unwrap();
    let scopes = "a".parse().unwrap();
    let held = registry.act_for(&id, &scopes).unwrap();
    edit(&registry)
        .set_status(&id, Status::Suspended)
        .await
        .unwrap();
    assert_eq!(
        registry.check(&held, &scopes).unwrap_err().code(),
        Code::R005
    );
    edit(&registry)
        .set_status(&id, Status::Active)
        .await
        .unwrap();
    registry.check(&held, &scopes).unwrap();
    let beyond = "a zz".parse().unwrap();
    assert_eq!(
        registry.check(&held, &beyond).unwrap_err().code(),
        Code::R007
    );
}

#[tokio::test]
async fn a_handle_made_before_an_id_changed_is_stale() {
    let registry = registry([party(1, Status::Active)]).await;
    let id = "party-1".parse().unwrap();
    let scopes = "a".parse().unwrap();
    let held = registry.act_for(&id, &scopes).unwrap();
    for changed in [
        builder(1).client_id(client(9)),
        builder(1).application_id(application(9)),
    ] {
        edit(&registry)
            .put(changed.status(Status::Active).build().unwrap())
            .await
            .unwrap();
        let refused = registry.check(&held, &scopes).unwrap_err();
        assert!(refused.is_stale_handle());
        assert_eq!(refused.code(), Code::R009);
    }
    edit(&registry).put(party(1, Status::Active)).await.unwrap();
    registry.check(&held, &scopes).unwrap();
}

#[tokio::test]
async fn a_handle_of_another_registry_is_unknown() {
    let here = registry([party(1, Status::Active)]).await;
    let there = registry([party(2, Status::Active)]).await;
    let scopes = "a".parse().unwrap();
    let foreign = there.act_for(&"party-2".parse().unwrap(), &scopes).unwrap();
    assert_eq!(
        here.check(&foreign, &scopes).unwrap_err().code(),
        Code::R001
    );
}

#[tokio::test]
async fn only_the_known_integrator_passes_as_itself() {
    let registry = Registry::builder(MemoryStore::with([party(1, Status::Active)]))
        .integrator(client(7))
        .open()
        .await
        .unwrap();
    let scopes = "anything".parse().unwrap();
    let own = |id: &str, n| ActingFor::integrator(id.parse().unwrap(), client(n), application(7));
    registry.check(&own("us", 7), &scopes).unwrap();
    assert_eq!(
        registry.check(&own("us", 8), &scopes).unwrap_err().code(),
        Code::R001
    );
    // The ids of a third-party, dressed up as the Integrator.
    let dressed = ActingFor::integrator("party-1".parse().unwrap(), client(1), application(1));
    assert!(
        registry
            .check(&dressed, &scopes)
            .unwrap_err()
            .is_stale_handle()
    );
}
