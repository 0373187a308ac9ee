//! Client certificates, and replacing them while running.

use std::sync::{Arc, Mutex};

use ob_transport::TransportErrorKind::{Closed, Tls};
use ob_transport::{ClientIdentity, Transport};

use crate::support::{
    Leaf, ONLY_1_2, ONLY_1_3, Pki, Server, ServerTls, TlsFacts, everything_told, fails, get, ok,
};

type Presented = Arc<Mutex<Vec<Vec<u8>>>>;

/// Demands a client certificate and notes it; closes after each answer.
async fn demanding(pki: &Pki, tls: ServerTls) -> (Server, Presented) {
    let presented = Presented::default();
    let leaf = pki.leaf(&["127.0.0.1"]);
    let config = pki.server_with(
        &leaf,
        ServerTls {
            client_certificate: true,
            ..tls
        },
    );
    let log = presented.clone();
    let server = Server::tls(config, move |mut peer, facts: TlsFacts| {
        assert!(
            !facts.resumed,
            "a resumed session would carry the old certificate"
        );
        log.lock().unwrap().push(facts.client_certificate.unwrap());
        async move {
            peer.request().await;
            peer.write("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok")
                .await;
            peer.gone().await;
        }
    })
    .await;
    (server, presented)
}

fn presented_are(presented: &Presented, expected: &[&Leaf]) {
    let expected: Vec<_> = expected.iter().map(|leaf| leaf.der().to_vec()).collect();
    assert!(
        *presented.lock().unwrap() == expected,
        "other certificates were presented"
    );
}

#[tokio::test]
async fn a_rotated_certificate_is_presented_on_the_next_connection() {
    for versions in [ONLY_1_2, ONLY_1_3] {
        let pki = Pki::new();
        let (first, second) = (pki.leaf(&["client-1"]), pki.leaf(&["client-2"]));
        let (server, presented) = demanding(
            &pki,
            ServerTls {
                versions,
                ..ServerTls::default()
            },
        )
        .await;
        let transport = pki
            .client()
            .client_identity_pem(&first.certificate, &first.key)
            .build()
            .unwrap();
        ok(&transport, get(&server.https())).await;
        ok(&transport, get(&server.https())).await;
        let identity = transport.client_identity().unwrap();
        identity
            .replace_pem(&second.certificate, &second.key)
            .unwrap();
        ok(&transport, get(&server.https())).await;
        presented_are(&presented, &[&first, &first, &second]);
    }
}

#[tokio::test]
async fn a_handle_made_first_rotates_too_and_a_bad_replacement_changes_nothing() {
    let pki = Pki::new();
    let (first, second) = (pki.leaf(&["client-1"]), pki.leaf(&["client-2"]));
    let (server, presented) = demanding(&pki, ServerTls::default()).await;
    let identity = ClientIdentity::from_pem(&first.certificate, &first.key).unwrap();
    let transport = pki.client().client_identity(&identity).build().unwrap();

    let mismatch = identity
        .replace_pem(&second.certificate, &first.key)
        .unwrap_err();
    assert_eq!(
        mismatch.found(),
        "a key that does not match the certificate"
    );
    ok(&transport, get(&server.https())).await;
    identity
        .replace_pem(&second.certificate, &second.key)
        .unwrap();
    ok(&transport, get(&server.https())).await;
    presented_are(&presented, &[&first, &second]);
}

/// TLS 1.2: the refusal comes inside the handshake, so nothing was sent.
#[tokio::test]
async fn a_missing_certificate_under_tls_1_2_is_certainly_not_sent() {
    let pki = Pki::new();
    let tls = ServerTls {
        versions: ONLY_1_2,
        ..ServerTls::default()
    };
    let (server, _) = demanding(&pki, tls).await;
    fails(
        &pki.client().build().unwrap(),
        &server.https(),
        (Tls, false),
    )
    .await;
}

/// TLS 1.3: the client is done before the server has looked at the certificate, so the
/// request may already be on its way (RFC 8446 section 4.4.2.4 and figure 1).
#[tokio::test]
async fn a_missing_or_foreign_certificate_under_tls_1_3() {
    let pki = Pki::new();
    let foreign = Pki::new().leaf(&["client"]);
    let without = pki.client().build().unwrap();
    let with_foreign = pki
        .client()
        .client_identity_pem(&foreign.certificate, &foreign.key)
        .build()
        .unwrap();
    for transport in [without, with_foreign] {
        let tls = ServerTls {
            versions: ONLY_1_3,
            ..ServerTls::default()
        };
        let (server, presented) = demanding(&pki, tls).await;
        let error = transport.send(get(&server.https())).await.unwrap_err();
        let told = everything_told(&error);
        // Tls when the alert is read first, Closed when the write meets the closed socket.
        assert!(matches!(error.kind(), Tls | Closed), "{told}");
        assert!(!told.contains("canary"), "{told}");
        assert!(presented.lock().unwrap().is_empty());
    }
}

#[test]
fn debug_of_an_identity_shows_nothing() {
    let leaf = Pki::new().leaf(&["canary.example"]);
    let identity = ClientIdentity::from_pem(&leaf.certificate, &leaf.key).unwrap();
    assert_eq!(format!("{identity:?}"), "ClientIdentity(..)");
    let builder = Pki::new().client().client_identity(&identity);
    let told = format!("{builder:?} {:?}", builder.clone().build().unwrap());
    assert!(
        !told.contains("canary") && !told.contains("PRIVATE"),
        "{told}"
    );
}
