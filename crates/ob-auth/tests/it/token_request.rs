use crate::world::{
    APP_A, INTEGRATOR, ISSUER, Issue, NOW, TOKEN_URL, World, acme, api_request, claims, data_grant,
    get_accounts, grant, own_context,
};
use ob_auth::{CacheStatus, Profile, TokenType};
use ob_core::{Code, SeededEntropy, Sent};
use ob_jose::CompactJws;
use serde_json::json;

/// Rows: R019, R021, R049, R050, R051, R052, R053, R055, R073, R074
#[tokio::test]
async fn the_whole_way_of_one_token() {
    let world = World::honest();
    let authorizer = world.builder().kid("portal-1").build().unwrap();
    let lease = authorizer
        .token(&acme(), &grant("consents:create"))
        .await
        .unwrap();
    assert_eq!(lease.cache, CacheStatus::Fetched);
    assert_eq!(lease.attempts, 1);
    assert_eq!(lease.correlation.as_deref(), Some("corr-1"));

    let token = &lease.token;
    assert_eq!(token.client_id().as_str(), "tpp-acme");
    assert_eq!(token.actor().unwrap().as_str(), INTEGRATOR);
    assert_eq!(token.token_type(), TokenType::Dpop);
    assert_eq!(token.jkt(), Some(authorizer.dpop_thumbprint()));
    assert!(token.is_sealed());

    let asked = &world.server.asked()[0];
    assert_eq!(asked.third_party.as_deref(), Some("tpp-acme"));
    assert_eq!(asked.form["scope"], "consents:create");
    assert!(!asked.form.contains_key("client_id") && !asked.form.contains_key("consent_id"));
    let jws = CompactJws::parse(&asked.raw_assertion, 8192).unwrap();
    assert_eq!(jws.header().kid(), Some("portal-1"));
    assert_eq!(jws.header().typ(), Some("client-authentication+jwt"));
    for claim in ["iss", "sub"] {
        assert_eq!(asked.assertion[claim], INTEGRATOR);
    }
    assert_eq!(
        asked.assertion["aud"], ISSUER,
        "R021: a string, the issuer byte for byte"
    );
    assert_eq!(asked.assertion["iat"], NOW);
    assert_eq!(asked.assertion["exp"], NOW + 60);
    assert_eq!(asked.proof["htm"], "POST");
    assert_eq!(asked.proof["htu"], TOKEN_URL);
    assert!(!asked.proof.contains_key("ath"), "R073");
    assert!(!asked.proof.contains_key("nonce"), "R074");
    assert_ne!(asked.proof["jti"], asked.assertion["jti"]);

    let again = authorizer
        .token(&acme(), &grant("consents:create"))
        .await
        .unwrap();
    assert_eq!(again.cache, CacheStatus::Hit);
    assert_eq!(world.server.requests(), 1);
}

#[tokio::test]
async fn one_seed_gives_one_request_byte_for_byte() {
    let bytes = |seed| async move {
        let world = World::honest();
        let authorizer = world
            .builder()
            .entropy(SeededEntropy::new(seed))
            .build()
            .unwrap();
        authorizer.token(&acme(), &grant("a b")).await.unwrap();
        let asked = world.server.asked().remove(0);
        (
            asked.headers["x-fapi-interaction-id"].clone(),
            asked.assertion,
            asked.proof,
        )
    };
    let (one, same, other) = (bytes(7).await, bytes(7).await, bytes(8).await);
    assert_eq!(
        (&one.0, &one.1, &one.2["jti"]),
        (&same.0, &same.1, &same.2["jti"])
    );
    assert_ne!(one.0, other.0);
    insta::assert_snapshot!(one.0.to_str().unwrap(), @"d70d3259-e4e1-4b63-9c66-3cf4d73c4c04");
}

#[tokio::test]
async fn the_integrator_itself_asks_without_a_third_party() {
    let world = World::honest();
    let authorizer = world.authorizer();
    let lease = authorizer
        .token(&own_context(), &grant("consents:create"))
        .await
        .unwrap();
    assert_eq!(lease.token.client_id().as_str(), INTEGRATOR);
    assert!(lease.token.actor().is_none());
    assert!(world.server.asked()[0].third_party.is_none());
}

#[tokio::test]
async fn a_consent_is_asked_for_and_cached_by_itself() {
    let world = World::honest();
    let authorizer = world.authorizer();
    let one = authorizer.token(&acme(), &data_grant("c-1")).await.unwrap();
    let two = authorizer.token(&acme(), &data_grant("c-2")).await.unwrap();
    let none = authorizer.token(&acme(), &grant("ob_data")).await.unwrap();
    assert_eq!(one.token.consent().unwrap().as_str(), "c-1");
    assert_eq!(two.token.consent().unwrap().as_str(), "c-2");
    assert!(none.token.consent().is_none());
    let consents: Vec<_> = world
        .server
        .asked()
        .iter()
        .map(|a| a.form.get("consent_id").cloned())
        .collect();
    assert_eq!(consents, [Some("c-1".into()), Some("c-2".into()), None]);
}

#[tokio::test]
async fn bearer_is_followed_as_the_platform_prints_it() {
    for spelling in ["Bearer", "bearer", "BEARER"] {
        let world = World::new(move |a| {
            Issue::bearer(a)
                .member("token_type", json!(spelling))
                .into()
        });
        let authorizer = world.authorizer();
        let mut request = get_accounts();
        let done = authorizer
            .authorize(&acme(), &data_grant("c-1"), &mut request)
            .await
            .unwrap();
        assert!(!done.bound);
        let headers = request.headers();
        assert_eq!(
            headers["authorization"],
            format!("Bearer {}", done.token.expose())
        );
        assert!(headers["authorization"].is_sensitive());
        assert_eq!(headers["x-application-id"], APP_A);
        assert_eq!(headers.len(), 2, "nothing else is written");
    }
}

/// Rows: R081, L2.21
#[tokio::test]
async fn r081_fapi2_never_falls_back_to_bearer() {
    let world = World::new(|asked| Issue::bearer(asked).into());
    let authorizer = world.builder().profile(Profile::Fapi2).build().unwrap();
    let mut request = get_accounts();
    let refused = authorizer
        .authorize(&acme(), &grant("a"), &mut request)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::T216);
    assert_eq!(refused.token_request_sent(), Sent::Yes);
    assert_eq!(refused.correlation(), Some("corr-1"));
    assert!(
        request.headers().is_empty(),
        "R113: the request is left as it was"
    );
    for spelling in ["dPOP", "DPOP", "dpop"] {
        let world = World::new(move |a| {
            Issue::honest(a)
                .member("token_type", json!(spelling))
                .into()
        });
        let authorizer = world.builder().profile(Profile::Fapi2).build().unwrap();
        assert!(authorizer.token(&acme(), &grant("a")).await.is_ok());
    }
}

/// Rows: R161
#[tokio::test]
async fn r161_an_unknown_token_type_is_refused() {
    let world = World::new(|asked| {
        Issue::honest(asked)
            .member("token_type", json!("mac"))
            .into()
    });
    let refused = world
        .authorizer()
        .token(&acme(), &grant("a"))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::T216);
}

/// Rows: R067, R071, R072, R073, R082
#[tokio::test]
async fn a_bound_token_gets_a_fresh_proof_for_each_request() {
    let world = World::honest();
    let authorizer = world.authorizer();
    let mut jtis = std::collections::HashSet::new();
    for _ in 0..20 {
        let mut request = api_request("GET", "https://API.example:443/a%2Fb?x=1");
        let done = authorizer
            .authorize(&acme(), &grant("a"), &mut request)
            .await
            .unwrap();
        assert!(done.bound);
        let headers = request.headers();
        assert_eq!(
            headers["authorization"],
            format!("DPoP {}", done.token.expose())
        );
        assert!(headers["dpop"].is_sensitive());
        let proof = claims(headers["dpop"].to_str().unwrap());
        assert_eq!(proof["htm"], "GET");
        assert_eq!(proof["htu"], "https://api.example/a%2Fb", "R071");
        assert_eq!(proof["ath"], ob_jose::ath(done.token.expose()));
        assert_eq!(proof["iat"], NOW);
        assert!(jtis.insert(proof["jti"].to_string()), "R067");
        assert_eq!(headers.len(), 3);
    }
    assert_eq!(world.server.requests(), 1);
}

/// Rows: R027
#[tokio::test]
async fn r027_what_makes_no_sense_is_not_asked_for() {
    let world = World::honest();
    let authorizer = world.authorizer();
    let none = ob_auth::Grant::new(ob_core::Scopes::none());
    let no_scope = authorizer.token(&acme(), &none).await.unwrap_err();
    assert_eq!(no_scope.code(), Code::K010);
    let ours = crate::world::party("x", INTEGRATOR, APP_A);
    let as_third_party = authorizer.token(&ours, &grant("a")).await.unwrap_err();
    assert_eq!(as_third_party.code(), Code::R002, "R044");
    let other = ob_core::ActingFor::integrator(
        "x".parse().unwrap(),
        "integrator-2".parse().unwrap(),
        APP_A.parse().unwrap(),
    );
    let other = authorizer.token(&other, &grant("a")).await.unwrap_err();
    assert_eq!(other.code(), Code::K010);
    for error in [no_scope, as_third_party, other] {
        assert_eq!(error.token_request_sent(), Sent::No);
        assert!(error.business_id().is_some());
    }
    assert_eq!(world.server.requests(), 0);
}

/// Rows: R045
#[test]
fn r045_one_key_in_two_roles_is_refused() {
    let world = World::honest();
    let refused = world
        .builder()
        .dpop_signer(crate::world::client_key())
        .build()
        .unwrap_err();
    assert_eq!(refused.code(), Code::K008);
    assert_eq!(
        world.builder().capacity(0).build().unwrap_err().code(),
        Code::K010
    );
    let (one, other) = (world.authorizer(), world.authorizer());
    assert_ne!(
        one.dpop_thumbprint(),
        other.dpop_thumbprint(),
        "R043: a fresh key each"
    );
}

#[tokio::test]
async fn a_failing_signer_or_generator_sends_nothing() {
    #[derive(Debug)]
    struct Dry;
    impl ob_core::Entropy for Dry {
        fn fill(&self, _: &mut [u8]) -> Result<(), ob_core::EntropyError> {
            Err(ob_core::EntropyError::new("dry"))
        }
    }
    let world = World::honest();
    let dry = world.builder().entropy(Dry).build().unwrap();
    let error = dry.token(&acme(), &grant("a")).await.unwrap_err();
    assert_eq!(
        (error.code(), error.token_request_sent()),
        (Code::K009, Sent::No)
    );
    assert_eq!(world.server.requests(), 0);
}
