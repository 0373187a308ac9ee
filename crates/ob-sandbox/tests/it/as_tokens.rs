//! The token endpoint: what a request may be, what a token is.

use crate::harness::{Rig, TokenCall};
use ob_jose::{Algorithm, SigningKey, read_claims_unverified, sign_compact};
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn acme(rig: &Rig) -> TokenCall {
    rig.token_call(Some("acme-budget"), "ob_data").await
}

/// Every parameter stands once: the endpoint does not choose between two.
///
/// Rows: R150
#[tokio::test]
async fn no_parameter_may_stand_twice() {
    let rig = Rig::plain();
    let integrator = rig.sandbox.integrator().client_id.to_string();
    for name in [
        "grant_type",
        "client_assertion_type",
        "client_assertion",
        "scope",
        "client_id",
        "consent_id",
        "resource",
    ] {
        let call = acme(&rig).await;
        let first = call.form.iter().find(|(known, _)| known == name);
        let value = first.map_or(integrator.clone(), |(_, value)| value.clone());
        let call = match first {
            Some(_) => call.add(name, &value),
            None => call.add(name, &value).add(name, &value),
        };
        let reply = rig.ask(call).await;
        reply.assert_refused(400, "invalid_request", "R150");
    }
    assert_eq!(rig.sandbox.counters().tokens_issued, 0);
}

/// A client is known by its assertion alone.
///
/// Rows: R009, R012, R152
#[tokio::test]
async fn a_name_or_a_secret_is_no_authentication() {
    let rig = Rig::plain();
    let integrator = rig.sandbox.integrator().client_id.to_string();
    let bare = async || {
        let call = acme(&rig).await;
        call.without("client_assertion")
            .without("client_assertion_type")
    };
    let only_name = bare().await.add("client_id", &integrator);
    let secret = bare()
        .await
        .add("client_id", &integrator)
        .add("client_secret", "s");
    let basic = bare().await.add_header("authorization", "Basic eDp5");
    for call in [bare().await, only_name, secret, basic] {
        let reply = rig.ask(call).await;
        let refused = (reply.status.as_u16(), reply.error());
        assert_eq!(refused, (401, "invalid_client".into()), "{:?}", reply.why);
    }
    // client_secret_jwt: a MAC over the right claims.
    let header = json!({"alg": "HS256", "typ": "JWT"}).to_string();
    let claims = rig.assertion_claims().to_string();
    let [header, claims] = [header, claims].map(|part| ob_jose::base64url::encode(part.as_bytes()));
    let mac = ob_jose::base64url::encode(&[7; 32]);
    let call = acme(&rig).await;
    let call = call.set("client_assertion", &format!("{header}.{claims}.{mac}"));
    rig.ask(call)
        .await
        .assert_refused(401, "invalid_client", "R035");
}

/// Exactly one JWT in the parameter.
///
/// Rows: R048
#[tokio::test]
async fn two_assertions_in_one_are_none() {
    let rig = Rig::plain();
    for separator in [" ", ",", "\n", "."] {
        let two = format!(
            "{}{separator}{}",
            rig.assertion().await,
            rig.assertion().await
        );
        let call = acme(&rig).await.set("client_assertion", &two);
        let reply = rig.ask(call).await;
        assert_eq!(reply.status, 401, "{separator:?}");
        assert_eq!(reply.error(), "invalid_client");
    }
}

/// Bodies of other kinds, and other methods.
///
/// Rows: R149
#[tokio::test]
async fn only_a_posted_form_is_a_token_request() {
    let rig = Rig::plain();
    for kind in [
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/x-www-form-urlencoded-not",
        "",
    ] {
        let call = acme(&rig).await.header("content-type", kind);
        rig.ask(call)
            .await
            .assert_refused(400, "invalid_request", "R149");
    }
    for method in ["GET", "PUT", "DELETE", "HEAD", "PATCH"] {
        let call = acme(&rig).await;
        let url = rig.sandbox.token_url();
        let reply = rig
            .send(method, &url, (&call.headers, call.body().into()))
            .await;
        assert_eq!(reply.status, 405, "{method}");
        assert_eq!(reply.header("allow"), "POST");
    }
    for kind in [
        "application/x-www-form-urlencoded; charset=utf-8",
        "Application/X-WWW-Form-Urlencoded",
    ] {
        let call = acme(&rig).await.header("content-type", kind);
        rig.ask(call).await.assert_ok();
    }
}

/// Whatever the client accepts, the answer is JSON.
///
/// Rows: R219
#[tokio::test]
async fn accept_does_not_matter() {
    let rig = Rig::plain();
    for accept in [
        Some("application/json;charset=utf-8"),
        Some("text/html, */*;q=0.1"),
        Some("image/png"),
        None,
    ] {
        let call = acme(&rig).await;
        let call = match accept {
            Some(accept) => call.header("accept", accept),
            None => call,
        };
        let reply = rig.ask(call).await;
        assert!(
            reply
                .assert_ok()
                .header("content-type")
                .starts_with("application/json")
        );
    }
}

/// Fewer scopes than asked is never silent, the order does not matter, and nothing is added.
///
/// Rows: R018, R155, R167, R176
#[tokio::test]
async fn what_is_granted_is_what_was_asked() {
    let rig = Rig::plain();
    for (asked, granted) in [
        ("ob_data", "ob_data"),
        ("ob_providers ob_data", "ob_data ob_providers"),
        ("ob_data ob_providers", "ob_data ob_providers"),
    ] {
        let reply = rig
            .ask(rig.token_call(Some("acme-budget"), asked).await)
            .await;
        assert_eq!(reply.assert_ok().json()["scope"], granted);
        assert!(reply.json()["expires_in"].is_u64());
        let claims = read_claims_unverified(&reply.token(), 8192).unwrap();
        assert_eq!(claims["scope"], granted);
    }
    for bad in [
        "",
        " ",
        "ob_data  ob_providers",
        " ob_data",
        "ob_data ",
        "ob\"data",
        "ob\\data",
    ] {
        let reply = rig.ask(acme(&rig).await.set("scope", bad)).await;
        assert_eq!(reply.error(), "invalid_scope", "{bad:?}");
    }
}

/// No answer of the endpoint may be kept: neither a token nor a refusal.
///
/// Rows: R106, R108, R156
#[tokio::test]
async fn no_answer_is_cacheable() {
    let rig = Rig::fapi();
    let bad = [
        acme(&rig).await.set("grant_type", "x"),
        acme(&rig).await.set("client_assertion", "a.b.c"),
        acme(&rig).await.header("dpop", "a.b.c"),
        acme(&rig).await.header("x-on-behalf-of", "tpp-nobody"),
    ];
    let mut replies = vec![rig.ask(acme(&rig).await).await];
    for call in bad {
        replies.push(rig.ask(call).await);
    }
    let statuses: BTreeSet<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
    assert_eq!(statuses, BTreeSet::from([200, 400, 401]));
    for reply in replies {
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("pragma"), "no-cache");
        assert!(reply.header("content-type").starts_with("application/json"));
        assert!(!reply.status.is_redirection());
    }
}

/// The token's claims are these and no others: no name, no address, no IBAN, no refresh token.
///
/// Rows: R010, R011, R114, R115, R174, R175, R181, R182, R189
#[tokio::test]
async fn a_bound_token_says_no_more_than_it_must() {
    let rig = Rig::fapi();
    let reply = rig.ask(acme(&rig).await).await;
    let token = reply.assert_ok().token();
    let claims = read_claims_unverified(&token, 8192).unwrap();
    let names: Vec<&str> = claims.keys().map(String::as_str).collect();
    let expected = [
        "act",
        "aud",
        "client_id",
        "cnf",
        "exp",
        "iat",
        "iss",
        "jti",
        "nbf",
        "scope",
        "sub",
    ];
    let unexpected: Vec<_> = names
        .iter()
        .filter(|name| !expected.contains(name))
        .collect();
    assert!(unexpected.is_empty(), "{unexpected:?}");
    for needed in [
        "iss",
        "exp",
        "aud",
        "sub",
        "client_id",
        "iat",
        "jti",
        "cnf",
        "act",
    ] {
        assert!(claims.contains_key(needed), "{needed}");
    }
    assert_eq!(claims["act"].as_object().unwrap().len(), 1);
    let life = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
    assert!(life <= 600, "{life}");
    let header = ob_jose::CompactJws::parse(&token, 8192).unwrap();
    assert_eq!(header.header().typ(), Some("at+jwt"));
    assert!(header.header().kid().is_some());
    assert!(reply.json().get("refresh_token").is_none());
    // The same request without a proof gives none.
    let call = acme(&rig).await.no_header("dpop");
    rig.ask(call)
        .await
        .assert_refused(400, "invalid_dpop_proof", "R010");
}

/// 128 bits from a good source: tokens' ids and nonces neither repeat nor count.
///
/// Rows: R039, R107
#[tokio::test]
async fn ids_and_nonces_cannot_be_guessed() {
    let rig = Rig::new(|builder| {
        builder
            .nonce(ob_sandbox::NonceMode::Required)
            .rotate_nonce_every_answer(true)
    });
    let (mut ids, mut nonces) = (BTreeSet::new(), BTreeSet::new());
    let mut nonce = rig
        .ask(acme(&rig).await)
        .await
        .header("dpop-nonce")
        .to_owned();
    for _ in 0..100 {
        let call = rig.token_call_with(Some("acme-budget"), "ob_data", Some(&nonce));
        let reply = rig.ask(call.await).await;
        let claims = read_claims_unverified(&reply.assert_ok().token(), 8192).unwrap();
        assert_eq!(reply.headers.get_all("dpop-nonce").iter().count(), 1);
        nonce = reply.header("dpop-nonce").to_owned();
        for (all, text) in [
            (&mut ids, claims["jti"].as_str().unwrap()),
            (&mut nonces, nonce.as_str()),
        ] {
            let letters: BTreeSet<char> = text.chars().collect();
            assert!(text.len() >= 22 && letters.len() >= 8, "{text}");
            assert!(all.insert(text.to_owned()), "{text} came twice");
        }
    }
    // Not a counter: neighbours share no long beginning.
    let all: Vec<&String> = nonces.iter().collect();
    for pair in all.windows(2) {
        let same = pair[0]
            .chars()
            .zip(pair[1].chars())
            .take_while(|(a, b)| a == b);
        assert!(same.count() <= 8, "{pair:?}");
    }
}

/// Unknown parameters of header and claims are ignored; `nbf` and `exp` keep their meaning.
///
/// Rows: R055, R056, R057, R101, R105
#[tokio::test]
async fn more_than_needed_is_no_mistake() {
    let rig = Rig::plain();
    let now = rig.iat();
    let typ = json!({"typ": "client-authentication+jwt", "unknown": [1]});
    for (name, value, accepted) in [
        ("unknown", json!({"a": [1]}), true),
        ("nbf", json!(now + 8), true),
        ("nbf", json!(now + 70), false),
        ("iat", Value::Null, true),
    ] {
        let mut claims = rig.assertion_claims();
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value,
        }
        let text = rig.signed(typ.clone(), claims).await;
        let reply = rig
            .ask(acme(&rig).await.set("client_assertion", &text))
            .await;
        assert_eq!(
            reply.status.is_success(),
            accepted,
            "{name} {:?}",
            reply.why
        );
    }
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let header = json!({"typ": "dpop+jwt", "jwk": key.public_jwk().to_value(), "x-note": "a"});
    for (extra, accepted) in [
        (json!({"exp": now + 300, "nbf": now, "unknown": true}), true),
        (json!({"exp": now - 1}), false),
    ] {
        let mut claims = json!({"jti": rig.jti(), "htm": "POST", "iat": now,
            "htu": rig.sandbox.token_url()});
        let more = extra.as_object().unwrap().clone();
        claims.as_object_mut().unwrap().extend(more);
        let proof = sign_compact(&key, &header, &claims).await.unwrap();
        let reply = rig.ask(acme(&rig).await.header("dpop", &proof)).await;
        assert_eq!(
            reply.status.is_success(),
            accepted,
            "{extra} {:?}",
            reply.why
        );
    }
}

/// The address in a proof is compared as URIs are, without query and fragment.
///
/// Rows: R096, R097, L2.3, L2.4, L2.13
#[tokio::test]
async fn the_proofs_target_is_this_endpoint() {
    let rig = Rig::plain();
    let url = rig.sandbox.token_url();
    let host = url.strip_prefix("https://").unwrap();
    let cases = [
        (format!("{url}?x=1"), true),
        (format!("{url}#f"), true),
        (
            format!("HTTPS://{}", host.replacen("sandbox", "SANDBOX", 1)),
            true,
        ),
        (url.replacen(".invalid/", ".invalid:443/", 1), true),
        (url.replacen("/oauth2/", "/%6Fauth2/", 1), true),
        (url.replacen("/oauth2/", "/x/../oauth2/", 1), true),
        (format!("http://{host}"), false),
        (url.replacen(".invalid/", ".invalid:444/", 1), false),
        (url.replacen(".invalid/", ".invalid./", 1), false),
        (format!("https://user@{host}"), false),
        (url.replacen("/oauth2/", "/oauth2%2F", 1), false),
        (format!("{url}/"), false),
        (format!("{}/providers", rig.sandbox.api_base()), false),
        ("/oauth2/tokens".to_owned(), false),
    ];
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let header = json!({"typ": "dpop+jwt", "jwk": key.public_jwk().to_value()});
    for (htu, accepted) in cases {
        let claims = json!({"jti": rig.jti(), "htm": "POST", "iat": rig.iat(), "htu": htu});
        let proof = sign_compact(&key, &header, &claims).await.unwrap();
        let reply = rig.ask(acme(&rig).await.header("dpop", &proof)).await;
        assert_eq!(reply.status.is_success(), accepted, "{htu} {:?}", reply.why);
        if !accepted {
            reply.assert_refused(400, "invalid_dpop_proof", "R096");
        }
    }
}

/// Clients, third-parties and applications have names of different forms, and the server's key,
/// the client's key and the proof's key are three keys.
///
/// Rows: R044, R045, R188, L3.6, R040
#[tokio::test]
async fn names_and_keys_have_one_role() {
    let rig = Rig::plain();
    let integrator = rig.sandbox.integrator().clone();
    for party in rig.sandbox.third_parties() {
        assert!(party.client_id.as_str().starts_with("tpp-"));
        assert_ne!(party.client_id.as_str(), integrator.client_id.as_str());
    }
    assert!(integrator.client_id.as_str().starts_with("int-"));
    let keys = rig
        .send("GET", &rig.sandbox.jwks_uri(), (&[], "".into()))
        .await;
    let keys = ob_jose::JwkSet::from_json(&keys.assert_ok().body).unwrap();
    let kids: BTreeSet<_> = keys.keys().iter().map(|key| key.kid()).collect();
    assert_eq!(kids.len(), keys.keys().len(), "R040: no kid stands twice");
    for key in keys.keys() {
        assert_ne!(key.thumbprint(), *integrator.key.thumbprint());
    }
    for name in [
        integrator.client_id.to_string(),
        rig.sandbox.issuer().to_owned(),
        integrator.application_id.to_string(),
    ] {
        let call = acme(&rig).await.header("x-on-behalf-of", &name);
        let reply = rig.ask(call).await;
        assert_eq!(reply.status, 400, "{name}");
    }
    assert_eq!(rig.sandbox.counters().tokens_issued, 0);
}

/// After a restart the keys are new: nothing old verifies, replayed or not.
///
/// Rows: L1.23, L2.1
#[tokio::test]
async fn a_restart_opens_no_door_for_what_was_used() {
    let (before, after) = (Rig::plain(), Rig::plain());
    let call = before.token_call(Some("acme-budget"), "ob_data").await;
    let (headers, body) = (call.headers.clone(), call.body());
    before.ask(call).await.assert_ok();
    let reply = after.ask_with_body(&headers, body).await;
    assert_eq!(
        (reply.status.as_u16(), reply.error()),
        (401, "invalid_client".into())
    );
}
