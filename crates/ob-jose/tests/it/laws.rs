//! What holds for every input.

use std::sync::{Arc, LazyLock};

use ob_jose::{
    Algorithm, CompactJws, DpopProver, ExpectedProof, Htu, ProofInput, ProofVerifier, Signer as _,
    SigningKey, VerifyingKey, ath, read_claims_unverified, sign_compact,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::{NOW, at, key, run};

static KEYS: LazyLock<[SigningKey; 3]> = LazyLock::new(|| Algorithm::ALL.map(key));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Rows: R058, R093
    #[test]
    fn what_is_signed_verifies_and_nothing_else(
        which in 0..3_usize,
        claims in proptest::collection::btree_map(any::<String>(), any::<String>(), 0..8),
        flip in any::<prop::sample::Index>(),
    ) {
        let key = &KEYS[which];
        let claims: Map<String, Value> = claims.into_iter().map(|(k, v)| (k, v.into())).collect();
        let token = run(sign_compact(key, &json!({"typ": "x"}), &claims)).unwrap();
        let jws = CompactJws::parse(&token, 65_536).unwrap();
        let verifier = VerifyingKey::from_jwk(key.public_jwk());
        prop_assert!(jws.verify(&verifier).is_ok());
        prop_assert_eq!(&jws.claims().unwrap(), &claims);
        prop_assert_eq!(read_claims_unverified(&token, 65_536).unwrap(), claims);

        let mut bytes = token.clone().into_bytes();
        let at = flip.index(bytes.len());
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let bent = String::from_utf8(bytes).unwrap();
        let accepted = CompactJws::parse(&bent, 65_536).is_ok_and(|jws| jws.verify(&verifier).is_ok());
        prop_assert!(!accepted, "position {at}");
    }

    #[test]
    fn every_proof_round_trips(
        which in 0..3_usize,
        jti in "[ -~]{1,256}",
        nonce in proptest::option::of("[!#-\\[\\]-~]{1,200}"),
        token in proptest::option::of("[A-Za-z0-9._~+/-]{1,100}=?"),
        htm in "[A-Z]{1,8}",
        path in "(/[A-Za-z0-9._~!$&'()*+,;=:@-]{0,6}|/%[0-9A-F]{2}){0,4}",
        age in 0..120_u64,
    ) {
        let prover = DpopProver::new(Arc::new(KEYS[which].clone()));
        let htu = Htu::from_uri(&format!("https://api.example{path}?q#f")).unwrap();
        let hash = token.as_deref().map(ath);
        let (ath, nonce) = (hash.as_deref(), nonce.as_deref());
        let text = run(prover.prove(&ProofInput { htm: &htm, htu: &htu, iat: NOW, jti: &jti, ath, nonce })).unwrap();
        let jkt = prover.thumbprint();
        let mut expected = ExpectedProof::new(&htm, &htu, at(NOW + age));
        expected.ath = ath;
        expected.jkt = ath.map(|_| jkt);
        let proof = ProofVerifier::new().verify(&text, &expected).unwrap();
        prop_assert_eq!(proof.jti(), &jti);
        prop_assert_eq!(proof.nonce(), nonce);
        prop_assert_eq!(proof.thumbprint(), jkt);
        prop_assert_eq!(proof.htm(), &htm);
    }

    /// Rows: R071
    #[test]
    fn r071_the_path_stays_byte_for_byte(
        path in "(/([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2}){0,8}){1,4}",
        query in "(\\?[a-z=&]{0,6})?(#[a-z]{0,3})?",
    ) {
        let htu = Htu::from_uri(&format!("https://h.example{path}{query}")).unwrap();
        prop_assert_eq!(htu.as_str(), format!("https://h.example{path}"));
    }

    /// Rows: R097
    #[test]
    fn r097_normalising_is_idempotent_and_stays_parseable(
        path in "(/([A-Za-z0-9._~-]|%[0-9A-Fa-f]{2}|\\.\\.?){0,8}){0,5}",
    ) {
        let htu = Htu::from_uri(&format!("https://h.example{path}")).unwrap();
        let once = Htu::from_uri(&htu.normalised()).unwrap();
        prop_assert_eq!(once.normalised(), htu.normalised());
        prop_assert!(once.is_same_target(&htu));
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in any::<String>(), structured in "[a-zA-Z0-9_.-]{0,80}") {
        for text in [&text, &structured] {
            let _ = CompactJws::parse(text, 8192);
            let _ = read_claims_unverified(text, 8192);
            let _ = Htu::from_uri(text);
            let _ = SigningKey::from_bytes(text.as_bytes());
            let _ = ob_jose::PublicJwk::from_json(text);
        }
    }

    #[test]
    fn no_bytes_make_the_key_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = SigningKey::from_der(&bytes);
        let _ = SigningKey::from_der(&[&[0x30, 0x81, 0xc8], bytes.as_slice()].concat());
    }
}

/// Rows: R071
#[test]
fn r071_the_target_uri() {
    let same = |uri: &str, expected: &str| {
        assert_eq!(Htu::from_uri(uri).unwrap().as_str(), expected, "{uri}");
    };
    same("https://h.example", "https://h.example/");
    same("https://h.example?q", "https://h.example/");
    same("https://h.example#f", "https://h.example/");
    same("https://h.example/a?b?c#d?e", "https://h.example/a");
    same("HTTPS://H.Example:443/A", "https://h.example/A");
    same("http://h.example:80/", "http://h.example/");
    same("http://h.example:443/", "http://h.example:443/");
    same("https://h.example:8443/", "https://h.example:8443/");
    same("https://h.example:/", "https://h.example/");
    same(
        "https://h.example/a%2Fb/%C3%A9/../c//d",
        "https://h.example/a%2Fb/%C3%A9/../c//d",
    );
    same("https://[2001:DB8::1]:443/x", "https://[2001:db8::1]/x");
    same("https://[::1]:8443/x", "https://[::1]:8443/x");
    same("http://127.0.0.1:3000/x", "http://127.0.0.1:3000/x");
    same(
        "https://xn--bcher-kva.example/",
        "https://xn--bcher-kva.example/",
    );
    for bad in [
        "",
        "/a",
        "h.example/a",
        "//h.example/a",
        "ftp://h.example/",
        "https:/h.example/",
        "https://",
        "https:///a",
        "https://user@h.example/",
        "https://u:p@h.example/",
        "https://h.example:99999/",
        "https://h.example:x/",
        "https://h.example:+1/",
        "https://[::1/",
        "https://::1/",
        "https://[::g]/",
        "https://b\u{fc}cher.example/",
        "https://h example/",
        "https://h.example/a b",
        "https://h.example/\u{e9}",
        "https://h.example/%",
        "https://h.example/%2",
        "https://h.example/%GG",
        "https://h.example/a\\b",
        "https://h.example/\r\n",
        " https://h.example/",
        "https://h.example/a\"b",
        "https://h.example:80:80/",
    ] {
        assert!(Htu::from_uri(bad).is_err(), "{bad}");
    }
}

/// Rows: R097
#[test]
fn r097_normalised_forms() {
    let normalised = |uri: &str| Htu::from_uri(uri).unwrap().normalised().into_owned();
    assert_eq!(normalised("https://h.example/%7eu"), "https://h.example/~u");
    assert_eq!(
        normalised("https://h.example/a%2fb"),
        "https://h.example/a%2Fb"
    );
    assert_eq!(
        normalised("https://h.example/%c3%a9"),
        "https://h.example/%C3%A9"
    );
    assert_eq!(
        normalised("https://h.example/a/../b/./c/.."),
        "https://h.example/b/"
    );
    assert_eq!(normalised("https://h.example/../.."), "https://h.example/");
    assert_eq!(
        normalised("https://h.example/a//b"),
        "https://h.example/a//b"
    );
    assert_eq!(
        normalised("https://h.example/%2e%2e/a"),
        "https://h.example/a"
    );
    assert_eq!(
        normalised("https://h.example/..a/b."),
        "https://h.example/..a/b."
    );
}

#[test]
fn a_signer_behind_arc_and_box_is_the_same_signer() {
    let key = KEYS[2].clone();
    let arc: Arc<dyn ob_jose::Signer> = Arc::new(key.clone());
    let boxed: Box<dyn ob_jose::Signer> = Box::new(Arc::clone(&arc));
    assert_eq!(boxed.algorithm(), Algorithm::EdDsa);
    assert_eq!(boxed.public_jwk(), key.public_jwk());
    assert_eq!(run(boxed.sign(b"x")).unwrap(), run(arc.sign(b"x")).unwrap());
}

#[test]
fn every_future_can_move_between_threads() {
    fn sendable<T: Send>(value: T) -> T {
        value
    }
    let prover = DpopProver::new(Arc::new(KEYS[2].clone()));
    let htu = Htu::from_uri("https://h.example/").unwrap();
    let input = ProofInput {
        htm: "GET",
        htu: &htu,
        iat: NOW,
        jti: "j",
        ath: None,
        nonce: None,
    };
    let assertion = ob_jose::ClientAssertion::new("c", "i");
    assert!(run(sendable(prover.prove(&input))).is_ok());
    assert!(run(sendable(assertion.sign(&KEYS[2], at(NOW), "j"))).is_ok());
    assert!(run(sendable(sign_compact(&KEYS[2], &json!({}), &json!({})))).is_ok());
}
