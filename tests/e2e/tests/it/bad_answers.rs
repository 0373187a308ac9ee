//! Every answer that is not one: a typed error with a code, an owner, and whether it was sent.

use crate::{
    hostile::{Hostile, Reply, http, json},
    world::{UNLICENSED, World, transport},
};
use obkit::{
    Code, Environment, Error, Identity, Integrator, Owner, Profile, RetryPolicy, Sent,
    jose::{Algorithm, SigningKey},
    transport::{HyperTransport, SharedTransport},
};
use std::time::Duration;

/// Calls the API with a hostile token endpoint.
async fn token_answer(reply: Reply, profile: Profile) -> (Error, usize) {
    let world = World::simple().await;
    let hostile = Hostile::start(reply).await;
    let token_url = format!("{}/oauth2/tokens", hostile.base);
    let environment =
        Environment::new(&world.descriptor.issuer, token_url, &world.descriptor.api_base);
    let error = providers(&world, environment.profile(profile), quick()).await;
    assert_eq!(world.sandbox().counters().api_requests, 0, "a call never goes without its token");
    (error, hostile.requests())
}

/// Calls a hostile API with an honest token.
async fn api_answer(reply: Reply) -> (Error, usize) {
    let world = World::simple().await;
    let hostile = Hostile::start(reply).await;
    let (issuer, token_url) = (&world.descriptor.issuer, &world.descriptor.token_endpoint);
    let environment = Environment::new(issuer, token_url, &hostile.base);
    let error = providers(&world, environment, quick()).await;
    (error, hostile.requests())
}

async fn providers(world: &World, environment: Environment, transport: SharedTransport) -> Error {
    let integrator = Integrator::builder(environment.allow_http_on_loopback())
        .identity(Identity {
            business_id: "integrator".parse().unwrap(),
            client_id: world.descriptor.integrator.client_id.clone(),
            application_id: world.descriptor.integrator.application_id,
            use_case_configuration_id: world.descriptor.integrator.use_case_configuration_id,
        })
        .key(SigningKey::from_bytes(world.key.as_bytes()).unwrap())
        .kid(&world.descriptor.integrator.kid)
        .registry(world.descriptor.registry().await.unwrap())
        .transport(transport)
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let acme = integrator.on_behalf_of(UNLICENSED).unwrap();
    acme.providers().list().send().await.unwrap_err()
}

/// A hung server must not hold a test for long; a slow machine must not fail it.
fn quick() -> SharedTransport {
    HyperTransport::builder()
        .allow_http_on_loopback()
        .total_timeout(Duration::from_secs(2))
        .build()
        .unwrap()
        .into()
}

fn whole_token(extra: &str) -> String {
    format!(r#"{{"access_token":"opaque-123","expires_in":300{extra}}}"#)
}

#[tokio::test]
async fn token_answers_that_are_none() {
    let huge = format!(r#"{{"access_token":"{}"}}"#, "a".repeat(10 << 20));
    let cut = Reply::Bytes(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{\"acc".to_vec(),
    );
    let table: Vec<(&str, Reply, &[Code])> = vec![
        ("html", http("200 OK", "Content-Type: text/html\r\n", "<html>"), &[Code::T201]),
        ("empty", json("200 OK", ""), &[Code::T201]),
        ("no body at all", Reply::Bytes(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()), &[Code::T201]),
        ("cut json", json("200 OK", r#"{"access_token":"a"#), &[Code::T201]),
        ("array", json("200 OK", "[]"), &[Code::T201]),
        ("number as token", json("200 OK", r#"{"access_token":7,"token_type":"Bearer"}"#), &[Code::T201]),
        ("header injection", json("200 OK", "{\"access_token\":\"a\\r\\nX: 1\",\"token_type\":\"Bearer\"}"), &[Code::T201]),
        ("string expires_in", json("200 OK", r#"{"access_token":"a","token_type":"Bearer","expires_in":"300"}"#), &[Code::T201]),
        ("duplicate members", json("200 OK", r#"{"access_token":"a","access_token":"b","token_type":"Bearer"}"#), &[Code::T201]),
        ("no token_type", json("200 OK", &whole_token("")), &[Code::T201, Code::T216]),
        ("unknown token_type", json("200 OK", &whole_token(r#","token_type":"mac""#)), &[Code::T216]),
        ("opaque token", json("200 OK", &whole_token(r#","token_type":"Bearer""#)), &[Code::T215]),
        ("10 MB", json("200 OK", &huge), &[Code::T201, Code::T210, Code::N106]),
        ("cut off", cut, &[Code::T210, Code::N105]),
        ("redirect", http("302 Found", "Location: http://127.0.0.1:1/\r\n", ""), &[Code::N101]),
        ("html 500", http("500 Oops", "Content-Type: text/html\r\n", "<html>"), &[Code::T210]),
        ("hung", Reply::Hang(Vec::new()), &[Code::T210, Code::N504]),
        ("hung in the body", Reply::Hang(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_vec()), &[Code::T210, Code::N504]),
        ("reset", Reply::Reset, &[Code::T210, Code::N105]),
        ("not http", Reply::Bytes(b"SSH-2.0-OpenSSH\r\n".to_vec()), &[Code::T210, Code::N105]),
        ("invalid_client", json("401 Unauthorized", r#"{"error":"invalid_client"}"#), &[Code::T203]),
        ("gateway error", json("400 Bad Request", r#"{"Errors":{"Error":[{"Source":"Gateway","ReasonCode":"MALFORMED_OAUTH_REQ","Description":"x","Recoverable":false,"Details":null}]}}"#), &[Code::T202]),
    ];
    for (case, reply, codes) in table {
        let (error, requests) = token_answer(reply, Profile::OneToMany).await;
        assert!(codes.contains(&error.code()), "{case}: {error}");
        assert_eq!(error.sent(), Sent::No, "{case}: the call itself was never sent");
        assert!(requests >= 1, "{case}");
        assert!(!error.to_string().contains("opaque-123"), "{case}");
        assert!([Owner::Platform, Owner::You].contains(&error.owner()), "{case}");
    }
}

#[tokio::test]
async fn r081_bearer_is_no_fallback_in_fapi2() {
    let answer = json("200 OK", &whole_token(r#","token_type":"Bearer""#));
    let (error, requests) = token_answer(answer, Profile::Fapi2).await;
    assert_eq!(error.code(), Code::T216, "{error}");
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn r078_a_server_that_always_challenges_is_left_after_three_requests() {
    let answer = http(
        "400 Bad Request",
        "Content-Type: application/json\r\nDPoP-Nonce: never-enough\r\n",
        r#"{"error":"use_dpop_nonce"}"#,
    );
    let (error, requests) = token_answer(answer, Profile::Fapi2).await;
    assert_eq!(error.code(), Code::D302, "{error}");
    assert!(requests <= 3, "{requests} requests");
}

#[tokio::test]
async fn api_answers_that_are_none() {
    let cut = Reply::Bytes(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{\"it".to_vec(),
    );
    let huge = format!(r#"{{"items":["{}"]}}"#, "a".repeat(10 << 20));
    let table: Vec<(&str, Reply, Code, Sent)> = vec![
        ("html", http("200 OK", "Content-Type: text/html\r\n", "<html>"), Code::A502, Sent::Yes),
        ("empty", json("200 OK", ""), Code::A502, Sent::Yes),
        ("cut json", json("200 OK", r#"{"items":[{"id""#), Code::A502, Sent::Yes),
        ("wrong type", json("200 OK", r#"{"items":7}"#), Code::A502, Sent::Yes),
        ("10 MB", json("200 OK", &huge), Code::N106, Sent::Maybe),
        ("cut off", cut, Code::N105, Sent::Maybe),
        ("redirect", http("307 Temporary Redirect", "Location: http://127.0.0.1:1/\r\n", ""), Code::N101, Sent::Yes),
        ("hung", Reply::Hang(Vec::new()), Code::N504, Sent::Maybe),
        ("reset", Reply::Reset, Code::N105, Sent::Maybe),
        ("html 503", http("503 Busy", "Content-Type: text/html\r\nRetry-After: 7\r\n", "<html>"), Code::A500, Sent::Yes),
        ("rate limited", http("429 Slow", "Retry-After: 9\r\n", ""), Code::A429, Sent::Yes),
        ("not found", json("404 Not Found", "{}"), Code::A404, Sent::Yes),
    ];
    for (case, reply, code, sent) in table {
        let (error, requests) = api_answer(reply).await;
        assert_eq!(error.code(), code, "{case}: {error}");
        assert_eq!(error.sent(), sent, "{case}: {error}");
        assert_eq!(requests, 1, "{case}");
        assert_eq!(error.party().unwrap().as_str(), UNLICENSED, "{case}");
        assert!(error.correlation().is_some(), "{case}");
    }
}

#[tokio::test]
async fn a_refused_token_is_thrown_away_and_retried_once() {
    let refused = http(
        "401 Unauthorized",
        "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n",
        "",
    );
    let (error, requests) = api_answer(refused).await;
    assert_eq!(error.code(), Code::A401, "{error}");
    assert_eq!(requests, 2);
}

#[tokio::test]
async fn nobody_listens() {
    let world = World::simple().await;
    let (issuer, token_url) = (&world.descriptor.issuer, &world.descriptor.token_endpoint);
    // Port 1 is reserved and nothing listens on it.
    let closed = Environment::new(issuer, token_url, "http://127.0.0.1:1");
    let error = providers(&world, closed, quick()).await;
    assert_eq!((error.code(), error.sent()), (Code::N103, Sent::No), "{error}");
    let closed = Environment::new(issuer, "http://127.0.0.1:1/t", &world.descriptor.api_base);
    let error = providers(&world, closed, quick()).await;
    assert_eq!((error.code(), error.sent()), (Code::T210, Sent::No), "{error}");
}

#[tokio::test]
async fn plain_http_leaves_only_to_loopback() {
    let world = World::simple().await;
    let environment = Environment::new(
        &world.descriptor.issuer,
        &world.descriptor.token_endpoint,
        "http://192.0.2.1",
    );
    let error = providers(&world, environment, transport()).await;
    assert_eq!((error.code(), error.sent()), (Code::N102, Sent::No), "{error}");
}

#[tokio::test]
async fn another_key_is_invalid_client() {
    let world = World::simple().await;
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let builder = world.descriptor.integrator(&world.key).await.unwrap();
    drop(builder);
    let integrator = Integrator::builder(world.descriptor.environment())
        .identity(world.integrator.identity().clone())
        .key(key)
        .registry(world.descriptor.registry().await.unwrap())
        .transport(transport())
        .build()
        .unwrap();
    let acme = integrator.on_behalf_of(UNLICENSED).unwrap();
    let error = acme.providers().list().send().await.unwrap_err();
    assert_eq!((error.code(), error.sent()), (Code::T203, Sent::No), "{error}");
}
