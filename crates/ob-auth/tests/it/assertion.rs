//! The client assertion and the request that carries it, as they leave.

use crate::world::{
    INTEGRATOR, Issue, NOW, World, acme, beta, claims, grant, nonce_challenge, read_form, refusal,
};
use bytes::Bytes;
use http::{Request, header};
use ob_auth::{AuthorizationServer, Authorizer};
use ob_core::TestClock;
use ob_jose::{Algorithm, CompactJws, SigningKey};
use ob_transport::testing::{RecordedRequest, Scripted};
use serde_json::Value;
use std::{collections::HashSet, sync::Arc, time::Duration};

/// The token request that an Integrator makes there with this key.
async fn asked(issuer: &str, token_url: &str, key: SigningKey) -> RecordedRequest {
    let script = Scripted::new().answer(refusal(400, "invalid_scope"));
    let server = AuthorizationServer::new(issuer, token_url).unwrap();
    let client_id = INTEGRATOR.parse().unwrap();
    let clock = TestClock::at(crate::world::start() + Duration::from_millis(900));
    Authorizer::builder(server, client_id, Arc::new(key), script.clone())
        .kid("portal-1")
        .clock(clock)
        .build()
        .unwrap()
        .token(&acme(), &grant("a+b:c d"))
        .await
        .unwrap_err();
    script.requests().remove(0)
}

fn es256() -> SigningKey {
    SigningKey::generate(Algorithm::Es256).unwrap()
}

fn form(request: &Request<Bytes>) -> std::collections::HashMap<String, String> {
    read_form(std::str::from_utf8(request.body()).unwrap())
}

/// The audience is the issuer as one string, byte for byte, wherever the token endpoint is: on
/// another host, under another path, or at an honest server that somebody else points to.
///
/// Rows: R021, R052, R064
#[tokio::test]
async fn the_audience_is_the_issuer_and_nothing_else() {
    for issuer in [
        "https://as.example",
        "https://as.example/",
        "https://as.example/t1",
        "https://as.example/t1/",
        "https://AS.example:443",
        "https://as.example/%7et",
    ] {
        for token_url in [
            "https://as.example/token",
            "https://tokens.example/oauth2/tokens",
            "https://honest.example/token",
        ] {
            let request = asked(issuer, token_url, es256()).await;
            let said = claims(&form(&request)["client_assertion"]);
            assert_eq!(said["aud"], Value::from(issuer), "{token_url}");
        }
    }
}

/// The client is named by the assertion alone, in `iss` and `sub`, equal to its client id.
///
/// Rows: R049, R050, R051, R053, R055
#[tokio::test]
async fn every_claim_of_the_client_is_there() {
    let request = asked("https://as.example", "https://as.example/t", es256()).await;
    let form = form(&request);
    assert!(!form.contains_key("client_id"));
    let said = claims(&form["client_assertion"]);
    let mut names: Vec<_> = said.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["aud", "exp", "iat", "iss", "jti", "sub"]);
    assert_eq!(
        (&said["iss"], &said["sub"]),
        (&said["sub"], &INTEGRATOR.into())
    );
    // Whole seconds, although the clock stands between two.
    assert_eq!(said["iat"], Value::from(NOW));
    let lifetime = said["exp"].as_u64().unwrap() - NOW;
    assert!((1..=300).contains(&lifetime), "{lifetime}");
}

/// The header of the client's assertion says what it is and which registered key signed it, with
/// one of the three algorithms, and carries no key.
///
/// Rows: R035, R062
#[tokio::test]
async fn the_header_has_three_members() {
    for algorithm in Algorithm::ALL {
        let key = SigningKey::generate(algorithm).unwrap();
        let public = ob_jose::VerifyingKey::from_jwk(key.public_jwk());
        let request = asked("https://as.example", "https://as.example/t", key).await;
        let assertion = form(&request)["client_assertion"].clone();
        let jws = CompactJws::parse(&assertion, 8192).unwrap();
        jws.verify(&public).unwrap();
        let header = assertion.split('.').next().unwrap();
        let header = ob_jose::base64url::decode(header).unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        let expected = serde_json::json!({
            "alg": algorithm.as_str(),
            "kid": "portal-1",
            "typ": "client-authentication+jwt",
        });
        assert_eq!(header, expected);
    }
}

/// A POST form in UTF-8; the credentials stand in its body, once, and in no other place.
///
/// Rows: R047, R149, R151
#[tokio::test]
async fn the_credentials_are_in_the_body_alone() {
    let url = "https://as.example/oauth2/tokens";
    let request = asked("https://as.example", url, es256()).await;
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), url, "no query");
    let kind = request.header("content-type");
    assert_eq!(kind, Some("application/x-www-form-urlencoded"));
    assert!(!request.headers().contains_key(header::AUTHORIZATION));
    let body = std::str::from_utf8(request.body()).unwrap();
    assert!(
        body.contains("&scope=a%2Bb%3Ac+d"),
        "plus and colon are encoded, a space is a plus: {body}"
    );
    let form = form(&request);
    let mut names: Vec<_> = form.keys().map(String::as_str).collect();
    names.sort_unstable();
    let four = [
        "client_assertion",
        "client_assertion_type",
        "grant_type",
        "scope",
    ];
    assert_eq!(names, four);
}

/// Every request of the client has an assertion and a proof of its own, whatever the last one
/// was answered with, each with 128 bits of randomness.
///
/// Rows: R039, R054, R063, R067, R069
#[tokio::test]
async fn nothing_that_was_signed_is_sent_twice() {
    let world = World::new(|asked| match asked.nth % 4 {
        0 => refusal(503, "busy").into(),
        1 => nonce_challenge(&format!("n{}", asked.nth)).into(),
        2 => refusal(401, "invalid_client").into(),
        _ => Issue::honest(asked).into(),
    });
    let authorizer = world.authorizer();
    for i in 0..60 {
        let party = if i % 2 == 0 { acme() } else { beta() };
        let _ = authorizer.token(&party, &grant(&format!("s{i}"))).await;
        world.clock.advance(Duration::from_secs(3));
    }
    let asked = world.server.asked();
    assert!(asked.len() > 60);
    let mut seen = HashSet::new();
    for one in &asked {
        for claims in [&one.assertion, &one.proof] {
            let jti = claims["jti"].as_str().unwrap();
            assert_eq!(ob_jose::base64url::decode(jti).unwrap().len(), 16);
            assert!(seen.insert(jti.to_owned()), "{jti} again");
        }
        for text in [&one.raw_assertion, &one.raw_proof] {
            assert!(seen.insert(text.clone()));
        }
    }
}
