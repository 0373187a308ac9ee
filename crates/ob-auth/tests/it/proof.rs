//! The proof that goes with a call, as it leaves.

use crate::world::{World, acme, api_request, claims, get_accounts, grant};
use http::Request;
use ob_auth::Authorizer;
use ob_jose::{Algorithm, ExpectedProof, Htu, ProofVerifier, SigningKey};
use serde_json::Value;
use std::sync::Arc;

async fn authorized(authorizer: &Authorizer, method: &str, url: &str) -> Request<bytes::Bytes> {
    let mut request = api_request(method, url);
    let done = authorizer
        .authorize(&acme(), &grant("a"), &mut request)
        .await;
    assert!(done.unwrap().bound);
    request
}

fn proof(request: &Request<bytes::Bytes>) -> &str {
    request.headers()["dpop"].to_str().unwrap()
}

fn header(proof: &str) -> Value {
    let header = ob_jose::base64url::decode(proof.split('.').next().unwrap()).unwrap();
    serde_json::from_slice(&header).unwrap()
}

fn names(value: &Value) -> Vec<&str> {
    let mut names: Vec<_> = value.as_object().unwrap().keys().collect();
    names.sort_unstable();
    names.into_iter().map(String::as_str).collect()
}

/// The client's proof names type, algorithm and its public key, and nothing of the private one.
///
/// Rows: R035, R068
#[tokio::test]
async fn the_header_holds_the_public_key_alone() {
    let world = World::honest();
    for (algorithm, members) in [
        (Algorithm::Es256, &["crv", "kty", "x", "y"][..]),
        (Algorithm::Ps256, &["e", "kty", "n"]),
        (Algorithm::EdDsa, &["crv", "kty", "x"]),
    ] {
        let rounds = if algorithm == Algorithm::Ps256 { 1 } else { 20 };
        for _ in 0..rounds {
            let key = SigningKey::generate(algorithm).unwrap().with_kid("k-1");
            let thumbprint = key.public_jwk().thumbprint();
            let builder = world.builder().dpop_signer(Arc::new(key));
            let authorizer = builder.build().unwrap();
            assert_eq!(authorizer.dpop_thumbprint(), &thumbprint);
            let request = authorized(&authorizer, "GET", "https://api.example/x").await;
            let header = header(proof(&request));
            assert_eq!(names(&header), ["alg", "jwk", "typ"]);
            assert_eq!(header["typ"], "dpop+jwt");
            assert_eq!(header["alg"], algorithm.as_str());
            assert_eq!(names(&header["jwk"]), members);
        }
    }
}

/// The method as it is sent, with its case.
///
/// Rows: R070
#[tokio::test]
async fn htm_is_the_method() {
    let authorizer = World::honest().authorizer();
    for method in [
        "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "get", "X-Odd",
    ] {
        let request = authorized(&authorizer, method, "https://api.example/x").await;
        assert_eq!(claims(proof(&request))["htm"], method);
    }
}

/// The target without query and fragment, as it stands on the wire.
///
/// Rows: R071
#[tokio::test]
async fn htu_is_the_target() {
    let authorizer = World::honest().authorizer();
    for (url, htu) in [
        ("https://api.example/a?b=c", "https://api.example/a"),
        ("https://api.example/a#f", "https://api.example/a"),
        ("https://api.example/a?b=c#f", "https://api.example/a"),
        ("https://api.example/a%2Fb", "https://api.example/a%2Fb"),
        ("https://api.example//a//b", "https://api.example//a//b"),
        ("https://api.example/a/../b", "https://api.example/a/../b"),
        ("https://api.example:443/a", "https://api.example/a"),
        ("https://api.example:8443/a", "https://api.example:8443/a"),
        ("https://API.Example/A", "https://api.example/A"),
        ("https://api.example", "https://api.example/"),
        ("https://[2001:db8::1]:8/a", "https://[2001:db8::1]:8/a"),
        (
            "https://xn--bcher-kva.example/a",
            "https://xn--bcher-kva.example/a",
        ),
    ] {
        let request = authorized(&authorizer, "GET", url).await;
        assert_eq!(claims(proof(&request))["htu"], htu, "{url}");
        let expected = Htu::from_uri(&request.uri().to_string()).unwrap();
        assert_eq!(expected.as_str(), htu, "{url}");
    }
}

/// A verifier of RFC 9449 takes the proof with the token it was made for, and its `ath` is the
/// hash of that token (the example of section 7 beside it).
///
/// Rows: R019, R072, R073, R082
#[tokio::test]
async fn the_pair_verifies() {
    let world = World::honest();
    let authorizer = world.authorizer();
    let request = authorized(&authorizer, "GET", "https://api.example/accounts?a=b").await;
    for name in ["authorization", "dpop", "x-application-id"] {
        assert_eq!(request.headers().get_all(name).iter().count(), 1, "{name}");
    }
    let authorization = request.headers()["authorization"].to_str().unwrap();
    let token = authorization.strip_prefix("DPoP ").unwrap();
    let htu = Htu::from_uri("https://api.example/accounts").unwrap();
    let ath = ob_jose::ath(token);
    let expected = ExpectedProof::new("GET", &htu, crate::world::start());
    let expected = expected.with_token(&ath, authorizer.dpop_thumbprint());
    let verified = ProofVerifier::new().verify(proof(&request), &expected);
    assert_eq!(verified.unwrap().thumbprint(), authorizer.dpop_thumbprint());
    let said = claims(proof(&request));
    assert_eq!(said["ath"], ath);
    assert_eq!(
        ob_jose::ath("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"),
        "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
    );
    // No nonce was given, so there is none.
    let value = Value::Object(said);
    assert_eq!(names(&value), ["ath", "htm", "htu", "iat", "jti"]);
}

/// The longest and oddest nonce that is one comes back as it was given.
///
/// Rows: R074, R075
#[tokio::test]
async fn a_nonce_comes_back_unharmed() {
    let authorizer = World::honest().authorizer();
    let every: String = (0x21..=0x7E_u8)
        .filter(|byte| !matches!(byte, b'"' | b'\\'))
        .map(char::from)
        .collect();
    let api = get_accounts();
    let headers = http::HeaderMap::from_iter([(
        http::HeaderName::from_static("dpop-nonce"),
        every.parse().unwrap(),
    )]);
    assert!(authorizer.observe(api.uri(), &headers));
    let request = authorized(&authorizer, "GET", "https://api.example/accounts").await;
    assert_eq!(claims(proof(&request))["nonce"], every);
}

/// The key of the proofs is this process's own: each authorizer makes a fresh one, prints none of
/// it, and a token does not outlive it.
///
/// Rows: R086, R087
#[tokio::test]
async fn a_new_key_means_a_new_token() {
    let world = World::honest();
    let key = || Arc::new(SigningKey::generate(Algorithm::Es256).unwrap());
    let (first, second) = (key(), key());
    let with = |key: &Arc<SigningKey>| {
        let builder = world.builder().dpop_signer(Arc::clone(key) as _);
        builder.build().unwrap()
    };
    let one = with(&first);
    one.token(&acme(), &grant("a")).await.unwrap();
    let other = with(&second);
    let lease = other.token(&acme(), &grant("a")).await.unwrap();
    assert_eq!(lease.cache, ob_auth::CacheStatus::Fetched);
    assert_eq!(lease.token.jkt(), Some(&second.public_jwk().thumbprint()));
    assert_ne!(
        one.token_key(&acme(), &grant("a")),
        other.token_key(&acme(), &grant("a"))
    );
    assert_eq!(world.server.requests(), 2);

    let fresh = [world.authorizer(), world.authorizer()];
    assert_ne!(fresh[0].dpop_thumbprint(), fresh[1].dpop_thumbprint());
    let private = first.to_private_jwk().to_json().unwrap();
    let private: Value = serde_json::from_str(private.expose()).unwrap();
    let shown = format!("{one:?} {one:#?}");
    assert!(!shown.contains(private["d"].as_str().unwrap()));
}
