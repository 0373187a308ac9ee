//! Every example of RFC 7520, RFC 7797 and RFC 8037 in the cookbook, with its verdict here.

use ob_jose::{
    CompactJws, JwkSet, KeyErrorKind, PrivateJwk, PublicJwk, Refusal, SigningKey, VerifyingKey,
};
use serde_json::{Value, json};

use crate::support::{vectors, with};

/// The examples that are refused, and under which row in their compact form.
const REFUSED: [(&str, Option<&str>); 10] = [
    ("jws/4_1.rsa_v15_signature.json", Some("R035")),
    ("jws/4_2.rsa-pss_signature.json", Some("R035")),
    ("jws/4_3.ecdsa_signature.json", Some("R035")),
    ("jws/4_4.hmac-sha2_integrity_protection.json", Some("R035")),
    ("jws/4_5.signature_with_detached_content.json", Some("R035")),
    ("jws/4_6.protecting_specific_header_fields.json", None),
    ("jws/4_7.protecting_content_only.json", None),
    ("jws/4_8.multiple_signatures.json", None),
    ("rfc7797/hmac-sha2_b64_false.json", Some("R131")),
    ("rfc7797/4.2.hmac-sha2_b64_false.json", None),
];

fn example(file: &str) -> Option<Value> {
    vectors(&format!("rfc7520-cookbook/{file}"))
}

fn parse(text: &str) -> Result<(), Refusal> {
    CompactJws::parse(text, 65_536).map(drop)
}

/// PS384, ES512, RS256 and MACs are outside the profile, JSON is no compact serialisation, and an
/// unencoded payload is refused for its `crit` before `b64` is even looked at.
///
/// Rows: R035, R123, R131, R132, L1.9, L1.20
#[test]
fn tokens_outside_the_profile_are_refused() {
    let (mut compact, mut json) = (0, 0);
    for (file, rule) in REFUSED {
        let Some(example) = example(file) else { return };
        let output = &example["output"];
        let found = output["compact"].as_str().map(|text| {
            compact += 1;
            parse(text).unwrap_err().rule()
        });
        assert_eq!(found, rule, "{file}");
        for form in ["json", "json_flat"] {
            if let Some(object) = output.get(form) {
                let refusal = parse(&object.to_string()).unwrap_err();
                assert!(
                    ["R123", "R124", "R146"].contains(&refusal.rule()),
                    "{file}: {refusal}"
                );
                json += 1;
            }
        }
    }
    assert_eq!((compact, json), (6, 19));
    eprintln!("cookbook: 10 examples refused: {compact} compact, {json} JSON serialisations");
}

/// Rows: R137
#[test]
fn ed25519_is_accepted_in_its_compact_form_only() {
    let Some(example) = example("curve25519/jws.json") else {
        return;
    };
    let jwk = PrivateJwk::from_json(example["input"]["key"].to_string()).unwrap();
    let key = SigningKey::from_jwk(&jwk).unwrap();
    let text = example["output"]["compact"].as_str().unwrap();
    let jws = CompactJws::parse(text, 8192).unwrap();
    jws.verify(&VerifyingKey::from_jwk(key.public_jwk()))
        .unwrap();
    assert_eq!(
        jws.payload(),
        example["input"]["payload"].as_str().unwrap().as_bytes()
    );
    for form in ["json", "json_flat"] {
        assert!(parse(&example["output"][form].to_string()).is_err());
    }
    eprintln!("cookbook: 1 example accepted in compact form, 2 JSON serialisations refused");
}

/// The RSA pair is sound, P-521 is another curve, and symmetric keys are none of ours.
///
/// Rows: R038, R094, R130, R140
#[test]
fn keys_are_judged_by_the_profile() {
    let public = |file: &str| {
        let jwk = example(&format!("jwk/{file}"))?;
        let kind = PublicJwk::from_value(&jwk).map_err(|error| error.kind());
        let set = JwkSet::from_value(&json!({"keys": [jwk]}));
        Some((
            kind.map(drop),
            set.map(|set| set.keys().len()).map_err(|e| e.kind()),
        ))
    };
    let private = |file: &str| {
        let jwk = example(&format!("jwk/{file}"))?;
        Some(PrivateJwk::from_json(jwk.to_string()).map_err(|error| error.kind()))
    };
    use KeyErrorKind::{NotPublic, WrongKey};
    for (file, verdict) in [
        ("3_1.ec_public_key.json", (Err(WrongKey), Ok(0))),
        ("3_2.ec_private_key.json", (Err(NotPublic), Err(NotPublic))),
        ("3_3.rsa_public_key.json", (Ok(()), Ok(1))),
        ("3_4.rsa_private_key.json", (Err(NotPublic), Err(NotPublic))),
        (
            "3_5.symmetric_key_mac_computation.json",
            (Err(NotPublic), Err(NotPublic)),
        ),
        (
            "3_6.symmetric_key_encryption.json",
            (Err(NotPublic), Err(NotPublic)),
        ),
    ] {
        let Some(found) = public(file) else { return };
        assert_eq!(found, verdict, "{file}");
    }
    assert_eq!(
        private("3_2.ec_private_key.json").unwrap().unwrap_err(),
        WrongKey
    );
    let rsa = private("3_4.rsa_private_key.json").unwrap().unwrap();
    let rsa = SigningKey::from_jwk(&rsa).unwrap();
    let theirs = example("jwk/3_3.rsa_public_key.json").unwrap();
    assert_eq!(rsa.public_jwk(), &PublicJwk::from_value(&theirs).unwrap());
    assert_eq!(
        PublicJwk::from_value(&with(&theirs, "kid", None))
            .unwrap()
            .thumbprint(),
        *rsa.thumbprint()
    );
    for file in [
        "3_5.symmetric_key_mac_computation.json",
        "3_6.symmetric_key_encryption.json",
    ] {
        assert!(private(file).unwrap().is_err(), "{file}");
    }
    eprintln!("cookbook: 6 keys, 2 accepted (RSA public and private), 4 refused");
}
