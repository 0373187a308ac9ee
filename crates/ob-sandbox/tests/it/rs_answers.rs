//! What the API says and how (section K): challenges, envelopes, headers, bodies, idempotency.

use crate::{
    harness::{Reply, Rig, with, without},
    rs_stage::{Door, PATH, Stage},
};
use bytes::Bytes;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

const A: &str = "acme-budget";
const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";

fn challenges(reply: &Reply) -> Vec<&str> {
    let lines = reply.headers.get_all("www-authenticate").iter();
    lines.map(|line| line.to_str().unwrap()).collect()
}

/// Without usable credentials the API offers every scheme it takes and names no error: `DPoP`
/// where tokens are bound, `Bearer` too where they need not be.
///
/// Rows: R110, R204, R205
#[tokio::test]
async fn nobody_is_offered_what_is_taken() {
    let dpop = "DPoP algs=\"ES256 PS256 EdDSA\"";
    let bearer = "Bearer realm=\"api\"";
    for (rig, offers) in [
        (Rig::plain(), vec![bearer, dpop]),
        (Rig::new(|builder| builder.bind_tokens(true)), vec![dpop]),
        (Rig::fapi(), vec![dpop]),
    ] {
        let token = rig.token(A, "ob_providers").await;
        let right = rig.bearer(A, &token);
        let mut unusable = vec![without(&right, "authorization"), Vec::new()];
        for value in ["Basic eDp5", "", "Bearer", "DPoP", "token x", &token] {
            unusable.push(with(&right, "authorization", value));
        }
        for headers in unusable {
            for (method, path) in [("GET", PATH), ("GET", "/accounts"), ("POST", "/consents")] {
                let reply = rig.call(method, path, &headers).await;
                reply.assert_refused(401, "INVALID_AUTH_HEADER", "R204");
                assert_eq!(challenges(&reply), offers);
            }
        }
        assert_eq!(rig.sandbox.counters().api_requests_admitted, 0, "R113");
    }
}

/// A refused token is told in its own scheme; a proof in `DPoP`.
///
/// Rows: R110, R180, R204, R205
#[tokio::test]
async fn errors_are_told_in_the_scheme_of_the_call() {
    let rig = Rig::plain();
    for (scheme, golden) in [
        (
            "Bearer",
            vec![
                "Bearer error=\"invalid_token\"",
                "DPoP algs=\"ES256 PS256 EdDSA\"",
            ],
        ),
        (
            "DPoP",
            vec!["DPoP error=\"invalid_token\", algs=\"ES256 PS256 EdDSA\""],
        ),
    ] {
        let headers = with(
            &rig.bearer(A, "x"),
            "authorization",
            &format!("{scheme} x.y.z"),
        );
        let reply = rig.call("GET", PATH, &headers).await;
        assert_eq!((reply.status.as_u16(), challenges(&reply)), (401, golden));
        assert_eq!(reply.error(), "INVALID_TOKEN");
    }
}

/// Every call of the API is behind the gate: without a token, with a bad one, with a good one
/// that is not proven, nothing is read or changed.
///
/// Rows: R113, R205
#[tokio::test]
async fn every_call_is_behind_the_gate() {
    let stage = Stage::new().await;
    let application = stage.rig.party(A).application_id.to_string();
    for (method, path) in [
        ("POST", "/consents"),
        ("GET", "/consents/x"),
        ("DELETE", "/consents/x"),
        ("POST", "/consents/x/managed-flows"),
        ("GET", "/consents/x/managed-flows/y"),
        ("GET", "/accounts"),
        ("GET", "/accounts/x"),
        ("GET", "/accounts/x/transactions"),
        ("GET", "/transactions/x"),
        ("GET", "/providers"),
    ] {
        for authorization in [
            String::new(),
            "DPoP x".into(),
            format!("DPoP {}", stage.token),
            format!("Bearer {}", stage.token),
        ] {
            let headers = [
                ("authorization".to_owned(), authorization.clone()),
                ("x-application-id".to_owned(), application.clone()),
                ("content-type".to_owned(), "application/json".to_owned()),
            ];
            let reply = stage
                .rig
                .call_with(method, path, (&headers, stage.rig.consent_body()))
                .await;
            assert_eq!(
                reply.status.as_u16(),
                401,
                "{method} {path} {authorization}"
            );
            assert!(!challenges(&reply).is_empty(), "{method} {path}");
        }
    }
    let counters = stage.rig.sandbox.counters();
    assert_eq!(
        (counters.api_requests_admitted, counters.consents_created),
        (0, 0)
    );
}

/// A token in the query or in a form is refused or ignored, never used, with and without one in
/// the header; it is not repeated anywhere.
///
/// Rows: R029, R030
#[tokio::test]
async fn tokens_elsewhere() {
    let rig = Rig::plain();
    let token = rig.token(A, "ob_providers").await;
    let right = rig.bearer(A, &token);
    for query in [
        format!("access_token={token}"),
        format!("limit=1&access_token={token}"),
        format!("access%5Ftoken={token}"),
        format!("access_token={token}&access_token={token}"),
    ] {
        let path = format!("/providers?{query}");
        for headers in [&right, &without(&right, "authorization")] {
            let reply = rig.call("GET", &path, headers).await;
            reply.assert_refused(400, "MALFORMED_OAUTH_REQ", "R030");
            let told = serde_json::to_string(&reply.why).unwrap();
            assert!(!told.contains(&token) && !format!("{reply:?}").contains(&token));
        }
    }
    assert_eq!(rig.sandbox.counters().api_requests_admitted, 0, "R113");
    let token = rig.token(A, "consents:create").await;
    let right = rig.bearer(A, &token);
    let form = with(
        &without(&right, "authorization"),
        "content-type",
        crate::harness::FORM,
    );
    let body = format!("access_token={token}");
    let reply = rig
        .call_with("POST", "/consents", (&form, body.into()))
        .await;
    reply.assert_refused(401, "INVALID_AUTH_HEADER", "R204");
    rig.call("GET", "/consents/x", &right)
        .await
        .assert_refused(404, "NOT_FOUND", "R200");
}

/// Every answer of the API, good or bad, is for this one caller and this one time.
///
/// Rows: R108, R199, R210
#[tokio::test]
async fn no_answer_is_stored_or_shared() {
    let rig = Rig::plain();
    let consents = rig.token(A, "consents:create").await;
    let providers = rig.token(A, "ob_providers").await;
    let right = rig.bearer(A, &consents);
    let key = with(&right, "idempotency-key", KEY);
    let body = || rig.consent_body();
    let replies = [
        rig.get(A, &providers, PATH).await,
        rig.call_with("POST", "/consents", (&key, body())).await,
        rig.call_with("POST", "/consents", (&right, "{".into()))
            .await,
        rig.call("GET", PATH, &[]).await,
        rig.get(A, &consents, PATH).await,
        rig.get(A, &consents, "/consents/x").await,
        rig.call("PATCH", PATH, &right).await,
        rig.call_with("POST", "/consents", (&key, other_payload(&rig)))
            .await,
    ];
    let statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
    assert_eq!(statuses, [200, 201, 400, 401, 403, 404, 405, 422]);
    for reply in &replies {
        assert_eq!(reply.header("cache-control"), "no-store");
        let vary = reply.header("vary").to_ascii_lowercase();
        let vary: Vec<&str> = vary.split(", ").collect();
        for name in [
            "authorization",
            "dpop",
            "x-on-behalf-of",
            "x-application-id",
        ] {
            assert!(vary.contains(&name), "{name} in {vary:?}");
        }
        let kinds = reply.headers.get_all("content-type").iter().count();
        assert_eq!(
            (kinds, reply.header("content-type")),
            (1, "application/json")
        );
    }
}

fn other_payload(rig: &Rig) -> Bytes {
    let text = String::from_utf8(rig.consent_body().to_vec()).unwrap();
    text.replace("user-1", "user-2").into()
}

/// Errors come in the platform's envelope, whole, with the same words for every caller; they
/// repeat nothing of the request and tell nothing of the inside.
///
/// Rows: R206, R208, R148
#[tokio::test]
async fn the_envelope_repeats_nothing() {
    let rig = Rig::plain();
    let token = rig.token(A, "consents:create").await;
    let canary = "canary<script>'--../";
    let right = rig.bearer(A, &token);
    let bodies = [
        format!("{{\"{canary}\":"),
        json!({"useCaseConfigurationId": canary}).to_string(),
        json!({"endUsers": [{"identifier": canary}]}).to_string(),
    ];
    let mut replies = Vec::new();
    for body in bodies {
        replies.push(
            rig.call_with("POST", "/consents", (&right, body.into()))
                .await,
        );
    }
    for (name, value) in [
        ("x-application-id", canary),
        ("x-on-behalf-of", canary),
        ("authorization", &format!("Bearer {canary}")),
        ("authorization", canary),
        ("idempotency-key", canary),
        ("content-type", canary),
        ("x-fapi-interaction-id", canary),
    ] {
        let headers = with(&right, name, value);
        let body = rig.consent_body();
        let reply = rig.call_with("POST", "/consents", (&headers, body)).await;
        if name != "x-fapi-interaction-id" {
            replies.push(reply);
        } else {
            assert!(!format!("{:?}", reply.assert_ok().headers).contains("canary"));
        }
    }
    for path in [
        "/consents/canary",
        "/canary",
        "/providers?canary=canary&canary",
    ] {
        replies.push(rig.get(A, &token, path).await);
    }
    let foreign = rig.party("nordlicht-pay");
    let secrets = [
        "canary".to_owned(),
        foreign.client_id.to_string(),
        foreign.application_id.to_string(),
        "src/".into(),
        ".rs".into(),
        "panicked".into(),
    ];
    for reply in replies {
        assert!(reply.status.is_client_error(), "{reply:?}");
        let error = &reply.json()["Errors"]["Error"][0];
        let mut members: Vec<&String> = error.as_object().unwrap().keys().collect();
        members.sort();
        assert_eq!(
            members,
            [
                "Description",
                "Details",
                "ReasonCode",
                "Recoverable",
                "Source"
            ]
        );
        assert_eq!(error["Source"], "Gateway");
        let told = format!(
            "{:?} {}",
            reply.headers,
            String::from_utf8_lossy(&reply.body)
        );
        for secret in &secrets {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
    }
}

/// The interaction id of the caller comes back if it is one UUID; else one is made, and nothing
/// is reflected. Refusals have one too.
///
/// Rows: R216, R231
#[tokio::test]
async fn interaction_ids() {
    let rig = Rig::plain();
    let token = rig.token(A, "ob_providers").await;
    let right = rig.bearer(A, &token);
    for headers in [right.clone(), without(&right, "authorization")] {
        let reply = rig
            .call("GET", PATH, &with(&headers, "x-fapi-interaction-id", KEY))
            .await;
        assert_eq!(reply.header("x-fapi-interaction-id"), KEY);
        let mut twice = with(&headers, "x-fapi-interaction-id", KEY);
        twice.push(("x-fapi-interaction-id".into(), KEY.into()));
        let mut others = vec![headers.clone(), twice];
        for wrong in [
            "",
            "x",
            "<script>",
            &KEY.replace('-', ""),
            &format!("{{{KEY}}}"),
            &format!("{KEY},{KEY}"),
        ] {
            others.push(with(&headers, "x-fapi-interaction-id", wrong));
        }
        let mut made = Vec::new();
        for headers in others {
            let reply = rig.call("GET", PATH, &headers).await;
            let lines = reply
                .headers
                .get_all("x-fapi-interaction-id")
                .iter()
                .count();
            let id = reply.header("x-fapi-interaction-id").to_owned();
            assert_eq!((lines, id.len()), (1, 36));
            assert!(id != KEY && !made.contains(&id), "{id}");
            made.push(id);
        }
    }
}

/// Whatever a client says it accepts, it gets JSON; what it sends must be JSON and say so.
///
/// Rows: R219
#[tokio::test]
async fn content_negotiation() {
    let rig = Rig::plain();
    let token = rig.token(A, "consents:create").await;
    let right = rig.bearer(A, &token);
    for accept in [
        None,
        Some("application/json"),
        Some("application/json;charset=utf-8"),
        Some("application/json, application/*+json, */*;q=0.5"),
        Some("*/*"),
        Some("text/html"),
    ] {
        let headers = accept.map_or_else(|| right.clone(), |accept| with(&right, "accept", accept));
        let reply = rig
            .call_with("POST", "/consents", (&headers, rig.consent_body()))
            .await;
        assert_eq!(reply.assert_ok().header("content-type"), "application/json");
    }
    for (kind, good) in [
        ("application/json", true),
        ("application/json;charset=utf-8", true),
        ("application/json; charset=UTF-8", true),
        ("APPLICATION/JSON", true),
        ("application/jsonx", false),
        ("text/json", false),
        ("text/plain", false),
        ("multipart/form-data", false),
        ("", false),
    ] {
        let headers = with(&right, "content-type", kind);
        let reply = rig
            .call_with("POST", "/consents", (&headers, rig.consent_body()))
            .await;
        assert_eq!(reply.status.is_success(), good, "{kind}");
        if !good {
            reply.assert_refused(400, "BAD_REQUEST", "R219");
        }
    }
    let mut twice = right.clone();
    twice.push(("content-type".into(), "text/plain".into()));
    let reply = rig
        .call_with("POST", "/consents", (&twice, rig.consent_body()))
        .await;
    reply.assert_refused(400, "BAD_REQUEST", "R219");
}

/// Bodies are strict JSON: UTF-8 without a mark, every name once, bounded depth, nothing behind;
/// unknown members do not matter.
///
/// Rows: R128, R218
#[tokio::test]
async fn bodies_are_strict_json() {
    let rig = Rig::plain();
    let token = rig.token(A, "consents:create").await;
    let right = rig.bearer(A, &token);
    let good = String::from_utf8(rig.consent_body().to_vec()).unwrap();
    let rest = &good[1..];
    let deep = "[".repeat(5000) + &"]".repeat(5000);
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("cut", good[..good.len() - 1].into()),
        ("mark", format!("\u{feff}{good}").into()),
        ("trailing", format!("{good}x").into()),
        ("two", format!("{good}{good}").into()),
        ("an array", format!("[{good}]").into()),
        ("a text", b"\"x\"".to_vec()),
        ("twice", format!("{{\"endUsers\":[],{rest}").into()),
        (
            "twice, escaped",
            format!("{{\"\\u0065ndUsers\":[],{rest}").into(),
        ),
        (
            "twice, deep",
            format!("{{\"x\":{{\"a\":1,\"a\":1}},{rest}").into(),
        ),
        ("latin-1", [b"{\"x\":\"\xe9\",", rest.as_bytes()].concat()),
        ("surrogate", format!("{{\"x\":\"\\ud800\",{rest}").into()),
        ("infinite", format!("{{\"x\":1e400,{rest}").into()),
        ("deep", format!("{{\"x\":{deep},{rest}").into()),
        (
            "UTF-16",
            good.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        ),
    ];
    for (what, body) in bodies {
        let reply = rig
            .call_with("POST", "/consents", (&right, body.into()))
            .await;
        assert_eq!((what, reply.rule()), (what, "R218"));
        reply.assert_refused(400, "BAD_REQUEST", "R218");
    }
    assert_eq!(rig.sandbox.counters().consents_created, 0);
    let more = format!("{{\"unknown\":[1.5,null,{{}}],{rest}");
    let reply = rig
        .call_with("POST", "/consents", (&right, more.into()))
        .await;
    reply.assert_ok();
}

/// One key, one effect: repeated in sequence, in the quoted form, or by two requests at once; for
/// a day; another payload is refused; a key that is no UUID too. Where a key is not sent, each
/// request has its effect.
///
/// Rows: R201, R214
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_one_effect() {
    let rig = Arc::new(Rig::new(|builder| {
        builder.token_lifetime(Duration::from_secs(3 * 24 * 3600))
    }));
    let token = rig.token(A, "consents:create").await;
    let right = rig.bearer(A, &token);
    let key = with(&right, "idempotency-key", KEY);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (rig, key) = (rig.clone(), key.clone());
        tasks.spawn(async move {
            let body = rig.consent_body();
            rig.call_with("POST", "/consents", (&key, body)).await
        });
    }
    let replies = tasks.join_all().await;
    let first = replies[0].body.clone();
    assert!(
        replies
            .iter()
            .all(|reply| reply.status == 201 && reply.body == first)
    );
    assert_eq!(rig.sandbox.counters().consents_created, 1);

    let post = async |headers: &[(String, String)], body: Bytes| {
        rig.call_with("POST", "/consents", (headers, body)).await
    };
    let quoted = with(&right, "idempotency-key", &format!("\"{KEY}\""));
    let upper = with(&right, "idempotency-key", &KEY.to_uppercase());
    for same in [&key, &quoted, &upper] {
        assert_eq!(post(same, rig.consent_body()).await.assert_ok().body, first);
    }
    for other in [other_payload(&rig), "{}".into()] {
        let reply = post(&key, other).await;
        assert!([400, 422].contains(&reply.status.as_u16()), "{reply:?}");
    }
    let reply = post(&key, other_payload(&rig)).await;
    reply.assert_refused(422, "IDEMPOTENCY_KEY_REUSED", "R214");
    for bad in [
        "",
        "x",
        "\"\"",
        &KEY[..35],
        &format!("{KEY}0"),
        &format!("{KEY}, {KEY}"),
    ] {
        let reply = post(&with(&right, "idempotency-key", bad), rig.consent_body()).await;
        reply.assert_refused(400, "BAD_REQUEST", "R213");
    }
    let mut twice = key.clone();
    twice.push(("idempotency-key".into(), KEY.into()));
    let reply = post(&twice, rig.consent_body()).await;
    reply.assert_refused(400, "BAD_REQUEST", "R214");
    assert_eq!(rig.sandbox.counters().consents_created, 1);

    rig.clock.advance(Duration::from_secs(24 * 3600 - 1));
    assert_eq!(post(&key, rig.consent_body()).await.assert_ok().body, first);
    rig.clock.advance(Duration::from_secs(1));
    assert_ne!(post(&key, rig.consent_body()).await.assert_ok().body, first);
    post(&right, rig.consent_body()).await.assert_ok();
    post(&right, rig.consent_body()).await.assert_ok();
    assert_eq!(rig.sandbox.counters().consents_created, 4);
}

/// A refused call keeps no key: the same key serves the request once it is right.
///
/// Rows: R113, R214
#[tokio::test]
async fn a_refused_call_uses_up_no_key() {
    let stage = Stage::new().await;
    let token = stage.rig.token(A, "consents:create").await;
    let bad = with(&stage.headers(&token, "x.y.z"), "idempotency-key", KEY);
    let body = stage.rig.consent_body();
    let reply = stage
        .rig
        .call_with("POST", "/consents", (&bad, other_payload(&stage.rig)))
        .await;
    reply.assert_refused(401, "INVALID_AUTH_HEADER", "R125");
    let proof = stage.proof_claims("POST", "/consents", &token);
    let proof = stage.with_claims(Door::Proof, &proof).await;
    let good = with(&bad, "dpop", &proof);
    let reply = stage
        .rig
        .call_with("POST", "/consents", (&good, body))
        .await;
    assert_eq!(reply.assert_ok().status, 201);
    let again: Value = reply.json();
    assert_eq!(again["status"], "INACTIVE");
}
