//! Algorithms that an attacker picks: MACs keyed with public keys, and keys of another kind.

use aws_lc_rs::hmac;
use ob_jose::{Algorithm, PublicJwk, base64url};
use serde_json::{Value, json};

use crate::attacks::Target;
use crate::support::{key, with};

/// One DER element.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let header = match content.len() {
        0..0x80 => vec![tag, length[1]],
        0x80..0x100 => vec![tag, 0x81, length[1]],
        _ => vec![tag, 0x82, length[0], length[1]],
    };
    [header, content.to_vec()].concat()
}

fn octets(jwk: &Value, name: &str) -> Vec<u8> {
    base64url::decode(jwk[name].as_str().unwrap()).unwrap()
}

/// `SubjectPublicKeyInfo`, and for RSA the PKCS#1 form inside it.
fn public_der(jwk: &Value) -> Vec<Vec<u8>> {
    let bits = |content: &[u8]| der(3, &[&[0], content].concat());
    match jwk["kty"].as_str().unwrap() {
        "EC" => {
            let algorithm = der(
                0x30,
                &[
                    der(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]),
                    der(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]),
                ]
                .concat(),
            );
            let point = [vec![4], octets(jwk, "x"), octets(jwk, "y")].concat();
            vec![der(0x30, &[algorithm, bits(&point)].concat()), point]
        }
        "RSA" => {
            let n = [vec![0], octets(jwk, "n")].concat();
            let pkcs1 = der(0x30, &[der(2, &n), der(2, &octets(jwk, "e"))].concat());
            let oid = der(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1]);
            let algorithm = der(0x30, &[oid, der(5, &[])].concat());
            vec![
                der(0x30, &[algorithm, bits(&pkcs1)].concat()),
                pkcs1,
                octets(jwk, "n"),
            ]
        }
        _ => {
            let algorithm = der(0x30, &der(6, &[0x2b, 0x65, 0x70]));
            let x = octets(jwk, "x");
            vec![der(0x30, &[algorithm, bits(&x)].concat()), x]
        }
    }
}

fn pem(der: &[u8]) -> Vec<Vec<u8>> {
    use base64::Engine as _;
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(64)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    let text = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----",
        lines.join("\n")
    );
    vec![text.clone().into_bytes(), format!("{text}\n").into_bytes()]
}

/// Whatever form of the public key an attacker may hope is taken for a MAC key.
fn forms(jwk: &PublicJwk) -> Vec<Vec<u8>> {
    let value = jwk.to_value();
    let mut forms = public_der(&value);
    forms.extend(pem(&forms[0]));
    forms.push(jwk.to_json().into_bytes());
    forms.push(jwk.clone().with_kid("k1").to_json().into_bytes());
    for name in ["x", "y", "n"] {
        forms.extend(value[name].as_str().map(|text| text.as_bytes().to_vec()));
    }
    forms.push(Vec::new());
    forms
}

/// At all four verifiers: a MAC over the token, keyed with the public key as PEM, DER, JWK or raw
/// octets, under the name of a MAC and under the name of the right algorithm.
///
/// Rows: R035, R092, R129, R130, L1.3
#[test]
fn macs_with_public_keys_are_refused() {
    for algorithm in Algorithm::ALL {
        for target in Target::all(algorithm) {
            let forms = forms(target.key.public_jwk());
            assert!(forms.len() >= 7);
            for form in &forms {
                for (name, kind, rule) in [
                    ("HS256", hmac::HMAC_SHA256, "R035"),
                    ("HS384", hmac::HMAC_SHA384, "R035"),
                    ("HS512", hmac::HMAC_SHA512, "R035"),
                    (algorithm.as_str(), hmac::HMAC_SHA256, "signature"),
                    (algorithm.as_str(), hmac::HMAC_SHA512, "signature"),
                ] {
                    let header = with(&target.header, "alg", Some(json!(name)));
                    let input = format!(
                        "{}.{}",
                        base64url::encode(header.to_string().as_bytes()),
                        base64url::encode(target.claims.to_string().as_bytes())
                    );
                    let mac = hmac::sign(&hmac::Key::new(kind, form), input.as_bytes());
                    let token = format!("{input}.{}", base64url::encode(mac.as_ref()));
                    let found = target.refuses("a MAC", &token);
                    match rule {
                        "signature" => {
                            assert!(["R058", "R093", "R179"].contains(&found.rule()), "{found}");
                        }
                        rule => assert_eq!(found.rule(), rule),
                    }
                }
            }
        }
    }
}

/// Both verifiers of proofs: neither a MAC with a symmetric `jwk` nor RS256 with an RSA one.
///
/// Rows: R035, R092, R094, L1.4, L2.7, L2.8
#[test]
fn the_algorithm_of_a_proof_must_be_of_the_set_and_of_its_key() {
    let secret = [7; 32];
    let oct = json!({"kty": "oct", "k": base64url::encode(&secret)});
    for algorithm in Algorithm::ALL {
        for target in [
            Target::proof_at_server(algorithm),
            Target::proof_at_api(algorithm),
        ] {
            for (alg, rule) in [("HS256", "R035"), (algorithm.as_str(), "R094")] {
                let header = with(&target.header, "jwk", Some(oct.clone()));
                let header = with(&header, "alg", Some(json!(alg)));
                let input = format!(
                    "{}.{}",
                    base64url::encode(header.to_string().as_bytes()),
                    base64url::encode(target.claims.to_string().as_bytes())
                );
                let mac = hmac::sign(
                    &hmac::Key::new(hmac::HMAC_SHA256, &secret),
                    input.as_bytes(),
                );
                let token = format!("{input}.{}", base64url::encode(mac.as_ref()));
                assert_eq!(target.refuses("a symmetric proof", &token).rule(), rule);
            }
            target.refuses_under("R035", "header", "alg", Some(json!("RS256")));
            for other in Algorithm::ALL {
                if other == algorithm {
                    continue;
                }
                target.refuses_under("R130", "header", "alg", Some(json!(other.as_str())));
                let jwk = key(other).public_jwk().to_value();
                target.refuses_under("R130", "header", "jwk", Some(jwk));
            }
            // A key that names another algorithm than its own, or than the header's.
            for alg in ["RS256", "ES384", "HS256", "none", "ES521"] {
                let jwk = with(&target.header["jwk"], "alg", Some(json!(alg)));
                target.refuses_under("R130", "header", "jwk", Some(jwk));
            }
            for (name, value) in [
                ("use", json!("enc")),
                ("key_ops", json!(["sign"])),
                ("key_ops", json!(["encrypt"])),
            ] {
                let jwk = with(&target.header["jwk"], name, Some(value));
                target.refuses_under("R130", "header", "jwk", Some(jwk));
            }
        }
    }
}
