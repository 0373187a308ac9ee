//! The token endpoint: what it grants and what it refuses.

use crate::harness::{ASSERTION_TYPE, FORM, Rig};
use ob_jose::{Algorithm, Htu, ProofInput, SigningKey, read_claims_unverified};
use ob_sandbox::Profile;
use serde_json::{Value, json};
use std::time::Duration;

/// The authorization server answers with four members, for a short life, and the third-party as `sub`.
///
/// Rows: R015, R155, R157, R181, R182
#[tokio::test]
async fn grants_what_the_platform_documents() {
    let rig = Rig::plain();
    let party = rig.party("acme-budget");
    let reply = rig
        .ask(
            rig.token_call(Some("acme-budget"), "ob_data consents:create")
                .await,
        )
        .await;
    let body = reply.assert_ok().json();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 300);
    assert_eq!(body["scope"], "consents:create ob_data");
    assert_eq!(
        body.as_object().unwrap().len(),
        4,
        "R157: nothing else, no refresh token"
    );
    let claims = Value::from(read_claims_unverified(&reply.token(), 8192).unwrap());
    let integrator = rig.sandbox.integrator().client_id.as_str();
    assert_eq!(claims["sub"], party.client_id.as_str());
    assert_eq!(claims["act"], json!({"sub": integrator}));
    assert_eq!(claims["client_id"], integrator);
    assert_eq!(claims["iss"], rig.sandbox.issuer());
    assert_eq!(claims["aud"], rig.sandbox.api_base());
    assert_eq!(
        claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(),
        300
    );
    assert!(claims.get("cnf").is_none() && claims.get("consent_id").is_none());
    assert_eq!(
        (reply.header("cache-control"), reply.header("pragma")),
        ("no-store", "no-cache")
    );
    assert_eq!(reply.header("date"), "Tue, 10 Mar 2026 12:00:00 GMT");
    assert!(!reply.header("correlation-id").is_empty());
}

/// The token is bound to the thumbprint of the proof key.
///
/// Rows: R010, R011, R114
#[tokio::test]
async fn r114_binds_in_fapi2_and_where_asked() {
    for rig in [Rig::fapi(), Rig::new(|builder| builder.bind_tokens(true))] {
        let reply = rig
            .ask(rig.token_call(Some("acme-budget"), "ob_data").await)
            .await;
        assert_eq!(reply.assert_ok().json()["token_type"], "DPoP");
        let claims = read_claims_unverified(&reply.token(), 8192).unwrap();
        assert_eq!(
            claims["cnf"],
            json!({"jkt": rig.prover.thumbprint().as_str()})
        );
    }
}

/// Rows: R188
#[tokio::test]
async fn r188_without_the_header_the_token_is_the_integrators_own() {
    let rig = Rig::plain();
    let reply = rig.ask(rig.token_call(None, "ob_providers").await).await;
    let claims = read_claims_unverified(&reply.assert_ok().token(), 8192).unwrap();
    assert_eq!(claims["sub"], claims["client_id"]);
    assert!(!claims.contains_key("act"));
}

/// Each malformed request at the token endpoint has its own error and yields no token.
///
/// Rows: R008, R010, R012, R048, R088, R115, R149, R150, R151, R152, R167, R177, R192, R153, R049
#[tokio::test]
async fn refuses_malformed_requests_before_any_key_is_touched() {
    let rig = Rig::plain();
    let call = async || rig.token_call(Some("acme-budget"), "ob_data").await;
    let cases = [
        (
            "grant missing",
            call().await.without("grant_type"),
            400,
            "invalid_request",
            "R008",
        ),
        (
            "password",
            call().await.set("grant_type", "password"),
            400,
            "unsupported_grant_type",
            "R008",
        ),
        (
            "no assertion",
            call().await.without("client_assertion"),
            401,
            "invalid_client",
            "R012",
        ),
        (
            "secret",
            call()
                .await
                .without("client_assertion")
                .add("client_secret", "s"),
            401,
            "invalid_client",
            "R012",
        ),
        (
            "basic too",
            call().await.add_header("authorization", "Basic eDp5"),
            400,
            "invalid_request",
            "R151",
        ),
        (
            "type",
            call().await.set("client_assertion_type", "urn:x"),
            401,
            "invalid_client",
            "R048",
        ),
        (
            "no type",
            call().await.without("client_assertion_type"),
            401,
            "invalid_client",
            "R048",
        ),
        (
            "scope missing",
            call().await.without("scope"),
            400,
            "invalid_scope",
            "R167",
        ),
        (
            "scope empty",
            call().await.set("scope", ""),
            400,
            "invalid_scope",
            "R167",
        ),
        (
            "scope spaces",
            call().await.set("scope", "ob_data  ob_providers"),
            400,
            "invalid_scope",
            "R167",
        ),
        (
            "scope unknown",
            call().await.set("scope", "ob_data admin"),
            400,
            "invalid_scope",
            "R167",
        ),
        (
            "scope twice",
            call().await.add("scope", "ob_data"),
            400,
            "invalid_request",
            "R150",
        ),
        (
            "assertion twice",
            call().await.add("client_assertion", "x"),
            400,
            "invalid_request",
            "R150",
        ),
        (
            "json",
            call().await.header("content-type", "application/json"),
            400,
            "invalid_request",
            "R149",
        ),
        (
            "no type header",
            call().await.no_header("content-type"),
            400,
            "invalid_request",
            "R149",
        ),
        (
            "no proof",
            call().await.no_header("dpop"),
            400,
            "invalid_dpop_proof",
            "R010",
        ),
        (
            "two proofs",
            call().await.add_header("dpop", "a.b.c"),
            400,
            "invalid_dpop_proof",
            "R088",
        ),
        (
            "broken proof",
            call().await.header("dpop", "a.b"),
            400,
            "invalid_dpop_proof",
            "R089",
        ),
        (
            "two parties",
            call().await.add_header("x-on-behalf-of", "b"),
            400,
            "invalid_request",
            "R192",
        ),
        (
            "list of parties",
            call().await.header("x-on-behalf-of", "a,b"),
            400,
            "invalid_request",
            "R192",
        ),
        (
            "bad party",
            call().await.header("x-on-behalf-of", "a b"),
            400,
            "invalid_request",
            "R190",
        ),
        (
            "resource",
            call().await.add("resource", "https://other"),
            400,
            "invalid_target",
            "R177",
        ),
        (
            "client_id",
            call().await.add("client_id", "int-other"),
            401,
            "invalid_client",
            "R049",
        ),
    ];
    let total = cases.len() as u64;
    for (name, call, status, error, rule) in cases {
        let reply = rig.ask(call).await;
        assert_eq!((name, reply.rule()), (name, rule));
        reply.assert_refused(status, error, rule);
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    let counters = rig.sandbox.counters();
    assert_eq!(
        (counters.tokens_issued, counters.refusals),
        (0, total),
        "R113: nothing happened"
    );
}

/// The token endpoint takes POST only and no credentials in its URI.
///
/// Rows: R149, R151
#[tokio::test]
async fn r151_credentials_in_the_uri_are_refused() {
    let rig = Rig::plain();
    let call = rig.token_call(Some("acme-budget"), "ob_data").await;
    let url = format!("{}?client_assertion=x", rig.sandbox.token_url());
    let reply = rig
        .send("POST", &url, (&call.headers, call.body().into()))
        .await;
    reply.assert_refused(400, "invalid_request", "R151");
    let get = rig
        .send("GET", &rig.sandbox.token_url(), (&[], "".into()))
        .await;
    assert_eq!((get.status.as_u16(), get.header("allow")), (405, "POST"));
}

/// Empty parameters count as left out, unknown ones are ignored.
///
/// Rows: R150, R049
#[tokio::test]
async fn r150_empty_and_unknown_parameters_do_not_matter() {
    let rig = Rig::plain();
    let integrator = rig.sandbox.integrator().client_id.to_string();
    let call = rig.token_call(Some("acme-budget"), "ob_data").await;
    let call = call
        .add("client_id", &integrator)
        .add("foo", "bar")
        .add("consent_id", "")
        .add("resource", rig.sandbox.api_base());
    let call = call.header("content-type", &format!("{FORM};charset=UTF-8"));
    rig.ask(call).await.assert_ok();
}

/// Whatever is wrong with an assertion, the answer is the same bytes.
///
/// Rows: R014, R050, R051, R053, R059, R066
#[tokio::test]
async fn r059_every_bad_assertion_gets_one_answer() {
    let rig = Rig::plain();
    let now = rig.iat();
    let claims = |change: &dyn Fn(&mut Value)| {
        let mut claims = rig.assertion_claims();
        change(&mut claims);
        claims
    };
    let issuer = rig.sandbox.issuer().to_owned();
    let typ = json!({"typ": "client-authentication+jwt"});
    let cases: Vec<(&str, Value, Value)> = vec![
        (
            "R052",
            typ.clone(),
            claims(&|c| c["aud"] = rig.sandbox.token_url().into()),
        ),
        ("R052", typ.clone(), claims(&|c| c["aud"] = json!([issuer]))),
        (
            "R052",
            typ.clone(),
            claims(&|c| c["aud"] = format!("{issuer}/").into()),
        ),
        (
            "R052",
            typ.clone(),
            claims(&|c| {
                c.as_object_mut().unwrap().remove("aud");
            }),
        ),
        (
            "R050",
            typ.clone(),
            claims(&|c| {
                c["iss"] = "int-x".into();
                c["sub"] = "int-x".into();
            }),
        ),
        ("R051", typ.clone(), claims(&|c| c["sub"] = "other".into())),
        (
            "R051",
            typ.clone(),
            claims(&|c| {
                c.as_object_mut().unwrap().remove("sub");
            }),
        ),
        ("R053", typ.clone(), claims(&|c| c["exp"] = now.into())),
        (
            "R053",
            typ.clone(),
            claims(&|c| c["exp"] = (now + 3600).into()),
        ),
        (
            "R053",
            typ.clone(),
            claims(&|c| {
                c.as_object_mut().unwrap().remove("exp");
            }),
        ),
        (
            "R054",
            typ.clone(),
            claims(&|c| {
                c.as_object_mut().unwrap().remove("jti");
            }),
        ),
        (
            "R017",
            typ.clone(),
            claims(&|c| {
                c["iat"] = (now + 61).into();
                c["exp"] = (now + 120).into();
            }),
        ),
        ("R143", json!({"typ": "dpop+jwt"}), claims(&|_| {})),
        ("R143", json!({"typ": "at+jwt"}), claims(&|_| {})),
        ("R060", json!({"kid": "another"}), claims(&|_| {})),
    ];
    let mut bodies = std::collections::BTreeSet::new();
    for (rule, header, claims) in cases {
        let text = rig.signed(header, claims.clone()).await;
        let call = rig
            .token_call(Some("acme-budget"), "ob_data")
            .await
            .set("client_assertion", &text);
        let reply = rig.ask(call).await;
        assert_eq!(reply.rule(), rule, "{claims} {:?}", reply.why);
        assert_eq!(
            (reply.status.as_u16(), reply.error()),
            (401, "invalid_client".into())
        );
        bodies.insert(reply.body);
    }
    assert_eq!(bodies.len(), 1, "R059: byte for byte");
    assert_eq!(rig.sandbox.counters().tokens_issued, 0);
}

/// Only the registered key and its algorithm authenticate.
///
/// Rows: R058, R061
#[tokio::test]
async fn r058_another_key_and_r061_another_algorithm_are_refused() {
    let rig = Rig::plain();
    for (algorithm, rule) in [(Algorithm::Es256, "R058"), (Algorithm::EdDsa, "R061")] {
        let key = SigningKey::generate(algorithm).unwrap();
        let text = ob_jose::sign_compact(&key, &json!({"typ": "JWT"}), &rig.assertion_claims())
            .await
            .unwrap();
        let call = rig
            .token_call(Some("acme-budget"), "ob_data")
            .await
            .set("client_assertion", &text);
        rig.ask(call)
            .await
            .assert_refused(401, "invalid_client", rule);
    }
}

#[tokio::test]
async fn r012_a_ps256_integrator_is_served_too() {
    let rig = Rig::new(|builder| builder.algorithm(Algorithm::Ps256));
    rig.token("acme-budget", "ob_data").await;
}

/// Rows: R054, L1.23
#[tokio::test]
async fn r054_an_assertion_works_once_in_sequence_and_in_parallel() {
    let rig = Rig::plain();
    let assertion = rig.assertion().await;
    let mut calls = Vec::new();
    for _ in 0..20 {
        calls.push(
            rig.token_call(Some("acme-budget"), "ob_data")
                .await
                .set("client_assertion", &assertion),
        );
    }
    let mut replies = Vec::new();
    for call in calls {
        replies.push(rig.ask(call).await);
    }
    let granted = replies
        .iter()
        .filter(|reply| reply.status.is_success())
        .count();
    assert_eq!(granted, 1);
    replies
        .last()
        .unwrap()
        .assert_refused(401, "invalid_client", "R054");
    assert_eq!(rig.sandbox.counters().replays_refused, 19);
}

/// A forged assertion leaves the `jti` of the real one usable.
///
/// Rows: R117
#[tokio::test]
async fn r117_a_bad_signature_burns_nobodys_jti() {
    let rig = Rig::plain();
    let victim = rig.assertion().await;
    let (signed, signature) = victim.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    let call = rig
        .token_call(Some("acme-budget"), "ob_data")
        .await
        .set("client_assertion", &forged);
    assert_eq!(rig.ask(call).await.status, 401);
    let call = rig
        .token_call(Some("acme-budget"), "ob_data")
        .await
        .set("client_assertion", &victim);
    rig.ask(call).await.assert_ok();
}

/// A proof at the token endpoint fits method, target and time.
///
/// Rows: R095, R096, R100, R106, L2.2, L2.6
#[tokio::test]
async fn d_every_bad_proof_is_refused() {
    let rig = Rig::plain();
    let url = rig.sandbox.token_url();
    let htu = Htu::from_uri(&url).unwrap();
    let (now, ath) = (rig.iat(), ob_jose::ath("x"));
    let prove = async |input: ProofInput<'_>| rig.prover.prove(&input).await.unwrap();
    let input = || ProofInput {
        htm: "POST",
        htu: &htu,
        iat: now,
        jti: "j",
        ath: None,
        nonce: None,
    };
    let other = Htu::from_uri(&rig.sandbox.jwks_uri()).unwrap();
    let cases = [
        (
            "R095",
            prove(ProofInput {
                htm: "GET",
                ..input()
            })
            .await,
        ),
        (
            "R096",
            prove(ProofInput {
                htu: &other,
                ..input()
            })
            .await,
        ),
        (
            "R100",
            prove(ProofInput {
                iat: now - 121,
                ..input()
            })
            .await,
        ),
        (
            "R017",
            prove(ProofInput {
                iat: now + 31,
                ..input()
            })
            .await,
        ),
        (
            "R073",
            prove(ProofInput {
                ath: Some(&ath),
                ..input()
            })
            .await,
        ),
        ("R091", rig.assertion().await),
    ];
    for (rule, proof) in cases {
        let call = rig
            .token_call(Some("acme-budget"), "ob_data")
            .await
            .header("dpop", &proof);
        rig.ask(call)
            .await
            .assert_refused(400, "invalid_dpop_proof", rule);
    }
    for iat in [now - 10, now + 10] {
        let proof = prove(ProofInput {
            iat,
            jti: &iat.to_string(),
            ..input()
        })
        .await;
        rig.ask(
            rig.token_call(Some("acme-budget"), "ob_data")
                .await
                .header("dpop", &proof),
        )
        .await
        .assert_ok();
    }
    assert_eq!(rig.sandbox.counters().tokens_issued, 2);
}

/// One proof buys one token.
///
/// Rows: R104, L2.1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r104_fifty_parallel_sends_of_one_proof_have_one_success() {
    let rig = std::sync::Arc::new(Rig::plain());
    let proof = rig
        .proof("POST", &rig.sandbox.token_url(), (None, None))
        .await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (rig, proof) = (rig.clone(), proof.clone());
        tasks.spawn(async move {
            let call = rig
                .token_call(Some("acme-budget"), "ob_data")
                .await
                .header("dpop", &proof);
            rig.ask(call).await
        });
    }
    let replies = tasks.join_all().await;
    assert_eq!(
        replies
            .iter()
            .filter(|reply| reply.status.is_success())
            .count(),
        1
    );
    let counters = rig.sandbox.counters();
    assert_eq!((counters.tokens_issued, counters.replays_refused), (1, 49));
    for reply in replies.iter().filter(|reply| !reply.status.is_success()) {
        reply.assert_refused(400, "invalid_dpop_proof", "R104");
    }
}

/// A used proof is remembered for its whole window.
///
/// Rows: R104
#[tokio::test]
async fn r104_a_proof_is_refused_until_it_is_too_old_anyway() {
    let rig = Rig::plain();
    let proof = rig
        .proof("POST", &rig.sandbox.token_url(), (None, None))
        .await;
    let again = async || {
        rig.ask(rig.token_call(None, "ob_data").await.header("dpop", &proof))
            .await
    };
    again().await.assert_ok();
    rig.clock.advance(Duration::from_secs(120));
    again()
        .await
        .assert_refused(400, "invalid_dpop_proof", "R104");
    rig.clock.advance(Duration::from_secs(5));
    again()
        .await
        .assert_refused(400, "invalid_dpop_proof", "R100");
}

/// Descriptions use the permitted characters and repeat nothing that was sent.
///
/// Rows: R154
#[tokio::test]
async fn explanations_and_descriptions_hold_no_secret() {
    let rig = Rig::new(|builder| builder.profile(Profile::Fapi2));
    let call = rig.token_call(Some("acme-budget"), "ob_data").await;
    let (assertion, proof) = (call.form[2].1.clone(), call.headers[1].1.clone());
    let body = call.body();
    rig.ask_with_body(&call.headers, body.clone())
        .await
        .assert_ok();
    let replies = [
        rig.ask_with_body(&call.headers, body).await,
        rig.ask(
            rig.token_call(None, "ob_data")
                .await
                .set("client_assertion", &proof),
        )
        .await,
        rig.ask(
            rig.token_call(None, "ob_data")
                .await
                .header("dpop", &assertion),
        )
        .await,
        rig.ask(rig.token_call(None, &assertion).await).await,
        rig.ask(
            rig.token_call(None, "ob_data")
                .await
                .set("client_assertion_type", &format!("{ASSERTION_TYPE}x")),
        )
        .await,
    ];
    for reply in replies {
        let told = String::from_utf8(reply.body.to_vec()).unwrap();
        let why = serde_json::to_string(&reply.why).unwrap();
        for secret in [&assertion, &proof] {
            let signature = secret.rsplit('.').next().unwrap();
            assert!(
                !told.contains(signature) && !why.contains(signature),
                "{why}"
            );
        }
        let description = reply.json()["error_description"]
            .as_str()
            .unwrap()
            .to_owned();
        let plain = |b: u8| matches!(b, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        assert!(description.bytes().all(plain), "R154: {description}");
    }
}
