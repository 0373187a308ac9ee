//! Writes: which are refused, and that a refused one changes nothing.

use crate::sample::{
    Fragile, application, builder, certificate, client, edit, licensed, party, registry,
    signing_service, stored,
};
use ob_core::Code;
use ob_registry::{Custody, Licence, MemoryStore, Registry, RegistryError, Status, ThirdParty};
use std::sync::{Arc, atomic::Ordering};

fn built(builder: ob_registry::ThirdPartyBuilder) -> ThirdParty {
    builder.build().unwrap()
}

/// Puts it beside party 1 and returns the refusal; nothing may have changed.
async fn refused(third_party: ThirdParty) -> RegistryError {
    let store = Arc::new(MemoryStore::with([party(1, Status::Active)]));
    let registry = Registry::builder(Arc::clone(&store))
        .integrator(client(7))
        .open()
        .await
        .unwrap();
    let error = edit(&registry).put(third_party).await.unwrap_err();
    assert_eq!(registry.list(), [Arc::new(party(1, Status::Active))]);
    assert_eq!(stored(&store).await, [party(1, Status::Active)]);
    error
}

#[tokio::test]
async fn nobody_shares_an_id() {
    let error = refused(built(builder(2).client_id(client(1)))).await;
    assert_eq!(error.code(), Code::R002);
    assert_eq!(
        error.to_string(),
        "party-1 and party-2 cannot share the client id client-1"
    );

    let error = refused(built(builder(2).application_id(application(1)))).await;
    assert_eq!(error.code(), Code::R002);
    assert!(
        error.to_string().contains("application id 00000000-"),
        "{error}"
    );

    let crossed = application(1).to_string().parse().unwrap();
    let error = refused(built(builder(2).client_id(crossed))).await;
    assert_eq!(error.code(), Code::R002);
    assert!(
        error.to_string().starts_with("party-1 and party-2"),
        "{error}"
    );

    let upper = application(0xabc)
        .to_string()
        .to_uppercase()
        .parse()
        .unwrap();
    let registry = registry([built(builder(1).application_id(application(0xabc)))]).await;
    let error = edit(&registry)
        .put(built(builder(2).client_id(upper)))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::R002, "a twin in another case");
}

#[tokio::test]
async fn nobody_has_the_integrators_client_id() {
    let error = refused(built(builder(2).client_id(client(7)))).await;
    assert_eq!(error.code(), Code::R002);
    assert!(error.to_string().contains("integrator"), "{error}");
    let open = Registry::builder(MemoryStore::with([party(7, Status::Active)]));
    assert_eq!(
        open.integrator(client(7)).open().await.unwrap_err().code(),
        Code::R002
    );
}

#[test]
fn nobody_has_one_text_as_both_ids() {
    let both = application(1).to_string().parse().unwrap();
    let error = builder(1).client_id(both).build().unwrap_err();
    assert_eq!(error.code(), Code::R009);
}

#[tokio::test]
async fn a_store_with_collisions_is_not_opened() {
    for other in [
        party(1, Status::Draft),
        built(builder(2).client_id(client(1))),
        built(builder(2).application_id(application(1))),
    ] {
        let store = MemoryStore::with([party(1, Status::Active), other]);
        assert_eq!(Registry::open(store).await.unwrap_err().code(), Code::R002);
    }
}

#[tokio::test]
async fn a_put_cannot_jump_over_the_lifecycle() {
    let registry = registry([party(1, Status::Draft)]).await;
    let error = edit(&registry)
        .put(party(1, Status::Active))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::R006);
    assert_eq!(error.legal_next(), [Status::Onboarding, Status::Offboarded]);
    assert_eq!(
        error.to_string(),
        "party-1 cannot go from draft to active: next can be onboarding or offboarded"
    );
    edit(&registry)
        .put(party(1, Status::Onboarding))
        .await
        .unwrap();
}

#[tokio::test]
async fn nothing_follows_offboarded() {
    let registry = registry([party(1, Status::Offboarded)]).await;
    let id = "party-1".parse().unwrap();
    for status in Status::ALL
        .into_iter()
        .filter(|status| *status != Status::Offboarded)
    {
        let error = edit(&registry).set_status(&id, status).await.unwrap_err();
        assert!(
            error.to_string().ends_with("nothing follows that"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn only_a_draft_is_removed() {
    let registry = registry(
        Status::ALL
            .into_iter()
            .zip(0..)
            .map(|(status, n)| party(n, status)),
    )
    .await;
    for (status, n) in Status::ALL.into_iter().zip(0..) {
        let removed = edit(&registry)
            .remove(&format!("party-{n}").parse().unwrap())
            .await;
        assert_eq!(removed.is_ok(), status == Status::Draft, "{status}");
    }
    assert_eq!(registry.len(), 5);
    let again = edit(&registry)
        .remove(&"party-0".parse().unwrap())
        .await
        .unwrap_err();
    assert_eq!(again.code(), Code::R001);
    assert!(registry.by_client_id(&client(0)).is_none());
    assert!(registry.by_application_id(&application(0)).is_none());
}

#[tokio::test]
async fn a_failed_write_changes_nothing() {
    let store = Arc::new(Fragile::default());
    let registry = Registry::open(Arc::clone(&store)).await.unwrap();
    edit(&registry).put(party(1, Status::Active)).await.unwrap();
    let id = "party-1".parse().unwrap();
    store.broken.store(true, Ordering::SeqCst);
    let error = edit(&registry)
        .set_status(&id, Status::Suspended)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::R008);
    assert!(error.is_retryable());
    assert!(edit(&registry).put(party(2, Status::Active)).await.is_err());
    assert!(edit(&registry).remove(&id).await.is_err());
    assert!(registry.reload().await.is_err());
    assert_eq!(registry.list(), [Arc::new(party(1, Status::Active))]);
    store.broken.store(false, Ordering::SeqCst);
    edit(&registry)
        .set_status(&id, Status::Suspended)
        .await
        .unwrap();
    assert_eq!(registry.get(&id).unwrap().status(), Status::Suspended);
}

#[tokio::test]
async fn what_is_already_so_is_not_written() {
    let store = Arc::new(Fragile::default());
    let registry = Registry::open(Arc::clone(&store)).await.unwrap();
    edit(&registry).put(party(1, Status::Active)).await.unwrap();
    edit(&registry).put(party(1, Status::Active)).await.unwrap();
    edit(&registry)
        .set_status(&"party-1".parse().unwrap(), Status::Active)
        .await
        .unwrap();
    edit(&registry).put_all(Vec::new()).await.unwrap();
    assert_eq!(store.writes.load(Ordering::SeqCst), 1);
    let error = edit(&registry)
        .set_status(&"party-2".parse().unwrap(), Status::Active)
        .await
        .unwrap_err();
    assert_eq!(error.closest().unwrap().as_str(), "party-1");
}

#[tokio::test]
async fn many_are_put_all_or_none() {
    let registry = registry([party(1, Status::Offboarded)]).await;
    let illegal = vec![party(2, Status::Active), party(1, Status::Active)];
    assert_eq!(
        edit(&registry).put_all(illegal).await.unwrap_err().code(),
        Code::R006
    );
    let twice = vec![party(2, Status::Active), party(2, Status::Draft)];
    assert_eq!(
        edit(&registry).put_all(twice).await.unwrap_err().code(),
        Code::R002
    );
    assert_eq!(registry.len(), 1);
    let fine = vec![party(2, Status::Active), party(3, Status::Draft)];
    edit(&registry).put_all(fine).await.unwrap();
    assert_eq!(registry.len(), 3);
}

#[tokio::test]
async fn two_can_swap_their_ids_only_together() {
    let registry = registry([party(1, Status::Active), party(2, Status::Active)]).await;
    let swapped = |n: u32, with: u32| {
        built(
            builder(n)
                .status(Status::Active)
                .client_id(client(with))
                .application_id(application(with)),
        )
    };
    assert!(edit(&registry).put(swapped(1, 2)).await.is_err());
    edit(&registry)
        .put_all(vec![swapped(1, 2), swapped(2, 1)])
        .await
        .unwrap();
    assert_eq!(
        registry
            .by_client_id(&client(2))
            .unwrap()
            .business_id()
            .as_str(),
        "party-1"
    );
}

#[test]
fn a_licensed_one_needs_certificate_and_custody_to_be_active() {
    let with = |certificates, custody, status| {
        let licence = Licence::Licensed {
            certificates,
            custody,
        };
        builder(1).licence(licence).status(status).build()
    };
    let certificates = vec![certificate(0)];
    for status in Status::ALL
        .into_iter()
        .filter(|status| *status != Status::Active)
    {
        with(Vec::new(), None, status).unwrap();
    }
    with(
        certificates.clone(),
        Some(signing_service()),
        Status::Active,
    )
    .unwrap();
    let error = with(Vec::new(), Some(signing_service()), Status::Active).unwrap_err();
    assert_eq!(error.code(), Code::R009);
    assert!(error.to_string().contains("party-1") && error.to_string().contains("certificate"));
    let error = with(certificates, None, Status::Active).unwrap_err();
    assert!(error.to_string().contains("custody"), "{error}");
    let error = with(vec![certificate(0), certificate(0)], None, Status::Draft).unwrap_err();
    assert!(error.to_string().contains("once"), "{error}");
}

#[tokio::test]
async fn what_is_missing_is_asked_for_on_the_way_to_active() {
    let bare = Licence::Licensed {
        certificates: Vec::new(),
        custody: None,
    };
    let registry = registry([built(builder(1).licence(bare).status(Status::Onboarding))]).await;
    let id = "party-1".parse().unwrap();
    let error = edit(&registry)
        .set_status(&id, Status::Active)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::R009);
    let complete = registry
        .get(&id)
        .unwrap()
        .to_builder()
        .licence(licensed())
        .build()
        .unwrap();
    edit(&registry).put(complete).await.unwrap();
    let active = edit(&registry)
        .set_status(&id, Status::Active)
        .await
        .unwrap();
    assert!(matches!(
        active.third_party().licence().custody(),
        Some(Custody::AzureKeyVault { .. })
    ));
}

#[test]
fn a_legal_name_is_one_printable_line() {
    for name in [
        "",
        " ",
        "\t",
        "a\nb",
        "a\r\nb",
        "a\0",
        " a",
        "a\u{2028}b",
        &"x".repeat(201),
    ] {
        let error = builder(1).legal_name(name).build().unwrap_err();
        assert_eq!(error.code(), Code::R009, "{name:?}");
        assert!(error.to_string().starts_with("party-1"), "{error}");
    }
    builder(1)
        .legal_name("Müller & Söhne, Inc. (株)")
        .build()
        .unwrap();
}

#[test]
fn lists_are_sorted_and_each_once() {
    let countries = ["FR", "DE", "FR"].map(|code| code.parse().unwrap());
    let use_cases = ["pay", "aisp", "pay"].map(|name| name.parse().unwrap());
    let it = built(builder(1).countries(countries).use_cases(use_cases));
    assert_eq!(
        it.countries()
            .iter()
            .map(ob_registry::Country::as_str)
            .collect::<Vec<_>>(),
        ["DE", "FR"]
    );
    assert_eq!(
        it.use_cases()
            .iter()
            .map(ob_registry::UseCase::as_str)
            .collect::<Vec<_>>(),
        ["aisp", "pay"]
    );
}
