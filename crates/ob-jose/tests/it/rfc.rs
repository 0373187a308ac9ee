//! The examples of RFC 7515, 7638, 8037 and 9449.

use ob_jose::{
    CompactJws, ExpectedProof, Htu, PrivateJwk, ProofVerifier, PublicJwk, Signer, SigningKey,
    VerifyingKey, ath, base64url, read_claims_unverified,
};
use serde_json::Value;

use crate::support::{at, run, vectors, with};

const FILE: &str = "rfc/rfc_jose_dpop_vectors.json";

fn public(jwk: &Value) -> Option<PublicJwk> {
    PublicJwk::from_value(&with(jwk.as_object().map(|_| jwk)?, "d", None)).ok()
}

/// Rows: R073, R093, R120
#[test]
fn rfc9449_proofs_verify_and_carry_their_thumbprint() {
    let Some(all) = vectors(FILE) else { return };
    let rfc = &all["rfc9449"];
    let jkt = rfc["jkt"].as_str().unwrap().parse().unwrap();
    assert_eq!(
        ath(rfc["access_token"].as_str().unwrap()),
        rfc["ath"].as_str().unwrap()
    );
    let proofs = rfc["proofs"].as_array().unwrap();
    for proof in proofs {
        let htu = Htu::from_uri(proof["url"].as_str().unwrap()).unwrap();
        let now = at(proof["suggested_now"].as_u64().unwrap());
        let mut expected = ExpectedProof::new(proof["method"].as_str().unwrap(), &htu, now);
        if proof["claims"]["ath"].is_string() {
            expected = expected.with_token(rfc["ath"].as_str().unwrap(), &jkt);
        }
        let text = proof["jws"].as_str().unwrap();
        let verified = ProofVerifier::new().verify(text, &expected).unwrap();
        assert_eq!(verified.thumbprint(), &jkt, "{}", proof["name"]);
        assert_eq!(verified.jti(), proof["claims"]["jti"].as_str().unwrap());
    }
    assert_eq!(proofs.len(), 3);
}

#[test]
fn rfc9449_a_token_of_an_unknown_issuer_is_read_but_not_believed() {
    let Some(all) = vectors(FILE) else { return };
    let token = &all["rfc9449"]["bound_access_token_jwt"];
    let claims = read_claims_unverified(token["jws"].as_str().unwrap(), 8192).unwrap();
    assert_eq!(&Value::Object(claims), &token["claims"]);
}

/// Rows: R119, R120
#[test]
fn rfc7638_thumbprints_ignore_everything_but_the_key() {
    let Some(all) = vectors(FILE) else { return };
    let rsa = &all["rfc7638"];
    assert!(public(&rsa["jwk"]).is_none(), "its alg is RS256");
    let ours = with(&rsa["jwk"], "alg", Some("PS256".into()));
    let jwk = public(&with(&ours, "unknown", Some("x".into()))).unwrap();
    assert_eq!(
        jwk.thumbprint().as_str(),
        rsa["thumbprint"].as_str().unwrap()
    );
    assert_eq!(
        jwk.with_kid("other").thumbprint().as_str(),
        rsa["thumbprint"].as_str().unwrap()
    );
    // `ath` is the same hash in the same encoding: the input of the RFC gives our thumbprint.
    let ec = &all["rfc9449"];
    for (input, thumbprint) in [
        (&rsa["thumbprint_input"], &rsa["thumbprint"]),
        (&ec["thumbprint_input"], &ec["jkt"]),
    ] {
        assert_eq!(ath(input.as_str().unwrap()), thumbprint.as_str().unwrap());
    }
    let octets: Vec<u8> = serde_json::from_value(rsa["sha256_octets"].clone()).unwrap();
    assert_eq!(
        base64url::encode(&octets),
        rsa["thumbprint"].as_str().unwrap()
    );
    assert_eq!(
        public(&ec["jwk"]).unwrap().thumbprint().as_str(),
        ec["jkt"].as_str().unwrap()
    );
}

/// Rows: R035, R036, R131
#[test]
fn rfc7515_and_8037_examples_are_judged_by_the_profile() {
    let Some(all) = vectors(FILE) else { return };
    let mut accepted = 0;
    for vector in all["jws"].as_array().unwrap() {
        let name = vector["name"].as_str().unwrap();
        let verified = public(&vector["jwk"]).is_some_and(|jwk| {
            CompactJws::parse(vector["jws"].as_str().unwrap(), 8192)
                .is_ok_and(|jws| jws.verify(&VerifyingKey::from_jwk(&jwk)).is_ok())
        });
        assert_eq!(
            verified,
            vector["accept_under_fapi2"].as_bool().unwrap(),
            "{name}"
        );
        accepted += usize::from(verified);
    }
    assert_eq!(accepted, 2);
    let run = all["jws"].as_array().unwrap().len();
    assert_eq!(run, 7);
    eprintln!(
        "rfc_jose_dpop_vectors.json, jws: {run} run, {accepted} accepted, {} refused",
        run - accepted
    );
}

/// Rows: R120, R137
#[test]
fn r137_rfc8037_signature_is_reproduced_byte_for_byte() {
    let Some(all) = vectors(FILE) else { return };
    let vector = all["jws"]
        .as_array()
        .unwrap()
        .iter()
        .find(|v| v["jwk"]["kty"] == "OKP")
        .unwrap();
    let jwk = PrivateJwk::from_json(vector["jwk"].to_string()).unwrap();
    let key = SigningKey::from_jwk(&jwk).unwrap();
    assert_eq!(
        key.thumbprint().as_str(),
        vector["thumbprint_rfc8037_A3"].as_str().unwrap()
    );
    let (input, signature) = vector["jws"].as_str().unwrap().rsplit_once('.').unwrap();
    let ours = run(Signer::sign(&key, input.as_bytes())).unwrap();
    assert_eq!(base64url::encode(&ours), signature);
}

/// Rows: R125
#[test]
fn r125_base64url_examples() {
    let Some(all) = vectors(FILE) else { return };
    for pair in all["base64url"]["rfc4648_10"].as_array().unwrap() {
        let (plain, text) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
        assert_eq!(base64url::encode(plain.as_bytes()), text);
        assert_eq!(base64url::decode(text).unwrap(), plain.as_bytes());
    }
    let example = &all["base64url"]["rfc7515_appendix_C"];
    let octets: Vec<u8> = serde_json::from_value(example["octets"].clone()).unwrap();
    let text = example["b64url"].as_str().unwrap();
    assert_eq!(base64url::encode(&octets), text);
    assert_eq!(base64url::decode(text).unwrap(), octets);
    assert_eq!(all["base64url"]["must_reject"].as_array().unwrap().len(), 8);
    for pair in all["base64url"]["must_reject"].as_array().unwrap() {
        assert!(
            base64url::decode(pair[0].as_str().unwrap()).is_err(),
            "{}",
            pair[1]
        );
    }
}

/// Rows: R130
#[test]
fn r130_a_key_for_encryption_is_refused() {
    let Some(all) = vectors(FILE) else { return };
    let error = PublicJwk::from_value(&all["rfc7517_A1_ec_p256_public"]).unwrap_err();
    assert_eq!(error.found(), "a JWK for \"use\":\"enc\"");
}
