use crate::world::{
    APP_A, APP_B, INTEGRATOR, TOKEN_URL, World, acme, api_request, beta, client_key, data_grant,
    get_accounts, own_context, party,
};
use bytes::Bytes;
use http::Request;
use ob_auth::{AuthorizationServer, Authorizer, SealedToken};
use ob_core::{ActingFor, Code, Sent};
use std::{sync::Arc, time::Duration};

/// Attaches, and checks that a refused request stays as it was.
async fn attach(
    authorizer: &Authorizer,
    (party, token): (&ActingFor, &SealedToken),
    mut request: Request<Bytes>,
) -> Result<Request<Bytes>, Code> {
    let before = request.headers().clone();
    match authorizer.attach(party, token, &mut request).await {
        Ok(()) => Ok(request),
        Err(error) => {
            assert_eq!(request.headers(), &before, "{error}");
            assert_eq!(error.token_request_sent(), Sent::No);
            assert_eq!(error.business_id(), Some(party.business_id()));
            Err(error.code())
        }
    }
}

async fn held(authorizer: &Authorizer) -> Arc<SealedToken> {
    authorizer
        .token(&acme(), &data_grant("c-1"))
        .await
        .unwrap()
        .token
}

/// Rows: R198, L3.13
#[tokio::test]
async fn l3_a_token_goes_to_its_own_party_only() {
    let authorizer = World::honest().authorizer();
    let token = held(&authorizer).await;
    let same_ids = ActingFor::integrator(
        "acme".parse().unwrap(),
        "tpp-acme".parse().unwrap(),
        APP_A.parse().unwrap(),
    );
    for (who, code) in [
        (beta(), Code::X001),
        (party("acme", "tpp-beta", APP_A), Code::X001),
        (party("beta", "tpp-acme", APP_A), Code::X001),
        (party("ACME", "tpp-acme", APP_A), Code::X001),
        (party("acme", "TPP-acme", APP_A), Code::X001),
        (party("acme", "tpp-acme", APP_B), Code::X002),
        (own_context(), Code::X001),
        (same_ids, Code::X001),
    ] {
        let refused = attach(&authorizer, (&who, &token), get_accounts()).await;
        assert_eq!(refused.unwrap_err(), code, "{who:?}");
    }
    let written = attach(&authorizer, (&acme(), &token), get_accounts())
        .await
        .unwrap();
    assert_eq!(written.headers()["x-application-id"], APP_A);
}

#[tokio::test]
async fn a_request_that_names_another_consent_is_refused() {
    let authorizer = World::honest().authorizer();
    let token = held(&authorizer).await;
    let naming = |consents: &[&str]| {
        let mut request = get_accounts();
        for consent in consents {
            request
                .headers_mut()
                .append("x-consent-id", consent.parse().unwrap());
        }
        request
    };
    let pair = (&acme(), &*token);
    assert!(attach(&authorizer, pair, naming(&["c-1"])).await.is_ok());
    for consents in [&["c-2"][..], &["C-1"], &["c-1", "c-2"], &["c-1, c-2"]] {
        let refused = attach(&authorizer, pair, naming(consents)).await;
        assert_eq!(refused.unwrap_err(), Code::X003, "{consents:?}");
    }
}

/// Rows: R001, R071
#[tokio::test]
async fn r001_credentials_go_to_https_only() {
    let authorizer = World::honest().authorizer();
    let token = held(&authorizer).await;
    for url in [
        "http://api.example/accounts",
        "https://user@api.example/accounts",
        "/accounts",
        "api.example:443",
        "ftp://api.example/accounts",
    ] {
        let refused = attach(&authorizer, (&acme(), &token), api_request("GET", url)).await;
        assert_eq!(refused.unwrap_err(), Code::N102, "{url}");
    }
    let local = api_request("GET", "http://127.0.0.1:8080/accounts");
    assert!(attach(&authorizer, (&acme(), &token), local).await.is_ok());
}

#[tokio::test]
async fn an_expired_token_is_not_written() {
    let world = World::honest();
    let authorizer = world.authorizer();
    let token = held(&authorizer).await;
    world.clock.advance(Duration::from_secs(899));
    assert!(
        attach(&authorizer, (&acme(), &token), get_accounts())
            .await
            .is_ok()
    );
    world.clock.advance(Duration::from_secs(1));
    let refused = attach(&authorizer, (&acme(), &token), get_accounts()).await;
    assert_eq!(refused.unwrap_err(), Code::T211);
}

/// Rows: R043, R087
#[tokio::test]
async fn r043_a_token_stays_with_its_environment_and_key() {
    let world = World::honest();
    let token = held(&world.authorizer()).await;
    let other_key = world.authorizer();
    let refused = attach(&other_key, (&acme(), &token), get_accounts()).await;
    assert_eq!(refused.unwrap_err(), Code::D304, "R087");

    let world = World::new(|asked| crate::world::Issue::bearer(asked).into());
    let bearer = held(&world.authorizer()).await;
    for (issuer, client) in [
        ("https://other.example", INTEGRATOR),
        (crate::world::ISSUER, "other"),
    ] {
        let server = AuthorizationServer::new(issuer, TOKEN_URL).unwrap();
        let other = Authorizer::builder(
            server,
            client.parse().unwrap(),
            client_key(),
            world.server.clone(),
        )
        .clock(world.clock.clone())
        .build()
        .unwrap();
        let refused = attach(&other, (&acme(), &bearer), get_accounts()).await;
        assert_eq!(refused.unwrap_err(), Code::X001, "{issuer} {client}");
    }
}
