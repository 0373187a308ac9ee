//! Rows B, D and I that belong to one verifier.

use std::time::Duration;

use ob_jose::{
    AccessTokenVerifier, Algorithm, AssertionVerifier, ExpectedProof, Htu, JwkSet, ProofVerifier,
    RegisteredClient, base64url,
};
use serde_json::{Value, json};

use crate::attacks::Target;
use crate::support::{API, CLIENT, ISSUER, NOW, TOKEN_URL, at, key, seal, with};

/// The authorization server's verifier.
///
/// Rows: R014, R050, R051, R052, L1.21
#[test]
fn r050_to_r054_the_assertion_names_one_client_and_one_server() {
    let target = Target::assertion(Algorithm::EdDsa);
    for bad in ["other", "INTEGRATOR", "integrator ", ""] {
        target.refuses_under("R050", "claims", "iss", Some(json!(bad)));
        target.refuses_under("R051", "claims", "sub", Some(json!(bad)));
    }
    for bad in [
        None,
        Some(json!([CLIENT])),
        Some(json!(1)),
        Some(Value::Null),
    ] {
        target.refuses_under("R050", "claims", "iss", bad.clone());
        target.refuses_under("R051", "claims", "sub", bad);
    }
    for bad in [
        json!([ISSUER]),
        json!([ISSUER, "x"]),
        json!(["x"]),
        json!(TOKEN_URL),
        json!(format!("{ISSUER}/")),
        json!("https://AS.example"),
        json!("https://as.exampl%65"),
        json!("https://as.example:443"),
        json!("http://as.example"),
        json!(""),
        Value::Null,
        json!(1),
        json!({}),
    ] {
        target.refuses_under("R052", "claims", "aud", Some(bad));
    }
    target.refuses_under("R052", "claims", "aud", None);
    for bad in [
        json!(""),
        json!("j".repeat(257)),
        json!("\u{e9}"),
        json!("a\nb"),
        json!(1),
    ] {
        target.refuses_under("R054", "claims", "jti", Some(bad));
    }
    target.refuses_under("R054", "claims", "jti", None);
}

/// The authorization server's verifier.
///
/// Rows: R061
#[test]
fn r061_the_registered_algorithm_binds() {
    let target = Target::assertion(Algorithm::EdDsa);
    let keys = JwkSet::new([target.key.public_jwk().clone()]);
    let judge = |algorithm| {
        let client = RegisteredClient {
            client_id: CLIENT,
            keys: &keys,
            algorithm,
        };
        AssertionVerifier::new(ISSUER)
            .verify(&target.good(), &client, at(NOW))
            .map(drop)
    };
    assert!(judge(Some(Algorithm::EdDsa)).is_ok());
    assert_eq!(judge(Some(Algorithm::Ps256)).unwrap_err().rule(), "R061");
}

/// The authorization server's verifier; the key of another client does not count.
///
/// Rows: R041, R060
#[test]
fn r041_r060_keys_come_from_the_registration() {
    let target = Target::assertion(Algorithm::EdDsa);
    let own = target.key.public_jwk().clone();
    let judge = |keys: Vec<ob_jose::PublicJwk>| {
        let keys = JwkSet::new(keys);
        let client = RegisteredClient {
            client_id: CLIENT,
            keys: &keys,
            algorithm: None,
        };
        let verdict = AssertionVerifier::new(ISSUER).verify(&target.good(), &client, at(NOW));
        verdict.map(drop).map_err(|refusal| refusal.rule())
    };
    let decoy = key(Algorithm::Es256).with_kid("k1").public_jwk().clone();
    let twin = key(Algorithm::EdDsa).with_kid("k1").public_jwk().clone();
    assert_eq!(judge(vec![decoy.clone(), own.clone()]), Ok(()));
    assert_eq!(judge(vec![own.clone(), twin.clone()]), Err("R041"));
    assert_eq!(judge(vec![twin]), Err("R058"));
    assert_eq!(judge(vec![decoy]), Err("R060"));
    assert_eq!(judge(vec![own.with_kid("k2")]), Err("R060"));
    assert_eq!(judge(vec![]), Err("R060"));
}

#[test]
fn claimed_client_is_strict_but_unverified() {
    let target = Target::assertion(Algorithm::EdDsa);
    let verifier = AssertionVerifier::new(ISSUER);
    assert_eq!(verifier.claimed_client(&target.good()).unwrap(), CLIENT);
    let differing = with(&target.claims, "sub", Some(json!("other")));
    let token = target.token(&target.header, &differing);
    assert_eq!(verifier.claimed_client(&token).unwrap_err().rule(), "R051");
    assert!(verifier.claimed_client("a.b.c").is_err());
}

/// Both verifiers of proofs.
///
/// Rows: R037, R090, R094, R130, R138, L2.7, L2.8
#[test]
fn r094_r130_r138_the_key_in_the_proof() {
    for target in [
        Target::proof_at_server(Algorithm::Es256),
        Target::proof_at_api(Algorithm::Es256),
    ] {
        let jwk = target.header["jwk"].clone();
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            for value in [Value::Null, json!(""), json!("AA")] {
                let bad = with(&jwk, name, Some(value));
                target.refuses_under("R094", "header", "jwk", Some(bad));
            }
        }
        for bad in [Value::Null, json!("x"), json!([jwk]), json!(1)] {
            target.refuses_under("R090", "header", "jwk", Some(bad));
        }
        target.refuses_under("R090", "header", "jwk", None);
        target.refuses_under("R094", "header", "jwk", Some(json!({"kty": "oct"})));
        let symmetric = json!({"kty": "oct", "k": "AA"});
        target.refuses_under("R094", "header", "jwk", Some(symmetric));
        let off = with(&jwk, "y", Some(jwk["x"].clone()));
        target.refuses_under("R138", "header", "jwk", Some(off));
        let other = key(Algorithm::Es256).public_jwk().to_value();
        target.refuses_under("R093", "header", "jwk", Some(other));
        let rsa = key(Algorithm::Ps256).public_jwk().to_value();
        target.refuses_under("R130", "header", "jwk", Some(rsa));
        let small = json!({"kty": "RSA", "e": "AQAB", "n": "gQ".repeat(64) + "gQ"});
        target.refuses_under("R037", "header", "jwk", Some(small));
        let bits2047 = base64url::encode(&[&[0x7f], [0xff; 255].as_slice()].concat());
        let almost = json!({"kty": "RSA", "e": "AQAB", "n": bits2047});
        target.refuses_under("R037", "header", "jwk", Some(almost));
        for crv in ["P-192", "P-224", "P-384", "P-521", "secp256k1", "P-256K"] {
            let curve = with(&jwk, "crv", Some(json!(crv)));
            target.refuses_under("R130", "header", "jwk", Some(curve));
        }
        let short = with(&jwk, "x", Some(json!(&jwk["x"].as_str().unwrap()[..42])));
        target.refuses_under("R138", "header", "jwk", Some(short));
    }
}

/// The verifier of proofs.
///
/// Rows: R095, L2.2
#[test]
fn r095_the_method_is_exact() {
    let target = Target::proof_at_server(Algorithm::EdDsa);
    for bad in ["GET", "PUT", "post", "Post", "POST ", "", "HEAD"] {
        target.refuses_under("R095", "claims", "htm", Some(json!(bad)));
    }
}

/// The verifier of proofs.
///
/// Rows: R096, R097, L2.3, L2.4
#[test]
fn r096_r097_the_target() {
    let target = Target::proof_at_server(Algorithm::EdDsa);
    let judge = |configured: &str, claimed: &str| {
        let claims = with(&target.claims, "htu", Some(json!(claimed)));
        let htu = Htu::from_uri(configured).unwrap();
        let expected = ExpectedProof::new("POST", &htu, at(NOW));
        let token = target.token(&target.header, &claims);
        ProofVerifier::new()
            .verify(&token, &expected)
            .map(|proof| proof.htu().to_owned())
    };
    let url = "https://as.example/a/%2F/~u";
    for claimed in [
        url,
        "https://as.example/a/%2F/~u?x=1",
        "https://as.example/a/%2F/~u#f",
        "HTTPS://AS.EXAMPLE:443/a/%2f/%7eu",
        "https://as.example/b/../a/./%2F/%7Eu",
    ] {
        assert_eq!(judge(url, claimed).as_deref(), Ok(url), "{claimed}");
    }
    assert!(judge("https://as.example", "https://as.example/").is_ok());
    assert!(judge("https://as.example/", "https://AS.example").is_ok());
    for claimed in [
        "http://as.example/a/%2F/~u",
        "https://as.example:8443/a/%2F/~u",
        "https://other.example/a/%2F/~u",
        "https://as.example./a/%2F/~u",
        "https://as.example/a///~u",
        "https://as.example/a/%2F/~u/",
        "https://as.example/a/%2F/~U",
        "https://user@as.example/a/%2F/~u",
        "/a/%2F/~u",
        "as.example/a/%2F/~u",
        "",
        "https://",
        "https://as.example/a/%2F/~u ",
    ] {
        assert_eq!(judge(url, claimed).unwrap_err().rule(), "R096", "{claimed}");
    }
}

/// No `ath` at the authorization server, exactly one at the resource server.
///
/// Rows: R073, R102, R103, L2.5, L2.9, L2.16
#[test]
fn r073_r102_r103_the_proof_belongs_to_the_token() {
    let api = Target::proof_at_api(Algorithm::EdDsa);
    let hash = api.claims["ath"].as_str().unwrap();
    for bad in [
        "",
        "x",
        &format!("{hash}="),
        &hash.to_lowercase(),
        &base64url::decode(hash)
            .unwrap()
            .iter()
            .map(|octet| format!("{octet:02x}"))
            .collect::<String>(),
        &format!("{}=", hash.replace('-', "+").replace('_', "/")),
        &ob_jose::ath("other"),
    ] {
        api.refuses_under("R102", "claims", "ath", Some(json!(bad)));
    }
    api.refuses_under("R090", "claims", "ath", None);
    let server = Target::proof_at_server(Algorithm::EdDsa);
    server.refuses_under("R073", "claims", "ath", Some(json!(hash)));

    let htu = Htu::from_uri(TOKEN_URL).unwrap();
    let other = key(Algorithm::EdDsa);
    let expected = ExpectedProof::new("POST", &htu, at(NOW)).with_token(hash, other.thumbprint());
    let refusal = ProofVerifier::new()
        .verify(&api.good(), &expected)
        .unwrap_err();
    assert_eq!(refusal.rule(), "R103");
}

/// The verifier of proofs: identifiers are bounded, and the replay key covers target and key.
///
/// Rows: R089, L2.15
#[test]
fn r089_r104_r117_identifiers_and_replay_keys() {
    let target = Target::proof_at_server(Algorithm::EdDsa);
    target.refuses_under("R090", "claims", "jti", None);
    for bad in [
        String::new(),
        "j".repeat(10_000 / 2),
        "j\u{e9}".into(),
        "a\u{0}b".into(),
    ] {
        target.refuses_under("R104", "claims", "jti", Some(json!(bad)));
    }
    target.refuses_under("R147", "claims", "jti", Some(json!("j".repeat(10_000))));
    assert_eq!(target.judge("one.two").unwrap_err().rule(), "R089");

    let htu = Htu::from_uri(TOKEN_URL).unwrap();
    let replay_key = |claims: &Value, method: &str| {
        let token = target.token(&target.header, claims);
        let expected = ExpectedProof::new(method, &htu, at(NOW));
        ProofVerifier::new()
            .verify(&token, &expected)
            .unwrap()
            .replay_key()
    };
    let first = replay_key(&target.claims, "POST");
    assert_eq!(
        first,
        replay_key(&with(&target.claims, "iat", Some(json!(NOW - 5))), "POST")
    );
    assert_eq!(
        first,
        replay_key(&with(&target.claims, "nonce", None), "POST")
    );
    assert_ne!(
        first,
        replay_key(&with(&target.claims, "jti", Some(json!("j2"))), "POST")
    );
    assert_ne!(
        first,
        replay_key(&with(&target.claims, "htm", Some(json!("PUT"))), "PUT")
    );
}

/// The resource server's verifier.
///
/// Rows: R142, R145, R179
#[test]
fn r145_r175_r177_audiences_and_issuer() {
    let target = Target::access_token(Algorithm::EdDsa);
    for good in [json!(API), json!([API]), json!(["x", API])] {
        target
            .judge(&target.token(&target.header, &with(&target.claims, "aud", Some(good))))
            .unwrap();
    }
    for bad in [
        json!("https://other.example"),
        json!([]),
        json!(["x"]),
        json!([API, 1]),
    ] {
        target.refuses_under("R145", "claims", "aud", Some(bad));
    }
    for bad in ["https://as.example/", "https://evil.example", ""] {
        target.refuses_under("R179", "claims", "iss", Some(json!(bad)));
    }
}

/// The resource server's verifier: the outermost actor counts.
///
/// Rows: R183, R184, R185, R188, L3.7
#[test]
fn r182_to_r188_actors() {
    let target = Target::access_token(Algorithm::EdDsa);
    for (rule, bad) in [
        ("R182", json!(CLIENT)),
        ("R182", json!([{"sub": CLIENT}])),
        ("R182", Value::Null),
        ("R182", json!({})),
        ("R182", json!({"sub": 1})),
        ("R182", json!({"sub": ""})),
        ("R182", json!({"sub": CLIENT, "act": "x"})),
        ("R182", json!({"sub": CLIENT, "act": {"sub": null}})),
        ("R185", json!({"sub": "another"})),
    ] {
        target.refuses_under(rule, "claims", "act", Some(bad));
    }
    target.refuses_under("R185", "claims", "act", None);
    target.refuses_under("R185", "claims", "sub", Some(json!(CLIENT)));
    let nested = |depth: usize| {
        (1..depth).fold(json!({"sub": "root"}), |act, level| {
            let sub = if level + 1 == depth { CLIENT } else { "middle" };
            json!({"sub": sub, "act": act})
        })
    };
    for depth in 2..=5 {
        let claims = with(&target.claims, "act", Some(nested(depth)));
        let keys = JwkSet::new([target.key.public_jwk().clone()]);
        let token = AccessTokenVerifier::new(ISSUER, API, keys)
            .verify(&target.token(&target.header, &claims), at(NOW))
            .unwrap();
        // The history grants nothing: neither its names nor its order show in the verdict.
        assert_eq!(token.act_sub(), Some(CLIENT));
        assert!(!token.extra().contains_key("act"));
    }
    target.refuses_under("R184", "claims", "act", Some(nested(6)));
    target.refuses_under("R127", "claims", "act", Some(nested(100)));
    let deepest = format!(
        "{}{{\"sub\":\"x\"}}{}",
        "{\"sub\":\"x\",\"act\":".repeat(100_000),
        "}".repeat(100_000)
    );
    let claims = format!("{{\"act\":{deepest}}}");
    let header = target.header.to_string();
    let token = seal(&target.key, header.as_bytes(), claims.as_bytes());
    assert_eq!(target.judge(&token).unwrap_err().rule(), "R147");
    let own = with(
        &with(&target.claims, "act", None),
        "sub",
        Some(json!(CLIENT)),
    );
    target.judge(&target.token(&target.header, &own)).unwrap();
}

/// The resource server's verifier.
///
/// Rows: R103, L2.9
#[test]
fn r103_r167_confirmation_and_scope() {
    let target = Target::access_token(Algorithm::EdDsa);
    let jkt = target.claims["cnf"]["jkt"].clone();
    for bad in [
        json!({}),
        json!({"x5t#S256": "x"}),
        json!({"jkt": jkt, "x5t#S256": "x"}),
        json!({"jkt": 1}),
        json!({"jkt": "short"}),
        json!("x"),
    ] {
        target.refuses_under("R103", "claims", "cnf", Some(bad));
    }
    for bad in ["", " a", "a ", "a  b", "a\"b", "a\tb", "\u{e9}"] {
        target.refuses_under("R167", "claims", "scope", Some(json!(bad)));
    }
    let keys = JwkSet::new([target.key.public_jwk().clone()]);
    let verifier = AccessTokenVerifier::new(ISSUER, API, keys);
    let claims = with(&target.claims, "consent_id", Some(json!("c1")));
    let token = verifier
        .verify(&target.token(&target.header, &claims), at(NOW))
        .unwrap();
    assert_eq!(token.scopes().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(
        (token.sub(), token.client_id(), token.act_sub()),
        ("third-party", CLIENT, Some(CLIENT))
    );
    assert_eq!(token.jkt().map(|jkt| json!(jkt.as_str())), Some(jkt));
    assert_eq!(token.extra()["consent_id"], "c1");
    assert_eq!(
        token.expires_at(),
        token.issued_at() + Duration::from_secs(300)
    );
}
