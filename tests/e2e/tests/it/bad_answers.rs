//! Every answer that is not one: a typed error with a code, an owner, and whether it was sent.

use crate::{
    hostile::{Hostile, Reply, http, json},
    world::{UNLICENSED, World, transport},
};
use futures_util::future::join_all;
use ob_sandbox::{NonceMode, Profile as SandboxProfile};
use obkit::{
    Code, Environment, Error, Integrator, Owner, Profile, Retry, RetryPolicy, Sent,
    jose::SigningKey,
    journal::MemoryJournal,
    transport::{HyperTransport, SharedTransport},
};
use std::time::Duration;

/// Calls the API with a hostile token endpoint.
async fn token_answer(world: &World, reply: Reply, profile: Profile) -> (Error, usize) {
    let patience = patience(&reply);
    let hostile = Hostile::start(reply).await;
    let token_url = format!("{}/oauth2/tokens", hostile.base);
    let environment = Environment::new(
        &world.descriptor.issuer,
        token_url,
        &world.descriptor.api_base,
    );
    let error = providers(world, environment.profile(profile), patience).await;
    let sent = world.counters().api_requests;
    assert_eq!(sent, 0, "a call never goes without its token: {error}");
    (error, hostile.requests())
}

/// Calls a hostile API with an honest token.
async fn api_answer(world: &World, reply: Reply) -> (Error, usize) {
    let patience = patience(&reply);
    let hostile = Hostile::start(reply).await;
    let (issuer, token_url) = (&world.descriptor.issuer, &world.descriptor.token_endpoint);
    let environment = Environment::new(issuer, token_url, &hostile.base);
    let error = providers(world, environment, patience).await;
    (error, hostile.requests())
}

async fn providers(world: &World, environment: Environment, transport: SharedTransport) -> Error {
    let integrator = Integrator::builder(environment.allow_http_on_loopback())
        .identity(world.integrator.identity().clone())
        .key(SigningKey::from_bytes(world.key.as_bytes()).unwrap())
        .kid(&world.descriptor.integrator.kid)
        .registry(world.descriptor.registry().await.unwrap())
        .transport(transport)
        .clock(world.clock.clone())
        .journal(MemoryJournal::default())
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let acme = integrator.on_behalf_of(UNLICENSED).unwrap();
    acme.providers().list().send().await.unwrap_err()
}

/// A hung server must not hold a test for long, and a slow machine must not fail another one.
fn patience(reply: &Reply) -> SharedTransport {
    let builder = HyperTransport::builder().allow_http_on_loopback();
    let builder = match reply {
        Reply::Hang(_) => builder.total_timeout(Duration::from_secs(2)),
        _ => builder,
    };
    builder.build().unwrap().into()
}

fn whole_token(extra: &str) -> String {
    format!(r#"{{"access_token":"opaque-123","expires_in":300{extra}}}"#)
}

/// Rows: R159, R160, R161, R163, R164, R166
#[tokio::test]
async fn token_answers_that_are_none() {
    let huge = format!(r#"{{"access_token":"{}"}}"#, "a".repeat(10 << 20));
    let cut = Reply::Bytes(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{\"acc"
            .to_vec(),
    );
    let hung_body = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_vec();
    let no_body = b"HTTP/1.1 204 No Content\r\n\r\n".to_vec();
    let ok = |body: &str| json("200 OK", body);
    let table: Vec<(&str, Reply, Code)> = vec![
        (
            "html",
            http("200 OK", "Content-Type: text/html\r\n", "<html>"),
            Code::T201,
        ),
        (
            "no content type",
            http("200 OK", "", &whole_token(BEARER)),
            Code::T201,
        ),
        ("empty", ok(""), Code::T201),
        ("no body at all", Reply::Bytes(no_body), Code::T201),
        ("cut json", ok(r#"{"access_token":"a"#), Code::T201),
        ("array", ok("[]"), Code::T201),
        ("null", ok("null"), Code::T201),
        (
            "number as token",
            ok(r#"{"access_token":7,"token_type":"Bearer"}"#),
            Code::T201,
        ),
        ("header injection", ok(INJECTION), Code::T201),
        ("string expires_in", ok(&token_for(r#""300""#)), Code::T201),
        ("negative expires_in", ok(&token_for("-1")), Code::T201),
        ("endless expires_in", ok(&token_for("1e300")), Code::T201),
        ("duplicate members", ok(DUPLICATES), Code::T201),
        ("no token_type", ok(&whole_token("")), Code::T201),
        (
            "unknown token_type",
            ok(&whole_token(r#","token_type":"mac""#)),
            Code::T216,
        ),
        ("opaque token", ok(&whole_token(BEARER)), Code::T215),
        ("10 MB", ok(&huge), Code::T201),
        ("cut off", cut, Code::T201),
        (
            "redirect",
            http("302 Found", "Location: http://127.0.0.1:1/\r\n", ""),
            Code::N101,
        ),
        (
            "html 500",
            http("500 Oops", "Content-Type: text/html\r\n", "<html>"),
            Code::T210,
        ),
        (
            "html 400",
            http("400 Bad", "Content-Type: text/html\r\n", "<html>"),
            Code::T202,
        ),
        ("hung", Reply::Hang(Vec::new()), Code::T210),
        ("hung in the body", Reply::Hang(hung_body), Code::T210),
        ("reset", Reply::Reset, Code::T210),
        (
            "not http",
            Reply::Bytes(b"SSH-2.0-OpenSSH\r\n\r\n".to_vec()),
            Code::T201,
        ),
        (
            "invalid_client",
            json("401 Unauthorized", r#"{"error":"invalid_client"}"#),
            Code::T203,
        ),
        (
            "unauthorized_client",
            json("400 Bad", r#"{"error":"unauthorized_client"}"#),
            Code::T204,
        ),
        (
            "invalid_scope",
            json("400 Bad", r#"{"error":"invalid_scope"}"#),
            Code::T205,
        ),
        (
            "invalid proof",
            json("400 Bad", r#"{"error":"invalid_dpop_proof"}"#),
            Code::D301,
        ),
        (
            "gateway error",
            json("400 Bad Request", GATEWAY),
            Code::T202,
        ),
        (
            "rate limited",
            http("429 Slow", "Retry-After: 9\r\n", ""),
            Code::A429,
        ),
    ];
    let world = &World::simple().await;
    let cases = table.into_iter().map(|(case, reply, code)| async move {
        let (error, requests) = token_answer(world, reply, Profile::OneToMany).await;
        assert_eq!(error.code(), code, "{case}: {error}");
        assert_eq!(error.owner(), code.owners()[0], "{case}");
        assert_eq!(
            error.sent(),
            Sent::No,
            "{case}: the call itself was never sent"
        );
        assert_eq!(requests, 1, "{case}: {error}");
        let text = format!("{error} {error:?}");
        assert!(!text.contains("opaque-123"), "{case}: {text}");
        assert!(
            text.len() < 4000 && !error.to_string().contains('\n'),
            "{case}: {text}"
        );
        assert_eq!(error.party().unwrap().as_str(), UNLICENSED, "{case}");
        assert!(error.correlation().is_some(), "{case}: {error}");
    });
    join_all(cases).await;
}

const BEARER: &str = r#","token_type":"Bearer""#;
const INJECTION: &str = "{\"access_token\":\"opaque-123\\r\\nX: 1\",\"token_type\":\"Bearer\"}";
const DUPLICATES: &str =
    r#"{"access_token":"opaque-123","access_token":"b","token_type":"Bearer","expires_in":300}"#;
const GATEWAY: &str = r#"{"Errors":{"Error":[{"Source":"Gateway","ReasonCode":"MALFORMED_OAUTH_REQ","Description":"x","Recoverable":false,"Details":null}]}}"#;

fn token_for(expires_in: &str) -> String {
    format!(r#"{{"access_token":"opaque-123","token_type":"Bearer","expires_in":{expires_in}}}"#)
}

/// Rows: R081, L2.21
#[tokio::test]
async fn r081_bearer_is_no_fallback_in_fapi2() {
    let answer = json("200 OK", &whole_token(r#","token_type":"Bearer""#));
    let (error, requests) = token_answer(&World::simple().await, answer, Profile::Fapi2).await;
    assert_eq!(error.code(), Code::T216, "{error}");
    assert_eq!(requests, 1);
}

/// Rows: R078, L2.19
#[tokio::test]
async fn r078_a_server_that_always_challenges_is_left_after_three_requests() {
    let answer = http(
        "400 Bad Request",
        "Content-Type: application/json\r\nDPoP-Nonce: never-enough\r\n",
        r#"{"error":"use_dpop_nonce"}"#,
    );
    let (error, requests) = token_answer(&World::simple().await, answer, Profile::Fapi2).await;
    assert_eq!(error.code(), Code::D302, "{error}");
    assert!(requests <= 3, "{requests} requests");
}

/// Rows: R163, R166, R218
#[tokio::test]
async fn api_answers_that_are_none() {
    let cut = Reply::Bytes(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{\"it"
            .to_vec(),
    );
    let huge = format!(r#"{{"items":["{}"]}}"#, "a".repeat(10 << 20));
    let ok = |body: &str| json("200 OK", body);
    let table: Vec<(&str, Reply, Code, Sent)> = vec![
        (
            "html",
            http("200 OK", "Content-Type: text/html\r\n", "<html>"),
            Code::A502,
            Sent::Yes,
        ),
        ("empty", ok(""), Code::A502, Sent::Yes),
        ("cut json", ok(r#"{"items":[{"id""#), Code::A502, Sent::Yes),
        ("wrong type", ok(r#"{"items":7}"#), Code::A502, Sent::Yes),
        (
            "duplicate members",
            ok(r#"{"items":[],"items":[]}"#),
            Code::A502,
            Sent::Yes,
        ),
        (
            "created",
            json("201 Created", r#"{"items":[]}"#),
            Code::A502,
            Sent::Yes,
        ),
        ("10 MB", ok(&huge), Code::N106, Sent::Maybe),
        ("cut off", cut, Code::N105, Sent::Maybe),
        (
            "redirect",
            http("307 T", "Location: http://127.0.0.1:1/\r\n", ""),
            Code::N101,
            Sent::Yes,
        ),
        ("hung", Reply::Hang(Vec::new()), Code::N504, Sent::Maybe),
        ("reset", Reply::Reset, Code::N105, Sent::Maybe),
        (
            "not http",
            Reply::Bytes(b"220 ftp ready\r\n\r\n".to_vec()),
            Code::N105,
            Sent::Maybe,
        ),
        (
            "html 503",
            http("503 Busy", "Retry-After: 7\r\n", "<html>"),
            Code::A500,
            Sent::Yes,
        ),
        (
            "rate limited",
            http("429 Slow", "Retry-After: 9\r\n", ""),
            Code::A429,
            Sent::Yes,
        ),
        ("bad request", json("400 Bad", "[]"), Code::A400, Sent::Yes),
        (
            "forbidden",
            json("403 Forbidden", "{}"),
            Code::A403,
            Sent::Yes,
        ),
        (
            "not found",
            json("404 Not Found", "{}"),
            Code::A404,
            Sent::Yes,
        ),
        (
            "conflict",
            json("409 Conflict", "{}"),
            Code::A409,
            Sent::Yes,
        ),
    ];
    let world = &World::simple().await;
    let cases = table
        .into_iter()
        .map(|(case, reply, code, sent)| async move {
            let (error, requests) = api_answer(world, reply).await;
            assert_eq!(error.code(), code, "{case}: {error}");
            assert_eq!(error.owner(), code.owners()[0], "{case}");
            assert_eq!(error.sent(), sent, "{case}: {error}");
            assert_eq!(requests, 1, "{case}");
            assert_eq!(error.party().unwrap().as_str(), UNLICENSED, "{case}");
            assert!(error.correlation().is_some(), "{case}");
            let text = error.to_string();
            assert!(
                text.len() < 1000 && !text.contains("<html>"),
                "{case}: {text}"
            );
            let wait = match case {
                "html 503" => Retry::After(Duration::from_secs(7)),
                "rate limited" => Retry::After(Duration::from_secs(9)),
                "cut off" | "hung" | "reset" | "not http" => Retry::Backoff,
                _ => Retry::Never,
            };
            assert_eq!(error.retry(), wait, "{case}: {error}");
        });
    join_all(cases).await;
}

/// Rows: R165
#[tokio::test]
async fn a_refused_token_is_thrown_away_and_retried_once() {
    let refused = http(
        "401 Unauthorized",
        "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n",
        "",
    );
    let world = World::simple().await;
    let (error, requests) = api_answer(&world, refused).await;
    assert_eq!(
        (error.code(), error.sent()),
        (Code::A401, Sent::Yes),
        "{error}"
    );
    assert_eq!((requests, world.token_requests(UNLICENSED)), (2, 2));
}

/// What cannot stand in a proof is no nonce, and is not repeated to anybody.
///
/// Rows: R075, R079, L2.20, L2.23
#[tokio::test]
async fn a_hostile_nonce_is_not_used() {
    let long = format!("DPoP-Nonce: {}\r\n", "n".repeat(5000));
    let nonces = [
        "",
        "DPoP-Nonce:\r\n",
        "DPoP-Nonce: a\"b\r\n",
        "DPoP-Nonce: a b\r\n",
        "DPoP-Nonce: a\\b\r\n",
        "DPoP-Nonce: a\tb\r\n",
        "DPoP-Nonce: \u{e4}\r\n",
        "DPoP-Nonce: one\r\nDPoP-Nonce: two\r\n",
        &long,
    ];
    let world = &World::start(SandboxProfile::Fapi2, NonceMode::Off).await;
    let cases = nonces.into_iter().map(|nonce| async move {
        let headers = format!("Content-Type: application/json\r\n{nonce}");
        let answer = http("400 Bad Request", &headers, r#"{"error":"use_dpop_nonce"}"#);
        let (error, requests) = token_answer(world, answer, Profile::Fapi2).await;
        assert_eq!(error.code(), Code::D302, "{nonce:?}: {error}");
        assert_eq!(
            (requests, error.sent()),
            (1, Sent::No),
            "{nonce:?}: {error}"
        );
        assert!(!error.to_string().contains("nnnn"), "{error}");
    });
    join_all(cases).await;
}

/// Rows: R078, L2.19
#[tokio::test]
async fn r078_an_api_that_always_challenges_is_left() {
    let answer = http(
        "401 Unauthorized",
        "WWW-Authenticate: DPoP error=\"use_dpop_nonce\"\r\nDPoP-Nonce: never-enough\r\n",
        "",
    );
    let world = World::start(SandboxProfile::Fapi2, NonceMode::Off).await;
    let (error, requests) = api_answer(&world, answer).await;
    assert_eq!(
        (error.code(), error.sent()),
        (Code::D302, Sent::Yes),
        "{error}"
    );
    assert!(requests <= 3, "{requests} requests");
    assert_eq!(
        world.token_requests(UNLICENSED),
        1,
        "the token is not to blame"
    );
}

#[tokio::test]
async fn nobody_listens() {
    let world = World::simple().await;
    let (issuer, token_url) = (&world.descriptor.issuer, &world.descriptor.token_endpoint);
    // Port 1 is reserved and nothing listens on it.
    let closed = Environment::new(issuer, token_url, "http://127.0.0.1:1");
    let error = providers(&world, closed, transport()).await;
    assert_eq!(
        (error.code(), error.sent()),
        (Code::N103, Sent::No),
        "{error}"
    );
    let closed = Environment::new(issuer, "http://127.0.0.1:1/t", &world.descriptor.api_base);
    let error = providers(&world, closed, transport()).await;
    assert_eq!(
        (error.code(), error.sent()),
        (Code::T210, Sent::No),
        "{error}"
    );
    assert_eq!(error.owner(), Owner::Platform);
}

/// Some gateways explain an error with the very request in it.
async fn echoed(at_the_api: bool) -> Error {
    let token = format!(
        "eyJhbGciOiJFUzI1NiJ9.{}.c2lnbmF0dXJl",
        "Y2FuYXJ5".repeat(20)
    );
    let body = format!(r#"{{"error":"invalid_request","error_description":"bad {token}"}}"#);
    let (world, reply) = (World::simple().await, json("400 Bad Request", &body));
    if at_the_api {
        return api_answer(&world, reply).await.0;
    }
    token_answer(&world, reply, Profile::OneToMany).await.0
}

/// A redirect of either endpoint leads nowhere: the server it points to hears nothing.
///
/// Rows: R013, R163
#[tokio::test]
async fn a_redirect_is_not_followed_anywhere() {
    let world = &World::start(SandboxProfile::Fapi2, NonceMode::Off).await;
    for status in ["301 M", "302 F", "303 S", "307 T", "308 P"] {
        let target = Hostile::start(json("200 OK", "{}")).await;
        let redirect = || {
            let location = format!("Location: {}/there\r\n", target.base);
            http(status, &location, "")
        };
        let (error, requests) = token_answer(world, redirect(), Profile::Fapi2).await;
        assert_eq!((error.code(), requests), (Code::N101, 1), "{error}");
        assert_eq!(target.requests(), 0, "{status}");
    }
    for status in ["301 M", "302 F", "303 S", "307 T", "308 P"] {
        let target = Hostile::start(json("200 OK", "{}")).await;
        let location = format!("Location: {}/there\r\n", target.base);
        let (error, requests) = api_answer(world, http(status, &location, "")).await;
        assert_eq!((error.code(), requests), (Code::N101, 1), "{error}");
        assert_eq!(target.requests(), 0, "{status}");
    }
}

/// An API that wants an algorithm this client does not have is told no lie and given no weaker
/// credential: the call fails with a code, after one new token at most.
///
/// Rows: R081, R084, L2.24
#[tokio::test]
async fn an_api_that_asks_for_another_algorithm() {
    let world = World::start(SandboxProfile::Fapi2, NonceMode::Off).await;
    let headers = "WWW-Authenticate: DPoP algs=\"RS256 ES512\"\r\n";
    let hostile = Hostile::start(http("401 Unauthorized", headers, "")).await;
    let environment = Environment::new(
        &world.descriptor.issuer,
        &world.descriptor.token_endpoint,
        &hostile.base,
    );
    let error = providers(&world, environment.profile(Profile::Fapi2), transport()).await;
    assert_eq!(
        (error.code(), error.sent()),
        (Code::A401, Sent::Yes),
        "{error}"
    );
    assert_eq!(hostile.requests(), 2);
    for request in hostile.received() {
        let request = request.to_ascii_lowercase();
        assert!(request.contains("\r\nauthorization: dpop "), "{request}");
        assert_eq!(request.matches("\r\ndpop: ").count(), 1, "{request}");
    }
}

/// Cookies that an API sets are neither kept nor sent.
///
/// Rows: R220
#[tokio::test]
async fn cookies_are_not_kept() {
    let world = World::simple().await;
    let headers = "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n\
        Set-Cookie: session=CANARY; Path=/\r\n";
    let hostile = Hostile::start(http("401 Unauthorized", headers, "")).await;
    let environment = Environment::new(
        &world.descriptor.issuer,
        &world.descriptor.token_endpoint,
        &hostile.base,
    );
    providers(&world, environment, transport()).await;
    assert_eq!(hostile.requests(), 2);
    for request in hostile.received() {
        let request = request.to_ascii_lowercase();
        for absent in ["cookie", "canary", "proxy-"] {
            assert!(!request.contains(absent), "{absent}: {request}");
        }
    }
}

/// Rows: L5.6
#[tokio::test]
async fn a_token_error_that_echoes_a_token() {
    let error = echoed(false).await;
    assert!(
        !format!("{error} {error:?}").contains("Y2FuYXJ5"),
        "{error}"
    );
}

/// Rows: L5.6
#[tokio::test]
async fn an_error_that_echoes_a_token() {
    let error = echoed(true).await;
    assert!(
        !format!("{error} {error:?}").contains("Y2FuYXJ5"),
        "{error}"
    );
}
