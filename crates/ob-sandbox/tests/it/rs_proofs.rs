//! The proof of an API call (attack list L2): it is one, for this request, by the token's key,
//! fresh and never seen before.

use crate::{
    harness::{Rig, with, without},
    rs_stage::{Door, PATH, Stage, signed_by},
};
use ob_jose::{Algorithm, SigningKey, ath, base64url};
use ob_sandbox::NonceMode;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// One `DPoP` field with one proof: none, two lines, and two proofs in one line are refused.
///
/// Rows: R088, R113, L2.11
#[tokio::test]
async fn one_proof() {
    let stage = Stage::new().await;
    let (one, two) = (
        stage.right(Door::Proof).await,
        stage.right(Door::Proof).await,
    );
    let right = stage.headers(&stage.token, &one);
    let none = without(&right, "dpop");
    stage
        .refuses_call(Door::Proof, &none, ("R010", "none"))
        .await;
    for second in [&one, &two] {
        let mut both = right.clone();
        both.push(("dpop".into(), second.clone()));
        stage
            .refuses_call(Door::Proof, &both, ("R088", "two"))
            .await;
        for joint in [",", ", ", " "] {
            let joined = with(&right, "dpop", &format!("{one}{joint}{second}"));
            let reply = stage.rig.call("GET", PATH, &joined).await;
            assert_eq!(reply.status.as_u16(), 401, "{joint}");
            stage
                .refuses(
                    Door::Proof,
                    joined[3].1.as_str(),
                    (&["R089", "R124", "R146"], joint),
                )
                .await;
        }
    }
    assert_eq!(stage.rig.sandbox.counters().api_requests_admitted, 0);
    stage.rig.call("GET", PATH, &right).await.assert_ok();
}

/// `htm` is the method of the request, exactly; headers that want to change the method have no
/// say in it.
///
/// Rows: R095, L2.2, L2.18
#[tokio::test]
async fn the_method() {
    let stage = Stage::new().await;
    for htm in ["POST", "get", "Get", "HEAD", "GET ", "", "DELETE", "*"] {
        let mut claims = stage.claims(Door::Proof);
        claims["htm"] = htm.into();
        let text = stage.with_claims(Door::Proof, &claims).await;
        stage.refuses(Door::Proof, text, (&["R095"], htm)).await;
    }
    for name in [
        "x-http-method-override",
        "x-http-method",
        "x-method-override",
    ] {
        let mut claims = stage.claims(Door::Proof);
        claims["htm"] = "DELETE".into();
        let proof = stage.with_claims(Door::Proof, &claims).await;
        let headers = with(&stage.headers(&stage.token, &proof), name, "DELETE");
        stage
            .refuses_call(Door::Proof, &headers, ("R095", name))
            .await;
        let proof = stage.right(Door::Proof).await;
        let headers = with(&stage.headers(&stage.token, &proof), name, "DELETE");
        stage.rig.call("GET", PATH, &headers).await.assert_ok();
    }
}

/// `htu` is the target of the request by the server's own configuration: compared as URIs are,
/// without query and fragment, and different in every other way is different.
///
/// Rows: R096, R097, R098, L2.3, L2.4
#[tokio::test]
async fn the_target() {
    let stage = Stage::new().await;
    let base = stage.rig.sandbox.api_base().to_owned();
    let host = base.strip_prefix("https://").unwrap();
    let same = [
        format!("{base}/providers"),
        format!("{base}/providers?"),
        format!("{base}/providers?country=DE&x=%20"),
        format!("{base}/providers#fragment"),
        format!("{base}/providers?x#y"),
        format!("HTTPS://{}/providers", host.to_uppercase()),
        format!("{base}:443/providers"),
        format!("{base}:/providers"),
        format!("{base}/%70roviders"),
        format!("{base}/./providers"),
        format!("{base}/x/../providers"),
    ];
    for htu in same {
        let mut claims = stage.claims(Door::Proof);
        claims["htu"] = htu.as_str().into();
        let text = stage.with_claims(Door::Proof, &claims).await;
        stage.accepts(Door::Proof, text, &htu).await;
    }
    let other = [
        format!("http://{host}/providers"),
        format!("{base}:444/providers"),
        format!("{base}:80/providers"),
        format!("{base}./providers"),
        format!("{base}.evil.example/providers"),
        "https://evil.example/providers".into(),
        "https://localhost/providers".into(),
        format!("{base}/Providers"),
        format!("{base}/providers/"),
        format!("{base}//providers"),
        format!("{base}/%2Fproviders"),
        format!("{base}/accounts"),
        format!("{base}/../x/providers"),
        base.clone(),
        format!("https://user@{host}/providers"),
        format!("https://user:password@{host}/providers"),
        format!("{base}\\providers"),
        "//providers".into(),
        "/providers".into(),
        "providers".into(),
        String::new(),
        format!(" {base}/providers"),
        format!("{base}/providers {base}/accounts"),
        "data:,x".into(),
    ];
    for htu in other {
        let mut claims = stage.claims(Door::Proof);
        claims["htu"] = htu.as_str().into();
        let text = stage.with_claims(Door::Proof, &claims).await;
        stage.refuses(Door::Proof, text, (&["R096"], &htu)).await;
    }
    let reply = stage
        .rig
        .call(
            "GET",
            "/providers?country=DE&limit=5",
            &stage.headers(&stage.token, &stage.right(Door::Proof).await),
        )
        .await;
    reply.assert_ok();
}

/// What a request says about its host changes nothing: the proof is compared with the configured
/// address, and a request for another host is not for here.
///
/// Rows: R098
#[tokio::test]
async fn forwarded_hosts() {
    let stage = Stage::new().await;
    let mut claims = stage.claims(Door::Proof);
    claims["htu"] = "https://evil.example/providers".into();
    let forwarding = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-port", "80"),
        ("x-original-url", "/accounts"),
        ("x-rewrite-url", "/accounts"),
        ("forwarded", "host=evil.example;proto=http"),
    ];
    for (name, value) in forwarding {
        let proof = stage.with_claims(Door::Proof, &claims).await;
        let headers = with(&stage.headers(&stage.token, &proof), name, value);
        stage
            .refuses_call(Door::Proof, &headers, ("R096", name))
            .await;
        let proof = stage.right(Door::Proof).await;
        let headers = with(&stage.headers(&stage.token, &proof), name, value);
        stage.rig.call("GET", PATH, &headers).await.assert_ok();
    }
    let proof = stage.with_claims(Door::Proof, &claims).await;
    let headers = with(&stage.headers(&stage.token, &proof), "host", "evil.example");
    let reply = stage.rig.call("GET", PATH, &headers).await;
    reply.assert_refused(421, "BAD_REQUEST", "R098");
}

/// `ath` is the hash of the presented token in the one encoding, or the proof is for another.
///
/// Rows: R102, L2.5
#[tokio::test]
async fn the_token_hash() {
    let stage = Stage::new().await;
    let right = ath(&stage.token);
    let octets = base64url::decode(&right).unwrap();
    let hex: String = octets.iter().map(|b| format!("{b:02x}")).collect();
    let others = stage.rig.token("nordlicht-pay", "ob_providers").await;
    let standard = right.replace('-', "+").replace('_', "/");
    let spellings = [
        format!("{right}="),
        format!("{standard}="),
        hex,
        right.to_lowercase(),
        right[..42].to_owned(),
        ath(&others),
        ath(""),
        stage.token.clone(),
        String::new(),
    ];
    for spelling in spellings {
        let mut claims = stage.claims(Door::Proof);
        claims["ath"] = spelling.as_str().into();
        let text = stage.with_claims(Door::Proof, &claims).await;
        stage
            .refuses(Door::Proof, text, (&["R102"], &spelling))
            .await;
    }
    let mut claims = stage.claims(Door::Proof);
    claims.as_object_mut().unwrap().remove("ath");
    let text = stage.with_claims(Door::Proof, &claims).await;
    stage.refuses(Door::Proof, text, (&["R090"], "none")).await;
}

/// A proof made for the token endpoint does not open the API, nor one for the API the token
/// endpoint.
///
/// Rows: R095, R096, L2.13, L1.23
#[tokio::test]
async fn proofs_of_the_other_endpoint() {
    let stage = Stage::new().await;
    let token_url = stage.rig.sandbox.token_url();
    let plain = stage.rig.proof("POST", &token_url, (None, None)).await;
    stage
        .refuses(Door::Proof, plain, (&["R095"], "as it was made"))
        .await;
    let path = token_url
        .strip_prefix(stage.rig.sandbox.api_base())
        .unwrap();
    let claims = stage.proof_claims("GET", path, &stage.token);
    let text = stage.with_claims(Door::Proof, &claims).await;
    stage
        .refuses(Door::Proof, text, (&["R096"], "but for its path"))
        .await;

    let call = stage.rig.token_call(Some("acme-budget"), "ob_providers");
    let call = call.await.header("dpop", &stage.right(Door::Proof).await);
    let reply = stage.rig.ask(call).await;
    assert_eq!(
        (reply.status.as_u16(), reply.error().as_str()),
        (400, "invalid_dpop_proof")
    );
}

/// A proof works once at the API: again, with another query, at another path or by another
/// method it does not; fifty at once have one success. A `jti` belongs to its key and target.
///
/// Rows: R042, R104, L2.1, L1.23
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_works_once() {
    let stage = Arc::new(Stage::new().await);
    let proof = stage.right(Door::Proof).await;
    stage.accepts(Door::Proof, &proof, "the first time").await;
    stage
        .refuses(Door::Proof, &proof, (&["R104"], "again"))
        .await;
    let headers = stage.headers(&stage.token, &proof);
    for (method, path, rule) in [
        ("GET", "/providers?x=1", "R104"),
        ("GET", "/accounts", "R096"),
        ("POST", "/consents", "R095"),
    ] {
        let reply = stage.rig.call(method, path, &headers).await;
        reply.assert_refused(401, "INVALID_AUTH_HEADER", rule);
    }
    assert_eq!(stage.rig.sandbox.counters().replays_refused, 2);
    stage.rig.clock.advance(Duration::from_secs(120));
    stage
        .refuses(Door::Proof, &proof, (&["R104"], "at the end of its time"))
        .await;
    stage.rig.clock.advance(Duration::from_secs(1));
    stage
        .refuses(Door::Proof, &proof, (&["R100"], "after its time"))
        .await;

    let jti = "the-same-jti";
    let mut claims = stage.claims(Door::Proof);
    claims["jti"] = jti.into();
    let text = stage.with_claims(Door::Proof, &claims).await;
    stage.accepts(Door::Proof, text, "here").await;
    claims["iat"] = json!(stage.rig.iat() - 1);
    let text = stage.with_claims(Door::Proof, &claims).await;
    stage
        .refuses(Door::Proof, text, (&["R104"], "another proof with its jti"))
        .await;
    let mut claims = stage.proof_claims("GET", "/accounts", &stage.token);
    claims["jti"] = jti.into();
    let text = stage.with_claims(Door::Proof, &claims).await;
    let headers = stage.headers(&stage.token, &text);
    let reply = stage.rig.call("GET", "/accounts", &headers).await;
    reply.assert_refused(403, "INSUFFICIENT_SCOPE", "R032");

    let before = stage.rig.sandbox.counters();
    let headers = stage.headers(&stage.token, &stage.right(Door::Proof).await);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (stage, headers) = (stage.clone(), headers.clone());
        tasks.spawn(async move { stage.rig.call("GET", PATH, &headers).await });
    }
    let replies = tasks.join_all().await;
    let (good, bad): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status.is_success());
    assert_eq!((good.len(), bad.len()), (1, 49));
    assert!(bad.iter().all(|reply| reply.rule() == "R104"));
    let after = stage.rig.sandbox.counters();
    assert_eq!(
        after.api_requests_admitted,
        before.api_requests_admitted + 1
    );
    assert_eq!(after.replays_refused, before.replays_refused + 49);
}

/// A `jti` is a short text of printable ASCII.
///
/// Rows: R104, R090, L2.15
#[tokio::test]
async fn the_jti() {
    let stage = Stage::new().await;
    let long = "j".repeat(10_000);
    for (jti, rule) in [
        ("", "R104"),
        (&"j".repeat(257), "R104"),
        (&long, "R147"),
        ("j\u{0}", "R104"),
        ("j\r\n", "R104"),
        ("\u{e9}\u{202e}", "R104"),
    ] {
        let mut claims = stage.claims(Door::Proof);
        claims["jti"] = jti.into();
        let text = stage.with_claims(Door::Proof, &claims).await;
        stage.refuses(Door::Proof, text, (&[rule], "jti")).await;
    }
    let mut claims = stage.claims(Door::Proof);
    claims["jti"] = "j".repeat(256).into();
    let text = stage.with_claims(Door::Proof, &claims).await;
    stage.accepts(Door::Proof, text, "256 characters").await;
}

/// Nobody without the key can use up a `jti`: proofs with the victim's future `jti` that are
/// unsigned, badly signed, signed by another key, or refused for another reason leave no trace,
/// however many there are.
///
/// Rows: R117, L2.17
#[tokio::test]
async fn a_flood_of_bad_proofs_burns_nothing() {
    let stage = Stage::new().await;
    let victims = stage.right(Door::Proof).await;
    let (input, _) = victims.rsplit_once('.').unwrap();
    let parts: Vec<&str> = input.split('.').collect();
    let claims = base64url::decode(parts[1]).unwrap();
    let attacker = SigningKey::generate(Algorithm::Es256).unwrap();
    let mut header = stage.header(Door::Proof);
    header["jwk"] = attacker.public_jwk().to_value();
    let own_key = signed_by(&attacker, (header.to_string(), &claims)).await;
    let none = stage
        .header(Door::Proof)
        .to_string()
        .replace("ES256", "none");
    let mut late: Value = serde_json::from_slice(&claims).unwrap();
    late["iat"] = json!(stage.rig.iat() - 3600);
    let stale = stage.with_claims(Door::Proof, &late).await;
    let bad = [
        (format!("{input}."), "R089"),
        (format!("{input}.{}", base64url::encode(&[0; 64])), "R093"),
        (format!("{input}.{}", base64url::encode(&[9; 64])), "R093"),
        (stage.signed(Door::Proof, (none, &claims)).await, "R036"),
        (own_key, "R103"),
        (stale, "R100"),
    ];
    for _ in 0..50 {
        for (text, rule) in &bad {
            stage.refuses(Door::Proof, text, (&[rule], "bad")).await;
        }
    }
    assert_eq!(stage.rig.sandbox.counters().replays_refused, 0);
    stage.accepts(Door::Proof, victims, "the victim's").await;
}

/// Where nonces are wanted, a proof needs one that this very server gave less than a minute ago:
/// none, guessed, cut, of the authorization server, of another sandbox, or old is challenged
/// again; a good one may serve many proofs, each once, and does not excuse a stale `iat`.
///
/// Rows: R042, R099, R108, R109, R100, L2.6, L2.12
#[tokio::test]
async fn nonces() {
    let required = |builder: ob_sandbox::SandboxBuilder| builder.nonce(NonceMode::Required);
    let stage = Stage::with(Algorithm::Es256, required).await;
    let other = Stage::with(Algorithm::Es256, required).await;
    let challenged = async |nonce: Value, what: &str| {
        let before = stage.rig.sandbox.counters().api_requests_admitted;
        let reply = knock_with(&stage, nonce).await;
        reply.assert_refused(401, "INVALID_AUTH_HEADER", "R099");
        let challenges: Vec<_> = reply.headers.get_all("www-authenticate").iter().collect();
        assert_eq!(
            challenges,
            ["DPoP error=\"use_dpop_nonce\", algs=\"ES256 PS256 EdDSA\""],
            "{what}"
        );
        assert_eq!(reply.headers.get_all("dpop-nonce").iter().count(), 1);
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(stage.rig.sandbox.counters().api_requests_admitted, before);
        reply.header("dpop-nonce").to_owned()
    };
    let nonce = challenged(Value::Null, "none").await;
    assert!(nonce.len() >= 22, "128 bits");
    let call = stage.rig.token_call(Some("acme-budget"), "ob_data").await;
    let of_the_as = stage.rig.ask(call).await.header("dpop-nonce").to_owned();
    let foreign = knock_with(&other, Value::Null).await;
    for (what, wrong) in [
        ("empty", ""),
        ("guessed", "AAAAAAAAAAAAAAAAAAAAAA"),
        ("cut", &nonce[..nonce.len() - 1]),
        ("longer", &format!("{nonce}A")),
        ("in capitals", &nonce.to_uppercase()),
        ("of the authorization server", &of_the_as),
        ("of another sandbox", foreign.header("dpop-nonce")),
    ] {
        challenged(wrong.into(), what).await;
    }
    for _ in 0..20 {
        let reply = knock_with(&stage, nonce.as_str().into()).await;
        assert!(!reply.assert_ok().header("dpop-nonce").is_empty());
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    let mut claims = stage.claims(Door::Proof);
    claims["nonce"] = nonce.as_str().into();
    let proof = stage.with_claims(Door::Proof, &claims).await;
    stage.accepts(Door::Proof, &proof, "once").await;
    stage
        .refuses(Door::Proof, &proof, (&["R104"], "twice"))
        .await;
    for (ahead, rule) in [(-61_i64, "R100"), (31, "R017"), (61, "R017")] {
        let mut claims = stage.claims(Door::Proof);
        claims["nonce"] = nonce.as_str().into();
        claims["iat"] = (i64::try_from(stage.rig.iat()).unwrap() + ahead).into();
        let text = stage.with_claims(Door::Proof, &claims).await;
        stage
            .refuses(Door::Proof, text, (&[rule], "a nonce, but the time"))
            .await;
    }
    stage.rig.clock.advance(Duration::from_secs(60));
    challenged(nonce.as_str().into(), "old").await;
    for wrong in [json!(5), json!([nonce]), json!(true)] {
        let mut claims = stage.claims(Door::Proof);
        claims["nonce"] = wrong;
        let text = stage.with_claims(Door::Proof, &claims).await;
        stage
            .refuses(Door::Proof, text, (&["R090"], "no text"))
            .await;
    }
}

async fn knock_with(stage: &Stage, nonce: Value) -> crate::harness::Reply {
    let mut claims = stage.claims(Door::Proof);
    match nonce {
        Value::Null => {}
        nonce => claims["nonce"] = nonce,
    }
    let text = stage.with_claims(Door::Proof, &claims).await;
    stage.knock(Door::Proof, text).await
}

/// A bound token is refused as Bearer, with and without a proof; two credentials are no
/// credentials.
///
/// Rows: R111, R113, L2.10
#[tokio::test]
async fn no_downgrade_to_bearer() {
    let stage = Stage::new().await;
    let right = stage.headers(&stage.token, &stage.right(Door::Proof).await);
    let bearer = with(&right, "authorization", &format!("Bearer {}", stage.token));
    for headers in [bearer.clone(), without(&bearer, "dpop")] {
        let reply = stage.rig.call("GET", PATH, &headers).await;
        reply.assert_refused(401, "INVALID_TOKEN", "R111");
        assert!(
            reply
                .header("www-authenticate")
                .contains("error=\"invalid_token\"")
        );
    }
    for scheme in ["Bearer", "DPoP"] {
        let mut two = right.clone();
        two.push(("authorization".into(), format!("{scheme} {}", stage.token)));
        let reply = stage.rig.call("GET", PATH, &two).await;
        reply.assert_refused(400, "MALFORMED_OAUTH_REQ", "R111");
    }
    for joined in [
        format!("DPoP {0}, Bearer {0}", stage.token),
        format!("Bearer {0}, DPoP {0}", stage.token),
        format!("DPoP {0} {0}", stage.token),
    ] {
        let reply = stage
            .rig
            .call("GET", PATH, &with(&right, "authorization", &joined))
            .await;
        assert_eq!(reply.status.as_u16(), 401, "{joined}");
    }
    assert_eq!(stage.rig.sandbox.counters().api_requests_admitted, 0);
}

/// The scheme is compared without case, for both schemes.
///
/// Rows: R112, R029
#[tokio::test]
async fn the_scheme_has_no_case() {
    let rig = Rig::plain();
    let token = rig.token("acme-budget", "ob_providers").await;
    let right = rig.bearer("acme-budget", &token);
    for scheme in ["bearer", "BEARER", "Bearer", "bEARER"] {
        let headers = with(&right, "authorization", &format!("{scheme} {token}"));
        rig.call("GET", PATH, &headers).await.assert_ok();
    }
    let stage = Stage::new().await;
    for scheme in ["dpop", "DPOP", "DPoP", "dPoP"] {
        let headers = stage.headers(&stage.token, &stage.right(Door::Proof).await);
        let headers = with(
            &headers,
            "authorization",
            &format!("{scheme} {}", stage.token),
        );
        stage.rig.call("GET", PATH, &headers).await.assert_ok();
    }
}
