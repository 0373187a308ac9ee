//! The claims of tokens whose signature is good.

use std::sync::LazyLock;

use ob_jose::{Htu, JwkSet, PublicJwk, json};
use serde_json::{Map, Value};

use crate::signers::{NOW, eddsa, seal};
use crate::verifiers::{AUDIENCE, CLIENT, ISSUER, Kind, public, target};
use crate::{random, spoken};

/// A line of header and a payload, both signed as they are. What a verifier accepts says what it
/// must, by the rules written here once more.
pub(crate) fn holds(data: &[u8]) {
    let line = data.iter().position(|b| *b == b'\n').unwrap_or(data.len());
    let (header, payload) = data.split_at(line);
    let payload = payload.get(1..).unwrap_or_default();
    let token = seal(eddsa(), header, payload);
    for kind in Kind::ALL {
        match kind.verify(&KEYS, &token) {
            Ok(()) => accepted(kind, header, payload),
            Err(refusal) => spoken::check(&refusal),
        }
    }
}

static KEYS: LazyLock<JwkSet> = LazyLock::new(|| public(&[eddsa()]));

type Members = Map<String, Value>;

fn accepted(kind: Kind, header: &[u8], payload: &[u8]) {
    let header = json::parse_object(header).expect("an accepted header is strict JSON");
    let claims = json::parse_object(payload).expect("an accepted payload is strict JSON");
    let typ = header
        .get("typ")
        .map(|typ| typ.as_str().expect("an accepted typ is a text"));
    assert!(matches!(text(&header, "alg"), Some("EdDSA" | "Ed25519")));
    assert!(is_id(text(&claims, "jti")));
    assert!(
        claims
            .get("nbf")
            .is_none_or(|_| at(&claims, "nbf") <= Some(30.0))
    );
    match kind {
        Kind::Assertion => assertion(typ, &claims),
        Kind::Proof => proof(typ, &header, &claims),
        Kind::AccessToken => access_token(typ, &claims),
    }
}

fn assertion(typ: Option<&str>, claims: &Members) {
    let bare = typ.map(|typ| typ.strip_prefix("application/").unwrap_or(typ));
    assert!(
        matches!(bare, None | Some("JWT" | "client-authentication+jwt")),
        "{typ:?}"
    );
    assert_eq!(
        (text(claims, "iss"), text(claims, "sub")),
        (Some(CLIENT), Some(CLIENT))
    );
    assert_eq!(text(claims, "aud"), Some(ISSUER));
    let exp = at(claims, "exp").expect("an accepted assertion ends");
    assert!(exp > 0.0 && exp <= 330.0, "{exp}");
    if claims.contains_key("iat") {
        let iat = at(claims, "iat").expect("an accepted iat is a number");
        assert!(
            (-300.0..=30.0).contains(&iat) && exp - iat <= 300.0,
            "{iat} {exp}"
        );
    }
}

fn proof(typ: Option<&str>, header: &Members, claims: &Members) {
    assert_eq!(typ, Some("dpop+jwt"));
    let jwk = header
        .get("jwk")
        .and_then(|jwk| PublicJwk::from_value(jwk).ok());
    assert_eq!(jwk.as_ref(), Some(eddsa().public_jwk()));
    assert_eq!(text(claims, "htm"), Some("POST"));
    let htu = text(claims, "htu").and_then(|htu| Htu::from_uri(htu).ok());
    assert!(htu.is_some_and(|htu| htu.is_same_target(&target())));
    assert!(at(claims, "iat").is_some_and(|iat| (-120.0..=30.0).contains(&iat)));
    assert!(
        claims
            .get("exp")
            .is_none_or(|_| at(claims, "exp") > Some(0.0))
    );
    assert!(!claims.contains_key("ath"), "no token was presented");
    assert!(claims.get("nonce").is_none_or(Value::is_string));
}

fn access_token(typ: Option<&str>, claims: &Members) {
    assert!(
        matches!(typ, Some("at+jwt" | "application/at+jwt")),
        "{typ:?}"
    );
    assert_eq!(text(claims, "iss"), Some(ISSUER));
    let audience = claims.get("aud");
    let listed = audience.and_then(Value::as_array);
    let among = listed.is_some_and(|all| {
        all.iter().all(Value::is_string) && all.iter().any(|one| one == AUDIENCE)
    });
    assert!(
        among || text(claims, "aud") == Some(AUDIENCE),
        "{audience:?}"
    );
    assert!(at(claims, "exp") > Some(0.0) && at(claims, "iat") <= Some(30.0));
    let (sub, client) = (text(claims, "sub"), text(claims, "client_id"));
    assert!(is_id(sub) && is_id(client));
    match claims.get("act") {
        None => assert_eq!(sub, client),
        Some(act) => {
            let actor = act.get("sub").and_then(Value::as_str);
            assert!(actor == client && actor != sub, "{actor:?}");
        }
    }
    if let Some(cnf) = claims.get("cnf") {
        let members = cnf.as_object().expect("an accepted cnf is an object");
        assert!(members.len() == 1 && text(members, "jkt").is_some_and(|jkt| jkt.len() == 43));
    }
    if let Some(scope) = claims.get("scope") {
        let scope = scope.as_str().expect("an accepted scope is a text");
        let word = |word: &str| !word.is_empty() && !word.contains(['"', '\\', '\n', '\r']);
        assert!(scope.split(' ').all(word), "{scope:?}");
    }
}

fn text<'a>(members: &'a Members, name: &str) -> Option<&'a str> {
    members.get(name).and_then(Value::as_str)
}

fn is_id(text: Option<&str>) -> bool {
    text.is_some_and(|id| {
        (1..=256).contains(&id.len()) && id.bytes().all(|b| matches!(b, b' '..=b'~'))
    })
}

/// A time in seconds from now, to the microsecond that the verifiers round to.
fn at(claims: &Members, name: &str) -> Option<f64> {
    let micros = (claims.get(name)?.as_f64()? * 1e6).round();
    Some((micros - NOW as f64 * 1e6) / 1e6)
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let jwk = eddsa().public_jwk().to_json();
    let jkt = eddsa().thumbprint();
    let with = |header: &str, payload: String| format!("{header}\n{payload}").into_bytes();
    let (later, url) = (NOW + 250, target());
    let assertion = format!(
        r#"{{"iss":"{CLIENT}","sub":"{CLIENT}","aud":"{ISSUER}","iat":{NOW},"nbf":{NOW},"exp":{later},"jti":"j"}}"#
    );
    let proof = format!(r#"{{"htm":"POST","htu":"{url}","iat":{NOW},"jti":"j","nonce":"n"}}"#);
    let token = format!(
        r#"{{"iss":"{ISSUER}","aud":["x","{AUDIENCE}"],"sub":"tpp","client_id":"{CLIENT}","act":{{"sub":"{CLIENT}","act":{{"sub":"a"}}}},"scope":"a b","jti":"j","iat":{NOW},"exp":{later}.5,"cnf":{{"jkt":"{jkt}"}}}}"#
    );
    let own = token
        .replace(r#""sub":"tpp""#, r#""sub":"integrator""#)
        .replace(r#""act""#, r#""x""#);
    let mut seeds = vec![
        with(r#"{"alg":"EdDSA","kid":"k1"}"#, assertion.clone()),
        with(
            r#"{"alg":"Ed25519","typ":"client-authentication+jwt"}"#,
            assertion.clone(),
        ),
        with(
            r#"{"alg":"EdDSA","kid":"k1","crit":["b64"],"b64":false}"#,
            assertion.clone(),
        ),
        with(r#"{"alg":"none"}"#, assertion.replace("250", "2.5e2")),
        with(
            &format!(r#"{{"alg":"EdDSA","typ":"dpop+jwt","jwk":{jwk}}}"#),
            proof,
        ),
        with(r#"{"alg":"EdDSA","typ":"at+jwt","kid":"k1"}"#, token),
        with(r#"{"alg":"EdDSA","typ":"application/at+jwt"}"#, own),
    ];
    seeds.extend(random::texts(b"{}[]\":,issaudexpiatjti1.8e9\n", 60, 32));
    seeds
}
