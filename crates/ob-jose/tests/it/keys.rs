//! Key files of every kind, and what is said about the wrong ones.

use ob_jose::{
    Algorithm, JwkSet, KeyErrorKind, NoSuchKey, PrivateJwk, PublicJwk, RsaSize, Signer, SigningKey,
    VerifyingKey,
};
use serde_json::{Value, json};

use crate::support::{key, run, with};

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("fixtures/", $name)).as_slice()
    };
}

fn text(bytes: &'static [u8]) -> &'static str {
    str::from_utf8(bytes).unwrap()
}

#[track_caller]
fn signs(key: &SigningKey) {
    let signature = run(Signer::sign(key, b"input")).unwrap();
    VerifyingKey::from_jwk(key.public_jwk())
        .verify(b"input", &signature)
        .unwrap();
}

/// The contents of a PEM fixture's last block.
fn der(pem: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    let text = str::from_utf8(pem).unwrap();
    let (_, block) = text.rsplit_once("-----BEGIN ").unwrap();
    let body: String = block
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with('-'))
        .collect();
    base64::engine::general_purpose::STANDARD
        .decode(body)
        .unwrap()
}

#[test]
fn every_private_form_is_read() {
    for (file, algorithm) in [
        (fixture!("ec-sec1.pem"), Algorithm::Es256),
        (fixture!("ec-pkcs8.pem"), Algorithm::Es256),
        (fixture!("ec-with-parameters.pem"), Algorithm::Es256),
        (fixture!("certificate-and-key.pem"), Algorithm::Es256),
        (fixture!("bag.pem"), Algorithm::Es256),
        (fixture!("rsa-pkcs1.pem"), Algorithm::Ps256),
        (fixture!("rsa-pkcs8.pem"), Algorithm::Ps256),
        (fixture!("rsa-pss.pem"), Algorithm::Ps256),
        (fixture!("ed25519.pem"), Algorithm::EdDsa),
    ] {
        let key = SigningKey::from_bytes(file)
            .unwrap()
            .require(algorithm)
            .unwrap();
        signs(&key);
        assert!(!key.was_repaired());
        let from_der = SigningKey::from_bytes(&der(file)).unwrap();
        assert_eq!(from_der.thumbprint(), key.thumbprint());
    }
    let sec1 = SigningKey::from_bytes(fixture!("ec-sec1.pem")).unwrap();
    let pkcs8 = SigningKey::from_bytes(fixture!("ec-pkcs8.pem")).unwrap();
    assert_eq!(sec1.thumbprint(), pkcs8.thumbprint());
}

#[test]
fn a_flattened_pem_is_repaired_and_says_so() {
    let original = text(fixture!("rsa-pkcs8.pem"));
    for flat in [
        original.replace('\n', "\\n"),
        original.replace('\n', "\\r\\n"),
    ] {
        let key = SigningKey::from_pem(&flat).unwrap();
        assert!(key.was_repaired());
        signs(&key);
    }
    let crlf = SigningKey::from_pem(&original.replace('\n', "\r\n")).unwrap();
    let one_line = SigningKey::from_pem(&original.replace('\n', " ")).unwrap();
    assert!(!crlf.was_repaired() && !one_line.was_repaired());
}

/// Rows: R037, R038
#[test]
fn a_wrong_key_is_named() {
    use KeyErrorKind::{
        Empty, Encrypted, Invalid, NotPrivate, Pkcs12, TooSmall, Unreadable, WrongKey,
    };
    let pem = text(fixture!("ec-pkcs8.pem"));
    let cut = pem.lines().take(2).collect::<Vec<_>>().join("\n");
    let doubled = format!("{pem}{}", text(fixture!("ed25519.pem")));
    let garbled = pem.replace("MIG", "M!G");
    let cases: [(&[u8], KeyErrorKind, &str); 28] = [
        (b"", Empty, "nothing"),
        (b" \n", Empty, "nothing"),
        (
            fixture!("p384-sec1.pem"),
            WrongKey,
            "an EC private key on P-384",
        ),
        (
            fixture!("p384-pkcs8.pem"),
            WrongKey,
            "a private key (EC on P-384)",
        ),
        (
            fixture!("secp256k1-sec1.pem"),
            WrongKey,
            "an EC private key on secp256k1",
        ),
        (
            fixture!("x25519.pem"),
            WrongKey,
            "a private key (X25519, which cannot sign)",
        ),
        (fixture!("ed448.pem"), WrongKey, "a private key (Ed448)"),
        (
            fixture!("rsa-1024.pem"),
            TooSmall,
            "an RSA key of 1024 bits",
        ),
        (
            fixture!("rsa-2047.pem"),
            TooSmall,
            "an RSA key of 2047 bits",
        ),
        (
            fixture!("rsa-e3.pem"),
            Invalid,
            "an RSA key whose public exponent is not 65537",
        ),
        (fixture!("ec-public.pem"), NotPrivate, "a public key"),
        (
            &der(fixture!("ec-public.pem")),
            NotPrivate,
            "a public key (EC on P-256)",
        ),
        (fixture!("rsa-public-pkcs1.pem"), NotPrivate, "a public key"),
        (
            &der(fixture!("rsa-public-pkcs1.pem")),
            NotPrivate,
            "a public RSA key (PKCS#1)",
        ),
        (
            fixture!("certificate.pem"),
            NotPrivate,
            "a certificate, which holds only the public key",
        ),
        (
            &der(fixture!("certificate.pem")),
            NotPrivate,
            "a certificate or signing request, which holds only the public key",
        ),
        (
            fixture!("request.pem"),
            NotPrivate,
            "a certificate signing request",
        ),
        (
            fixture!("encrypted-pkcs8.pem"),
            Encrypted,
            "a private key protected by a password",
        ),
        (
            fixture!("encrypted-sec1.pem"),
            Encrypted,
            "a private key protected by a password",
        ),
        (
            &der(fixture!("encrypted-pkcs8.pem")),
            Encrypted,
            "a private key protected by a password (encrypted PKCS#8)",
        ),
        (
            fixture!("store.p12"),
            Pkcs12,
            "a PKCS#12 store, which must be unpacked first",
        ),
        (
            b"\x30\x80\x02\x01\x03",
            Pkcs12,
            "a PKCS#12 store, which must be unpacked first",
        ),
        (
            b"\xfe\xed\xfe\xed\0\0",
            Unreadable,
            "a Java key store (JKS)",
        ),
        (
            cut.as_bytes(),
            Unreadable,
            "a PEM block without its matching END line",
        ),
        (
            doubled.as_bytes(),
            Unreadable,
            "more than one private key in one PEM text",
        ),
        (
            garbled.as_bytes(),
            Unreadable,
            "a PEM private key whose body is not base64",
        ),
        (
            b"hello",
            Unreadable,
            "bytes that are neither JWK, PEM nor DER",
        ),
        (
            &der(fixture!("ec-pkcs8.pem"))[..50],
            Unreadable,
            "DER that is cut off or followed by other bytes",
        ),
    ];
    for (bytes, kind, found) in cases {
        let error = SigningKey::from_bytes(bytes).unwrap_err();
        assert_eq!((error.kind(), error.found()), (kind, found));
        assert!(error.needed().contains("P-256"), "{error}");
    }
}

#[test]
fn require_names_both_sides() {
    let error = key(Algorithm::Es256).require(Algorithm::Ps256).unwrap_err();
    insta::assert_snapshot!(error, @"found an EC key on P-256 (ES256), need an RSA private key of 2048 to 8192 bits with e = 65537 (PS256)");
    assert_eq!(error.kind(), KeyErrorKind::WrongKey);
}

#[test]
fn every_key_survives_export_and_import() {
    for key in [
        key(Algorithm::Es256),
        key(Algorithm::Ps256),
        key(Algorithm::EdDsa),
        SigningKey::generate_rsa(RsaSize::Bits3072).unwrap(),
    ] {
        let key = key.with_kid("k\"1");
        let json = key.to_private_jwk().to_json().unwrap();
        let by_jwk = SigningKey::from_bytes(json.expose().as_bytes()).unwrap();
        let by_pem = SigningKey::from_pem(key.to_pkcs8_pem().unwrap().expose()).unwrap();
        assert_eq!(by_jwk.public_jwk().kid(), Some("k\"1"));
        assert_eq!(by_jwk.thumbprint(), key.thumbprint());
        assert_eq!(by_pem.thumbprint(), key.thumbprint());
        signs(&by_jwk);
        signs(&by_pem);
        let public = PublicJwk::from_json(key.public_jwk().to_json()).unwrap();
        assert_eq!(&public, key.public_jwk());
    }
}

fn private_json(algorithm: Algorithm) -> Value {
    let json = key(algorithm).to_private_jwk().to_json().unwrap();
    serde_json::from_str(json.expose()).unwrap()
}

#[test]
fn private_members_must_belong_to_the_public_ones() {
    for algorithm in Algorithm::ALL {
        let (one, other) = (private_json(algorithm), private_json(algorithm));
        let swapped = with(&one, "d", Some(other["d"].clone()));
        let error = PrivateJwk::from_json(swapped.to_string()).unwrap_err();
        assert_eq!(error.kind(), KeyErrorKind::Invalid, "{algorithm}");
        let error = PrivateJwk::from_json(with(&one, "d", None).to_string()).unwrap_err();
        assert_eq!(error.kind(), KeyErrorKind::NotPrivate, "{algorithm}");
    }
    let rsa = private_json(Algorithm::Ps256);
    for name in ["p", "q", "dp", "dq", "qi"] {
        let error = PrivateJwk::from_json(with(&rsa, name, None).to_string()).unwrap_err();
        assert_eq!(error.found(), format!("an RSA JWK without \"{name}\""));
    }
    let multi = with(&rsa, "oth", Some(json!("x")));
    assert!(PrivateJwk::from_json(multi.to_string()).is_err());
}

/// Rows: R094, R140
#[test]
fn r094_private_members_make_a_public_jwk_suspect() {
    for algorithm in Algorithm::ALL {
        let public = key(algorithm).public_jwk().to_value();
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            for value in [Value::Null, json!(""), json!("AA")] {
                let jwk = with(&public, name, Some(value));
                let error = PublicJwk::from_value(&jwk).unwrap_err();
                assert_eq!(error.kind(), KeyErrorKind::NotPublic, "{name}");
            }
        }
    }
}

/// Rows: R037, R038, R119, R121, R130, R138
#[test]
fn r121_r130_r138_one_key_has_one_spelling() {
    let ec = key(Algorithm::Es256).public_jwk().to_value();
    let rsa = key(Algorithm::Ps256).public_jwk().to_value();
    let okp = key(Algorithm::EdDsa).public_jwk().to_value();
    let n = ob_jose::base64url::decode(rsa["n"].as_str().unwrap()).unwrap();
    let long_n = ob_jose::base64url::encode(&[&[0], n.as_slice()].concat());
    let even_n = ob_jose::base64url::encode(&[&n[..255], &[n[255] & 0xfe]].concat());
    let huge_n = ob_jose::base64url::encode(&[0xff; 1025]);
    let bits2047 = ob_jose::base64url::encode(&[&[0x7f], &n[1..255], &[n[255] | 1]].concat());
    let x = ec["x"].as_str().unwrap();
    let cases = [
        (&ec, "x", json!(format!("AA{x}"))),
        (&ec, "x", json!(&x[..42])),
        (&ec, "x", json!(format!("{x}="))),
        (&ec, "x", json!(1)),
        (&ec, "x", ec["y"].clone()),
        (&ec, "y", ec["x"].clone()),
        (&ec, "crv", json!("secp256k1")),
        (&ec, "crv", json!("P-192")),
        (&ec, "crv", json!("P-384")),
        (&ec, "crv", Value::Null),
        (&ec, "kty", json!("ec")),
        (&ec, "alg", json!("PS256")),
        (&ec, "alg", json!("ES384")),
        (&ec, "alg", json!(1)),
        (&ec, "use", json!("enc")),
        (&ec, "use", json!(["sig"])),
        (&ec, "key_ops", json!(["sign"])),
        (&ec, "key_ops", json!(["verify", "encrypt"])),
        (&ec, "key_ops", json!([])),
        (&ec, "key_ops", json!("verify")),
        (&ec, "kid", json!(1)),
        (&rsa, "e", json!("AAEAAQ")),
        (&rsa, "e", json!("AQ")),
        (&rsa, "e", json!("Aw")),
        (&rsa, "n", json!(long_n)),
        (&rsa, "n", json!(even_n)),
        (&rsa, "n", json!(huge_n)),
        (&rsa, "n", json!(bits2047)),
        (&okp, "crv", json!("X25519")),
        (&okp, "crv", json!("Ed448")),
        (
            &okp,
            "x",
            json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ),
        (
            &okp,
            "x",
            json!("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ),
    ];
    for (jwk, name, value) in cases {
        let bad = with(jwk, name, Some(value.clone()));
        assert!(PublicJwk::from_value(&bad).is_err(), "{name} = {value}");
        assert!(PublicJwk::from_value(jwk).is_ok());
    }
    for (jwk, name, value) in [
        (&ec, "use", json!("sig")),
        (&ec, "alg", json!("ES256")),
        (&ec, "key_ops", json!(["verify"])),
        (&okp, "alg", json!("Ed25519")),
        (&okp, "alg", json!("EdDSA")),
        (&rsa, "x5c", json!(["ignored"])),
    ] {
        let good = with(jwk, name, Some(value));
        let parsed = PublicJwk::from_value(&good).unwrap();
        assert_eq!(
            parsed.thumbprint(),
            PublicJwk::from_value(jwk).unwrap().thumbprint()
        );
    }
}

/// Rows: R126, R139
#[test]
fn r126_duplicates_inside_a_jwk_are_refused() {
    let jwk = key(Algorithm::EdDsa).public_jwk().to_json();
    let twice = jwk.replace("{", "{\"kty\":\"OKP\",");
    assert_eq!(
        PublicJwk::from_json(&twice).unwrap_err().kind(),
        KeyErrorKind::Unreadable
    );
    let set = format!("{{\"keys\":[{twice}]}}");
    assert!(JwkSet::from_json(set).is_err());
}

/// Rows: R041, R133, R139, R140
#[test]
fn r041_r133_r139_a_set_never_guesses() {
    let (ec, rsa) = (key(Algorithm::Es256), key(Algorithm::Ps256));
    let named = |key: &SigningKey| key.public_jwk().clone().with_kid("one").to_value();
    let exotic = json!({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"});
    let set = JwkSet::from_value(&json!({"keys": [exotic, named(&ec), named(&rsa)]})).unwrap();
    assert_eq!(set.keys().len(), 2);
    assert_eq!(set.find(Some("one"), Algorithm::Es256), Ok(ec.public_jwk()));
    assert_eq!(
        set.find(Some("one"), Algorithm::Ps256),
        Ok(rsa.public_jwk())
    );
    assert_eq!(set.find(None, Algorithm::Ps256), Ok(rsa.public_jwk()));
    assert_eq!(
        set.find(Some("one"), Algorithm::EdDsa),
        Err(NoSuchKey::Missing)
    );
    assert_eq!(
        set.find(Some("ONE"), Algorithm::Es256),
        Err(NoSuchKey::Missing)
    );
    let twins = JwkSet::from_value(&json!({"keys": [named(&ec), named(&key(Algorithm::Es256))]}));
    let twins = twins.unwrap();
    assert_eq!(
        twins.find(Some("one"), Algorithm::Es256),
        Err(NoSuchKey::Ambiguous)
    );
    assert_eq!(JwkSet::from_json(set.to_json()).unwrap(), set);
    for bad in [
        json!({}),
        json!({"keys": {}}),
        json!([]),
        json!({"keys": [{"kty": "oct", "k": ""}]}),
    ] {
        assert!(JwkSet::from_value(&bad).is_err());
    }
}
