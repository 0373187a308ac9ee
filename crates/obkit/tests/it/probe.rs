//! A third-party's ids are tried before it is active.

use ob_sandbox::Sandbox;
use obkit::{
    Environment, Error, Identity, Integrator,
    journal::MemoryJournal,
    registry::{MemoryStore, Registry, Status, ThirdParty},
};

/// An integrator for a sandbox, and the sandbox's first third-party under `client_id`, if that
/// is not its own.
async fn world(
    status: Status,
    client_id: Option<&str>,
) -> (ob_sandbox::RunningSandbox, Integrator) {
    let running = Sandbox::start().await.unwrap();
    let seed = running.sandbox().integrator().clone();
    let identity = Identity {
        business_id: "integrator".parse().unwrap(),
        client_id: seed.client_id,
        application_id: seed.application_id,
        use_case_configuration_id: seed.use_case_configuration_id,
    };
    let party = running
        .sandbox()
        .third_parties()
        .into_iter()
        .next()
        .unwrap();
    assert_eq!(party.business_id.as_str(), "acme-budget");
    let client_id = client_id.map_or(party.client_id, |other| other.parse().unwrap());
    let row = ThirdParty::builder(
        party.business_id,
        party.legal_name,
        client_id,
        party.application_id,
    );
    let row = row.scopes(party.scopes).status(status).build().unwrap();
    let draft = ThirdParty::draft("no-ids".parse().unwrap(), "No Ids GmbH");
    let draft = draft.status(Status::Onboarding).build().unwrap();
    let registry = Registry::open(MemoryStore::with([row, draft]))
        .await
        .unwrap();
    let environment = Environment::new(running.issuer(), running.token_url(), running.api_base());
    let integrator = Integrator::builder(environment.allow_http_on_loopback())
        .identity(identity)
        .key(seed.key)
        .registry(registry)
        .journal(MemoryJournal::default())
        .build()
        .unwrap();
    (running, integrator)
}

fn codes(error: &Error) -> (&'static str, Option<&'static str>) {
    (error.code().as_str(), error.operation())
}

/// A third-party in onboarding is refused a handle, and can be probed: each time with a token
/// request of its own, because nothing of it is kept.
#[tokio::test]
async fn a_probe_fetches_each_time_and_opens_no_door() {
    let (running, integrator) = world(Status::Onboarding, None).await;
    let scopes = "consents:create ob_data".parse().unwrap();
    for _ in 0..2 {
        let probe = integrator.probe("acme-budget", &scopes).await.unwrap();
        assert_eq!(probe.scopes, scopes);
        assert_eq!(
            probe.attempts, 1,
            "a token request, and no token that was held"
        );
        let acme = running
            .sandbox()
            .third_parties()
            .into_iter()
            .next()
            .unwrap();
        assert_eq!(probe.client_id, acme.client_id);
        let refused = integrator.on_behalf_of("acme-budget").unwrap_err();
        assert_eq!(refused.code().as_str(), "OB-R003");
    }
}

/// What the platform says of a client id that is not this Integrator's third-party.
#[tokio::test]
async fn an_id_that_the_platform_does_not_know_fails_the_probe() {
    let (_running, integrator) = world(Status::Onboarding, Some("tpp-mistyped")).await;
    let scopes = "ob_data".parse().unwrap();
    let refused = integrator.probe("acme-budget", &scopes).await.unwrap_err();
    assert_eq!(codes(&refused).1, Some("probe"));
    assert!(refused.code().as_str().starts_with("OB-T"), "{refused}");
    assert_eq!(refused.party().unwrap().as_str(), "acme-budget");
}

/// The registry's refusals come before anything is sent.
#[tokio::test]
async fn only_one_in_onboarding_with_ids_and_for_its_scopes_is_probed() {
    let (_running, integrator) = world(Status::Onboarding, None).await;
    for (id, scopes, code) in [
        ("acme-budget", "payments:create", "OB-R007"),
        ("acme-budgett", "ob_data", "OB-R001"),
        ("no-ids", "", "OB-R009"),
        ("a b", "ob_data", "OB-R004"),
    ] {
        let scopes = match scopes {
            "" => obkit::Scopes::none(),
            text => text.parse().unwrap(),
        };
        let refused = integrator.probe(id, &scopes).await.unwrap_err();
        assert_eq!(refused.code().as_str(), code, "{id}: {refused}");
        assert_eq!(refused.sent().as_str(), "no");
    }
    for status in [
        Status::Draft,
        Status::Active,
        Status::Suspended,
        Status::Offboarded,
    ] {
        let (_running, integrator) = world(status, None).await;
        let scopes = "ob_data".parse().unwrap();
        let refused = integrator.probe("acme-budget", &scopes).await.unwrap_err();
        assert_eq!(codes(&refused), ("OB-R006", Some("probe")), "{status}");
    }
}
