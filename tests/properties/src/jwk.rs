//! JWKs, sets of them, and key files.

use ob_jose::{JwkSet, KeyError, PrivateJwk, PublicJwk, SigningKey, Thumbprint, json};
use serde_json::{Map, Value};

use crate::signers::{eddsa, es256};
use crate::{random, spoken, vectors};

/// One key has one thumbprint, however its JWK is written; nothing private passes for public;
/// nothing that is shown holds a private number.
pub(crate) fn holds(data: &[u8]) {
    let members = json::parse_object(data).ok();
    match PublicJwk::from_json(data) {
        Ok(key) => {
            let members = members.clone().expect("an accepted JWK is strict JSON");
            public(&key, &members);
        }
        Err(error) => refused(&error, members.as_ref()),
    }
    match JwkSet::from_json(data) {
        Ok(set) => {
            let again = JwkSet::from_json(set.to_json());
            assert_eq!(again.as_ref().ok(), Some(&set));
            set.keys().iter().for_each(spoken::check_debug);
        }
        Err(error) => refused(&error, members.as_ref()),
    }
    match PrivateJwk::from_json(data) {
        Ok(jwk) => private(&jwk, members.as_ref()),
        Err(error) => refused(&error, members.as_ref()),
    }
    match SigningKey::from_bytes(data) {
        Ok(key) => {
            let pem = key
                .to_pkcs8_pem()
                .expect("a key that was read can be written");
            let again = SigningKey::from_pem(pem.expose()).ok();
            let thumbprint = again.as_ref().map(SigningKey::thumbprint);
            assert_eq!(thumbprint, Some(key.thumbprint()));
            spoken::check_debug(&key);
        }
        Err(error) => refused(&error, members.as_ref()),
    }
}

fn public(key: &PublicJwk, members: &Map<String, Value>) {
    assert!(SECRET.iter().all(|name| !members.contains_key(*name)));
    let thumbprint = key.thumbprint();
    assert_eq!(
        thumbprint.as_str().parse::<Thumbprint>().as_ref(),
        Ok(&thumbprint)
    );
    let again = PublicJwk::from_json(key.to_json()).expect("what is written can be read");
    assert_eq!(
        (&again, again.kid(), again.thumbprint()),
        (key, key.kid(), thumbprint.clone())
    );

    // Another spelling of the same members: reversed, with one more that means nothing.
    let mut written: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("{} : {value}", Value::String(name.clone())))
        .collect();
    written.reverse();
    written.retain(|member| !member.starts_with("\"x-more\""));
    written.push("\"x-more\":[1,{}]".to_owned());
    let other = format!("{{ {} }}", written.join(" ,\n"));
    let other = PublicJwk::from_json(&other).expect("the order of members means nothing");
    assert_eq!((&other, other.thumbprint()), (key, thumbprint));
    spoken::check_debug(key);
}

fn private(jwk: &PrivateJwk, members: Option<&Map<String, Value>>) {
    let key = SigningKey::from_jwk(jwk).expect("a checked JWK is a key");
    let json = key
        .to_private_jwk()
        .to_json()
        .expect("a key can be written");
    let again = PrivateJwk::from_json(json.expose()).expect("what is written can be read");
    let again = SigningKey::from_jwk(&again).expect("a checked JWK is a key");
    assert_eq!(again.thumbprint(), key.thumbprint());
    assert_eq!(key.thumbprint(), &key.public_jwk().thumbprint());
    for shown in [format!("{jwk:?}"), format!("{key:?}"), format!("{json:?}")] {
        tells_nothing(&shown, members);
    }
}

fn refused(error: &KeyError, members: Option<&Map<String, Value>>) {
    spoken::check(error);
    tells_nothing(&format!("{error} {error:?}"), members);
}

/// No private number of the document is in `shown`, unless it also stands where it is no secret.
fn tells_nothing(shown: &str, members: Option<&Map<String, Value>>) {
    let Some(members) = members else { return };
    let (secret, plain): (Vec<_>, Vec<_>) = members
        .iter()
        .partition(|(name, _)| SECRET.contains(&name.as_str()));
    let plain =
        Value::from_iter(plain.into_iter().map(|(n, v)| (n.clone(), v.clone()))).to_string();
    for (name, value) in secret {
        let told = value
            .as_str()
            .filter(|text| text.len() >= 16 && !plain.contains(text));
        assert!(
            told.is_none_or(|text| !shown.contains(text)),
            "{name} is in {shown}"
        );
    }
}

const SECRET: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vectors::harvest(vectors::JOSE, vectors::key);
    seeds.extend(vectors::harvest(
        &[
            "wycheproof/ecdsa_secp256r1_sha256_p1363_test.json",
            "wycheproof/ed25519_test.json",
        ],
        |value| vectors::key(value).filter(|_| value.get("kty").is_some()),
    ));
    for key in [eddsa(), es256()] {
        let private = key
            .to_private_jwk()
            .to_json()
            .expect("a key can be written");
        let pem = key.to_pkcs8_pem().expect("a key can be written");
        let public = key.public_jwk().to_json();
        seeds.push(format!(r#"{{"keys":[{public},{public}]}}"#).into_bytes());
        seeds
            .extend([private.expose(), pem.expose(), &public].map(|text| text.as_bytes().to_vec()));
    }
    seeds.extend(random::texts(b"{}\":,ktycrvxyneAQABOKPEC", 60, 16));
    seeds
}
