//! The token endpoint against assertions and proofs that are rightly made but for one thing.

use crate::harness::{Reply, Rig};
use ob_jose::{Algorithm, SigningKey};
use serde_json::{Value, json};
use std::{collections::BTreeSet, io::ErrorKind, net::TcpListener, sync::Arc, time::Instant};

async fn with_assertion(rig: &Rig, text: &str) -> Reply {
    let call = rig.token_call(Some("acme-budget"), "ob_data").await;
    rig.ask(call.set("client_assertion", text)).await
}

fn is_closed(reply: &Reply, status: u16, error: &str) {
    assert_eq!(
        (reply.status.as_u16(), reply.error().as_str()),
        (status, error),
        "{:?}",
        reply.why
    );
    let told = (
        reply.header("content-type"),
        reply.header("cache-control"),
        reply.header("pragma"),
    );
    assert_eq!(told, ("application/json", "no-store", "no-cache"));
    assert_eq!(reply.json().as_object().unwrap().len(), 2);
    assert!(reply.rule().starts_with('R'), "{:?}", reply.why);
}

/// The audience of an assertion is the issuer as a string, byte for byte.
///
/// Rows: R014, R052, R156, L1.21
#[tokio::test]
async fn refuses_any_other_audience() {
    let rig = Rig::plain();
    let issuer = rig.sandbox.issuer();
    let http = issuer.replacen("https", "http", 1);
    let audiences = [
        json!(rig.sandbox.token_url()),
        json!([issuer]),
        json!([issuer, "x"]),
        json!(["x"]),
        json!(format!("{issuer}/")),
        json!(issuer.to_uppercase()),
        json!(issuer.replace("sandbox", "%73andbox")),
        json!(format!("{issuer}:443")),
        json!(http),
        Value::Null,
        json!(1),
        json!(""),
        json!({}),
    ];
    for audience in audiences {
        let mut claims = rig.assertion_claims();
        claims["aud"] = audience.clone();
        let text = rig.signed(json!({"typ": "JWT"}), claims).await;
        let reply = with_assertion(&rig, &text).await;
        is_closed(&reply, 401, "invalid_client");
        assert_eq!(reply.rule(), "R052", "{audience}");
    }
    assert_eq!(rig.sandbox.counters().tokens_issued, 0);
    let text = rig
        .signed(json!({"typ": "JWT"}), rig.assertion_claims())
        .await;
    with_assertion(&rig, &text).await.assert_ok();
}

/// The key is the registered one, never one that the header brings or points to; nobody is
/// called for it.
///
/// Rows: R060, L1.5, L1.6, L1.7
#[tokio::test]
async fn takes_no_key_from_a_header_and_calls_nobody() {
    let rig = Rig::plain();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/jwks", listener.local_addr().unwrap());
    let attacker = SigningKey::generate(Algorithm::Es256).unwrap();
    let kid = rig.sandbox.integrator().kid.clone();
    for (name, value) in [
        ("jwk", attacker.public_jwk().to_value()),
        ("jku", json!(url)),
        ("x5u", json!(url)),
        ("jku", json!("http://169.254.169.254/jwks")),
        ("jku", json!("file:///etc/passwd")),
        ("x5c", json!(["AAAA"])),
    ] {
        for header in [
            json!({"kid": kid, name: value}),
            json!({"kid": "own", name: value}),
            json!({name: value}),
        ] {
            let text = ob_jose::sign_compact(&attacker, &header, &rig.assertion_claims())
                .await
                .unwrap();
            is_closed(&with_assertion(&rig, &text).await, 401, "invalid_client");
        }
    }
    assert_eq!(rig.sandbox.counters().tokens_issued, 0);
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

/// One assertion buys one token, also when it is sent fifty times at once, and none from a
/// restarted server, which has forgotten it together with the key.
///
/// Rows: R054, L1.23
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_parallel_sends_of_one_assertion_have_one_success() {
    let rig = Arc::new(Rig::plain());
    let assertion = rig.assertion().await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (rig, assertion) = (rig.clone(), assertion.clone());
        tasks.spawn(async move { with_assertion(&rig, &assertion).await });
    }
    let replies = tasks.join_all().await;
    let (granted, refused): (Vec<_>, Vec<_>) =
        replies.iter().partition(|reply| reply.status.is_success());
    assert_eq!((granted.len(), refused.len()), (1, 49));
    for reply in refused {
        reply.assert_refused(401, "invalid_client", "R054");
    }
    let counters = rig.sandbox.counters();
    assert_eq!((counters.tokens_issued, counters.replays_refused), (1, 49));
    let restarted = Rig::plain();
    is_closed(
        &with_assertion(&restarted, &assertion).await,
        401,
        "invalid_client",
    );
}

/// Proofs without a valid signature do not use up the `jti` they name.
///
/// Rows: R117, L2.17
#[tokio::test]
async fn a_forged_proof_burns_nobodys_jti() {
    let rig = Rig::plain();
    let url = rig.sandbox.token_url();
    let victim = rig.proof("POST", &url, (None, None)).await;
    let (signed, signature) = victim.rsplit_once('.').unwrap();
    let backwards: String = signature.chars().rev().collect();
    for forged in [format!("{signed}."), format!("{signed}.{backwards}")] {
        let call = rig.token_call(Some("acme-budget"), "ob_data").await;
        is_closed(
            &rig.ask(call.header("dpop", &forged)).await,
            400,
            "invalid_dpop_proof",
        );
    }
    let call = rig.token_call(Some("acme-budget"), "ob_data").await;
    rig.ask(call.header("dpop", &victim)).await.assert_ok();
}

/// Times up to 30 s ahead pass at the authorization server and times beyond do not, in
/// assertions and in proofs.
///
/// Rows: R017, R056, L2.14
#[tokio::test]
async fn reads_times_ahead_within_their_bounds() {
    let rig = Rig::plain();
    let now = i64::try_from(rig.iat()).unwrap();
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let header = json!({"typ": "dpop+jwt", "jwk": key.public_jwk().to_value()});
    for ahead in [-1, 0, 8, 10, 11, 30, 59, 60, 61, 3600] {
        for name in ["iat", "nbf"] {
            let mut claims = rig.assertion_claims();
            claims[name] = (now + ahead).into();
            claims["exp"] = (now + ahead.min(200) + 60).into();
            let text = rig.signed(json!({"typ": "JWT"}), claims).await;
            let reply = with_assertion(&rig, &text).await;
            assert_eq!(reply.status.is_success(), ahead <= 30, "{name} {ahead}");

            let mut claims = json!({"jti": rig.jti(), "htm": "POST", "htu": rig.sandbox.token_url(), "iat": now});
            claims[name] = (now + ahead).into();
            let text = ob_jose::sign_compact(&key, &header, &claims).await.unwrap();
            let call = rig.token_call(Some("acme-budget"), "ob_data").await;
            let reply = rig.ask(call.header("dpop", &text)).await;
            assert_eq!(reply.status.is_success(), ahead <= 30, "{name} {ahead}");
            if ahead > 30 {
                is_closed(&reply, 400, "invalid_dpop_proof");
            }
        }
    }
}

/// A third-party that does not exist, is suspended or is another Integrator's: one answer, all
/// headers included, after the same time.
///
/// Rows: R194, L3.5
#[tokio::test]
async fn tells_nobody_which_third_parties_exist() {
    let rig = Rig::plain();
    let foreign = rig.sandbox.foreign_third_party().unwrap().client_id;
    let names = [
        "tpp-000000000000".to_owned(),
        rig.party("oldtown-loans").client_id.to_string(),
        foreign.to_string(),
    ];
    let mut answers = BTreeSet::new();
    let mut times = [const { Vec::new() }; 3];
    for round in 0..300 {
        for turn in 0..names.len() {
            let which = (round + turn) % names.len();
            let call = rig.token_call(None, "ob_data").await;
            let call = call.header("x-on-behalf-of", &names[which]);
            let start = Instant::now();
            let mut reply = rig.ask(call).await;
            times[which].push(start.elapsed());
            reply.assert_refused(400, "unauthorized_client", "R193");
            for own in [
                "correlation-id",
                "x-fapi-interaction-id",
                "x-sandbox-refusal",
            ] {
                let length = reply.headers.remove(own).unwrap().len();
                assert!(length == 36 || length == "refusal-000000".len(), "{own}");
            }
            let headers: Vec<_> = reply
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
                .collect();
            answers.insert((reply.body.to_vec(), headers));
        }
    }
    assert_eq!(answers.len(), 1);
    let medians = times.map(|mut all| {
        all.sort();
        all[all.len() / 2]
    });
    let (least, most) = (medians.iter().min().unwrap(), medians.iter().max().unwrap());
    assert!(*most < *least * 2, "{medians:?}");
}

/// Both names of Ed25519 are accepted, as the metadata document says.
///
/// Rows: R035
#[tokio::test]
async fn accepts_both_names_of_ed25519() {
    let rig = Rig::fapi();
    let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
    for name in ["EdDSA", "Ed25519"] {
        let header = json!({"alg": name, "typ": "dpop+jwt", "jwk": key.public_jwk().to_value()});
        let claims = json!({"jti": rig.jti(), "htm": "POST", "htu": rig.sandbox.token_url(), "iat": rig.iat()});
        let text = ob_jose::sign_compact(&key, &header, &claims).await.unwrap();
        let call = rig.token_call(Some("acme-budget"), "ob_data").await;
        rig.ask(call.header("dpop", &text)).await.assert_ok();
    }
}
