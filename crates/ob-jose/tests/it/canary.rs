//! Nothing that is printed holds a secret.

use std::marker::PhantomData;
use std::sync::Arc;

use ob_jose::{
    Algorithm, ClientAssertion, CompactJws, DpopProver, PrivateJwk, PublicJwk, SecretText,
    SigningKey, VerifyingKey,
};
use serde::Serialize;
use serde_json::Value;

use crate::attacks::Target;
use crate::support::{NOW, at, key, run, with};

const SECRET: [&str; 6] = ["d", "p", "q", "dp", "dq", "qi"];

#[track_caller]
fn clean(shown: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(!shown.contains(secret.as_str()), "a secret is printed");
    }
}

fn secrets_of(key: &SigningKey) -> (Value, Vec<String>) {
    let json = key.to_private_jwk().to_json().unwrap();
    let jwk: Value = serde_json::from_str(json.expose()).unwrap();
    let mut secrets: Vec<String> = SECRET
        .iter()
        .filter_map(|name| jwk[name].as_str().map(str::to_owned))
        .collect();
    let pem = key.to_pkcs8_pem().unwrap();
    secrets.extend(
        pem.expose()
            .lines()
            .filter(|line| !line.starts_with('-'))
            .map(str::to_owned),
    );
    (jwk, secrets)
}

/// Rows: L5.1
#[test]
fn debug_of_every_type_that_holds_a_key() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm).with_kid("k");
        let (_, secrets) = secrets_of(&key);
        assert!(secrets.len() > 1);
        let prover = DpopProver::new(Arc::new(key.clone()));
        let jwk: PrivateJwk = key.to_private_jwk();
        clean(&format!("{key:?} {key:#?}"), &secrets);
        clean(&format!("{jwk:?} {jwk:#?}"), &secrets);
        clean(&format!("{:?}", jwk.to_json().unwrap()), &secrets);
        clean(&format!("{:?}", key.to_pkcs8_pem().unwrap()), &secrets);
        clean(
            &format!("{prover:?} {:?}", VerifyingKey::from_jwk(key.public_jwk())),
            &secrets,
        );
        clean(
            &format!("{:?} {}", key.public_jwk(), key.public_jwk().to_json()),
            &secrets,
        );
        let token = run(ClientAssertion::new("c", "i").sign(&key, at(NOW), "j")).unwrap();
        let signature = token.rsplit('.').next().unwrap().to_owned();
        clean(
            &format!("{:?}", CompactJws::parse(&token, 8192).unwrap()),
            &[signature],
        );
    }
}

/// Rows: L5.5
#[test]
fn key_errors_quote_no_key() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        let (jwk, secrets) = secrets_of(&key);
        let pem = key.to_pkcs8_pem().unwrap();
        let pem = pem.expose();
        let mut shown = Vec::new();
        for name in [
            "kty", "crv", "x", "n", "e", "alg", "use", "kid", "d", "p", "q", "dp",
        ] {
            for value in [None, Some(Value::Null), Some("!".into()), Some("AA".into())] {
                shown.extend(PrivateJwk::from_json(with(&jwk, name, value).to_string()).err());
            }
        }
        shown.extend(PublicJwk::from_json(jwk.to_string()).err());
        shown.extend(PrivateJwk::from_json(jwk.to_string().replace("}", "")).err());
        shown.extend(PrivateJwk::from_json(format!("{jwk}{jwk}")).err());
        for bent in [
            pem.replace("END", "EMD"),
            pem.replace('M', "!"),
            pem.replace("PRIVATE", "SECRET"),
            pem.replace("-----", ""),
            pem.lines().nth(1).unwrap().to_owned(),
            format!("{pem}{pem}"),
            pem.chars().filter(|c| *c != '\n').take(60).collect(),
        ] {
            shown.extend(SigningKey::from_pem(&bent).err());
            shown.extend(SigningKey::from_bytes(bent.as_bytes()).err());
        }
        shown.extend(
            key.require(if algorithm == Algorithm::Es256 {
                Algorithm::Ps256
            } else {
                Algorithm::Es256
            })
            .err(),
        );
        assert!(shown.len() > 20);
        for error in shown {
            clean(&format!("{error} {error:?} {error:#?}"), &secrets);
        }
    }
}

/// Rows: L5.1
#[test]
fn refusals_quote_no_key_token_signature_or_nonce() {
    for target in Target::all(Algorithm::Es256) {
        let (jwk, mut secrets) = secrets_of(&target.key);
        let good = target.good();
        secrets.extend(good.split('.').map(str::to_owned));
        secrets.push("CANARY-NONCE".to_owned());
        let mut shown = Vec::new();
        let claims = with(&target.claims, "nonce", Some("CANARY-NONCE".into()));
        for name in target.claims.as_object().unwrap().keys() {
            let bent = with(&claims, name, Some(Value::Bool(true)));
            shown.extend(target.judge(&target.token(&target.header, &bent)).err());
        }
        let leaked = with(&target.header, "jwk", Some(jwk));
        shown.extend(target.judge(&target.token(&leaked, &claims)).err());
        for cut in 0..good.len() {
            shown.extend(target.judge(&good[..cut]).err());
        }
        assert!(shown.len() > good.len());
        for refusal in shown {
            clean(&format!("{refusal} {refusal:?}"), &secrets);
        }
    }
}

struct Probe<T>(PhantomData<T>);

impl<T: Serialize> Probe<T> {
    /// Preferred to the trait's where the bound holds.
    const WRITES: bool = true;
}

trait Otherwise {
    const WRITES: bool = false;
}

impl<T> Otherwise for Probe<T> {}

/// Private keys have no serde form: no dump of a configuration can hold one.
///
/// Rows: L5.3, R086
#[test]
fn private_keys_cannot_be_serialised() {
    let writes = [
        Probe::<String>::WRITES,
        Probe::<SigningKey>::WRITES,
        Probe::<PrivateJwk>::WRITES,
        Probe::<SecretText>::WRITES,
    ];
    assert_eq!(
        writes,
        [true, false, false, false],
        "the probe notices what can"
    );
}
