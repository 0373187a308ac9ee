//! What exactly is sent.

use std::sync::Arc;
use std::time::Duration;

use ob_jose::{
    Algorithm, AssertionTyp, ClientAssertion, CompactJws, DpopProver, Htu, PrivateJwk, ProofInput,
    PublicJwk, Signer, SignerError, SigningKey, base64url, sign_compact,
};
use serde_json::json;

use crate::support::{CLIENT, ISSUER, NOW, TOKEN_URL, at, key, run};

/// The key of RFC 8037 appendix A.1: Ed25519 signatures are deterministic.
fn rfc8037() -> SigningKey {
    let jwk = r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    SigningKey::from_jwk(&PrivateJwk::from_json(jwk).unwrap()).unwrap()
}

fn parts(token: &str) -> (String, String) {
    let text =
        |part: Option<&str>| String::from_utf8(base64url::decode(part.unwrap()).unwrap()).unwrap();
    let mut parts = token.split('.');
    (text(parts.next()), text(parts.next()))
}

/// What the client sends.
///
/// Rows: R021, R055, R062
#[test]
fn r062_r021_the_assertion() {
    let assertion = ClientAssertion::new(CLIENT, ISSUER).kid("key-1");
    let token = run(assertion.sign(&rfc8037(), at(NOW), "jti-1")).unwrap();
    let (header, claims) = parts(&token);
    insta::assert_snapshot!(header, @r#"{"typ":"client-authentication+jwt","alg":"EdDSA","kid":"key-1"}"#);
    insta::assert_snapshot!(claims, @r#"{"iss":"integrator","sub":"integrator","aud":"https://as.example","jti":"jti-1","iat":1763800000,"exp":1763800060}"#);
}

/// What the client sends.
///
/// Rows: R062
#[test]
fn x3_the_type_of_an_assertion_can_be_changed() {
    let header = |typ| {
        let assertion = ClientAssertion::new("c", "i")
            .typ(typ)
            .lifetime(Duration::from_secs(300));
        parts(&run(assertion.sign(&rfc8037().with_kid("own"), at(NOW), "j")).unwrap()).0
    };
    insta::assert_snapshot!(header(AssertionTyp::Jwt), @r#"{"typ":"JWT","alg":"EdDSA","kid":"own"}"#);
    insta::assert_snapshot!(header(AssertionTyp::Absent), @r#"{"alg":"EdDSA","kid":"own"}"#);
}

/// What the client sends.
///
/// Rows: R068, R072, R073
#[test]
fn r068_the_proof_at_the_token_endpoint() {
    let htu = Htu::from_uri(TOKEN_URL).unwrap();
    let input = ProofInput {
        htm: "POST",
        htu: &htu,
        iat: NOW,
        jti: "jti-1",
        ath: None,
        nonce: None,
    };
    let token = run(DpopProver::new(Arc::new(rfc8037().with_kid("k"))).prove(&input)).unwrap();
    let (header, claims) = parts(&token);
    insta::assert_snapshot!(header, @r#"{"typ":"dpop+jwt","alg":"EdDSA","jwk":{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}"#);
    insta::assert_snapshot!(claims, @r#"{"jti":"jti-1","htm":"POST","htu":"https://as.example/oauth2/tokens","iat":1763800000}"#);
}

/// What the client sends.
///
/// Rows: R071, R073
#[test]
fn r073_r074_the_proof_at_the_api() {
    let htu = Htu::from_uri("https://api.example/accounts?limit=1").unwrap();
    let ath = ob_jose::ath("token");
    let input = ProofInput {
        htm: "GET",
        htu: &htu,
        iat: NOW,
        jti: "j\"\\2",
        ath: Some(&ath),
        nonce: Some("n~1"),
    };
    let token = run(DpopProver::new(Arc::new(rfc8037())).prove(&input)).unwrap();
    insta::assert_snapshot!(parts(&token).1, @r#"{"jti":"j\"\\2","htm":"GET","htu":"https://api.example/accounts","ath":"PEaenWxYddN6Q_NT1PiOYfz4EsZu7jRXRlpAsNpBU-A","nonce":"n~1","iat":1763800000}"#);
}

/// What the client sends.
///
/// Rows: R068
#[test]
fn r068_proof_headers_hold_public_members_only() {
    for (algorithm, members) in [
        (Algorithm::Es256, vec!["crv", "kty", "x", "y"]),
        (Algorithm::Ps256, vec!["e", "kty", "n"]),
        (Algorithm::EdDsa, vec!["crv", "kty", "x"]),
    ] {
        let htu = Htu::from_uri(TOKEN_URL).unwrap();
        let input = ProofInput {
            htm: "POST",
            htu: &htu,
            iat: NOW,
            jti: "j",
            ath: None,
            nonce: None,
        };
        let token = run(DpopProver::new(Arc::new(key(algorithm))).prove(&input)).unwrap();
        let jws = CompactJws::parse(&token, 8192).unwrap();
        let jwk = jws.header().jwk().unwrap().as_object().unwrap().clone();
        assert_eq!(jwk.keys().map(String::as_str).collect::<Vec<_>>(), members);
    }
}

/// The client puts no hostile nonce into a proof.
///
/// Rows: R075, L2.20
#[test]
fn r075_input_outside_its_syntax_is_refused() {
    let prover = DpopProver::new(Arc::new(key(Algorithm::EdDsa)));
    let htu = Htu::from_uri(TOKEN_URL).unwrap();
    let ath = ob_jose::ath("t");
    let good = ProofInput {
        htm: "GET",
        htu: &htu,
        iat: NOW,
        jti: "j",
        ath: Some(&ath),
        nonce: Some("n"),
    };
    assert!(run(prover.prove(&good)).is_ok());
    let long = "n".repeat(64 * 1024);
    for nonce in [
        "", "a b", "a\"b", "a\\b", "a\r\nb", "a\u{e9}", "\u{7f}", &long,
    ] {
        let error = run(prover.prove(&ProofInput {
            nonce: Some(nonce),
            ..good
        }))
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "nonce: need 1 to 1024 characters of NQCHAR, found another text"
        );
    }
    for jti in ["", "a\nb", "\u{e9}", &long] {
        assert!(run(prover.prove(&ProofInput { jti, ..good })).is_err());
    }
    for htm in ["", "GE T", "G\"", "GET\r\n"] {
        assert!(run(prover.prove(&ProofInput { htm, ..good })).is_err());
    }
    for bad in ["", "short", &format!("{}=", &ath[..42])] {
        assert!(
            run(prover.prove(&ProofInput {
                ath: Some(bad),
                ..good
            }))
            .is_err()
        );
    }
}

/// What the client sends.
///
/// Rows: R053
#[test]
fn r053_the_assertion_builder_refuses_what_servers_would() {
    let sign = |assertion: ClientAssertion, jti: &str| {
        run(assertion.sign(&key(Algorithm::EdDsa), at(NOW), jti)).map_err(|e| e.to_string())
    };
    let good = || ClientAssertion::new("c", "i");
    assert!(sign(good(), "j").is_ok());
    assert_eq!(
        sign(good(), "").unwrap_err(),
        "jti: need a value, found an empty string"
    );
    assert!(sign(ClientAssertion::new("", "i"), "j").is_err());
    assert!(sign(ClientAssertion::new("c", ""), "j").is_err());
    assert!(sign(good().lifetime(Duration::ZERO), "j").is_err());
    assert_eq!(
        sign(good().lifetime(Duration::from_secs(301)), "j").unwrap_err(),
        "the lifetime: need 1 s to 300 s, found 301 s"
    );
}

#[derive(Debug)]
struct Der(SigningKey);

#[async_trait::async_trait]
impl Signer for Der {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Es256
    }
    fn public_jwk(&self) -> &PublicJwk {
        self.0.public_jwk()
    }
    async fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(vec![0x30; 71])
    }
}

/// Rows: R135
#[test]
fn r135_a_signer_that_answers_der_is_caught() {
    let error = run(sign_compact(
        &Der(key(Algorithm::Es256)),
        &json!({}),
        &json!({}),
    ))
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the signature: need 64 octets for ES256, found 71 octets (is it DER?)"
    );
}

#[test]
fn sign_compact_wants_objects_and_one_algorithm() {
    let key = key(Algorithm::Es256);
    let text =
        |header, claims| run(sign_compact(&key, &header, &claims)).map_err(|e| e.to_string());
    assert!(text(json!({"alg": "ES256"}), json!({})).is_ok());
    assert_eq!(
        text(json!({"alg": "none"}), json!({})).unwrap_err(),
        "\"alg\": need ES256, found \"none\""
    );
    assert_eq!(
        text(json!([]), json!({})).unwrap_err(),
        "the header: need a JSON object, found an array"
    );
    assert_eq!(
        text(json!({}), json!(1)).unwrap_err(),
        "the claims: need a JSON object, found a number"
    );
}

#[derive(Debug)]
struct Broken(SigningKey);

#[async_trait::async_trait]
impl Signer for Broken {
    fn algorithm(&self) -> Algorithm {
        self.0.algorithm()
    }
    fn public_jwk(&self) -> &PublicJwk {
        self.0.public_jwk()
    }
    async fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SignerError> {
        let cause = std::io::Error::other("session lost");
        Err(SignerError::new("the HSM hung up")
            .with_source(cause)
            .retryable())
    }
}

#[test]
fn a_failing_signer_is_told_from_bad_input() {
    use std::error::Error as _;
    let error = run(sign_compact(
        &Broken(key(Algorithm::EdDsa)),
        &json!({}),
        &json!({}),
    ))
    .unwrap_err();
    assert!(error.is_signer() && error.is_retryable());
    assert_eq!(error.to_string(), "cannot sign: the HSM hung up");
    assert_eq!(error.source().unwrap().to_string(), "session lost");
    let error = run(sign_compact(&key(Algorithm::EdDsa), &json!(1), &json!({}))).unwrap_err();
    assert!(!error.is_signer() && !error.is_retryable());
}
