//! A whole call with a server that was found by its issuer.

use crate::{
    hostile::{Hostile, http, json},
    world::{UNLICENSED, World, transport},
};
use ob_sandbox::{NonceMode, Profile as SandboxProfile};
use obkit::{
    Code, Environment, Integrator, IntegratorBuilder, Profile, Ready, RetryPolicy,
    auth::{AuthorizationServer, Discovery},
    jose::{Algorithm, SigningKey},
    journal::MemoryJournal,
};

async fn server(issuer: &str) -> AuthorizationServer {
    let discovery = Discovery::new(issuer).unwrap().allow_http_on_loopback();
    discovery.server(&transport()).await.unwrap()
}

async fn at(world: &World, environment: Environment) -> IntegratorBuilder<Ready> {
    Integrator::builder(environment.allow_http_on_loopback().profile(Profile::Fapi2))
        .identity(world.integrator.identity().clone())
        .key(SigningKey::from_bytes(world.key.as_bytes()).unwrap())
        .kid(&world.descriptor.integrator.kid)
        .registry(world.descriptor.registry().await.unwrap())
        .transport(transport())
        .clock(world.clock.clone())
        .journal(MemoryJournal::default())
        .retry(RetryPolicy::never())
}

/// The client needs the issuer alone: token endpoint and algorithms come from the document, and
/// the strict sandbox serves the call.
///
/// Rows: R019, R024, R170
#[tokio::test]
async fn the_issuer_is_enough() {
    let world = World::start(SandboxProfile::Fapi2, NonceMode::Required).await;
    let found = server(&world.descriptor.issuer).await;
    assert_eq!(found.token_url(), &*world.descriptor.token_endpoint);
    let environment = Environment::discovered(found, &world.descriptor.api_base);
    let integrator = at(&world, environment).await.build().unwrap();
    let acme = integrator.on_behalf_of(UNLICENSED).unwrap();
    acme.providers().list().send().await.unwrap();
    assert_eq!(world.counters().api_requests_admitted, 1);
}

/// Nothing is settable beside a discovered server, and a key it does not accept is refused when
/// the client is built.
///
/// Rows: R024, R084
#[tokio::test]
async fn nothing_is_set_beside_it() {
    let world = World::simple().await;
    let found = server(&world.descriptor.issuer).await;
    let environment = Environment::discovered(found, &world.descriptor.api_base);
    let other = environment.issuer("https://other.example");
    let error = at(&world, other).await.build().unwrap_err();
    assert_eq!(error.code(), Code::K010, "{error}");

    // A server that takes EdDSA assertions alone; this Integrator's key is another.
    let picky = Hostile::describing(|base| {
        let algorithms = "token_endpoint_auth_signing_alg_values_supported";
        format!(
            r#"{{"issuer":"{base}","token_endpoint":"{base}/t","{algorithms}":["{}"]}}"#,
            Algorithm::EdDsa
        )
    });
    let picky = picky.await;
    let environment = Environment::discovered(server(&picky.base).await, "https://api.example");
    let error = at(&world, environment).await.build().unwrap_err();
    assert_eq!(error.code(), Code::K002, "{error}");
    assert_eq!(picky.requests(), 1, "the document alone");
}

/// A server without the document, or with another's, is no server: nothing is asked of it.
///
/// Rows: R026, R170, R172
#[tokio::test]
async fn without_the_document_there_is_no_server() {
    for answer in [
        http("404 Not Found", "", ""),
        http("302 Found", "Location: http://127.0.0.1:1/\r\n", ""),
        http("200 OK", "Content-Type: text/html\r\n", "<html>"),
        json(
            "200 OK",
            r#"{"issuer":"https://other.example","token_endpoint":"https://other.example/t"}"#,
        ),
        json(
            "200 OK",
            &format!(r#"{{"x":"{}"}}"#, "a".repeat(256 * 1024)),
        ),
    ] {
        let hostile = Hostile::start(answer).await;
        let discovery = Discovery::new(&hostile.base)
            .unwrap()
            .allow_http_on_loopback();
        let error = discovery.server(&transport()).await.unwrap_err();
        assert!(
            matches!(error.code(), Code::A502 | Code::N101 | Code::N106),
            "{error}"
        );
        assert_eq!(hostile.requests(), 1, "{error}");
        let asked = &hostile.received()[0];
        let line = "GET /.well-known/oauth-authorization-server HTTP/1.1\r\n";
        assert!(asked.starts_with(line), "{asked}");
    }
}
