//! What obkit refuses by itself: with a code, an owner, and nothing sent.

use crate::world::{
    LICENSED, SUSPENDED, UNLICENSED, World, assert_unsent, scopes, transport, user,
};
use http::Method;
use obkit::{
    BuildError, Code, Environment, Error, Grant, Integrator, IntegratorBuilder, Owner, Raw, Ready,
    ThirdParty,
    api::ApiFamily,
    jose::SigningKey,
    journal::{MemoryJournal, Outcome},
    registry::{Licence, Status},
    testing::Recorder,
};

/// Runs something that must be refused without a single request, to whatever endpoint.
async fn refused<T: std::fmt::Debug>(
    world: &World,
    what: impl Future<Output = Result<T, Error>>,
) -> Error {
    let before = world.counters();
    let error = what.await.unwrap_err();
    assert_eq!(world.counters(), before, "sent something: {error}");
    error
}

/// Rows: R198
#[tokio::test]
async fn x001_a_token_of_another() {
    let world = World::simple().await;
    let (acme, other) = (world.party(UNLICENSED), world.party(LICENSED));
    let lease = acme
        .token(&Grant::new(scopes("ob_providers")))
        .await
        .unwrap();

    let call = other.providers().list().token(lease.token.clone());
    let error = refused(&world, call.send()).await;
    assert_unsent(&error, Code::X001, Owner::You);
    assert_eq!(error.party().unwrap().as_str(), LICENSED);
    let text = error.to_string();
    assert!(
        text.contains(UNLICENSED) && text.contains(LICENSED),
        "{text}"
    );

    // The Integrator's own calls are no exception, in either direction.
    let itself = world.integrator.as_itself();
    let call = itself.providers().list().token(lease.token.clone());
    assert_unsent(&refused(&world, call.send()).await, Code::X001, Owner::You);
    let own = itself
        .token(&Grant::new(scopes("ob_providers")))
        .await
        .unwrap();
    let call = acme.providers().list().token(own.token);
    assert_unsent(&refused(&world, call.send()).await, Code::X001, Owner::You);

    // Its owner may present it.
    acme.providers()
        .list()
        .token(lease.token)
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn x003_a_consent_of_another() {
    let world = World::simple().await;
    let (acme, other) = (world.party(UNLICENSED), world.party(LICENSED));
    let consent = world.consent(&acme, "john.smith").await;
    let account = acme
        .accounts(&consent)
        .list()
        .send()
        .await
        .unwrap()
        .items
        .remove(0)
        .id;

    let errors = [
        refused(&world, other.consents().get(&consent).send()).await,
        refused(&world, other.consents().revoke(&consent).send()).await,
        refused(
            &world,
            other.flows(&consent).connect_accounts("user-1").send(),
        )
        .await,
        refused(&world, other.accounts(&consent).list().send()).await,
        refused(&world, other.accounts(&consent).get(&account).send()).await,
        refused(&world, other.transactions(&consent).list(&account).send()).await,
    ];
    for error in &errors {
        assert_unsent(error, Code::X003, Owner::You);
        assert_eq!(error.party().unwrap().as_str(), LICENSED);
    }
}

#[tokio::test]
async fn x003_a_bare_consent_id_adopted_by_another() {
    let world = World::simple().await;
    let (acme, other) = (world.party(UNLICENSED), world.party(LICENSED));
    let consent = world.consent(&acme, "john.smith").await;
    let bare = consent.id().clone();

    assert_unsent(
        &other.consent(bare.clone()).unwrap_err(),
        Code::X003,
        Owner::You,
    );
    let forged = obkit::ConsentRef::new(other.id().clone(), bare.clone());
    let grant = Grant::new(scopes("ob_data")).with_consent(bare.clone());
    let raw = || Raw::new(Method::GET, "/accounts", scopes("ob_data"));
    let in_path = Raw::new(
        Method::DELETE,
        format!("/consents/{bare}"),
        scopes("consents:create"),
    );
    let errors = [
        refused(&world, other.accounts(&forged).list().send()).await,
        refused(&world, other.token(&grant)).await,
        refused(&world, other.raw(raw().under(bare.clone())).send()).await,
        refused(&world, other.raw_with_consent(raw(), &consent).send()).await,
        refused(&world, other.raw(in_path).send()).await,
    ];
    for error in &errors {
        assert_unsent(error, Code::X003, Owner::You);
    }
    assert_eq!(acme.consent(bare).unwrap(), consent);
    acme.accounts(&consent).list().send().await.unwrap();
}

#[tokio::test]
async fn a_raw_call_cannot_name_two_consents() {
    let world = World::simple().await;
    let acme = world.party(UNLICENSED);
    let one = world.consent(&acme, "john.smith").await;
    let two = world.consent(&acme, "john.smith").await;
    let path = format!("/consents/{}", one.id());
    let raw = Raw::new(Method::GET, path, scopes("consents:create"));
    let error = refused(&world, acme.raw_with_consent(raw, &two).send()).await;
    // Two consents of the same third-party: which of the two guards speaks first is not promised.
    assert!([Code::X003, Code::A100].contains(&error.code()), "{error}");
    assert_eq!(error.sent(), obkit::Sent::No);
}

/// There is no way to give a call a header of one's own; what arrives carries each of ours once,
/// and the application id of the handle.
///
/// Rows: R191, R198
#[tokio::test]
async fn x002_every_call_carries_its_own_headers_and_no_others() {
    let recorder = Recorder::new(transport());
    let world = World::wired(|builder| builder.transport(recorder.clone())).await;
    for id in [UNLICENSED, LICENSED] {
        let party = world.party(id);
        let consent = world.consent(&party, "john.smith").await;
        party.accounts(&consent).list().send().await.unwrap();
        let raw = Raw::new(Method::GET, "/providers", scopes("ob_providers")).query("limit=1");
        party.raw(raw).send().await.unwrap();
        for request in recorder.requests() {
            let lines = |name: &str| request.headers().get_all(name).iter().count();
            if request.uri().path() == "/oauth2/tokens" {
                assert_eq!((lines("x-on-behalf-of"), lines("authorization")), (1, 0));
                continue;
            }
            assert_eq!((lines("authorization"), lines("x-application-id")), (1, 1));
            assert_eq!(lines("x-on-behalf-of"), 0, "not on calls");
            let application = request.header("x-application-id").unwrap();
            let owner = world.sandbox().third_parties().into_iter();
            let mut owner = owner.filter(|one| one.application_id.to_string() == application);
            let client_id = owner.next().unwrap().client_id;
            let token = request.header("authorization").unwrap();
            let token = token.strip_prefix("Bearer ").unwrap();
            let claims = obkit::jose::read_claims_unverified(token, 16 * 1024).unwrap();
            assert_eq!(claims["sub"], client_id.as_str());
        }
    }
    assert_eq!(world.counters().token_reuse_violations, 0);
}

/// Rows: L4.2, L4.3
#[tokio::test]
async fn nothing_smuggles_a_header_or_leaves_the_base() {
    let world = World::simple().await;
    let acme = world.party(UNLICENSED);
    let paths = [
        "",
        "accounts",
        "//evil.example/accounts",
        "/\\evil.example",
        "/../accounts",
        "/a/../../b",
        "/%2e%2e/accounts",
        "/a%2f..%2fb",
        "/a?b=1",
        "/a#b",
        "/a b",
        "/a\r\nX-Application-Id: 1",
        "/%0d%0aAuthorization:%20x",
        "https://evil.example/",
        "@evil.example/",
        ":80@evil.example/",
    ];
    for path in paths {
        let raw = Raw::new(Method::GET, path, scopes("ob_providers"));
        let error = refused(&world, acme.raw(raw).send()).await;
        assert_unsent(&error, Code::A100, Owner::You);
    }
    for query in ["a\r\nAuthorization: x", "a#b", "a b", "\u{e9}"] {
        let raw = Raw::new(Method::GET, "/providers", scopes("ob_providers")).query(query);
        let error = refused(&world, acme.raw(raw).send()).await;
        assert_unsent(&error, Code::A100, Owner::You);
    }
}

/// Rows: R213, L4.3
#[tokio::test]
async fn r004_a_malformed_idempotency_key() {
    let world = World::simple().await;
    let acme = world.party(UNLICENSED);
    for key in [
        "",
        "1",
        "not-a-uuid",
        "x\r\nAuthorization: Bearer y",
        "\"quoted\"",
    ] {
        let call = acme.consents().create(user()).idempotency_key(key);
        let error = refused(&world, call.send()).await;
        assert_unsent(&error, Code::R004, Owner::You);
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    // A good one repeats the same effect.
    let create = || {
        let call = acme.consents().create(user());
        call.idempotency_key("0190f3a8-7e0c-4c7e-9d0a-1f2e3d4c5b6a")
            .send()
    };
    let (first, second) = (create().await.unwrap(), create().await.unwrap());
    assert_eq!(first.reference(), second.reference());
    assert_eq!(world.counters().consents_created, 1);
}

#[tokio::test]
async fn r001_an_unknown_id_names_the_closest() {
    let world = World::simple().await;
    let error = refused(&world, async {
        world.integrator.on_behalf_of("acme-budgett")
    })
    .await;
    assert_unsent(&error, Code::R001, Owner::You);
    assert!(
        error.to_string().ends_with("the closest is acme-budget"),
        "{error}"
    );
    let error = world
        .integrator
        .purge(&"nobody".parse().unwrap())
        .unwrap_err();
    assert_unsent(&error, Code::R001, Owner::You);
}

/// Rows: R190, L4.3
#[tokio::test]
async fn r004_a_malformed_id() {
    let world = World::simple().await;
    let long = "a".repeat(5000);
    for id in [
        "",
        " ",
        "a b",
        "../acme-budget",
        "acme-budget\r\nX: 1",
        "acme/1",
        "\u{e4}",
        &long,
    ] {
        let error = refused(&world, async { world.integrator.on_behalf_of(id) }).await;
        assert_unsent(&error, Code::R004, Owner::You);
        let text = error.to_string();
        assert!(text.len() < 400 && !text.contains(['\r', '\n']), "{text}");
    }
}

#[tokio::test]
async fn r003_r005_not_active() {
    let world = World::simple().await;
    let registry = world.integrator.registry();
    let on_behalf_of = |id: &'static str| std::future::ready(world.integrator.on_behalf_of(id));
    for (id, status) in [
        ("new-one", Status::Onboarding),
        ("newer-one", Status::Draft),
    ] {
        let application = obkit::ApplicationId::from_bytes([status as u8; 16]);
        let party = obkit::registry::ThirdParty::builder(
            id.parse().unwrap(),
            "New One GmbH",
            format!("tpp-{id}").parse().unwrap(),
            application,
        );
        let party = party
            .status(status)
            .licence(Licence::Unlicensed)
            .build()
            .unwrap();
        registry
            .edit("tester", "a test")
            .unwrap()
            .put(party)
            .await
            .unwrap();
        let error = refused(&world, on_behalf_of(id)).await;
        assert_unsent(&error, Code::R003, Owner::You);
    }
    let error = refused(&world, on_behalf_of(SUSPENDED)).await;
    assert_unsent(&error, Code::R005, Owner::You);
    let suspended = SUSPENDED.parse().unwrap();
    registry
        .edit("tester", "a test")
        .unwrap()
        .set_status(&suspended, Status::Offboarding)
        .await
        .unwrap();
    registry
        .edit("tester", "a test")
        .unwrap()
        .set_status(&suspended, Status::Offboarded)
        .await
        .unwrap();
    let error = refused(&world, on_behalf_of(SUSPENDED)).await;
    assert_unsent(&error, Code::R005, Owner::You);
}

#[tokio::test]
async fn r007_a_scope_that_was_not_authorised() {
    let world = World::simple().await;
    let acme = world.party(UNLICENSED);
    let raw = || Raw::new(Method::GET, "/payments", scopes("payments:create"));
    let grant = Grant::new(scopes("ob_data payments:create"));
    for error in [
        refused(&world, acme.token(&grant)).await,
        refused(&world, acme.raw(raw()).send()).await,
    ] {
        assert_unsent(&error, Code::R007, Owner::You);
        assert!(error.to_string().contains("payments:create"), "{error}");
    }
    // Withdrawn later: the handle and its warm token do not help.
    acme.providers().list().send().await.unwrap();
    let registry = world.integrator.registry();
    let less = registry.get(acme.id()).unwrap().to_builder();
    let less = less.scopes(scopes("consents:create")).build().unwrap();
    registry
        .edit("tester", "a test")
        .unwrap()
        .put(less)
        .await
        .unwrap();
    let error = refused(&world, acme.providers().list().send()).await;
    assert_unsent(&error, Code::R007, Owner::You);
}

#[tokio::test]
async fn a_handle_whose_third_party_changed_is_stale() {
    let world = World::simple().await;
    let acme = world.party(UNLICENSED);
    acme.providers().list().send().await.unwrap();
    let registry = world.integrator.registry();
    let other = registry.get(acme.id()).unwrap().to_builder();
    let other = other
        .client_id("tpp-somebody-new".parse().unwrap())
        .build()
        .unwrap();
    registry
        .edit("tester", "a test")
        .unwrap()
        .put(other)
        .await
        .unwrap();
    let error = refused(&world, acme.providers().list().send()).await;
    assert_unsent(&error, Code::R009, Owner::You);
}

#[tokio::test]
async fn every_refused_call_is_in_the_journal() {
    let world = World::simple().await;
    let (acme, other) = (world.party(UNLICENSED), world.party(LICENSED));
    let lease = acme
        .token(&Grant::new(scopes("ob_providers")))
        .await
        .unwrap();
    let consent = world.unauthorised_consent(&acme).await;
    let before = world.journal.len();
    let errors = [
        other
            .providers()
            .list()
            .token(lease.token)
            .send()
            .await
            .unwrap_err(),
        other.accounts(&consent).list().send().await.unwrap_err(),
        acme.raw(Raw::new(Method::GET, "//x", scopes("ob_data")))
            .send()
            .await
            .unwrap_err(),
        acme.raw(Raw::new(Method::GET, "/x", scopes("nope")))
            .send()
            .await
            .unwrap_err(),
    ];
    let records = world.journal.records().split_off(before);
    for (error, record) in errors.iter().zip(&records) {
        let refused = Outcome::Refused { code: error.code() };
        assert_eq!(record.outcome(), refused, "{record:?}");
        assert_eq!(Some(record.business_id()), error.party());
    }
    assert_eq!(records.len(), errors.len());
}

fn build_error(builder: IntegratorBuilder<Ready>) -> BuildError {
    builder.build().unwrap_err()
}

fn at(world: &World, environment: Environment) -> IntegratorBuilder<Ready> {
    Integrator::builder(environment)
        .identity(world.integrator.identity().clone())
        .key(SigningKey::from_bytes(world.key.as_bytes()).unwrap())
        .transport(transport())
}

/// Rows: R001, R045
#[tokio::test]
async fn what_cannot_be_built() {
    let world = World::simple().await;
    let d = &world.descriptor;
    let good = || d.environment();
    let registry = d.registry().await.unwrap();
    let ready = |environment| {
        at(&world, environment)
            .registry(registry.clone())
            .journal(MemoryJournal::default())
    };
    for base in [
        "",
        "ftp://x.example",
        "https://",
        "https://u:p@x.example",
        "https://x?q",
        "https://x#f",
        "x",
    ] {
        let environment = Environment::new(&d.issuer, &d.token_endpoint, base);
        assert_eq!(build_error(ready(environment)).code(), Code::K010, "{base}");
    }
    // The word is about loopback: plain http to anywhere else is refused at once.
    for base in ["http://192.0.2.1", "http://api.example", "http://127.1"] {
        let environment = Environment::new(&d.issuer, &d.token_endpoint, base);
        let environment = environment.allow_http_on_loopback();
        assert_eq!(build_error(ready(environment)).code(), Code::K010, "{base}");
    }
    // Without the word of the one who builds it, plain http is refused even to loopback.
    let environment = Environment::new(&d.issuer, &d.token_endpoint, &d.api_base);
    assert_eq!(build_error(ready(environment)).code(), Code::K010);
    for url in [
        "",
        "x",
        "/t",
        "https://u:p@x/t",
        "https://x/t#f",
        "http://192.0.2.1/t",
    ] {
        let environment = Environment::new(&d.issuer, url, "https://x.example");
        assert_eq!(build_error(ready(environment)).code(), Code::N102, "{url}");
    }
    for issuer in ["", "a b", "a\r\n", "\u{e4}"] {
        let error = build_error(ready(good().issuer(issuer)));
        assert_eq!(error.code(), Code::K010, "{issuer:?}");
    }
    for prefix in ["//evil.example", "/a/..", "data", "/a?b"] {
        let error = build_error(ready(good().prefix(ApiFamily::Data, prefix)));
        assert_eq!(error.code(), Code::K010, "{prefix}");
    }
    let key = SigningKey::from_bytes(world.key.as_bytes()).unwrap();
    let error = build_error(ready(good()).dpop_key(key));
    assert_eq!(error.code(), Code::K008, "{error}");
    let error = build_error(at(&world, good()).journal(MemoryJournal::default()));
    assert!(
        error.code() == Code::K010 && error.to_string().contains("registry"),
        "{error}"
    );
    let error = build_error(at(&world, good()).registry(registry.clone()));
    assert!(
        error.code() == Code::K010 && error.to_string().contains("journal"),
        "{error}"
    );
    assert!(ready(good()).build().is_ok());
    assert_eq!(world.counters().token_requests, 0, "building sends nothing");
}

#[tokio::test]
async fn a_wrong_kid_or_key_is_invalid_client() {
    let world = World::simple().await;
    let wrong_kid = world.another().await.kid("not-the-registered-kid");
    let key = SigningKey::generate(obkit::jose::Algorithm::Es256).unwrap();
    let wrong_key = Integrator::builder(world.descriptor.environment())
        .identity(world.integrator.identity().clone())
        .key(key)
        .kid(&world.descriptor.integrator.kid)
        .registry(world.descriptor.registry().await.unwrap())
        .clock(world.clock.clone())
        .transport(transport())
        .journal(MemoryJournal::default());
    for builder in [wrong_kid, wrong_key] {
        let acme: ThirdParty = builder.build().unwrap().on_behalf_of(UNLICENSED).unwrap();
        let error = acme.providers().list().send().await.unwrap_err();
        assert_unsent(&error, Code::T203, Owner::You);
        assert!(
            error.to_string().contains(&world.descriptor.issuer),
            "what was checked: {error}"
        );
        assert_eq!(error.status(), Some(401), "{error}");
    }
    assert_eq!(world.counters().api_requests, 0);
}
