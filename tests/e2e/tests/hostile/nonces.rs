//! Servers that play games with nonces and challenges.

use crate::{
    request::Request,
    server::{Hostile, Reply, http, json},
    world::{ACME, NONE, World, honest_tokens, token_of, tokens},
};
use obkit::Code;
use serde_json::Value;
use std::collections::HashSet;

/// The challenge of a token endpoint, with these nonce fields.
fn token_challenge(nonce: &str) -> Reply {
    let fields = format!("Content-Type: application/json\r\n{nonce}");
    http("400 Bad Request", &fields, r#"{"error":"use_dpop_nonce"}"#)
}

/// The challenge of an API, with these nonce fields.
fn api_challenge(nonce: &str) -> Reply {
    let fields = format!("WWW-Authenticate: DPoP error=\"use_dpop_nonce\"\r\n{nonce}");
    http("401 Unauthorized", &fields, "")
}

fn nonce(value: &str) -> String {
    format!("DPoP-Nonce: {value}\r\n")
}

/// What the proofs carried, one after the other.
fn nonces(requests: &[Request]) -> Vec<Value> {
    requests
        .iter()
        .map(|request| request.proof()["nonce"].clone())
        .collect()
}

#[track_caller]
fn all_distinct(requests: &[Request]) {
    let jtis: HashSet<String> = requests
        .iter()
        .map(|r| r.proof()["jti"].to_string())
        .collect();
    assert_eq!(jtis.len(), requests.len());
}

/// An authorization server that asks for a new nonce each time is left after three requests.
///
/// Rows: R078, L2.19, R063, R067
#[tokio::test]
async fn a_token_endpoint_that_is_never_content_is_left() {
    let server = Hostile::start(|n, _| token_challenge(&nonce(&format!("n{n}")))).await;
    let api = Hostile::always(json("200 OK", NONE)).await;
    let error = World::patient(&server, &api).await.refused(ACME).await;
    assert_eq!(error.code(), Code::D302, "{error}");
    let requests = server.requests();
    assert_eq!(nonces(&requests), [Value::Null, "n0".into(), "n1".into()]);
    all_distinct(&requests);
    let assertions: HashSet<_> = requests
        .iter()
        .map(|r| r.assertion()["jti"].to_string())
        .collect();
    assert_eq!((assertions.len(), api.connections()), (3, 0));
}

/// An API that asks for a new nonce each time is left after three requests.
///
/// Rows: R078, L2.19, R067
#[tokio::test]
async fn an_api_that_is_never_content_is_left() {
    let api = Hostile::start(|n, _| api_challenge(&nonce(&format!("n{n}")))).await;
    let tokens = honest_tokens().await;
    let error = World::patient(&tokens, &api).await.refused(ACME).await;
    assert_eq!(error.code(), Code::D302, "{error}");
    let requests = api.requests();
    assert_eq!(nonces(&requests), [Value::Null, "n0".into(), "n1".into()]);
    all_distinct(&requests);
    assert_eq!(tokens.requests().len(), 1, "the token is not to blame");
}

/// A server that asks for the nonce that it just got is asked no third time.
///
/// Rows: R078, L2.19
#[tokio::test]
async fn the_same_nonce_again_is_no_reason_to_go_on() {
    let server = Hostile::always(token_challenge(&nonce("same"))).await;
    let api = Hostile::always(api_challenge(&nonce("same"))).await;
    let error = World::patient(&server, &api).await.refused(ACME).await;
    assert_eq!(
        (error.code(), server.requests().len()),
        (Code::D302, 2),
        "{error}"
    );

    let tokens = honest_tokens().await;
    let error = World::patient(&tokens, &api).await.refused(ACME).await;
    assert_eq!(
        (error.code(), api.requests().len()),
        (Code::D302, 2),
        "{error}"
    );
}

/// What is no nonce, or two of them, is not used and not told, and there is no retry.
///
/// Rows: L2.20, L2.23, R078
#[tokio::test]
async fn a_hostile_nonce_is_not_used() {
    let long = nonce(&"canary".repeat(1000));
    let fields = [
        "",
        "DPoP-Nonce:\r\n",
        "DPoP-Nonce: canary\"x\r\n",
        "DPoP-Nonce: canary x\r\n",
        "DPoP-Nonce: canary\\x\r\n",
        "DPoP-Nonce: canary\tx\r\n",
        "DPoP-Nonce: canary\u{e4}\r\n",
        "DPoP-Nonce: canary1\r\nDPoP-Nonce: canary2\r\n",
        "DPoP-Nonce: canary1\r\ndpop-nonce: canary1\r\n",
        "DPoP-Nonce: canary1, canary2\r\n",
        &long,
    ];
    for field in fields {
        let (tokens, api) = (
            honest_tokens().await,
            Hostile::always(api_challenge(field)).await,
        );
        let error = World::patient(&tokens, &api).await.refused(ACME).await;
        assert_eq!(error.code(), Code::D302, "{field:?}: {error}");
        assert_eq!(nonces(&api.requests()), [Value::Null], "{field:?}");

        let server = Hostile::always(token_challenge(field)).await;
        let error = World::patient(&server, &api).await.refused(ACME).await;
        assert_eq!(error.code(), Code::D302, "{field:?}: {error}");
        assert_eq!(nonces(&server.requests()), [Value::Null], "{field:?}");
    }
}

/// In the profile `fapi2` a token of another type goes nowhere.
///
/// Rows: L2.21
#[tokio::test]
async fn a_bearer_token_is_not_presented() {
    for kind in ["Bearer", "bearer", "N_A", "DPoP ", "Dp\u{f6}P", ""] {
        let server = Hostile::start(move |_, request| {
            let token = token_of(request.one("x-on-behalf-of"));
            let body =
                format!(r#"{{"access_token":"{token}","token_type":"{kind}","expires_in":300}}"#);
            json("200 OK", &body)
        })
        .await;
        let api = Hostile::always(json("200 OK", NONE)).await;
        let error = World::patient(&server, &api).await.refused(ACME).await;
        assert_eq!(error.code(), Code::T216, "{kind}: {error}");
        assert_eq!(
            (server.requests().len(), api.connections()),
            (1, 0),
            "{kind}"
        );
    }
}

/// The nonce of any answer is used for the next request to the same server in the same role,
/// and for no other.
///
/// Rows: L2.22
#[tokio::test]
async fn a_nonce_is_taken_from_every_answer() {
    let answers = [
        ("200 OK", NONE),
        ("400 Bad Request", "{}"),
        ("404 Not Found", "{}"),
        ("500 Oops", ""),
        ("302 Found", ""),
        ("429 Slow", ""),
    ];
    for (status, body) in answers {
        let fields = format!(
            "Content-Type: application/json\r\nLocation: /x\r\n{}",
            nonce("from-the-api")
        );
        let api = Hostile::list(vec![http(status, &fields, body), json("200 OK", NONE)]).await;
        let server = Hostile::start(|_, request| tokens(request)).await;
        let world = World::new(&server, &api).await;
        let _ = world.call(ACME).await;
        world.call(crate::world::NORD).await.unwrap();
        assert_eq!(
            nonces(&api.requests()),
            [Value::Null, "from-the-api".into()],
            "{status}"
        );
        let asked = nonces(&server.requests());
        assert_eq!(
            asked,
            [Value::Null, Value::Null],
            "{status}: it is the API's alone"
        );
    }
}

/// An API that asks for algorithms that the client lacks gets no other proof: the call fails,
/// soon, with a name.
///
/// Rows: L2.24
#[tokio::test]
async fn foreign_algorithms_are_not_tried() {
    for algorithms in ["RS256", "none", "HS256", "", "ES512 RS256"] {
        let field = format!(
            "WWW-Authenticate: DPoP algs=\"{algorithms}\", error=\"invalid_dpop_proof\"\r\n"
        );
        let api = Hostile::always(http("401 Unauthorized", &field, "")).await;
        let tokens = honest_tokens().await;
        let error = World::patient(&tokens, &api).await.refused(ACME).await;
        assert!(matches!(error.code(), Code::A401 | Code::D301), "{error}");
        let requests = api.requests();
        assert!(requests.len() <= 2, "{algorithms}: {}", requests.len());
        all_distinct(&requests);
        let headers: HashSet<&str> = requests
            .iter()
            .map(|request| request.one("dpop").split('.').next().unwrap())
            .collect();
        assert_eq!(headers.len(), 1, "{algorithms}: the same algorithm and key");
    }
}
