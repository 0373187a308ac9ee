//! Certificates in the registry: who may become active, and the moment they lapse.

use crate::{
    authority::{Authority, Wanted},
    sample::{builder, edit, key_vault, licensed},
};
use ob_core::{BusinessId, Code, TestClock};
use ob_registry::{Certificate, Licence, MemoryStore, Registry, Status, ThirdParty};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn day(n: u32) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000) + DAY * n
}

fn id() -> BusinessId {
    "party-1".parse().unwrap()
}

fn party(certificates: Vec<Certificate>) -> ThirdParty {
    let licence = Licence::licensed(certificates, key_vault());
    builder(1)
        .licence(licence)
        .status(Status::Active)
        .build()
        .unwrap()
}

async fn registry(clock: &TestClock) -> Registry {
    let registry = Registry::builder(MemoryStore::default()).clock(clock.clone());
    registry.open().await.unwrap()
}

#[tokio::test]
async fn a_licensed_one_is_out_of_service_at_the_moment_its_certificate_lapses() {
    let authority = Authority::new("Lapsing Trust");
    let clock = TestClock::at(day(1));
    let registry = registry(&clock).await;
    let old = authority.issue(&Wanted::qwac().valid(day(0), day(10)));
    edit(&registry).put(party(vec![old.clone()])).await.unwrap();
    let scopes = "a".parse().unwrap();
    let held = registry.admit(&id()).unwrap();

    clock.advance(DAY * 9);
    held.check(&scopes).unwrap();
    assert_eq!(
        registry.get(&id()).unwrap().certificates_lapse_at(day(1)),
        Some(day(10) + Duration::from_secs(1))
    );
    clock.advance(Duration::from_secs(1));
    let refused = [
        held.check(&scopes).unwrap_err(),
        registry.act_for(&id(), &scopes).unwrap_err(),
        registry.check(held.party(), &scopes).unwrap_err(),
        registry.admit(&id()).unwrap_err(),
    ];
    for error in &refused {
        assert_eq!(error.code(), Code::C201);
        assert_eq!(error.business_id(), Some(&id()));
    }
    insta::assert_snapshot!(refused[0], @"party-1 is suspended (certificate): no certificate of it is in date, so nothing is sent for it");

    // A new one beside the old one, and it is in service again; a note may be changed meanwhile.
    edit(&registry)
        .update(&id(), |it| it.notes("asked for a new one"))
        .await
        .unwrap();
    let new = authority.issue(&Wanted::qwac().valid(day(9), day(400)));
    let renewed = party(vec![old, new])
        .to_builder()
        .notes("renewed")
        .build()
        .unwrap();
    edit(&registry).put(renewed).await.unwrap();
    held.check(&scopes).unwrap();
    // A clock that jumps back and ahead changes nothing for ever.
    clock.set(day(500));
    assert_eq!(held.check(&scopes).unwrap_err().code(), Code::C201);
    clock.set(day(20));
    held.check(&scopes).unwrap();
}

#[tokio::test]
async fn nobody_becomes_active_with_an_unfit_certificate() {
    let authority = Authority::new("Careful Trust");
    let clock = TestClock::at(day(1));
    let registry = registry(&clock).await;
    let valid = |it: Wanted| it.valid(day(0), day(10));
    let cases = [
        (
            Wanted::qwac().valid(day(2), day(10)),
            Code::C201,
            "2023-11-16",
        ),
        (
            Wanted::qwac().valid(day(0) - DAY * 9, day(0)),
            Code::C201,
            "2023-11-14",
        ),
        (
            valid(Wanted::qwac().of("Somebody Else AG", None)),
            Code::C202,
            "Somebody Else",
        ),
    ];
    for (wanted, code, named) in cases {
        let wrong = party(vec![authority.issue(&wanted)]);
        let error = edit(&registry).put(wrong.clone()).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(named), "{error} / {named}");
        // It may wait for a better one, and is asked again on the way to active.
        let waiting = wrong
            .to_builder()
            .status(Status::Onboarding)
            .build()
            .unwrap();
        edit(&registry).put(waiting).await.unwrap();
        let error = edit(&registry)
            .set_status(&id(), Status::Active)
            .await
            .unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
    let right = party(vec![authority.issue(&valid(Wanted::qwac()))]);
    edit(&registry).put(right).await.unwrap();
    registry.admit(&id()).unwrap();
}

#[tokio::test]
async fn two_third_parties_cannot_share_a_certificate() {
    let registry = crate::sample::registry([builder(1).licence(licensed()).build().unwrap()]).await;
    let twin = builder(2).licence(licensed()).build().unwrap();
    let error = edit(&registry).put(twin.clone()).await.unwrap_err();
    assert_eq!(error.code(), Code::C202);
    insta::assert_snapshot!(error, @"party-1 and party-2 cannot share a certificate or its key");
    let both = MemoryStore::with([builder(1).licence(licensed()).build().unwrap(), twin]);
    assert_eq!(Registry::open(both).await.unwrap_err().code(), Code::C202);
}
