//! https to the sandbox, with and without trust.

use crate::world::{UNLICENSED, World, transport};
use bytes::Bytes;
use http::{Request, Version};
use ob_sandbox::{NonceMode, Profile, RunningSandbox, Sandbox};
use obkit::{
    Code, Environment, Error, Owner, Sent,
    testing::from_fn,
    transport::{Http2, HyperTransport, SharedTransport},
};
use std::sync::{Arc, Mutex};

fn trusting(ca: &str, http2: Http2) -> SharedTransport {
    let builder = HyperTransport::builder().roots_pem(ca).http2(http2);
    builder.build().unwrap().into()
}

async fn over_tls() -> World {
    let sandbox = Sandbox::builder().tls(true).nonce(NonceMode::Required);
    World::with(Profile::Fapi2, sandbox, |builder| builder).await
}

/// Calls through a transport, and which version of HTTP the answers came by.
async fn story(world: &World, inner: SharedTransport) -> Result<Vec<Version>, Error> {
    let versions = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&versions);
    let noting = from_fn(move |request: Request<Bytes>| {
        let (inner, seen) = (inner.clone(), Arc::clone(&seen));
        async move {
            let answer = inner.send(request).await?;
            seen.lock().unwrap().push(answer.version());
            Ok(answer)
        }
    });
    let integrator = world.another().await.transport(noting).build().unwrap();
    let acme = integrator.on_behalf_of(UNLICENSED)?;
    let consent = world.consent(&acme, "john.smith").await;
    let accounts = acme.accounts(&consent).list().send().await?;
    assert_eq!(accounts.items.len(), 4);
    let versions = versions.lock().unwrap().clone();
    Ok(versions)
}

#[tokio::test]
async fn https_with_both_versions() {
    let world = over_tls().await;
    assert!(world.descriptor.api_base.starts_with("https://"));
    let ca = world.running.ca_pem().unwrap();
    for (http2, version) in [
        (Http2::Auto, Version::HTTP_2),
        (Http2::Off, Version::HTTP_11),
    ] {
        let versions = story(&world, trusting(ca, http2)).await.unwrap();
        assert!(versions.len() > 4, "{versions:?}");
        assert!(versions.iter().all(|seen| *seen == version), "{versions:?}");
    }
    assert_eq!(world.counters().token_reuse_violations, 0);
}

async fn foreign_sandbox() -> RunningSandbox {
    Sandbox::builder().tls(true).start().await.unwrap()
}

/// The client sends no credential to a token endpoint whose certificate is not trusted.
///
/// Rows: R005
#[tokio::test]
async fn a_token_endpoint_that_is_not_trusted() {
    let world = over_tls().await;
    let stranger = foreign_sandbox().await;
    let transport = trusting(stranger.ca_pem().unwrap(), Http2::Auto);
    let integrator = world.another().await.transport(transport).build().unwrap();
    let acme = integrator.on_behalf_of(UNLICENSED).unwrap();
    let error = acme.providers().list().send().await.unwrap_err();
    assert_eq!(
        (error.code(), error.sent()),
        (Code::N104, Sent::No),
        "{error}"
    );
    assert_eq!(error.owner(), Owner::Platform);
    let counters = world.counters();
    assert_eq!((counters.token_requests, counters.api_requests), (0, 0));
}

/// The client sends no token to an API whose certificate is not trusted.
///
/// Rows: R005
#[tokio::test]
async fn an_api_that_is_not_trusted() {
    let world = over_tls().await;
    let stranger = foreign_sandbox().await;
    let d = &world.descriptor;
    let environment = Environment::new(&d.issuer, &d.token_endpoint, stranger.api_base());
    let integrator = obkit::Integrator::builder(environment.profile(obkit::Profile::Fapi2))
        .identity(world.integrator.identity().clone())
        .key(obkit::jose::SigningKey::from_bytes(world.key.as_bytes()).unwrap())
        .kid(&d.integrator.kid)
        .registry(d.registry().await.unwrap())
        .clock(world.clock.clone())
        .journal(world.journal.clone())
        .retry(obkit::RetryPolicy::never())
        .transport(trusting(world.running.ca_pem().unwrap(), Http2::Auto));
    let integrator = integrator.build().unwrap();
    let acme = integrator.on_behalf_of(UNLICENSED).unwrap();
    let error = acme.providers().list().send().await.unwrap_err();
    assert_eq!(
        (error.code(), error.sent()),
        (Code::N104, Sent::No),
        "{error}"
    );
    assert_eq!(
        world.token_requests(UNLICENSED),
        2,
        "a challenge, then the token"
    );
    assert_eq!(stranger.sandbox().counters().api_requests, 0);
}

/// The client falls back from neither scheme to the other.
///
/// Rows: R001
#[tokio::test]
async fn https_is_not_spoken_to_a_plain_server_and_not_the_other_way_round() {
    let world = World::simple().await;
    let plain = HyperTransport::builder().roots_pem(foreign_sandbox().await.ca_pem().unwrap());
    let plain = plain.build().unwrap();
    // The transport was not told that plain http is meant.
    let integrator = world.another().await.transport(plain).build().unwrap();
    let acme = integrator.on_behalf_of(UNLICENSED).unwrap();
    let error = acme.providers().list().send().await.unwrap_err();
    assert_eq!(
        (error.code(), error.sent()),
        (Code::N102, Sent::No),
        "{error}"
    );
    assert_eq!(world.counters().token_requests, 0);

    let secure = over_tls().await;
    let mut descriptor = secure.descriptor.clone();
    descriptor.token_endpoint = descriptor.token_endpoint.replace("https:", "http:");
    let builder = descriptor.integrator(&secure.key).await.unwrap();
    let integrator = builder
        .transport(transport())
        .journal(secure.journal.clone())
        .clock(secure.clock.clone())
        .build()
        .unwrap();
    let acme = integrator.on_behalf_of(UNLICENSED).unwrap();
    let error = acme.providers().list().send().await.unwrap_err();
    assert_eq!(error.sent(), Sent::No, "{error}");
    assert_eq!(secure.counters().token_requests, 0);
}
