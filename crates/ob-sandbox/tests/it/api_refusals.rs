//! The API's gate: what it refuses, and that nothing behind it happened.

use crate::harness::{Rig, with, without};
use ob_jose::{Algorithm, DpopProver, SigningKey};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// What the API refuses of a Bearer call, each under its own row.
///
/// Rows: R113, R192, R195, R204, R205
#[tokio::test]
async fn bearer_refusals() {
    let rig = Rig::plain();
    let token = rig.token("acme-budget", "ob_providers").await;
    let other = rig.party("nordlicht-pay").application_id.to_string();
    let right = rig.bearer("acme-budget", &token);
    let twice = [right.clone(), vec![right[0].clone()]].concat();
    let two_applications = [right.clone(), vec![right[1].clone()]].concat();
    let auth = |value: &str| with(&right, "authorization", value);
    let tampered = format!(
        "Bearer {}A.{}",
        token.rsplit_once('.').unwrap().0,
        token.rsplit_once('.').unwrap().1
    );
    let cases = [
        (
            "none",
            without(&right, "authorization"),
            401,
            "INVALID_AUTH_HEADER",
            "R204",
        ),
        (
            "basic",
            auth("Basic eDp5"),
            401,
            "INVALID_AUTH_HEADER",
            "R204",
        ),
        ("two", twice, 400, "MALFORMED_OAUTH_REQ", "R111"),
        (
            "garbage",
            auth("Bearer garbage"),
            401,
            "INVALID_TOKEN",
            "R123",
        ),
        ("tampered", auth(&tampered), 401, "INVALID_TOKEN", "R179"),
        (
            "as DPoP",
            auth(&format!("DPoP {token}")),
            401,
            "INVALID_TOKEN",
            "R103",
        ),
        (
            "no application",
            without(&right, "x-application-id"),
            400,
            "BAD_REQUEST",
            "platform 4",
        ),
        (
            "broken application",
            with(&right, "x-application-id", "x"),
            400,
            "BAD_REQUEST",
            "platform 4",
        ),
        (
            "other application",
            with(&right, "x-application-id", &other),
            403,
            "FORBIDDEN",
            "platform 4",
        ),
        (
            "two applications",
            two_applications,
            400,
            "BAD_REQUEST",
            "R192",
        ),
        (
            "another party",
            with(&right, "x-on-behalf-of", "tpp-x"),
            403,
            "FORBIDDEN",
            "R195",
        ),
    ];
    for (name, headers, status, error, rule) in cases {
        let reply = rig.call("GET", "/providers", &headers).await;
        assert_eq!((name, reply.rule()), (name, rule));
        reply.assert_refused(status, error, rule);
        assert_eq!(
            reply.headers.contains_key("www-authenticate"),
            status == 401,
            "R205"
        );
    }
    assert_eq!(rig.sandbox.counters().api_requests_admitted, 0, "R113");
    for scheme in ["bearer", "BEARER", "Bearer"] {
        rig.call("GET", "/providers", &auth(&format!("{scheme} {token}")))
            .await
            .assert_ok();
    }
    let upper = rig
        .party("acme-budget")
        .application_id
        .to_string()
        .to_uppercase();
    rig.call(
        "GET",
        "/providers",
        &with(&right, "x-application-id", &upper),
    )
    .await
    .assert_ok();
}

/// The API takes no token from the query.
///
/// Rows: R030
#[tokio::test]
async fn r030_a_token_in_the_query_is_refused_even_beside_a_right_header() {
    let rig = Rig::plain();
    let token = rig.token("acme-budget", "ob_providers").await;
    let path = format!("/providers?access_token={token}");
    let reply = rig.get("acme-budget", &token, &path).await;
    reply.assert_refused(400, "MALFORMED_OAUTH_REQ", "R030");
    rig.call("GET", &path, &[])
        .await
        .assert_refused(400, "MALFORMED_OAUTH_REQ", "R030");
    assert!(!serde_json::to_string(&reply.why).unwrap().contains(&token));
}

/// The API names the scope that a token lacks.
///
/// Rows: R032, R204
#[tokio::test]
async fn r032_a_missing_scope_is_named() {
    let rig = Rig::plain();
    let token = rig.token("acme-budget", "ob_data").await;
    let reply = rig.get("acme-budget", &token, "/providers").await;
    reply.assert_refused(403, "INSUFFICIENT_SCOPE", "R032");
    assert_eq!(
        reply.header("www-authenticate"),
        "Bearer error=\"insufficient_scope\", scope=\"ob_providers\""
    );
}

/// The API gives a token no second more than it says.
///
/// Rows: R031, R179
#[tokio::test]
async fn r179_a_token_ends_when_it_says() {
    let rig = Rig::new(|builder| builder.token_lifetime(Duration::from_secs(30)));
    let token = rig.token("acme-budget", "ob_providers").await;
    rig.clock.advance(Duration::from_secs(29));
    rig.get("acme-budget", &token, "/providers")
        .await
        .assert_ok();
    rig.clock.advance(Duration::from_secs(1));
    rig.get("acme-budget", &token, "/providers")
        .await
        .assert_refused(401, "INVALID_TOKEN", "R179");
}

/// The API takes no assertion for a token, and no other issuer's token.
///
/// Rows: R142, R143, R178
#[tokio::test]
async fn r143_other_tokens_and_r142_tokens_of_others_are_refused() {
    let rig = Rig::plain();
    let other = Rig::new(|builder| builder.seed(9));
    let foreign = other.token("acme-budget", "ob_providers").await;
    let assertion = rig.assertion().await;
    for (token, rule) in [(&foreign, "R179"), (&assertion, "R178")] {
        rig.get("acme-budget", token, "/providers")
            .await
            .assert_refused(401, "INVALID_TOKEN", rule);
    }
}

/// What the API refuses of a call with a bound token.
///
/// Rows: R033, R088, R090, R095, R096, R102, R103, R110
#[tokio::test]
async fn bound_token_refusals() {
    let rig = Rig::fapi();
    let token = rig.token("acme-budget", "ob_providers").await;
    let right = async || {
        rig.bound("acme-budget", &token, ("GET", "/providers"))
            .await
    };
    rig.call("GET", "/providers", &right().await)
        .await
        .assert_ok();

    let url = format!("{}/providers", rig.sandbox.api_base());
    let thief = DpopProver::new(Arc::new(SigningKey::generate(Algorithm::Es256).unwrap()));
    let thief = Rig {
        prover: thief,
        ..Rig::around(rig.sandbox.clone(), rig.clock.clone())
    };
    let proofs = [
        ("R103", thief.proof("GET", &url, (Some(&token), None)).await),
        ("R095", rig.proof("POST", &url, (Some(&token), None)).await),
        (
            "R096",
            rig.proof("GET", &rig.sandbox.token_url(), (Some(&token), None))
                .await,
        ),
        (
            "R102",
            rig.proof("GET", &url, (Some("another"), None)).await,
        ),
        ("R090", rig.proof("GET", &url, (None, None)).await),
    ];
    for (rule, proof) in proofs {
        let reply = rig
            .call("GET", "/providers", &with(&right().await, "dpop", &proof))
            .await;
        reply.assert_refused(401, "INVALID_AUTH_HEADER", rule);
        let challenge = "DPoP error=\"invalid_dpop_proof\", algs=\"ES256 PS256 EdDSA\"";
        assert_eq!(reply.header("www-authenticate"), challenge);
    }
    let none = without(&right().await, "dpop");
    rig.call("GET", "/providers", &none)
        .await
        .assert_refused(401, "INVALID_AUTH_HEADER", "R010");
    let mut two = right().await;
    two.push((
        "dpop".into(),
        rig.proof("GET", &url, (Some(&token), None)).await,
    ));
    rig.call("GET", "/providers", &two)
        .await
        .assert_refused(401, "INVALID_AUTH_HEADER", "R088");
    assert_eq!(rig.sandbox.counters().api_requests_admitted, 1, "R113");
}

/// The API takes no bound token as Bearer, with a proof or without.
///
/// Rows: R111, L2.10
#[tokio::test]
async fn r111_a_bound_token_is_never_taken_as_bearer() {
    let rig = Rig::fapi();
    let token = rig.token("acme-budget", "ob_providers").await;
    let with_proof = rig
        .bound("acme-budget", &token, ("GET", "/providers"))
        .await;
    let with_proof = with(&with_proof, "authorization", &format!("Bearer {token}"));
    for headers in [rig.bearer("acme-budget", &token), with_proof] {
        let reply = rig.call("GET", "/providers", &headers).await;
        reply.assert_refused(401, "INVALID_TOKEN", "R111");
        let lines: Vec<_> = reply.headers.get_all("www-authenticate").iter().collect();
        assert_eq!(
            lines,
            [
                "Bearer error=\"invalid_token\"",
                "DPoP algs=\"ES256 PS256 EdDSA\""
            ]
        );
    }
}

/// The query of a call is no part of its target, and schemes have no case.
///
/// Rows: R096, R112, L2.4
#[tokio::test]
async fn r096_query_and_fragment_do_not_matter_and_r112_the_schemes_case_neither() {
    let rig = Rig::fapi();
    let token = rig.token("acme-budget", "ob_providers").await;
    for scheme in ["dpop", "DPOP", "DPoP"] {
        let headers = rig
            .bound("acme-budget", &token, ("GET", "/providers"))
            .await;
        let headers = with(&headers, "authorization", &format!("{scheme} {token}"));
        rig.call("GET", "/providers?country=DE", &headers)
            .await
            .assert_ok();
    }
}

/// One proof sent fifty times at once reaches the handler once.
///
/// Rows: R104, L1.23, L2.1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r104_fifty_parallel_sends_of_one_proof_at_the_api_have_one_success() {
    let rig = Arc::new(Rig::fapi());
    let token = rig.token("acme-budget", "ob_providers").await;
    let headers = rig
        .bound("acme-budget", &token, ("GET", "/providers"))
        .await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (rig, headers) = (rig.clone(), headers.clone());
        tasks.spawn(async move { rig.call("GET", "/providers", &headers).await });
    }
    let replies = tasks.join_all().await;
    assert_eq!(
        replies
            .iter()
            .filter(|reply| reply.status.is_success())
            .count(),
        1
    );
    assert_eq!(rig.sandbox.counters().api_requests_admitted, 1);
    assert_eq!(rig.sandbox.counters().replays_refused, 49);
}

/// The API echoes a good interaction id and replaces any other.
///
/// Rows: R216, R231
#[tokio::test]
async fn r216_the_interaction_id_is_echoed_made_or_replaced() {
    let rig = Rig::plain();
    let token = rig.token("acme-budget", "ob_providers").await;
    let right = rig.bearer("acme-budget", &token);
    let id = "8e03978e-40d5-43e8-bc93-6894a57f9324";
    let reply = rig
        .call(
            "GET",
            "/providers",
            &with(&right, "x-fapi-interaction-id", id),
        )
        .await;
    assert_eq!(reply.assert_ok().header("x-fapi-interaction-id"), id);
    for headers in [with(&right, "x-fapi-interaction-id", "<script>"), right] {
        let reply = rig.call("GET", "/providers", &headers).await;
        let made = reply.assert_ok().header("x-fapi-interaction-id").to_owned();
        assert!(made.len() == 36 && made != id, "{made}");
    }
}

/// A request for another host is not for here, whatever forwarding headers say.
///
/// Rows: R098
#[tokio::test]
async fn unknown_paths_methods_and_hosts() {
    let rig = Rig::plain();
    rig.call("GET", "/nothing", &[])
        .await
        .assert_refused(404, "NOT_FOUND", "platform 1");
    let reply = rig.call("PUT", "/providers", &[]).await;
    assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "GET"));
    let reply = rig
        .send("GET", "https://evil.example/providers", (&[], "".into()))
        .await;
    reply.assert_refused(421, "BAD_REQUEST", "R098");
    let host = [("host".to_owned(), "evil.example".to_owned())];
    rig.call("GET", "/jwks", &host)
        .await
        .assert_refused(421, "BAD_REQUEST", "R098");
    let forwarded = [("x-forwarded-host".to_owned(), "evil.example".to_owned())];
    rig.call("GET", "/jwks", &forwarded).await.assert_ok();
    rig.send("GET", "/jwks", (&[], "".into())).await.assert_ok();
}

/// Bodies are strict JSON of the right type; unknown members do not matter.
///
/// Rows: R218, R219, L3.14
#[tokio::test]
async fn bad_bodies_and_queries_are_400_with_a_reason() {
    let rig = Rig::plain();
    let token = rig.token("acme-budget", "consents:create").await;
    let right = rig.bearer("acme-budget", &token);
    let good: Value = serde_json::from_slice(&rig.consent_body()).unwrap();
    let change = |change: &dyn Fn(&mut Value)| {
        let mut body = good.clone();
        change(&mut body);
        body.to_string()
    };
    let one = &good["endUsers"][0];
    let bodies = [
        ("R218", "{".to_owned()),
        (
            "R218",
            format!("{{\"endUsers\":[],{}", &good.to_string()[1..]),
        ),
        ("platform 5", "{}".to_owned()),
        ("platform 5", change(&|body| body["endUsers"] = json!([]))),
        (
            "platform 5",
            change(&|body| body["endUsers"] = json!([one, one])),
        ),
        (
            "platform 5",
            change(&|body| body["endUsers"] = json!([{"identifier": "u"}])),
        ),
        (
            "platform 5",
            change(&|body| body["endUsers"][0]["email"] = "nobody".into()),
        ),
        (
            "platform 5",
            change(&|body| body["useCaseConfigurationId"] = rig.jti().into()),
        ),
        (
            "platform 5",
            change(&|body| {
                body["useCaseConfigurationId"] =
                    rig.party("acme-budget").application_id.to_string().into();
            }),
        ),
    ];
    for (rule, body) in bodies {
        let reply = rig
            .call_with("POST", "/consents", (&right, body.into()))
            .await;
        reply.assert_refused(400, "BAD_REQUEST", rule);
    }
    let plain = with(&right, "content-type", "text/plain");
    let reply = rig
        .call_with("POST", "/consents", (&plain, rig.consent_body()))
        .await;
    reply.assert_refused(400, "BAD_REQUEST", "R219");
    assert_eq!(rig.sandbox.counters().consents_created, 0);
    let more = change(&|body| body["tenant_id"] = "tpp-x".into());
    let json = with(&right, "content-type", "application/json; charset=utf-8");
    rig.call_with("POST", "/consents", (&json, more.into()))
        .await
        .assert_ok();

    let token = rig.token("acme-budget", "ob_providers").await;
    for query in [
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=1&limit=2",
        "offset=x",
        "country=de",
        "limit=%zz",
    ] {
        let reply = rig
            .get("acme-budget", &token, &format!("/providers?{query}"))
            .await;
        assert_eq!(reply.status.as_u16(), 400, "{query}");
    }
}
