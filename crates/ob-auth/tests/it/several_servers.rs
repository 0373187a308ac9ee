//! One process, several authorization servers.

use crate::world::{INTEGRATOR, Issue, World, acme, client_key, get_accounts, grant};
use ob_auth::{AuthorizationServer, Authorizer, CacheStatus};
use ob_core::Code;
use ob_jose::{Algorithm, SigningKey};
use std::{
    io::Write,
    sync::{Arc, Mutex},
};

/// Two issuers in one process share neither DPoP key nor token nor cache, and a token of one is
/// refused by the other.
///
/// Rows: R043, R197
#[tokio::test]
async fn two_issuers_share_nothing() {
    let (here, there) = (World::honest(), World::honest());
    let (one, other) = (here.authorizer(), there.authorizer());
    assert_ne!(one.dpop_thumbprint(), other.dpop_thumbprint());
    let lease = one.token(&acme(), &grant("a")).await.unwrap();
    let foreign = other.token(&acme(), &grant("a")).await.unwrap();
    assert_eq!(foreign.cache, CacheStatus::Fetched);
    assert_ne!(lease.token.expose(), foreign.token.expose());
    let keys = |world: &World| world.server.asked().remove(0).jkt;
    assert_ne!(keys(&here), keys(&there));
    let mut request = get_accounts();
    let refused = other.attach(&acme(), &lease.token, &mut request).await;
    assert_eq!(refused.unwrap_err().code(), Code::D304);
    assert!(request.headers().is_empty());

    // Not by the key alone: an unbound token is held apart by its issuer.
    let bearer = World::new(|asked| Issue::bearer(asked).into());
    let lease = bearer
        .authorizer()
        .token(&acme(), &grant("a"))
        .await
        .unwrap();
    let server = AuthorizationServer::new("https://other.example", crate::world::TOKEN_URL);
    let client_id = INTEGRATOR.parse().unwrap();
    let transport = bearer.server.clone();
    let builder = Authorizer::builder(server.unwrap(), client_id, client_key(), transport);
    let elsewhere = builder.clock(bearer.clock.clone()).build().unwrap();
    assert_ne!(
        elsewhere.token_key(&acme(), &grant("a")),
        bearer.authorizer().token_key(&acme(), &grant("a"))
    );
    let refused = elsewhere.attach(&acme(), &lease.token, &mut request).await;
    assert_eq!(refused.unwrap_err().code(), Code::X001);
}

/// One client key at two issuers is said aloud; a key of its own for each is silent.
///
/// Rows: R065
#[test]
fn one_client_key_at_two_servers_is_warned_of() {
    let shared = SigningKey::generate(Algorithm::Es256).unwrap();
    let own = || SigningKey::generate(Algorithm::Es256).unwrap();
    let warnings = |key: SigningKey, issuer: &str| {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            let server = AuthorizationServer::new(issuer, "https://t.example/t").unwrap();
            let client_id = INTEGRATOR.parse().unwrap();
            let transport = World::honest().server;
            let builder = Authorizer::builder(server, client_id, Arc::new(key), transport);
            builder.build().unwrap();
        });
        log.text()
    };
    let again = || SigningKey::from_jwk(&shared.to_private_jwk()).unwrap();
    assert_eq!(warnings(again(), "https://one.example"), "");
    assert_eq!(warnings(again(), "https://one.example"), "");
    let said = warnings(again(), "https://two.example");
    assert!(said.contains("WARN"), "{said}");
    assert!(said.contains("https://one.example"), "{said}");
    assert!(said.contains("https://two.example"), "{said}");
    assert_eq!(warnings(own(), "https://one.example"), "");
    assert_eq!(warnings(own(), "https://two.example"), "");
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
