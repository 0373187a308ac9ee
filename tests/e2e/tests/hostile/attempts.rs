//! What is sent how often, and that no two requests carry the same proof.

use crate::{
    request::Request,
    server::{Hostile, Reply, Step, http, json},
    world::{ACME, NONE, World, honest_tokens, raw, tokens},
};
use http::Method;
use obkit::{Code, Error, Sent};
use serde_json::Value;
use std::collections::HashSet;

/// The ways in which an attempt can fail that a repetition may mend.
fn hiccups() -> [(&'static str, Reply); 4] {
    [
        ("503", http("503 Busy", "", "")),
        ("429", http("429 Slow", "Retry-After: 0\r\n", "")),
        ("cut before the answer", vec![Step::Close]),
        ("reset", vec![Step::Reset]),
    ]
}

#[track_caller]
fn distinct(values: impl Iterator<Item = Value>, count: usize) {
    let values: Vec<String> = values.map(|value| value.as_str().unwrap().into()).collect();
    let set: HashSet<&String> = values.iter().collect();
    assert_eq!((values.len(), set.len()), (count, count), "{values:?}");
}

fn jti(claims: &Value) -> Value {
    claims["jti"].clone()
}

/// The client signs each attempt at the API afresh, whatever ended the one before.
///
/// Rows: R067, R164
#[tokio::test]
async fn every_attempt_at_the_api_has_its_own_proof() {
    for (case, hiccup) in hiccups() {
        let tokens = honest_tokens().await;
        let script = vec![hiccup.clone(), hiccup, json("200 OK", NONE)];
        let api = Hostile::list(script).await;
        let world = World::patient(&tokens, &api).await;
        world.call(ACME).await.unwrap();

        let requests = api.requests();
        assert_eq!(requests.len(), 3, "{case}");
        distinct(requests.iter().map(|request| jti(&request.proof())), 3);
        assert_eq!(tokens.requests().len(), 1, "{case}: the token is kept");
        let ids: HashSet<_> = requests
            .iter()
            .map(|request| request.one("x-fapi-interaction-id").to_owned())
            .collect();
        assert_eq!(ids.len(), 1, "{case}: one call, one interaction");
    }
}

/// The client signs each token request afresh: the assertion and the proof.
///
/// Rows: R063, R067, R164
#[tokio::test]
async fn every_token_request_has_its_own_assertion_and_proof() {
    for (case, hiccup) in hiccups() {
        let server = Hostile::start(move |n, request| match n {
            0 | 1 => hiccup.clone(),
            _ => tokens(request),
        })
        .await;
        let api = Hostile::always(json("200 OK", NONE)).await;
        let world = World::patient(&server, &api).await;
        world.call(ACME).await.unwrap();

        let requests = server.requests();
        assert_eq!(requests.len(), 3, "{case}");
        distinct(requests.iter().map(|request| jti(&request.proof())), 3);
        distinct(requests.iter().map(|request| jti(&request.assertion())), 3);
        assert_eq!(api.requests().len(), 1, "{case}");
    }
}

/// The client repeats no request that a repetition cannot mend, however patient it is.
///
/// Rows: R164
#[tokio::test]
async fn a_refused_client_is_not_asked_for_again() {
    let refusals = [
        ("invalid_client", Code::T203),
        ("unauthorized_client", Code::T204),
        ("invalid_scope", Code::T205),
        ("invalid_dpop_proof", Code::D301),
    ];
    for (refusal, code) in refusals {
        let body = format!(r#"{{"error":"{refusal}"}}"#);
        let server = Hostile::always(json("400 Bad Request", &body)).await;
        let api = Hostile::always(json("200 OK", NONE)).await;
        let world = World::patient(&server, &api).await;
        let error = world.refused(ACME).await;
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(
            (server.requests().len(), api.connections()),
            (1, 0),
            "{refusal}"
        );
    }
}

/// The client gives up after three attempts at a server that stays ill.
///
/// Rows: R164, R215
#[tokio::test]
async fn attempts_are_bounded() {
    for (case, hiccup) in hiccups() {
        let (tokens, api) = (honest_tokens().await, Hostile::always(hiccup.clone()).await);
        World::patient(&tokens, &api).await.refused(ACME).await;
        assert_eq!(api.requests().len(), 3, "{case} of the API");

        let (tokens, api) = (Hostile::always(hiccup).await, honest_tokens().await);
        World::patient(&tokens, &api).await.refused(ACME).await;
        let counts = (tokens.requests().len(), api.connections());
        assert_eq!(counts, (3, 0), "{case} of the token endpoint");
    }
}

async fn post(keyed: bool, reply: Reply) -> (Error, Vec<Request>) {
    let (tokens, api) = (honest_tokens().await, Hostile::always(reply).await);
    let world = World::patient(&tokens, &api).await;
    let post = raw(Method::POST, "/insights").json(r#"{"a":1}"#);
    let post = if keyed {
        post.with_idempotency_key()
    } else {
        post
    };
    let error = world.raw(ACME, post).await.unwrap_err();
    (error, api.requests())
}

/// The client sends a POST without an idempotency key once; with one, the repetitions name the
/// same key and carry the same body.
///
/// Rows: R215
#[tokio::test]
async fn what_may_do_harm_twice_is_sent_once() {
    for (case, hiccup) in hiccups() {
        let (error, requests) = post(false, hiccup.clone()).await;
        assert_eq!(requests.len(), 1, "{case}: {error}");
        assert_ne!(error.sent(), Sent::No, "{case}: {error}");

        let (_, requests) = post(true, hiccup).await;
        assert_eq!(requests.len(), 3, "{case}");
        let same: HashSet<_> = requests
            .iter()
            .map(|request| (request.one("idempotency-key"), request.body()))
            .collect();
        assert_eq!(same.len(), 1, "{case}");
        distinct(requests.iter().map(|request| jti(&request.proof())), 3);
    }
}

/// The client answers a refused token with one fresh token and one fresh proof, then stops.
///
/// Rows: R164, R067
#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let refused = "WWW-Authenticate: DPoP error=\"invalid_token\"\r\n";
    let api = Hostile::always(http("401 Unauthorized", refused, "")).await;
    let tokens = honest_tokens().await;
    let error = World::patient(&tokens, &api).await.refused(ACME).await;
    assert_eq!(error.code(), Code::A401, "{error}");
    distinct(
        api.requests().iter().map(|request| jti(&request.proof())),
        2,
    );
    distinct(
        tokens
            .requests()
            .iter()
            .map(|request| jti(&request.assertion())),
        2,
    );
}
