//! Finding the server by its issuer alone (RFC 8414).

use crate::world::{INTEGRATOR, acme, client_key, grant, read_form, refusal, start};
use bytes::Bytes;
use http::Response;
use ob_auth::{Authorizer, Discovery, DiscoveryError, ServerMetadata};
use ob_core::{Code, TestClock};
use ob_jose::{Algorithm, SigningKey};
use ob_transport::{
    SharedTransport, TimeoutPhase, TransportError, TransportErrorKind as Kind, testing::Scripted,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

const ISSUER: &str = "https://as.example/t1";
const TOKEN_URL: &str = "https://tokens.example/t1/token";

fn document() -> Value {
    json!({
        "issuer": ISSUER,
        "token_endpoint": TOKEN_URL,
        "jwks_uri": "https://as.example/t1/jwks",
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256", "PS256", "EdDSA"],
        "dpop_signing_alg_values_supported": ["ES256", "PS256"],
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut document = document();
    document[name] = value;
    document
}

fn answer(status: u16, kind: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    let answer = Response::builder().status(status);
    let answer = answer.header("content-type", kind);
    answer.body(body.into()).unwrap()
}

fn json_answer(document: &Value) -> Response<Bytes> {
    answer(200, "application/json", document.to_string())
}

/// What discovery makes of an answer, and how many requests it took.
async fn found(
    issuer: &str,
    answer: Result<Response<Bytes>, TransportError>,
) -> (Result<ServerMetadata, DiscoveryError>, Scripted) {
    let script = Scripted::new();
    script.push(answer);
    let transport = SharedTransport::new(script.clone());
    let metadata = Discovery::new(issuer).unwrap().metadata(&transport).await;
    (metadata, script)
}

async fn refused(answer: Response<Bytes>) -> DiscoveryError {
    let (metadata, script) = found(ISSUER, Ok(answer)).await;
    assert_eq!(script.requests().len(), 1, "no second try, nothing guessed");
    let error = metadata.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("CANARY") && shown.len() < 2000, "{shown}");
    assert!(!error.to_string().contains('\n'), "{error}");
    error
}

/// One GET, to the place between host and path; issuer and token endpoint as the document says.
///
/// Rows: R024, R026, R170
#[tokio::test]
async fn the_document_gives_the_server() {
    let (metadata, script) = found(ISSUER, Ok(json_answer(&document()))).await;
    let metadata = metadata.unwrap();
    assert_eq!(metadata.server().issuer(), ISSUER);
    assert_eq!(metadata.server().token_url(), TOKEN_URL);
    assert_eq!(metadata.jwks_uri(), Some("https://as.example/t1/jwks"));
    let asked = &script.requests()[0];
    assert_eq!(asked.method(), "GET");
    assert_eq!(
        asked.uri(),
        "https://as.example/.well-known/oauth-authorization-server/t1"
    );
    assert_eq!(asked.headers().len(), 1, "no credential, no cookie");
    assert_eq!(asked.header("accept"), Some("application/json"));
}

/// Only what is needed has to be there, and what is unknown is passed over; a signed copy of the
/// metadata too, whatever it says.
///
/// Rows: R158, R171
#[tokio::test]
async fn what_is_unknown_or_signed_is_ignored() {
    let signed = "eyJhbGciOiJub25lIn0.eyJpc3N1ZXIiOiJodHRwczovL2V2aWwuZXhhbXBsZSJ9.";
    for document in [
        json!({"issuer": ISSUER, "token_endpoint": TOKEN_URL}),
        with("signed_metadata", json!(signed)),
        with(
            "signed_metadata",
            json!({"token_endpoint": "https://evil.example"}),
        ),
        with("anything", json!({"deep": [[{}], null, 1e300]})),
    ] {
        let (metadata, _) = found(ISSUER, Ok(json_answer(&document))).await;
        assert_eq!(metadata.unwrap().server().token_url(), TOKEN_URL);
    }
    let (metadata, _) = found(
        ISSUER,
        Ok(answer(
            200,
            "Application/JSON; charset=utf-8",
            document().to_string(),
        )),
    )
    .await;
    metadata.unwrap();
}

/// A document of somebody else, or of nobody, is not used: the issuer is compared byte for byte.
///
/// Rows: R026, R064, R170
#[tokio::test]
async fn another_issuer_is_refused() {
    for issuer in [
        json!("https://as.example/t1/"),
        json!("https://as.example/"),
        json!("https://as.example"),
        json!("https://AS.example/t1"),
        json!("HTTPS://as.example/t1"),
        json!("https://as.example/T1"),
        json!("https://as.example:443/t1"),
        json!("https://as.example/%741"),
        json!("https://as.example/t1 "),
        json!("https://other.example/t1"),
        json!("http://as.example/t1"),
        json!("https://honest.example"),
        json!(""),
        json!(null),
        json!(7),
        json!([ISSUER]),
        json!({"issuer": ISSUER}),
    ] {
        let error = refused(json_answer(&with("issuer", issuer.clone()))).await;
        assert_eq!(error.code(), Code::A502, "{issuer}: {error}");
    }
    let mut missing = document();
    missing.as_object_mut().unwrap().remove("issuer");
    assert_eq!(refused(json_answer(&missing)).await.code(), Code::A502);
    let slash = "https://as.example/t1/";
    let (metadata, _) = found(slash, Ok(json_answer(&document()))).await;
    assert_eq!(
        metadata.unwrap_err().code(),
        Code::A502,
        "nor the other way round"
    );
}

/// An attacker's document that names an honest server's token endpoint gains nothing: what is
/// sent there is addressed to the attacker's own issuer.
///
/// Rows: R021, R064
#[tokio::test]
async fn an_honest_endpoint_in_an_evil_document_gets_an_evil_audience() {
    let evil = json!({"issuer": "https://evil.example", "token_endpoint": TOKEN_URL});
    let script = Scripted::new()
        .answer(json_answer(&evil))
        .answer(refusal(400, "invalid_scope"));
    let transport = SharedTransport::new(script.clone());
    let discovery = Discovery::new("https://evil.example").unwrap();
    let server = discovery.server(&transport).await.unwrap();
    let client_id = INTEGRATOR.parse().unwrap();
    let builder = Authorizer::builder(server, client_id, client_key(), transport);
    let authorizer = builder.build().unwrap();
    authorizer.token(&acme(), &grant("a")).await.unwrap_err();
    let asked = &script.requests()[1];
    assert_eq!(asked.uri(), TOKEN_URL);
    let form = read_form(std::str::from_utf8(asked.body()).unwrap());
    let said = crate::world::claims(&form["client_assertion"]);
    assert_eq!(said["aud"], "https://evil.example");
}

/// Endpoints are https: for tokens and for keys, and they are names, not addresses.
///
/// Rows: R001, R040, R171, L4.1
#[tokio::test]
async fn endpoints_are_https() {
    let urls = [
        "http://as.example/token",
        "HTTP://as.example/token",
        "http://127.0.0.1:8080/token",
        "http://localhost/token",
        "https://u:CANARY@as.example/token",
        "https://as.example/token#f",
        "https://127.0.0.1/token",
        "https://[::1]/token",
        "https://[::ffff:127.0.0.1]/token",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/token",
        "https://2130706433/token",
        "https://0x7f000001/token",
        "https://017700000001/token",
        "https://localhost/token",
        "file:///etc/passwd",
        "gopher://as.example/",
        "/token",
        "as.example/token",
        "",
    ];
    for name in ["token_endpoint", "jwks_uri"] {
        for url in urls {
            let error = refused(json_answer(&with(name, json!(url)))).await;
            assert_eq!(error.code(), Code::N102, "{name} {url}: {error}");
            assert!(error.reason().contains(name), "{error}");
        }
        for value in [json!(null), json!(7), json!(["https://as.example"])] {
            let error = refused(json_answer(&with(name, value))).await;
            assert_eq!(error.code(), Code::A502, "{error}");
        }
    }
    let mut missing = document();
    missing.as_object_mut().unwrap().remove("token_endpoint");
    let error = refused(json_answer(&missing)).await;
    assert!(error.reason().contains("token_endpoint"), "{error}");
}

/// A server on this machine is spoken to only after the word of whoever configures it.
///
/// Rows: R001, R171
#[tokio::test]
async fn plain_http_is_for_loopback_and_on_request() {
    let issuer = "http://127.0.0.1:8080";
    let local = json!({"issuer": issuer, "token_endpoint": "http://127.0.0.1:8080/token"});
    let script = Scripted::new().answer(json_answer(&local));
    let transport = SharedTransport::new(script.clone());
    let strict = Discovery::new(issuer).unwrap();
    let error = strict.server(&transport).await.unwrap_err();
    assert_eq!(error.code(), Code::N102);
    assert!(script.requests().is_empty(), "nothing was sent");
    let told = Discovery::new(issuer).unwrap().allow_http_on_loopback();
    assert_eq!(told.server(&transport).await.unwrap().issuer(), issuer);
    // The word is about loopback alone, and about nothing that a document says beyond it.
    for url in ["http://as.example/token", "http://192.0.2.1/token"] {
        let document = json!({"issuer": issuer, "token_endpoint": url});
        script.push(Ok(json_answer(&document)));
        let told = Discovery::new(issuer).unwrap().allow_http_on_loopback();
        let error = told.server(&transport).await.unwrap_err();
        assert_eq!(error.code(), Code::N102, "{url}");
    }
}

/// What is no issuer is refused before anything is sent.
///
/// Rows: R001, R025
#[test]
fn an_issuer_is_an_https_url() {
    for issuer in [
        "",
        "as.example",
        "/t1",
        "http://as.example",
        "https://u@as.example",
        "https://as.example?a=b",
        "https://as.example#f",
        "ftp://as.example",
        "https://as example",
        "https://as\r\n.example",
    ] {
        let error = Discovery::new(issuer).unwrap_err();
        assert_eq!(error.code(), Code::N102, "{issuer:?}");
        assert!(!error.to_string().contains('\n'));
    }
}

/// A document that cannot be had is an error of its own kind, never a guess.
///
/// Rows: R163, R166, R172, R218
#[tokio::test]
async fn no_document_no_server() {
    for status in [301, 302, 303, 307, 308] {
        let mut redirect = json_answer(&document());
        *redirect.status_mut() = http::StatusCode::from_u16(status).unwrap();
        let location = "https://evil.example/".parse().unwrap();
        redirect.headers_mut().insert("location", location);
        let error = refused(redirect).await;
        assert_eq!((error.code(), error.status()), (Code::N101, Some(status)));
    }
    for status in [201, 204, 400, 401, 404, 500, 503] {
        let error = refused(answer(status, "application/json", document().to_string())).await;
        assert_eq!(error.code(), Code::A502, "{status}");
        assert_eq!(error.is_retryable(), status >= 500, "{status}");
    }
    for kind in [
        "text/html",
        "text/json",
        "application/jwt",
        "application/x+json",
        "",
        "application/jsonx",
    ] {
        let error = refused(answer(200, kind, document().to_string())).await;
        assert_eq!(error.code(), Code::A502, "{kind}");
    }
    let mut untyped = json_answer(&document());
    untyped.headers_mut().clear();
    assert_eq!(refused(untyped).await.code(), Code::A502);

    let padded = |length: usize| {
        let text = document().to_string();
        text.clone() + &" ".repeat(length - text.len())
    };
    let (fits, _) = found(
        ISSUER,
        Ok(answer(200, "application/json", padded(256 * 1024))),
    )
    .await;
    fits.unwrap();
    let error = refused(answer(200, "application/json", padded(256 * 1024 + 1))).await;
    assert_eq!(error.code(), Code::N106);

    let good = document().to_string();
    let twice = good.replacen('{', r#"{"issuer":"https://as.example/t1","#, 1);
    for body in [
        String::new(),
        "<html>CANARY</html>".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        good[..good.len() - 1].to_owned(),
        format!("{good}x"),
        format!("\u{feff}{good}"),
        twice,
    ] {
        let error = refused(answer(200, "application/json", body.clone())).await;
        assert_eq!(error.code(), Code::A502, "{body}");
    }
}

/// A transport that fails is an error too, with TLS apart.
///
/// Rows: R172
#[tokio::test]
async fn no_answer_no_server() {
    for (kind, code, retryable) in [
        (Kind::Tls, Code::N104, false),
        (Kind::Refused, Code::N102, false),
        (Kind::Connect, Code::N103, true),
        (Kind::Timeout(TimeoutPhase::Total), Code::N504, true),
        (Kind::Closed, Code::N105, true),
        (Kind::TooLarge, Code::N106, false),
    ] {
        let broken = Err(TransportError::new(kind, "broken"));
        let (metadata, script) = found(ISSUER, broken).await;
        let error = metadata.unwrap_err();
        assert_eq!(
            (error.code(), error.is_retryable()),
            (code, retryable),
            "{kind}"
        );
        assert_eq!(script.requests().len(), 1);
        assert!(std::error::Error::source(&error).is_some());
    }
}

/// A document is kept for its time, then fetched again; an old one is no fallback.
///
/// Rows: R171, R172
#[tokio::test]
async fn a_document_is_kept_for_its_time() {
    let script = Scripted::new();
    let transport = SharedTransport::new(script.clone());
    let clock = TestClock::at(start());
    let discovery = Discovery::new(ISSUER).unwrap().clock(clock.clone());
    let discovery = discovery.time_to_live(Duration::from_secs(600));
    script.push(Ok(json_answer(&document())));
    for _ in 0..10 {
        discovery.server(&transport).await.unwrap();
    }
    clock.advance(Duration::from_secs(599));
    discovery.server(&transport).await.unwrap();
    assert_eq!(script.requests().len(), 1);
    clock.advance(Duration::from_secs(1));
    script.push(Ok(answer(500, "application/json", "{}")));
    discovery.server(&transport).await.unwrap_err();
    let moved = "https://tokens.example/new";
    script.push(Ok(json_answer(&with("token_endpoint", json!(moved)))));
    let server = discovery.server(&transport).await.unwrap();
    assert_eq!(server.token_url(), moved);
    assert_eq!(script.requests().len(), 3);
}

/// The client's keys fit what the server says it accepts, or there is no client: nothing is sent
/// that is known to be refused. The key of the proofs is chosen from what is accepted.
///
/// Rows: R035, R084
#[tokio::test]
async fn algorithms_overlap_or_nothing_is_built() {
    let assertions = "token_endpoint_auth_signing_alg_values_supported";
    let proofs = "dpop_signing_alg_values_supported";
    let build = async |document: Value, dpop: Option<SigningKey>| {
        let script = Scripted::new().answer(json_answer(&document));
        let transport = SharedTransport::new(script.clone());
        let server = Discovery::new(ISSUER)
            .unwrap()
            .server(&transport)
            .await
            .unwrap();
        let client_id = INTEGRATOR.parse().unwrap();
        let mut builder = Authorizer::builder(server, client_id, client_key(), transport);
        if let Some(key) = dpop {
            builder = builder.dpop_signer(Arc::new(key));
        }
        let built = builder.build();
        assert_eq!(script.requests().len(), 1, "the document alone");
        built
    };
    let es256 = || Some(SigningKey::generate(Algorithm::Es256).unwrap());
    for (document, dpop) in [
        (with(assertions, json!(["PS256"])), None),
        (with(assertions, json!(["RS256", "HS256", "none"])), None),
        (with(assertions, json!([])), None),
        (with(assertions, json!(["es256"])), None),
        (with(proofs, json!(["PS256"])), es256()),
        (with(proofs, json!(["RS256", "ES384"])), None),
        (with(proofs, json!([])), None),
    ] {
        let error = build(document.clone(), dpop).await.unwrap_err();
        assert_eq!(error.code(), Code::K002, "{document}");
    }
    for (accepted, chosen) in [
        (json!(["EdDSA"]), Algorithm::EdDsa),
        (json!(["Ed25519"]), Algorithm::EdDsa),
        (json!(["RS256", "PS256"]), Algorithm::Ps256),
        (json!(["PS256", "ES256"]), Algorithm::Es256),
    ] {
        let authorizer = build(with(proofs, accepted), None).await.unwrap();
        assert_eq!(authorizer.proof_algorithm(), chosen);
    }
    for (name, value) in [
        (assertions, json!("ES256")),
        (proofs, json!([7])),
        (proofs, json!({"0": "ES256"})),
        ("grant_types_supported", json!(["authorization_code"])),
        (
            "token_endpoint_auth_methods_supported",
            json!(["client_secret_basic"]),
        ),
    ] {
        let error = refused(json_answer(&with(name, value))).await;
        assert_eq!(error.code(), Code::A502, "{name}: {error}");
    }
}
