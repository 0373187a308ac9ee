//! Where a key never comes from, and whose key it must be.

use std::net::TcpListener;

use ob_jose::{Algorithm, JwkSet};
use serde_json::json;

use crate::attacks::Target;
use crate::support::{NOW, at, key, seal, with};

/// At all four verifiers: the attacker's key, offered in every way a header knows, is neither used
/// nor fetched. The listener stands where the links point, and nobody calls.
///
/// Rows: R034, R060, R134, L1.5, L1.6, L1.7
#[test]
fn no_link_in_a_header_is_followed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    for algorithm in Algorithm::ALL {
        let attacker = key(algorithm);
        for target in Target::all(algorithm) {
            for (name, value) in [
                ("jku", json!(format!("http://127.0.0.1:{port}/jwks"))),
                ("jku", json!(format!("https://127.0.0.1:{port}/jwks"))),
                ("x5u", json!(format!("http://127.0.0.1:{port}/chain.pem"))),
                ("jku", json!("http://169.254.169.254/latest/meta-data/")),
                ("x5u", json!("file:///etc/passwd")),
                ("x5c", json!(["MIIBszCCAVmgAwIBAgIUQ2FuYXJ5"])),
                ("x5t", json!("AAAAAAAAAAAAAAAAAAAAAAAAAAA")),
                ("x5t#S256", json!("AAAA")),
            ] {
                let header = with(&target.header, name, Some(value));
                // Honestly signed, it is ignored; signed by the attacker, it helps nobody.
                assert_eq!(target.judge(&target.token(&header, &target.claims)), Ok(()));
                let forged = seal(
                    &attacker,
                    header.to_string().as_bytes(),
                    target.claims.to_string().as_bytes(),
                );
                let rule = target.refuses(name, &forged).rule();
                assert!(["R058", "R093", "R179"].contains(&rule), "{name}: {rule}");
            }
            if !target.name.starts_with("proof") {
                let jwk = attacker.public_jwk().to_value();
                let header = with(&target.header, "jwk", Some(jwk));
                for kid in [None, Some(json!("k1")), Some(json!("attacker"))] {
                    let header = with(&header, "kid", kid);
                    let forged = seal(
                        &attacker,
                        header.to_string().as_bytes(),
                        target.claims.to_string().as_bytes(),
                    );
                    target.refuses("an embedded key", &forged);
                }
            }
        }
    }
    let error = listener.accept().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
}

/// Assertion and access token: a sound signature by the key of another client or another issuer is
/// worth nothing, whichever `kid` and whichever names it carries. A proof signed by another key
/// than it shows fails too.
///
/// Rows: R060, R142, R179, L1.8, L1.22
#[test]
fn the_key_of_another_party_does_not_count() {
    for algorithm in Algorithm::ALL {
        let foreign = key(algorithm).with_kid("foreign");
        for target in Target::all(algorithm) {
            let own = target.key.public_jwk().clone();
            for kid in [Some(json!("k1")), Some(json!("foreign")), None] {
                let header = with(&target.header, "kid", kid);
                let forged = seal(
                    &foreign,
                    header.to_string().as_bytes(),
                    target.claims.to_string().as_bytes(),
                );
                target.refuses("a token by a foreign key", &forged);
            }
            if target.name.starts_with("proof") {
                continue;
            }
            // The other way round: our party's token where only the foreign key is known.
            let keys = JwkSet::new([foreign.public_jwk().clone()]);
            assert!(target.judge_with(&target.good(), at(NOW), keys).is_err());
            // Both keys known, each under its own name: the name decides, the signature proves.
            let both = JwkSet::new([own, foreign.public_jwk().clone()]);
            let mixed = seal(
                &foreign,
                target.header.to_string().as_bytes(),
                target.claims.to_string().as_bytes(),
            );
            assert!(target.judge_with(&mixed, at(NOW), both).is_err());
            for issuer in ["https://evil.example", "https://as.example/", "another"] {
                target.refuses(
                    "a foreign issuer",
                    &target.bent("claims", "iss", Some(json!(issuer))),
                );
            }
        }
    }
}

/// A set with decoys under the same `kid` still finds the one key of the header's algorithm; two
/// of one kind are never guessed between (assertion and access token).
///
/// Rows: R041, R133
#[test]
fn decoys_under_the_same_kid_are_told_apart() {
    let name = |key: &ob_jose::SigningKey| key.public_jwk().clone().with_kid("k1");
    for algorithm in Algorithm::ALL {
        let others: Vec<_> = Algorithm::ALL
            .into_iter()
            .filter(|other| *other != algorithm)
            .map(|other| name(&key(other)))
            .collect();
        for target in [
            Target::assertion(algorithm),
            Target::access_token(algorithm),
        ] {
            let own = name(&target.key);
            let decoys = JwkSet::new(others.iter().cloned().chain([own.clone()]));
            assert_eq!(target.judge_with(&target.good(), at(NOW), decoys), Ok(()));
            let twins = JwkSet::new([own, name(&key(algorithm))]);
            let refusal = target
                .judge_with(&target.good(), at(NOW), twins)
                .unwrap_err();
            assert_eq!(refusal.rule(), "R041");
        }
    }
}
