//! Whom the client trusts, and how it speaks TLS (R002, R003, R005).

use ob_transport::Http2;
use ob_transport::TransportErrorKind::{Connect, Tls, Truncated};
use rcgen::{DnType, ExtendedKeyUsagePurpose};
use rustls::CipherSuite::{
    TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
};
use rustls::crypto::{CryptoProvider, aws_lc_rs};

use crate::support::{
    Leaf, ONLY_1_2, ONLY_1_3, Pki, Server, ServerTls, everything_told, fails, get, ok, plain,
};

async fn server_of(pki: &Pki, leaf: &Leaf) -> Server {
    let config = pki.server_with(leaf, ServerTls::default());
    Server::tls(config, |peer, _| peer.serve("never")).await
}

#[tokio::test]
async fn a_trusted_server_is_reached_by_address_and_by_name() {
    let pki = Pki::new();
    let server = Server::tls(pki.server(), |peer, _| peer.serve("ok")).await;
    let transport = pki.client().build().unwrap();
    assert_eq!(ok(&transport, get(&server.https())).await.body(), "ok");
    let named = format!("https://localhost:{}", server.port());
    assert_eq!(ok(&transport, get(&named)).await.body(), "ok");
}

#[tokio::test]
async fn both_versions_are_spoken() {
    for versions in [ONLY_1_2, ONLY_1_3] {
        let pki = Pki::new();
        let tls = ServerTls {
            versions,
            ..ServerTls::default()
        };
        let config = pki.server_with(&pki.leaf(&["127.0.0.1"]), tls);
        let server = Server::tls(config, |peer, _| peer.serve("ok")).await;
        assert_eq!(
            ok(&pki.client().build().unwrap(), get(&server.https()))
                .await
                .body(),
            "ok"
        );
    }
}

/// A certificate of an authority that is not trusted is refused by the client.
///
/// Rows: R005
#[tokio::test]
async fn another_authority_is_not_trusted() {
    let pki = Pki::new();
    let server = server_of(&pki, &pki.leaf(&["127.0.0.1"])).await;
    let transport = Pki::new().client().build().unwrap();
    let error = fails(&transport, &server.https(), (Tls, false)).await;
    assert!(everything_told(&error).contains("certificate"), "{error:?}");
}

/// The authorities of the platform know nothing of ours.
///
/// Rows: R005
#[tokio::test]
async fn platform_roots_do_not_trust_a_test_authority() {
    let pki = Pki::new();
    let server = server_of(&pki, &pki.leaf(&["127.0.0.1"])).await;
    fails(&plain().build().unwrap(), &server.https(), (Tls, false)).await;
}

/// A self-signed certificate is refused by the client.
///
/// Rows: R005
#[tokio::test]
async fn a_self_signed_certificate_is_not_trusted() {
    let pki = Pki::new();
    let server = server_of(&pki, &Leaf::self_signed(&["127.0.0.1"])).await;
    fails(
        &pki.client().build().unwrap(),
        &server.https(),
        (Tls, false),
    )
    .await;
}

/// Wrong host, IP literal without an IP name, and a common name alone are refused by the client.
///
/// Rows: R005
#[tokio::test]
async fn certificates_for_other_names_are_not_trusted() {
    let pki = Pki::new();
    let common_name_only = pki.leaf_with(&[], |params| {
        params
            .distinguished_name
            .push(DnType::CommonName, "127.0.0.1");
    });
    let leaves = [
        pki.leaf(&["example.com", "127.0.0.2"]),
        pki.leaf(&["localhost"]),
        common_name_only,
    ];
    for leaf in leaves {
        let server = server_of(&pki, &leaf).await;
        fails(
            &pki.client().build().unwrap(),
            &server.https(),
            (Tls, false),
        )
        .await;
    }
}

/// Expired and not yet valid certificates are refused by the client.
///
/// Rows: R005
#[tokio::test]
async fn certificates_out_of_their_time_are_not_trusted() {
    let pki = Pki::new();
    let expired = pki.leaf_with(&["127.0.0.1"], |params| {
        params.not_before = rcgen::date_time_ymd(2019, 1, 1);
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    });
    let future = pki.leaf_with(&["127.0.0.1"], |params| {
        params.not_before = rcgen::date_time_ymd(4000, 1, 1);
    });
    for leaf in [expired, future] {
        let server = server_of(&pki, &leaf).await;
        fails(
            &pki.client().build().unwrap(),
            &server.https(),
            (Tls, false),
        )
        .await;
    }
}

/// A certificate for another purpose is refused by the client.
///
/// Rows: R005
#[tokio::test]
async fn a_certificate_for_clients_is_no_server_certificate() {
    let pki = Pki::new();
    let leaf = pki.leaf_with(&["127.0.0.1"], |params| {
        params.insert_extended_key_usage(ExtendedKeyUsagePurpose::ClientAuth);
    });
    let server = server_of(&pki, &leaf).await;
    fails(
        &pki.client().build().unwrap(),
        &server.https(),
        (Tls, false),
    )
    .await;
}

async fn that_says(bytes: &'static str) -> Server {
    Server::plain(move |mut peer| async move {
        peer.write(bytes).await;
    })
    .await
}

/// The server stays until the client has gone, so that no reset overtakes the garbage.
#[tokio::test]
async fn garbage_in_the_handshake() {
    for bytes in [
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "\0\0\0\0\0",
        "\x16\x03\x01\0\x04junk",
    ] {
        let server = Server::plain(move |mut peer| async move {
            peer.write(bytes).await;
            peer.gone().await;
        })
        .await;
        fails(
            &Pki::new().client().build().unwrap(),
            &server.https(),
            (Tls, false),
        )
        .await;
    }
}

/// A connection that goes away inside the handshake says nothing about TLS.
#[tokio::test]
async fn a_handshake_cut_short_is_no_connection() {
    for bytes in ["", "\x16\x03\x01"] {
        let server = that_says(bytes).await;
        let transport = Pki::new().client().build().unwrap();
        let error = fails(&transport, &server.https(), (Connect, false)).await;
        assert!(error.is_transient());
    }
}

/// R002: a ServerHello of TLS 1.1 (RFC 4346 section 7.4.1.3) ends the handshake.
///
/// Rows: R002
#[tokio::test]
async fn a_server_that_speaks_only_tls_1_1() {
    let mut hello = vec![0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    hello.extend([7; 32]);
    // No session, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, no compression.
    hello.extend([0, 0xc0, 0x09, 0]);
    let server = Server::plain(move |mut peer| {
        let hello = hello.clone();
        async move {
            peer.write(hello).await;
            peer.gone().await;
        }
    })
    .await;
    let transport = Pki::new().client().build().unwrap();
    let error = fails(&transport, &server.https(), (Tls, false)).await;
    assert!(everything_told(&error).contains("Tls12"), "{error:?}");
}

fn only(suite: rustls::CipherSuite) -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    provider
        .cipher_suites
        .retain(|known| known.suite() == suite);
    assert_eq!(provider.cipher_suites.len(), 1, "{suite:?}");
    provider
}

/// R003: of TLS 1.2 only ECDHE with AES-GCM.
///
/// Rows: R003
#[tokio::test]
async fn tls_1_2_suites_are_those_of_bcp_195() {
    let suites = [
        (TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, true),
        (TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, true),
        (TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, false),
    ];
    for (suite, spoken) in suites {
        let pki = Pki::new();
        let tls = ServerTls {
            versions: ONLY_1_2,
            provider: only(suite),
            ..ServerTls::default()
        };
        let config = pki.server_with(&pki.leaf(&["127.0.0.1"]), tls);
        let server = Server::tls(config, |peer, _| peer.serve("ok")).await;
        let transport = pki.client().build().unwrap();
        match spoken {
            true => assert_eq!(ok(&transport, get(&server.https())).await.body(), "ok"),
            false => drop(fails(&transport, &server.https(), (Tls, false)).await),
        }
    }
}

/// A body that ends with the connection is whole only if TLS says it ended.
///
/// Rows: L4.5
#[tokio::test]
async fn a_body_cut_without_close_notify_is_truncated() {
    let pki = Pki::new();
    let server = Server::tls(pki.server(), |mut peer, _| async move {
        peer.request().await;
        peer.write("HTTP/1.1 200 OK\r\n\r\nthe first half").await;
    })
    .await;
    fails(
        &pki.client().build().unwrap(),
        &server.https(),
        (Truncated, true),
    )
    .await;
}

#[tokio::test]
async fn what_is_offered_by_alpn_is_a_setting() {
    let both: &[&str] = &["h2", "http/1.1"];
    for (setting, expected) in [(Http2::Off, "http/1.1"), (Http2::Auto, "h2")] {
        let pki = Pki::new();
        let tls = ServerTls {
            alpn: both,
            ..ServerTls::default()
        };
        let config = pki.server_with(&pki.leaf(&["127.0.0.1"]), tls);
        let (tell, told) = tokio::sync::oneshot::channel();
        let tell = std::sync::Mutex::new(Some(tell));
        let server = Server::tls(config, move |_, facts| {
            let _ = tell.lock().unwrap().take().unwrap().send(facts.alpn);
            std::future::ready(())
        })
        .await;
        let transport = pki.client().http2(setting).build().unwrap();
        let _ = ob_transport::Transport::send(&transport, get(&server.https())).await;
        assert_eq!(told.await.unwrap().as_deref(), Some(expected));
    }
}
