//! Settings that cannot work are named when the transport is built.

use std::time::Duration;

use ob_transport::{ClientIdentity, HyperTransport, HyperTransportBuilder};

use crate::support::{Pki, Server, get, ok, plain};

fn check(builder: HyperTransportBuilder, setting: &str, found: &str) {
    let error = builder.build().unwrap_err();
    assert_eq!((error.setting(), error.found()), (setting, found));
    assert!(!error.needed().is_empty());
    assert!(error.to_string().starts_with(setting), "{error}");
}

#[test]
fn limits_of_zero() {
    let builder = || Pki::new().client();
    check(
        builder().connect_timeout(Duration::ZERO),
        "connect timeout",
        "zero",
    );
    check(
        builder().total_timeout(Duration::ZERO),
        "total timeout",
        "zero",
    );
    check(builder().max_response_bytes(0), "response limit", "zero");
}

#[tokio::test]
async fn endless_limits_are_allowed() {
    let server = Server::plain(|peer| peer.serve("ok")).await;
    let transport = plain()
        .connect_timeout(Duration::MAX)
        .total_timeout(Duration::MAX)
        .max_response_bytes(usize::MAX)
        .build()
        .unwrap();
    assert_eq!(ok(&transport, get(&server.http())).await.body(), "ok");
}

#[test]
fn roots_that_are_none() {
    let leaf = Pki::new().leaf(&["x"]);
    let cut = Pki::new().pem().replace("-----END CERTIFICATE-----", "");
    let not_x509 = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let builder = |pem: &str| HyperTransport::builder().roots_pem(pem);
    check(builder(""), "roots", "no CERTIFICATE block");
    check(builder("canary"), "roots", "no CERTIFICATE block");
    check(builder(&leaf.key), "roots", "no CERTIFICATE block");
    check(builder(&cut), "roots", "a block without its END line");
    let error = builder(not_x509).build().unwrap_err();
    assert_eq!(
        (error.setting(), error.needed()),
        ("roots", "usable X.509 certificates")
    );
}

#[test]
fn several_roots_in_one_text() {
    let two = Pki::new().pem() + &Pki::new().pem();
    assert!(HyperTransport::builder().roots_pem(two).build().is_ok());
}

fn identity(chain: &str, key: &str, setting: &str, found: &str) {
    let error = ClientIdentity::from_pem(chain, key).unwrap_err();
    assert_eq!((error.setting(), error.found()), (setting, found));
    assert!(!format!("{error:?}").contains("canary"));
    check(
        Pki::new().client().client_identity_pem(chain, key),
        setting,
        found,
    );
}

/// L5.5: what is wrong with a key is said without echoing it.
#[test]
fn identities_that_cannot_be_used() {
    let pki = Pki::new();
    let (leaf, other) = (pki.leaf(&["x"]), pki.leaf(&["y"]));
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----";
    let garbled = "-----BEGIN PRIVATE KEY-----\ncanary!\n-----END PRIVATE KEY-----";
    let empty = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
    let (chain, key) = (&leaf.certificate, &leaf.key);
    identity("canary", key, "client certificate", "no CERTIFICATE block");
    identity(chain, "canary", "client key", "no block of the right kind");
    identity(chain, chain, "client key", "no block of the right kind");
    identity(chain, encrypted, "client key", "no block of the right kind");
    identity(chain, garbled, "client key", "a block that is not base64");
    identity(chain, empty, "client key", "a key of an unsupported kind");
    identity(
        chain,
        &other.key,
        "client key",
        "a key that does not match the certificate",
    );
}

#[test]
fn debug_of_a_builder_does_not_print_its_pem() {
    let text = format!("{:?}", HyperTransport::builder().roots_pem("canary"));
    assert!(text.contains("roots: Pem(6 bytes)"), "{text}");
}
