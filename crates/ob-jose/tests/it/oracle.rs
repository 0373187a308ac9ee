//! A foreign verifier judges what we make, and we judge what a foreign signer makes.

use std::sync::Arc;

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation, decode, encode};
use ob_jose::{
    Algorithm, ClientAssertion, CompactJws, DpopProver, Htu, ProofInput, SigningKey, VerifyingKey,
};
use serde_json::{Value, json};

use crate::support::{CLIENT, ISSUER, NOW, TOKEN_URL, at, key, run};

fn foreign(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::Ps256 => jsonwebtoken::Algorithm::PS256,
        _ => jsonwebtoken::Algorithm::EdDSA,
    }
}

fn foreign_key(key: &SigningKey) -> DecodingKey {
    let jwk: Jwk = serde_json::from_value(key.public_jwk().to_value()).unwrap();
    DecodingKey::from_jwk(&jwk).unwrap()
}

/// What the client sends.
///
/// Rows: R068, R119
#[test]
fn every_proof_convinces_a_foreign_verifier() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        let prover = DpopProver::new(Arc::new(key.clone()));
        let htu = Htu::from_uri(TOKEN_URL).unwrap();
        for (ath, nonce) in [(None, None), (Some(ob_jose::ath("t")), Some("nonce"))] {
            let input = ProofInput {
                htm: "POST",
                htu: &htu,
                iat: NOW,
                jti: "j",
                ath: ath.as_deref(),
                nonce,
            };
            let proof = run(prover.prove(&input)).unwrap();
            let mut validation = Validation::new(foreign(algorithm));
            validation.set_required_spec_claims::<&str>(&[]);
            let data = decode::<Value>(&proof, &foreign_key(&key), &validation).unwrap();
            assert_eq!(data.header.typ.as_deref(), Some("dpop+jwt"));
            assert_eq!(data.claims["htu"], TOKEN_URL);
            assert_eq!(data.claims["iat"], NOW);
            assert_eq!(data.claims.get("nonce").and_then(Value::as_str), nonce);
            let embedded = data.header.jwk.unwrap();
            let thumbprint = embedded
                .thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256)
                .unwrap();
            assert_eq!(thumbprint, prover.thumbprint().as_str());
        }
    }
}

#[test]
fn every_assertion_convinces_a_foreign_verifier() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm).with_kid("k1");
        let token =
            run(ClientAssertion::new(CLIENT, ISSUER).sign(&key, at(4_000_000_000), "j")).unwrap();
        let mut validation = Validation::new(foreign(algorithm));
        validation.set_audience(&[ISSUER]);
        validation.set_issuer(&[CLIENT]);
        validation.sub = Some(CLIENT.to_owned());
        validation.validate_nbf = true;
        let data = decode::<Value>(&token, &foreign_key(&key), &validation).unwrap();
        assert_eq!(data.header.kid.as_deref(), Some("k1"));
        assert_eq!(data.claims["exp"], 4_000_000_060_u64);
    }
}

#[test]
fn tokens_of_a_foreign_signer_verify() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        let pem = key.to_pkcs8_pem().unwrap();
        let pem = pem.expose().as_bytes();
        let encoding = match algorithm {
            Algorithm::Es256 => EncodingKey::from_ec_pem(pem),
            Algorithm::Ps256 => EncodingKey::from_rsa_pem(pem),
            _ => EncodingKey::from_ed_pem(pem),
        };
        let token = encode(
            &Header::new(foreign(algorithm)),
            &json!({"a": 1}),
            &encoding.unwrap(),
        )
        .unwrap();
        let jws = CompactJws::parse(&token, 8192).unwrap();
        jws.verify(&VerifyingKey::from_jwk(key.public_jwk()))
            .unwrap();
    }
}
